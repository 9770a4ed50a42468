"""Names of runners by which others can tell whether they live (contract uws U89).

Host, process number and the time the process began: a number that is used again is
not mistaken for the old one. Knows no table.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

_START_TIME = 19  # field 22 of /proc/<pid>/stat, counted after the name


def own_identity() -> str:
    """Name this process."""
    pid = os.getpid()
    return f"{socket.gethostname()}:{pid}:{_started(pid)}"


def is_dead(runner: str) -> bool:
    """Say whether a runner of this machine is certainly gone.

    Runners of other machines are only known by the signs they give.
    """
    host, pid, started = runner.rsplit(":", 2)
    if host != socket.gethostname():
        return False
    return _started(int(pid)) != started


def _started(pid: int) -> str:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    # The name may hold anything, brackets too.
    state, *fields = text.rpartition(")")[2].split()
    return "" if state == "Z" else fields[_START_TIME - 1]

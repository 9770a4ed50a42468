"""A server of our own for the time of a measurement, and what it costs."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
GRATICULE = [sys.executable, "-m", "graticule.cli.main"]


def environment(home: Path, **settings: str) -> dict[str, str]:
    """Give the variables a server with this state folder and settings runs in."""
    ours = {f"GRATICULE_{name.upper()}": value for name, value in settings.items()}
    return {**os.environ, "GRATICULE_HOME": str(home), **ours}


@dataclass(frozen=True, slots=True)
class Served:
    """A running server."""

    port: int
    process: subprocess.Popen[str]

    def _family(self) -> list[int]:
        tree: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                except OSError:
                    continue
                tree.setdefault(int(fields[1]), []).append(int(entry.name))
        family, new = [], [self.process.pid]
        while new:
            family += new
            new = [child for parent in new for child in tree.get(parent, [])]
        return family

    def cpu_seconds(self) -> float:
        """Processor time of the server and its workers so far."""
        total = 0
        for pid in self._family():
            try:
                stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
            except OSError:
                continue
            fields = stat.rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / _TICKS_PER_SECOND

    def resident_mib(self) -> float:
        """Memory of the server and its workers, shared pages counted once each."""
        total = 0
        for pid in self._family():
            try:
                text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
            except OSError:
                continue
            total += int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1])
        return total / 1024


@contextmanager
def serving(home: Path, *folders: Path, **settings: str) -> Iterator[Served]:
    """Start a server, scan the folders first, and stop it afterwards."""
    # Only what is measured runs.
    env = environment(home, **{"embedded_worker": "false"} | settings)
    if folders:
        scan = [*GRATICULE, "scan", *map(str, folders)]
        subprocess.run(scan, env=env, check=True, capture_output=True)
    process = subprocess.Popen(
        [*GRATICULE, "serve", "--no-scan", "--port", "0"],
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield Served(_port(process), process)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"http://[^/]+:(\d+)/", line)
        if found:
            port = int(found[1])
            _wait(port)
            return port
    raise RuntimeError("the server did not start")


def get(port: int, path: str) -> Any:
    """Ask the server for JSON."""
    with urlopen(f"http://localhost:{port}{path}", timeout=30) as answer:
        return json.load(answer)


def first_image(port: int) -> int:
    """Give the id of some image that is served.

    Raises
    ------
    RuntimeError
        If there is none.
    """
    for project in get(port, "/webgateway/proj/list/"):
        for dataset in get(port, f"/webgateway/proj/{project['id']}/children/"):
            for image in get(port, f"/webgateway/dataset/{dataset['id']}/children/"):
                return int(image["id"])
    raise RuntimeError("nothing is served")


def _wait(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            with urlopen(f"http://localhost:{port}/webgateway/", timeout=10):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the server does not answer")

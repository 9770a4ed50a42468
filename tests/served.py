"""A real server over real files, for tests that look from outside.

Scanned once for all test processes; each then has a server of its own.
"""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path

GRATICULE = [sys.executable, "-m", "graticule.cli.main"]
# Several commands in one process: importing takes longer than most of them.
COMMANDS = """
import json, sys
from graticule.cli.main import main
for words in json.loads(sys.argv[1]):
    main(words, standalone_mode=False)
"""
FOLDERS = ("fluorescence", "stacks", "wholeslide", "plates", "fits", "png-jpeg")


@dataclass(frozen=True)
class Served:
    """A running server: its address (without a final slash) and its catalogue."""

    url: str
    home: Path

    def image_id(self, name: str, index: int = 0) -> int:
        """Find an image by the name of its file and its place in it."""
        with sqlite3.connect(self.home / "graticule.sqlite3") as database:
            rows = database.execute(
                "SELECT i.id FROM catalog_image i "
                "JOIN catalog_fileset f ON f.id = i.fileset_id "
                'WHERE f.entry LIKE ? AND i."index" = ?',
                (f"%/{name}", index),
            ).fetchall()
        ((found,),) = rows
        return found


def environment(home: Path) -> dict[str, str]:
    ours = {k: v for k, v in os.environ.items() if not k.startswith("GRATICULE_")}
    few = {"GRATICULE_WORKERS": "1", "GRATICULE_EMBEDDED_WORKER": "false"}
    return {**ours, "GRATICULE_HOME": str(home), **few}


def graticule(home: Path, *commands: Sequence[object], typed: str = "") -> None:
    """Run commands of ``graticule``, one after another in one process.

    ``typed`` is what a person would type while they run.
    """
    words = json.dumps([[str(word) for word in command] for command in commands])
    done = subprocess.run(
        [sys.executable, "-c", COMMANDS, words],
        env=environment(home),
        input=typed,
        text=True,
        check=False,
        capture_output=True,
    )
    if done.returncode:
        raise RuntimeError(f"{words}\n{done.stdout}\n{done.stderr}")


def scanned_home(base: Path, data: Path) -> Path:
    """Scan the shared files, once for all processes."""
    home = base / "served-home"
    with (base / "served.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not (base / "served-done").exists():
            graticule(home, ["scan", *(data / name for name in FOLDERS)])
            (base / "served-done").touch()
    return home


@contextmanager
def started(env: dict[str, str], seconds: float = 120):
    """Start a server on a free port, give its address, and stop it.

    What it says goes into a file: a pipe that nobody reads would stop it when full.
    """
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(
            [*GRATICULE, "serve", "--no-scan", "--port", "0"],
            env=env,
            stdout=told,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield _address(process, told.fileno(), time.monotonic() + seconds)
        finally:
            with suppress(ProcessLookupError):  # it never began
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def _address(process: subprocess.Popen[bytes], told: int, end: float) -> str:
    said = ""
    while time.monotonic() < end and process.poll() is None:
        said = os.pread(told, 1 << 16, 0).decode(errors="replace")
        if found := re.search(r"(http://[^/]+:\d+)/", said):
            return found[1]
        time.sleep(0.02)
    raise RuntimeError(f"the server did not start:\n{said}")


@contextmanager
def serving(home: Path, **settings: str):
    """Serve a home on a free port, and stop.

    ``settings`` are changed for it, by their names.
    """
    changed = {f"GRATICULE_{name.upper()}": text for name, text in settings.items()}
    with started(environment(home) | changed) as address:
        url = address.replace("127.0.0.1", "localhost")
        _wait_for(f"{url}/webgateway/")
        yield Served(url, home)


def _wait_for(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=10):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{url} does not answer")

"""A real server over real files, for tests that look from outside.

Scanned once for all test processes; each then has a server of its own.
"""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path

GRATICULE = [sys.executable, "-m", "graticule.cli.main"]
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


def scanned_home(base: Path, data: Path) -> Path:
    """Scan the shared files, once for all processes."""
    home = base / "served-home"
    with (base / "served.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not (base / "served-done").exists():
            folders = [str(data / name) for name in FOLDERS]
            subprocess.run(
                [*GRATICULE, "scan", *folders],
                env=environment(home),
                check=True,
                capture_output=True,
            )
            (base / "served-done").touch()
    return home


@contextmanager
def serving(home: Path, **settings: str):
    """Start a server on a free port, and stop it.

    ``settings`` are changed for it, by their names.
    """
    changed = {f"GRATICULE_{name.upper()}": text for name, text in settings.items()}
    process = subprocess.Popen(
        [*GRATICULE, "serve", "--no-scan", "--port", "0"],
        env=environment(home) | changed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        for line in process.stdout:
            found = re.search(r"(http://[^/]+:\d+)/", line)
            if found:
                break
        else:
            raise RuntimeError("the server did not start")
        url = found[1].replace("127.0.0.1", "localhost")
        _wait_for(f"{url}/webgateway/")
        yield Served(url, home)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)
        process.stdout.close()


def _wait_for(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=10):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{url} does not answer")

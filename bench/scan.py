"""Files per second of a scan, from the cold start of the process."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from bench.server import GRATICULE, environment


def measure(folder: Path, home: Path, count: int) -> None:
    """Print the rates of a first scan and of one that finds nothing new."""
    print(f"\nscan of {count} small files, counted from the start of the process")
    for what in ("first scan", "again, unchanged"):
        begun = time.perf_counter()
        scan = [*GRATICULE, "scan", str(folder)]
        subprocess.run(scan, env=environment(home), check=True, capture_output=True)
        seconds = time.perf_counter() - begun
        print(f"{what:24}{count / seconds:9.0f} files/s{seconds:8.1f} s")

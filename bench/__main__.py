"""Measure what is named, or everything, and print it.

``python -m bench`` and any of adql, answers, browse, jobs, regions, scan, search, soda,
tables, tap, tiles, viewer.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from bench import (
    adql,
    answers,
    browse,
    exports,
    images,
    jobs,
    regions,
    scan,
    search,
    soda,
    tables,
    tap,
    tiles,
    viewer,
)

_ALL = {
    "tiles",
    "scan",
    "answers",
    "search",
    "tables",
    "jobs",
    "regions",
    "viewer",
    "browse",
    "soda",
    "adql",
    "tap",
}
_SMALL_FILES = 2000
_CATALOGUED = 100_000
_FOUR = "c=1|100:4000$0000FF,2|100:4000$00FF00,3|100:4000$FF0000,4|100:4000$FF00FF&m=c"
# A window one short of the whole, so that stored tiles are not simply passed on.
_RGB = "c=1|0:254$FF0000,2|0:254$00FF00,3|0:254$0000FF&m=c&q=0.85"


def main() -> None:
    """Measure what is named, or everything."""
    wanted = set(sys.argv[1:]) or _ALL
    kept = Path(tempfile.gettempdir()) / "graticule-bench"
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(prefix="graticule-bench-") as folder:
        home = Path(folder)
        if "tiles" in wanted:
            _tiles(kept, home)
        if wanted & {"scan", "answers"}:
            _small(kept, home, wanted)
        _found(home, wanted)
        if "tables" in wanted:
            tables.measure(kept, home / "tables")
        if "regions" in wanted:
            regions.measure(images.slide(kept), home / "regions", _CATALOGUED)
        if "browse" in wanted:
            browse.measure(home / "browse")
        if "jobs" in wanted:
            jobs.measure(home / "jobs")
            exports.measure(images.fluorescence(kept), home / "exports")
        if "viewer" in wanted:
            _viewer(kept, home)
    if "--clean" in wanted:
        shutil.rmtree(kept)


def _tiles(kept: Path, home: Path) -> None:
    four, rgb = images.fluorescence(kept), images.slide(kept)
    tiles.measure("4 channels, 16 bit, deflate", four, home / "1", 512, _FOUR)
    tiles.measure("4 channels, 16 bit, deflate", four, home / "1", 256, _FOUR)
    tiles.measure("RGB JPEG, drawn anew", rgb, home / "2", 512, _RGB)
    tiles.measure("RGB JPEG, as stored", rgb, home / "2", 512, "")


def _small(kept: Path, home: Path, wanted: set[str]) -> None:
    small = images.small_files(kept, _SMALL_FILES)
    scan.measure(small, home / "3", _SMALL_FILES)
    if "answers" in wanted:
        answers.measure(home / "3")


def _found(home: Path, wanted: set[str]) -> None:
    if "search" in wanted:
        search.measure(home / "4", _CATALOGUED)
    if "soda" in wanted:
        soda.measure(home / "5")
    if "tap" in wanted:
        tap.measure(home / "tap")
    if "adql" in wanted:
        adql.measure(home / "adql")


def _viewer(kept: Path, home: Path) -> None:
    viewer.measure(images.fluorescence(kept), images.stack(kept), home / "viewer")


if __name__ == "__main__":
    main()

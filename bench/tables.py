"""Queries of an attached table through the service, beside NumPy over plain arrays.

The floor compares arrays that lie ready in memory and finds the rows; the service
reads the compressed columns of the file for every query.
"""

# ruff: noqa: PLC0415 -- Django needs its settings before anything of the catalogue

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np

ROWS = 10_000_000
_REPEATS = 15


def csv_file(folder: Path, rows: int = ROWS) -> Path:
    """Write a table of features of cells."""
    path = folder / "tables" / f"cells-{rows}.csv"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".part")
    duckdb.execute("SELECT setseed(0.5)").fetchall()
    duckdb.execute(
        f"""COPY (SELECT n AS Object, 1000 + n // 26000 AS Well,
        'W' || (n // 26000) AS "Well Name", round(random() * 1000, 3) AS Area,
        round(random(), 5) AS Roundness, (random() * 65535)::INT AS Peak,
        n % 3 = 0 AS Alive FROM range({rows}) t(n)) TO '{aside}' (HEADER)"""
    )
    aside.rename(path)
    return path


def measure(folder: Path, home: Path) -> None:
    """Print how long the import and queries take."""
    path = csv_file(folder)
    os.environ["GRATICULE_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "graticule.config.django"
    import django

    django.setup()
    from graticule.catalog.models import Plate
    from graticule.services.home import prepare_home
    from graticule.services.tables.attached import find_table
    from graticule.services.tables.condition import parse
    from graticule.services.tables.importing import import_table
    from graticule.services.tables.query import cut, find_rows, id_bits, matching_rows

    people = prepare_home()
    admin = people.administrator
    plate = Plate.objects.create(name="plate", owner=admin, group=people.public_group)
    begun = time.perf_counter()
    annotation = import_table(admin, path, plate, tell=lambda *_: None)
    seconds = time.perf_counter() - begun
    file = annotation.file
    assert file is not None
    print(f"\ntable of {ROWS:,} rows, 7 columns: imported in {seconds:.1f} s, CSV of")
    print(f"{path.stat().st_size >> 20} MiB to {file.size_bytes >> 20} MiB")

    def table():  # noqa: ANN202 -- as a request does, visibility first
        return find_table(admin, file.pk)

    def rows(text: str) -> Callable[[], object]:
        return lambda: matching_rows(table(), parse(text), 0, ROWS)

    area, alive = (np.array(column) for column in cut(table(), np.arange(ROWS), [3, 6]))
    few = parse("Area > 990")
    scattered = np.random.default_rng(1).choice(ROWS, 1000, replace=False)
    for what, ask in (
        ("NumPy: Area > 990", lambda: np.flatnonzero(area > 990)),
        ("rows: Area > 990", rows("Area > 990")),
        ("rows: Area > 500", rows("Area > 500")),
        ("NumPy: two", lambda: np.flatnonzero((area > 900) & alive)),
        ("rows: (Area > 900) & Alive", rows("(Area > 900) & Alive")),
        ("rows: `Well Name` == 'W7'", rows("`Well Name` == 'W7'")),
        ("rows: sqrt(Area) < Roundness", rows("sqrt(Area) < Roundness")),
        (
            "query: Area > 990, 1,000 of all",
            lambda: find_rows(
                table(), few, range(7), offset=0, limit=1000, max_rows=10_000
            ),
        ),
        (
            "bit mask: Area > 990",
            lambda: id_bits(table(), few, 0, max_id=10**9),
        ),
        ("slice: 100,000 rows", lambda: cut(table(), np.arange(10**5), [0, 3])),
        ("slice: 1,000 scattered rows", lambda: cut(table(), scattered, [0, 3])),
    ):
        ask()
        times, begun_cpu = [], time.process_time()
        for _ in range(_REPEATS):
            begun = time.perf_counter()
            ask()
            times.append(1000 * (time.perf_counter() - begun))
        cpu = 1000 * (time.process_time() - begun_cpu) / _REPEATS
        print(
            f"{what:34}{min(times):6.0f} ms at best{np.median(times):6.0f} ms median",
            end="",
        )
        print(f"{cpu:6.0f} CPU ms")

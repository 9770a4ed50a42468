"""Cone searches in ADQL over a million rows, beside NumPy over plain arrays.

The floor is the haversine formula over arrays that lie ready in memory, by one thread;
the query is compiled anew each time and reads a Parquet file with two. Outlines are
asked once with the circles that bound them and once, fewer times, without.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np

from graticule.services.adql import compile_query
from graticule.services.published.model import (
    BoundingCircle,
    Publication,
    PublishedColumn,
    PublishedSchema,
    PublishedTable,
)

ROWS = 1_000_000
_REPEATS = 15
# A square of 0.06 degrees, near enough, but at the poles.
_OUTLINE = " || ".join(
    (
        "'POLYGON ICRS'",
        *(
            f"printf(' %.8f %.8f', s_ra {x} 0.03 / cos(radians(s_dec)), s_dec {y} 0.03)"
            for x, y in ("--", "+-", "++", "-+")
        ),
    )
)
_COLUMNS = tuple(PublishedColumn(name, "double") for name in ("s_ra", "s_dec", "s_fov"))
_REGION = PublishedColumn("s_region", "char", "*", "adql:REGION")
_BOUND = BoundingCircle("s_ra", "s_dec", "s_fov", slack=0.01)
_TABLES = (
    PublishedTable("ivoa", "obscore", (*_COLUMNS, replace(_REGION, bounded_by=_BOUND))),
    PublishedTable("ivoa", "plain", (*_COLUMNS, _REGION)),
)
_PUBLICATION = Publication((PublishedSchema("ivoa", _TABLES),))


def measure(home: Path, rows: int = ROWS) -> None:
    """Print how long searches take."""
    home.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(3)
    ra = random.uniform(0, 360, rows)
    dec = np.degrees(np.arcsin(random.uniform(-1, 1, rows)))
    file = home / "sky.parquet"
    database = duckdb.connect(config={"threads": 2})
    database.register("made", {"s_ra": ra, "s_dec": dec, "s_fov": np.full(rows, 0.1)})
    # As the server's own copies lie: by declination.
    database.execute(
        f"COPY (SELECT *, {_OUTLINE} AS s_region FROM made ORDER BY s_dec) "
        f"TO '{file}' (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 61440)"
    )
    database.execute("CREATE SCHEMA ivoa")
    for table in ("obscore", "plain"):
        database.execute(f"CREATE VIEW ivoa.{table} AS SELECT * FROM '{file}'")
    print(f"\ncone searches over {rows:,} rows")

    def query(where: str, table: str = "obscore") -> Callable[[], object]:
        text = f"SELECT COUNT(*) FROM ivoa.{table} WHERE {where}"

        def ask() -> object:
            sql = compile_query(text, _PUBLICATION).sql
            return database.execute(sql).fetchall()[0][0]

        return ask

    def floor(radius: float) -> Callable[[], object]:
        return lambda: int((_apart(ra, dec, 10.0, 20.0) <= radius).sum())

    here, point = "POINT(10, 20)", "POINT(s_ra, s_dec)"
    for what, ask, check in (
        ("NumPy, 1 degree", floor(1), None),
        ("CONTAINS, 1 degree", query(f"1=CONTAINS({point},CIRCLE(10,20,1))"), 1.0),
        ("DISTANCE < 1 degree", query(f"DISTANCE({point}, {here}) < 1"), 1.0),
        ("NumPy, 60 degrees", floor(60), None),
        ("CONTAINS, 60 degrees", query(f"1=CONTAINS({point},CIRCLE(10,20,60))"), 60.0),
        (
            "CONTAINS, a box",
            query(f"1=CONTAINS({point},BOX(10,20,2,2))"),
            None,
        ),
    ):
        count = ask()
        assert check is None or count == floor(check)()
        _print(what, ask, count)
    for what, where in (
        ("CONTAINS, s_region", f"1=CONTAINS(POINT('ICRS',{ra[0]},{dec[0]}),s_region)"),
        ("INTERSECTS, s_region", "1=INTERSECTS(CIRCLE('ICRS',10,20,1),s_region)"),
    ):
        count, plain = query(where)(), query(where, "plain")
        assert count == plain()
        _print(what, query(where), count)
        _print("  without its circle", plain, count, repeats=3)


def _apart(ra: np.ndarray, dec: np.ndarray, lon: float, lat: float) -> np.ndarray:
    across = np.sin(np.radians(ra - lon) / 2) ** 2
    up = np.sin(np.radians(dec - lat) / 2) ** 2
    cosines = np.cos(np.radians(dec)) * np.cos(np.radians(lat))
    return np.degrees(2 * np.arcsin(np.sqrt(up + cosines * across)))


def _print(
    what: str, ask: Callable[[], object], count: object, repeats: int = _REPEATS
) -> None:
    times, begun_cpu = [], time.process_time()
    for _ in range(repeats):
        begun = time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - begun))
    cpu = 1000 * (time.process_time() - begun_cpu) / repeats
    print(f"{what:24}{count:>9,} rows{min(times):6.0f} ms at best", end="")
    print(f"{np.median(times):6.0f} ms median{cpu:6.0f} CPU ms")

"""Small published tables, in DuckDB and as plain Python."""

from typing import Any, NamedTuple

import duckdb
import pytest

from graticule.services.adql import compile_query
from graticule.services.published.model import (
    Publication,
    PublishedColumn,
    PublishedSchema,
    PublishedTable,
)


class Star(NamedTuple):
    id: int
    ra: float
    dec: float
    mag: Any
    name: Any
    flag: Any
    size: Any
    tier: Any
    Mixed: Any


class Band(NamedTuple):
    tier: int
    band: str
    wave: Any


STARS = [
    Star(1, 10.0, 20.0, 5.5, "Vega", True, 100, 1, "a"),
    Star(2, 10.5, 20.2, 7.25, "altair", False, -7, 2, "b"),
    Star(3, 359.9, -0.1, None, "O'Brien", None, 0, 1, None),
    Star(4, 0.1, 0.1, -1.0, None, True, None, 3, "a"),
    Star(5, 123.0, 89.9, 2.0, "Polaris", False, 7, None, "c"),
    Star(6, 303.0, 89.9, 2.0, "_x%", True, 2**40, 2, "a"),
]
BANDS = [Band(1, "g", 480.0), Band(2, "r", 620.0), Band(4, "z", None)]
C = PublishedColumn
STARS_TABLE = PublishedTable(
    "sky",
    "Stars",
    (
        C("id", "long", ucd="meta.id;meta.main", is_principal=True),
        C("ra", "double", unit="deg", ucd="pos.eq.ra", description="Right ascension"),
        C("dec", "double", unit="deg", ucd="pos.eq.dec"),
        C("mag", "float", unit="mag"),
        C("name", "unicodeChar", "*"),
        C("flag", "boolean"),
        C("size", "long"),
        C("tier", "short"),
        C("Mixed", "char", "*"),
    ),
)
PUBLICATION = Publication(
    (
        PublishedSchema(
            "sky",
            (
                STARS_TABLE,
                PublishedTable(
                    "sky",
                    "bands",
                    (
                        C("tier", "int"),
                        C("band", "char", "*"),
                        C("wave", "double", unit="nm"),
                    ),
                ),
            ),
        ),
        PublishedSchema(
            "ivoa",
            (
                PublishedTable(
                    "ivoa",
                    "ObsCore",
                    (
                        C("s_ra", "double", unit="deg"),
                        C("s_dec", "double", unit="deg"),
                        C("s_fov", "double", unit="deg"),
                        C("s_region", "char", "*", "adql:REGION"),
                        C("t_min", "char", "*", "timestamp"),
                    ),
                ),
                PublishedTable("ivoa", "bands", (C("tier", "int"),)),
            ),
        ),
        PublishedSchema(
            "TAP_UPLOAD",
            (
                PublishedTable(
                    "TAP_UPLOAD",
                    "mine",
                    (
                        C("id", "int"),
                        C("p", "double", "2", "point"),
                        C("c", "double", "3", "circle"),
                        C("g", "double", "*", "polygon"),
                        C("e", "double", "4"),
                    ),
                ),
            ),
        ),
    )
)


@pytest.fixture(scope="session")
def database():
    """Fill the tables; nothing outside them can be read."""
    database = duckdb.connect()
    database.execute("CREATE SCHEMA sky; CREATE SCHEMA ivoa; CREATE SCHEMA TAP_UPLOAD")
    database.execute(
        'CREATE TABLE sky."Stars" (id BIGINT, ra DOUBLE, dec DOUBLE, mag FLOAT, '
        'name VARCHAR, flag BOOLEAN, size BIGINT, tier SMALLINT, "Mixed" VARCHAR)'
    )
    database.executemany('INSERT INTO sky."Stars" VALUES (?,?,?,?,?,?,?,?,?)', STARS)
    database.execute("CREATE TABLE sky.bands (tier INT, band VARCHAR, wave DOUBLE)")
    database.executemany("INSERT INTO sky.bands VALUES (?,?,?)", BANDS)
    database.execute(
        'CREATE TABLE ivoa."ObsCore" (s_ra DOUBLE, s_dec DOUBLE, s_fov DOUBLE, '
        "s_region VARCHAR, t_min VARCHAR)"
    )
    database.execute("CREATE TABLE ivoa.bands (tier INT)")
    database.execute(
        "CREATE TABLE TAP_UPLOAD.mine "
        "(id INT, p DOUBLE[], c DOUBLE[], g DOUBLE[], e DOUBLE[])"
    )
    database.execute(
        "INSERT INTO TAP_UPLOAD.mine VALUES "
        "(1, [10, 20], [10, 20, 1], [9, 19, 11, 19, 11, 21, 9, 21], [1, 2, 3, 4]), "
        "(2, [0, 90], [0, 90, 2], NULL, NULL)"
    )
    database.execute("SET enable_external_access=false")
    yield database
    database.close()


@pytest.fixture(scope="session")
def ask(database):
    """Run a query; its rows as lists of plain values."""

    def ask(text, **options):
        query = compile_query(text, PUBLICATION, **options)
        rows = database.execute(query.sql).fetchall()
        names = [one[0] for one in database.description]
        assert names == [column.name for column in query.columns]
        return rows

    return ask


@pytest.fixture(scope="session")
def value(ask):
    """Calculate one expression."""

    def value(expression):
        ((result,),) = ask(f"SELECT {expression}")
        return result

    return value

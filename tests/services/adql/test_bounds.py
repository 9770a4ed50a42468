"""Outlines that are looked at only where their circles are near: the same answers."""

import math
from dataclasses import replace

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graticule.services.adql import compile_query
from graticule.services.observatory.footprints import Footprint, _ring
from graticule.services.observatory.obscore_columns import OBSCORE_COLUMNS
from graticule.services.published.model import (
    Publication,
    PublishedColumn,
    PublishedSchema,
    PublishedTable,
)

_NAMES = ("s_ra", "s_dec", "s_fov", "s_region")
BOUNDED = tuple(each for each in OBSCORE_COLUMNS if each.name in _NAMES)
PLAIN = tuple(replace(each, bounded_by=None) for each in BOUNDED)
KEY = PublishedColumn("n", "int")
PUBLICATION = Publication(
    (
        PublishedSchema(
            "ivoa",
            (
                PublishedTable("ivoa", "plain", (KEY, *PLAIN)),
                PublishedTable("ivoa", "bounded", (KEY, *BOUNDED)),
            ),
        ),
    )
)


def vector(lon, lat):
    lon, lat = math.radians(lon), math.radians(lat)
    return np.array(
        [math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)]
    )


def outline(random, lon, lat, radius):
    """A polygon whose farthest corner is ``radius`` away, or one around the circle."""
    middle = vector(lon, lat)
    if random.random() < 0.3:
        points = _ring(middle, radius)
    else:
        aside = np.cross(middle, random.normal(size=3))
        aside /= np.linalg.norm(aside)
        above = np.cross(middle, aside)
        turn = np.sort(random.uniform(0, 2 * np.pi, 5))[:, np.newaxis]
        away = np.radians(radius)
        points = np.cos(away) * middle + np.sin(away) * (
            np.cos(turn) * aside + np.sin(turn) * above
        )
    x, y, z = points.T
    corners = np.stack(
        [np.degrees(np.arctan2(y, x)) % 360, np.degrees(np.arctan2(z, np.hypot(x, y)))],
        axis=-1,
    )
    return Footprint(lon, lat, 2 * radius, corners).region


def observations():
    random = np.random.default_rng(11)
    lon = random.uniform(0, 360, 120)
    lat = np.degrees(np.arcsin(random.uniform(-1, 1, 120)))
    # A crowd at a pole, one at the seam, one somewhere.
    lat[:20] = random.uniform(85, 90, 20)
    lon[20:40], lat[20:40] = random.uniform(-4, 4, 20) % 360, random.normal(0, 3, 20)
    lon[40:70], lat[40:70] = random.normal(50, 3, 30), random.normal(20, 3, 30)
    radius = random.choice([0.001, 0.5, 2.0, 9.0, 40.0, 80.0], 120)
    for key, (ra, dec, r) in enumerate(zip(lon, lat, radius, strict=True)):
        yield [key, float(ra), float(dec), float(2 * r), outline(random, ra, dec, r)]
    here = "POLYGON ICRS 49 19 51 19 51 21 49 21"
    nan = float("nan")
    for key, row in enumerate(
        (
            (None, 20, 3, here),
            (50, None, 3, here),
            (50, 20, None, here),
            (nan, 20, 3, here),
            (50, nan, 3, here),
            (50, 20, nan, here),
            (None, None, None, here),
            (50, 20, 3, None),
            (230, -20, 3, None),
            (50, 20, 3, "SQUARE 1 2 3"),
            (230, -20, 3, "SQUARE 1 2 3"),
            (50, 20, 2, "CIRCLE ICRS 50 20 1"),
            (50, 20, 0, "POSITION ICRS 50 20"),
            (50, 20, 1000, here),
        ),
        start=1000,
    ):
        yield [key, *row]


@pytest.fixture(scope="module")
def found():
    database = duckdb.connect(config={"threads": 1})
    database.execute(
        "CREATE SCHEMA ivoa; CREATE TABLE ivoa.plain (n INT, s_ra DOUBLE, "
        "s_dec DOUBLE, s_fov DOUBLE, s_region VARCHAR)"
    )
    database.executemany(
        "INSERT INTO ivoa.plain VALUES (?,?,?,?,?)", list(observations())
    )
    database.execute("CREATE VIEW ivoa.bounded AS SELECT * FROM ivoa.plain")

    def found(text):
        sql = compile_query(text, PUBLICATION).sql
        return sorted(map(repr, database.execute(sql).fetchall()))

    yield found
    database.close()


longitudes = st.floats(-360, 360, allow_nan=False) | st.sampled_from([0.0, 50.0, 360.0])
latitudes = st.floats(-90, 90) | st.sampled_from([-90.0, 20.0, 90.0, 0.0])
sizes = st.floats(1e-6, 179) | st.sampled_from([0.01, 0.5, 89.0, 90.0])


@st.composite
def geometries(draw):
    lon, lat, size = draw(longitudes), draw(latitudes), draw(sizes)
    if draw(st.booleans()):
        lon, lat = draw(st.floats(44, 56)), draw(st.floats(14, 26))
        size = draw(st.floats(1e-6, 5))
    kind = draw(st.sampled_from(["POINT", "CIRCLE", "BOX", "POLYGON", "REGION"]))
    return {
        "POINT": f"POINT('ICRS', {lon!r}, {lat!r})",
        "CIRCLE": f"CIRCLE('ICRS', {lon!r}, {lat!r}, {size!r})",
        "BOX": f"BOX({lon!r}, {lat!r}, {size!r}, {size / 2!r})",
        "POLYGON": f"POLYGON({lon!r}, {lat!r}, {lon + 3!r}, {lat!r}, "
        f"{lon + 1!r}, {lat - math.copysign(2, lat)!r})",
        "REGION": f"REGION('CIRCLE GALACTIC {lon!r} {lat!r} {size!r}')",
    }[kind]


CONDITIONS = (
    "CONTAINS({shape}, s_region) = 1",
    "1 = INTERSECTS({shape}, s_region)",
    "1 = INTERSECTS(s_region, {shape})",
    "CONTAINS(s_region, {shape}) = 1",
    "0 = CONTAINS({shape}, s_region)",
    "INTERSECTS({shape}, s_region) > 0",
    "0.5 <= CONTAINS({shape}, s_region)",
    "CONTAINS({shape}, s_region) < 1",
    "INTERSECTS({shape}, s_region) < 2",
    "n < 50 AND CONTAINS({shape}, s_region) = 1 OR INTERSECTS({shape}, s_region) > 0",
    "NOT (INTERSECTS({shape}, s_region) = 1)",
    "NOT (1 = INTERSECTS(s_region, {shape}) OR s_fov > 100)",
)


@settings(deadline=None, max_examples=25)
@given(geometries(), st.sampled_from(CONDITIONS))
def test_conditions_are_true_of_the_same_rows(found, shape, condition):
    text = f"SELECT n FROM ivoa.{{}} WHERE {condition.format(shape=shape)}"
    assert found(text.format("bounded")) == found(text.format("plain"))


@settings(deadline=None, max_examples=6)
@given(geometries(), st.sampled_from(["CONTAINS", "INTERSECTS"]))
def test_values_are_the_same(found, shape, function):
    text = f"SELECT n, {function}({shape}, s_region) FROM ivoa.{{}}"
    assert found(text.format("bounded")) == found(text.format("plain"))


@pytest.mark.parametrize(
    "text",
    [
        (
            "SELECT a.n, b.n FROM ivoa.{0} AS a JOIN ivoa.{0} AS b "
            "ON 1 = CONTAINS(POINT(a.s_ra, a.s_dec), b.s_region) WHERE a.n < 30"
        ),
        (
            "SELECT a.n, b.n FROM ivoa.{0} AS a JOIN ivoa.{0} AS b "
            "ON 1 = INTERSECTS(CIRCLE(a.s_ra, a.s_dec, a.s_fov / -2), b.s_region) "
            "WHERE a.n > 30 AND a.n < 60 AND b.n > 90"
        ),
        (
            "SELECT a.n, b.n FROM ivoa.{0} AS a JOIN ivoa.{0} AS b "
            "ON 1 = INTERSECTS(a.s_region, b.s_region) WHERE a.n < 20 AND b.n > 90"
        ),
        (
            "SELECT a.n, b.n FROM ivoa.{0} AS a LEFT JOIN ivoa.{0} AS b "
            "ON a.n = b.n + 3 WHERE 1 = CONTAINS(POINT(50, 20), b.s_region)"
        ),
        (
            "SELECT n FROM (SELECT n, s_region, 0 AS s_ra FROM ivoa.{0}) AS t "
            "WHERE 1 = CONTAINS(POINT(50, 20), s_region)"
        ),
        (
            "SELECT n FROM (SELECT n, s_region, s_ra AS s_dec, s_dec AS s_fov, "
            "s_fov AS s_ra FROM ivoa.{0}) AS t "
            "WHERE 1 = CONTAINS(POINT(50, 20), s_region)"
        ),
        (
            "WITH w AS (SELECT n, s_region, s_ra, s_dec, s_fov FROM ivoa.{0} UNION "
            "SELECT n, s_region, 0, 0, 0 FROM ivoa.{0}) "
            "SELECT n, s_ra FROM w WHERE 1 = CONTAINS(POINT(50, 20), s_region)"
        ),
        (
            "SELECT n FROM ivoa.{0} NATURAL JOIN "
            "(SELECT s_region FROM ivoa.plain) AS t "
            "WHERE 1 = CONTAINS(POINT(50, 20), s_region)"
        ),
    ],
)
def test_joins_and_queries_in_queries(found, text):
    rows = found(text.format("bounded"))
    assert rows == found(text.format("plain"))
    assert rows


FAR = (
    "1=INTERSECTS({}, s_region)",
    "INTERSECTS(s_region, {}) > 0",
    "0 < INTERSECTS({}, s_region)",
    "(CONTAINS({0}, s_region) >= 1 OR INTERSECTS({0}, s_region) <> 0)",
    "n = 1 AND INTERSECTS({}, s_region) = 1",
)


@pytest.mark.parametrize("condition", FAR)
@pytest.mark.parametrize(
    "query",
    [
        "SELECT n FROM ivoa.bounded WHERE ",
        "SELECT n FROM (SELECT * FROM ivoa.bounded) AS t WHERE ",
        "WITH w AS (SELECT * FROM ivoa.bounded) SELECT n FROM w WHERE ",
    ],
)
def test_what_is_far_is_not_read(condition, query):
    # By an outline that lies elsewhere than its circle: the bound is what counts.
    database = duckdb.connect()
    database.execute(
        "CREATE SCHEMA ivoa; CREATE TABLE ivoa.bounded AS SELECT 1 AS n, 10e0 AS "
        "s_ra, 0e0 AS s_dec, 1e0 AS s_fov, 'CIRCLE ICRS 50 20 1' AS s_region"
    )
    for where, seen in (("POINT(50, 20)", False), ("CIRCLE(50, 20, 45)", True)):
        sql = compile_query(query + condition.format(where), PUBLICATION).sql
        assert bool(database.execute(sql).fetchall()) == seen
    database.close()

"""Geometry beside Astropy and beside other ways to calculate it, to 1 mas."""

import math

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.services.adql.conftest import PUBLICATION

from graticule.services.adql import compile_query
from graticule.services.adql.constants import bounding_circle, box_corners, vertices

MAS = 1 / 3_600_000
SLOWLY = settings(deadline=None, max_examples=30)
N = 2000


def direction(lon, lat):
    lon, lat = np.radians(lon), np.radians(lat)
    return np.stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1
    )


def random_points(random, count=N):
    lon = random.uniform(0, 360, count)
    lat = np.degrees(np.arcsin(random.uniform(-1, 1, count)))
    lon[:8] = [0, 360, 359.9999999, 1e-9, 180, 12.5, 12.5, 90]
    lat[:8] = [0, 0, 1e-9, -1e-9, -90, 90, -89.9999999, 45]
    return lon, lat


@pytest.fixture(scope="module")
def sky(database):
    """Fill a table with points everywhere, poles and seam included."""
    random = np.random.default_rng(5)
    lon, lat = random_points(random)
    table = {"s_ra": lon, "s_dec": lat}
    database.execute('DELETE FROM ivoa."ObsCore"')
    rows = [
        (float(a), float(d), 1.0, f"CIRCLE ICRS {a!r} {d!r} 1.0", None)
        for a, d in zip(lon.tolist(), lat.tolist(), strict=True)
    ]
    database.executemany('INSERT INTO ivoa."ObsCore" VALUES (?,?,?,?,?)', rows)
    yield table
    database.execute('DELETE FROM ivoa."ObsCore"')


def as_point(place):
    return f"POINT({float(place.ra.deg)!r}, {float(place.dec.deg)!r})"


def column(ask, expression, where=""):
    rows = ask(f"SELECT {expression} AS x FROM ivoa.ObsCore {where}")
    return np.array([row[0] for row in rows])


@pytest.mark.parametrize(
    ("lon", "lat"), [(10.0, 20.0), (0.0, 90.0), (359.9999, -0.0001), (180.0, -90.0)]
)
def test_distances_are_astropys(ask, sky, lon, lat):
    here = SkyCoord(lon, lat, unit="deg")
    there = SkyCoord(sky["s_ra"], sky["s_dec"], unit="deg")
    expected = here.separation(there).deg
    for written in (
        f"DISTANCE(POINT(s_ra, s_dec), POINT('ICRS', {lon}, {lat}))",
        f"DISTANCE({lon}, {lat}, s_ra, s_dec)",
    ):
        assert np.abs(column(ask, written) - expected).max() < MAS / 1000


@SLOWLY
@given(
    st.floats(0, 360),
    st.floats(-90, 90),
    st.floats(0, 360),
    st.floats(-12, 0),
    st.booleans(),
)
def test_small_and_antipodal_distances(value, lon, lat, angle, exponent, opposite):
    step = 10**exponent
    start = SkyCoord(lon, lat, unit="deg")
    end = start.directional_offset_by(angle * u.deg, step * u.deg)
    expected = start.separation(end).deg
    lon_2, lat_2 = float(end.ra.deg), float(end.dec.deg)
    if opposite:
        lon_2, lat_2, expected = lon_2 + 180, -lat_2, 180 - expected
    found = value(f"DISTANCE({lon!r}, {lat!r}, {lon_2!r}, {lat_2!r})")
    assert abs(found - expected) < MAS / 1000


@pytest.mark.parametrize("radius", [0.0, 1e-6, 0.5, 30.0, 90.0, 91.5, 179.0, 180.0])
@pytest.mark.parametrize(("lon", "lat"), [(10.0, 20.0), (0.0, 90.0), (0.0, -0.5)])
def test_cones(ask, sky, lon, lat, radius):
    here = SkyCoord(lon, lat, unit="deg")
    apart = here.separation(SkyCoord(sky["s_ra"], sky["s_dec"], unit="deg")).deg
    clear = np.abs(apart - radius) > MAS / 1000
    cone = f"CONTAINS(POINT(s_ra, s_dec), CIRCLE({lon}, {lat}, {radius}))"
    found = column(ask, cone)
    assert np.array_equal(found[clear] == 1, (apart < radius)[clear])
    for condition, expected in (
        (f"{cone} = 1", found),
        (f"1 = {cone}", found),
        (cone, found),
        (f"{cone} = 0", 1 - found),
        (f"0 <> {cone}", found),
        (f"INTERSECTS(CIRCLE({lon}, {lat}, {radius}), POINT(s_ra, s_dec)) = 1", found),
    ):
        count = ask(f"SELECT COUNT(*) FROM ivoa.ObsCore WHERE {condition}")
        assert count == [(expected.sum(),)]


def test_distance_conditions_are_cones(ask, sky):
    apart = column(ask, "DISTANCE(POINT(s_ra, s_dec), POINT(10, 20))")
    for written, expected in (
        ("DISTANCE(POINT(s_ra, s_dec), POINT(10, 20)) < 30", apart < 30),
        ("30 >= DISTANCE(POINT(10, 20), POINT(s_ra, s_dec))", apart <= 30),
        ("DISTANCE(10, 20, s_ra, s_dec) > 30", apart > 30),
        ("DISTANCE(10, 20, s_ra, s_dec) < 30 * s_fov", apart < 30),
    ):
        count = ask(f"SELECT COUNT(*) FROM ivoa.ObsCore WHERE {written}")
        assert count == [(expected.sum(),)]
    assert 0 < (apart < 30).sum() < N


def winding_numbers(points, ring):
    """Say which points lie in a ring: every arc from outside crosses it evenly."""
    corners = direction(*np.transpose(ring))
    middle = corners.sum(axis=0)
    inside = np.zeros(len(points), bool)
    axis = middle / np.linalg.norm(middle)
    east = np.cross([0, 0, 1.0], axis)
    east /= np.linalg.norm(east)
    north = np.cross(axis, east)

    def plane(vectors):
        down = vectors @ axis
        return vectors @ east / down, vectors @ north / down

    # In the tangent plane great circles are straight lines.
    xs, ys = plane(corners)
    px, py = plane(points)
    for i in range(len(corners)):
        x1, y1, x2, y2 = xs[i - 1], ys[i - 1], xs[i], ys[i]
        crosses = (y1 > py) != (y2 > py)
        with np.errstate(divide="ignore", invalid="ignore"):
            inside ^= crosses & (px < (x2 - x1) * (py - y1) / (y2 - y1) + x1)
    return inside & (points @ axis > 0)


RINGS = [
    [(9, 19), (11, 19), (11, 21), (9, 21)],
    [(350, -20), (20, -25), (30, 15), (340, 20)],
    [(0, 60), (90, 55), (180, 65), (270, 50)],
    [(0, -70), (270, -60), (180, -65), (90, -60)],
    [(100, 0), (140, 0), (140, 40), (120, 10), (100, 40)],
    [(200, -50), (260, -45), (250, 30), (190, 35), (225, 0)],
]


@pytest.mark.parametrize("ring", RINGS)
@pytest.mark.parametrize("turned", [False, True])
def test_points_in_polygons(ask, database, sky, ring, turned):
    ring = ring[::-1] if turned else ring
    expected = winding_numbers(direction(sky["s_ra"], sky["s_dec"]), ring)
    numbers = ", ".join(f"{a}, {d}" for a, d in ring)
    text = f"POLYGON ICRS {numbers.replace(',', '')}"
    for polygon in (f"POLYGON({numbers})", f"REGION('{text}')"):
        inside = f"CONTAINS(POINT(s_ra, s_dec), {polygon})"
        assert np.array_equal(column(ask, inside) == 1, expected)
        count = f"SELECT COUNT(*) FROM ivoa.ObsCore WHERE 1 = {inside}"
        assert ask(count) == [(expected.sum(),)]
    # The same polygon as texts in a column, read row by row.
    subquery = f"(SELECT s_ra, s_dec, '{text}' AS r FROM ivoa.ObsCore) AS t"
    found = ask(f"SELECT CONTAINS(POINT(s_ra, s_dec), REGION(r)) FROM {subquery}")
    assert [one == 1 for (one,) in found] == expected.tolist()


@SLOWLY
@given(
    st.floats(0, 360),
    st.floats(-90, 90),
    st.floats(-3, 1.5),
    st.floats(0, 360),
    st.floats(0.01, 0.99),
    st.integers(3, 7),
)
def test_polygons_around_anywhere(value, lon, lat, size, angle, part, corners):
    """Corners lie on a circle: what is in or out of it by far is known."""
    size = 10**size
    middle = SkyCoord(lon, lat, unit="deg")
    angles = np.arange(corners) * 360 / corners + 5
    ring = middle.directional_offset_by(angles * u.deg, size * u.deg)
    numbers = ", ".join(
        f"{a!r}, {d!r}"
        for a, d in zip(ring.ra.deg.tolist(), ring.dec.deg.tolist(), strict=False)
    )
    # The circle within: to the middle of an edge.
    edge = direction(ring.ra.deg, ring.dec.deg)[:2].sum(axis=0)
    edge /= np.linalg.norm(edge)
    within = math.degrees(2 * math.asin(np.linalg.norm(edge - direction(lon, lat)) / 2))
    for distance, expected in ((within * part, 1), (size * (1 + part), 0)):
        assume(abs(distance - within) > 1e-9)
        point = middle.directional_offset_by(angle * u.deg, distance * u.deg)
        written = as_point(point)
        assert value(f"CONTAINS({written}, POLYGON({numbers}))") == expected
        assert value(f"INTERSECTS(POLYGON({numbers}), {written})") == expected
    inner = f"CIRCLE({lon!r}, {lat!r}, {within * part!r})"
    assert value(f"CONTAINS({inner}, POLYGON({numbers}))") == 1
    larger = float(within + (size - within) * part + 1e-6)
    outer = f"CIRCLE({lon!r}, {lat!r}, {larger!r})"
    assert value(f"CONTAINS({outer}, POLYGON({numbers}))") == 0
    assert value(f"INTERSECTS({outer}, POLYGON({numbers}))") == 1
    around = f"CIRCLE({lon!r}, {lat!r}, {size * (1 + 1e-9) + 1e-9!r})"
    assert value(f"CONTAINS(POLYGON({numbers}), {around})") == 1


def test_edges_lie_within(value):
    square = "POLYGON(10, 10, 20, 10, 20, 20, 10, 20)"
    for corner in ((10, 10), (20, 10), (20, 20), (10, 20), (10, 15.123), (20, 11)):
        assert value(f"CONTAINS(POINT{corner}, {square})") == 1
    assert value(f"CONTAINS({square}, {square})") == 1
    assert value("CONTAINS(POINT(0, 1), CIRCLE(0, 0, 1))") == 1
    assert value("CONTAINS(CIRCLE(0, 0, 1), CIRCLE(0, 0, 1))") == 1
    assert value("INTERSECTS(CIRCLE(0, 0, 1), CIRCLE(2, 0, 1))") == 1
    assert value("CONTAINS(POINT(370, 5), POINT(10, 5))") == 1


@pytest.mark.parametrize(
    ("function", "one", "other", "expected"),
    [
        ("CONTAINS", "CIRCLE(0, 0, 1)", "CIRCLE(359.5, 0, 2)", 1),
        ("CONTAINS", "CIRCLE(0, 0, 1)", "CIRCLE(1.5, 0, 2)", 0),
        ("INTERSECTS", "CIRCLE(0, 89, 1)", "CIRCLE(180, 89, 1.01)", 1),
        ("INTERSECTS", "CIRCLE(0, 89, 1)", "CIRCLE(180, 89, 0.99)", 0),
        ("INTERSECTS", "CIRCLE(0, 0, 1)", "BOX(2, 0, 2.2, 1)", 1),
        ("INTERSECTS", "CIRCLE(0, 0, 1)", "BOX(2, 0, 1.8, 1)", 0),
        ("CONTAINS", "BOX(0, 0, 1, 1)", "BOX(0, 0, 2, 2)", 1),
        ("CONTAINS", "BOX(0, 0, 2, 2)", "BOX(0, 0, 1, 1)", 0),
        ("INTERSECTS", "BOX(0, 0, 2, 2)", "BOX(0, 0, 1, 1)", 1),
        ("INTERSECTS", "BOX(0, 0, 4, 1)", "BOX(0, 0, 1, 4)", 1),
        ("CONTAINS", "BOX(0, 0, 4, 1)", "BOX(0, 0, 1, 4)", 0),
        ("INTERSECTS", "BOX(0, 0, 1, 1)", "BOX(1.2, 0, 1, 1)", 0),
        ("INTERSECTS", "BOX(0, 90, 1, 1)", "BOX(180, 89.2, 1, 1)", 1),
        ("CONTAINS", "POLYGON(0, 1, 1, -1, -1, -1)", "CIRCLE(180, 0, 179.5)", 0),
        ("CONTAINS", "POLYGON(0, 1, 1, -1, -1, -1)", "CIRCLE(180, 10, 179.5)", 1),
        ("CONTAINS", "CIRCLE(0, 0, 1)", "POINT(0, 0)", 0),
        # A notch: all corners lie within, the edge over the notch does not.
        (
            "CONTAINS",
            "POLYGON(0, 8, 10, 8, 5, 9)",
            "POLYGON(0, 0, 10, 0, 10, 10, 5, 2, 0, 10)",
            0,
        ),
    ],
)
def test_regions_and_regions(ask, value, function, one, other, expected):
    assert value(f"{function}({one}, {other})") == expected
    if function == "INTERSECTS":
        assert value(f"INTERSECTS({other}, {one})") == expected
    # With numbers of a row instead of numbers that are known before.
    moved = [shape.replace("(", "(0 * s.id + ", 1) for shape in (one, other)]
    rows = ask(f"SELECT TOP 1 {function}({moved[0]}, {moved[1]}) FROM sky.Stars AS s")
    assert rows == [(expected,)]


def test_areas(value):
    steradian = (180 / math.pi) ** 2
    for radius in (1e-4, 1.0, 90.0, 180.0):
        cap = 2 * math.pi * (1 - math.cos(math.radians(radius))) * steradian
        found = value(f"AREA(CIRCLE(10, 20, {radius}))")
        assert found == pytest.approx(cap, rel=1e-7 if radius < 1 else 1e-12)
    # A triangle with three right angles; Girard's excess is half pi.
    octant = value("AREA(POLYGON(0, 0, 90, 0, 0, 90))")
    assert octant == pytest.approx(math.pi / 2 * steradian, rel=1e-12)
    for width, height in ((10, 10), (1e-3, 2e-3), (170, 5)):
        a, b = math.radians(width / 2), math.radians(height / 2)
        expected = 4 * math.asin(math.sin(a) * math.sin(b)) * steradian
        for place in ("33, 44", "0, 90", "359.9, -89.9"):
            found = value(f"AREA(BOX({place}, {width}, {height}))")
            assert found == pytest.approx(expected, rel=1e-7)
    assert value("AREA(POINT(1, 2))") == 0
    assert value("AREA(REGION('Circle ICRS 1 2 90'))") == pytest.approx(
        2 * math.pi * steradian
    )


@SLOWLY
@given(
    st.floats(0, 360), st.floats(-90, 90), st.floats(-3.5, 1.7), st.floats(-3.5, 1.7)
)
def test_boxes_have_their_middle(value, lon, lat, width, height):
    width, height = 10**width, 10**height
    box = f"BOX({lon!r}, {lat!r}, {width!r}, {height!r})"
    found = value(f"CENTROID({box})")
    middle = SkyCoord(lon, lat, unit="deg")
    assert SkyCoord(*found, unit="deg").separation(middle).deg < MAS
    # The arms of the cross end at the edges.
    for angle, arm in ((0, height / 2), (90, width / 2), (180, height / 2)):
        for factor, expected in ((0.999, 1), (1.001, 0)):
            end = middle.directional_offset_by(angle * u.deg, arm * factor * u.deg)
            point = as_point(end)
            assert value(f"CONTAINS({point}, {box})") == expected


def test_centroids(value):
    # The mean of many points of the triangle, all with the same area (Fibonacci's).
    index = np.arange(400_000) + 0.5
    lat = np.degrees(np.arcsin(1 - 2 * index / len(index)))
    points = direction(index * 180 * (1 + math.sqrt(5)) % 360, lat)
    inside = winding_numbers(points, [(0, 0), (60, 0), (0, 70)])
    mean = points[inside].mean(axis=0)
    lon, lat = value("CENTROID(POLYGON(0, 0, 60, 0, 0, 70))")
    found = direction(np.array(lon), np.array(lat))
    assert np.linalg.norm(found - mean / np.linalg.norm(mean)) < 1e-4
    assert value("CENTROID(CIRCLE(1, 2, 3))") == [1.0, 2.0]
    assert value("COORD1(CENTROID(POINT(1, 2)))") == 1.0


@pytest.mark.parametrize("frame", ["galactic", "fk5"])
def test_frames_are_astropys(ask, sky, frame):
    turned = SkyCoord(sky["s_ra"], sky["s_dec"], unit="deg", frame=frame).icrs
    found = column(ask, f"POINT('{frame.upper()}', s_ra, s_dec)")
    there = SkyCoord(found[:, 0], found[:, 1], unit="deg")
    assert turned.separation(there).deg.max() < MAS
    constant = ask(f"SELECT CIRCLE('{frame}', 30, 40, 2) AS c")[0][0]
    expected = SkyCoord(30, 40, unit="deg", frame=frame).icrs
    assert expected.separation(SkyCoord(*constant[:2], unit="deg")).deg < MAS
    assert constant[2] == 2.0
    same = f"CONTAINS(POINT('{frame}', 1, 2), CIRCLE('{frame}', 1, 2, 0.0001))"
    assert ask(f"SELECT {same}, COORDSYS(POINT('{frame}', 1, 2))") == [
        (1, frame.upper())
    ]


@pytest.mark.parametrize(
    "system", ["''", "'ICRS'", "'icrs geocenter'", "'ICRS BARYCENTER SPHERICAL2'"]
)
def test_icrs_has_many_names(value, system):
    assert value(f"POINT({system}, 1, 2)") == [1.0, 2.0]


def test_columns_that_are_geometries(ask):
    rows = ask(
        "SELECT id, COORD1(p), COORD2(p), DISTANCE(p, POINT(10, 20)), "
        "CONTAINS(p, c), CONTAINS(POINT(10.5, 20), g), AREA(c), INTERSECTS(c, g), "
        "COORDSYS(p), CONTAINS(c, CIRCLE(p, 1.5)) FROM TAP_UPLOAD.mine ORDER BY id"
    )
    assert rows[0][:6] == (1, 10.0, 20.0, 0.0, 1, 1)
    assert rows[0][6] == pytest.approx(3.1415129)
    assert rows[0][7:] == (1, "ICRS", 1)
    assert rows[1][:6] == (2, 0.0, 90.0, pytest.approx(70.0), 1, None)
    assert rows[1][7:] == (None, "ICRS", 0)
    assert ask("SELECT p, c, g FROM TAP_UPLOAD.mine WHERE id = 1") == [
        ([10, 20], [10, 20, 1], [9, 19, 11, 19, 11, 21, 9, 21])
    ]


REGIONS = {
    "POLYGON ICRS 9 19 11 19 11 21 9 21": (1, 1),
    "polygon 9 19 11 19 11 21 9 21": (1, 1),
    "Circle ICRS 10 20 0.5": (1, 1),
    "CIRCLE ICRS 12 20 0.5": (0, 0),
    "CIRCLE ICRS  10.5  20 0.2": (0, 1),
    "POSITION ICRS 10 20": (1, 1),
    "BOX ICRS 10 20 2 2": (1, 1),
    "UNION ICRS (CIRCLE 10 20 1 CIRCLE 1 2 3)": (None, None),
    "POLYGON ICRS 9 19 11": (None, None),
    "": (None, None),
}


def test_regions_in_columns(ask, database):
    database.execute('DELETE FROM ivoa."ObsCore"')
    rows = [(n, 0.0, None, text, None) for n, text in enumerate(REGIONS)]
    database.executemany('INSERT INTO ivoa."ObsCore" VALUES (?,?,?,?,?)', rows)
    database.execute('INSERT INTO ivoa."ObsCore" VALUES (99, 0, NULL, NULL, NULL)')
    found = ask(
        "SELECT s_region, CONTAINS(POINT(10, 20), s_region), "
        "INTERSECTS(s_region, CIRCLE('ICRS', 10, 20, 0.4)) FROM ivoa.ObsCore"
    )
    assert {one: (a, b) for one, a, b in found} == {**REGIONS, None: (None, None)}
    where = "WHERE 1 = CONTAINS(POINT(10, 20), s_region)"
    assert ask(f"SELECT COUNT(*) FROM ivoa.ObsCore {where}") == [(5,)]
    database.execute('DELETE FROM ivoa."ObsCore"')


def test_missing_coordinates_are_neither_in_nor_out(ask, database):
    database.execute('DELETE FROM ivoa."ObsCore"')
    database.execute('INSERT INTO ivoa."ObsCore" VALUES (NULL, 50, NULL, NULL, NULL)')
    for shape in ("CIRCLE(1, 2, 3)", "POLYGON(0, 0, 9, 0, 0, 9)", "CIRCLE(1, 2, 150)"):
        inside = f"CONTAINS(POINT(s_ra, s_dec), {shape})"
        assert ask(f"SELECT {inside}, POINT(s_ra, s_dec) FROM ivoa.ObsCore") == [
            (None, None)
        ]
        for wanted in (0, 1):
            where = f"WHERE {inside} = {wanted}"
            assert ask(f"SELECT COUNT(*) FROM ivoa.ObsCore {where}") == [(0,)]
            where = f"WHERE NOT ({inside} = {wanted})"
            assert ask(f"SELECT COUNT(*) FROM ivoa.ObsCore {where}") == [(0,)]
    where = "WHERE NOT (DISTANCE(POINT(s_ra, s_dec), POINT(1, 2)) < 3)"
    assert ask(f"SELECT COUNT(*) FROM ivoa.ObsCore {where}") == [(0,)]
    database.execute('DELETE FROM ivoa."ObsCore"')


def test_columns_may_be_called_as_anything(database):
    """Parameters of our formulas never mean a column, whatever its name."""
    text = "SELECT CONTAINS(c, g) AS e, CENTROID(g) AS g, p FROM TAP_UPLOAD.mine"
    query = compile_query(f"{text} WHERE INTERSECTS(g, c) = 1", PUBLICATION)
    (row,) = database.execute(query.sql).fetchall()
    assert row[0] == 0
    assert row[1] == pytest.approx([10, 20.0006857])


def test_circles_around_constants():
    corners = box_corners(10, 80, 3, 4)
    lon, lat, radius = bounding_circle(vertices(corners))
    middle = SkyCoord(lon, lat, unit="deg")
    apart = middle.separation(SkyCoord(corners[::2], corners[1::2], unit="deg")).deg
    assert apart.max() == pytest.approx(radius, abs=1e-6)
    assert apart.max() <= radius
    assert bounding_circle(vertices([0, 0, 120, 0, 240, 0])) is None

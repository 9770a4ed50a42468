"""Shapes and outlines: what they have in common, against thousands of points."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.observatory.raw_sky import inside

from graticule.services.observatory.cutout_words import read_pos
from graticule.services.observatory.overlaps import latitudes_of, overlaps

RNG = np.random.default_rng(11)


def vector(lon, lat):
    lon, lat = np.radians(lon), np.radians(lat)
    return np.stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], -1
    )


def ring(lon, lat, radius, count, phase=0.0):
    """Corners (degrees) on a circle around a position."""
    centre = vector(lon, lat)
    aside = np.cross(centre, vector(lon + 90, 0.0) if abs(lat) < 80 else [1.0, 0, 0])
    aside /= np.linalg.norm(aside)
    above = np.cross(centre, aside)
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)[:, None] + phase
    at = np.cos(np.radians(radius)) * centre + np.sin(np.radians(radius)) * (
        np.cos(turn) * aside + np.sin(turn) * above
    )
    x, y, z = at.T
    return np.stack([np.degrees(np.arctan2(y, x)) % 360, np.degrees(np.arcsin(z))], 1)


def points_near(lon, lat, radius, count=4000):
    centre = vector(lon, lat)
    spread = RNG.normal(size=(count, 3)) * np.radians(radius)
    at = centre + spread
    return at / np.linalg.norm(at, axis=1, keepdims=True)


def holds(text, points):
    """Which points a shape holds, worked out another way than in the project."""
    word, *numbers = text.split()
    n = [float(one) for one in numbers]
    x, y, z = points.T
    lon, lat = np.degrees(np.arctan2(y, x)) % 360, np.degrees(np.arcsin(z))
    if word == "CIRCLE":
        return points @ vector(n[0], n[1]) >= np.cos(np.radians(n[2]))
    if word == "RANGE":
        width = n[1] - n[0] if n[1] - n[0] == 360 else (n[1] - n[0]) % 360
        return ((lon - n[0]) % 360 <= width) & (lat >= n[2]) & (lat <= n[3])
    return inside(points, np.array(n).reshape(-1, 2))


@st.composite
def shapes(draw, lon, lat):
    """Shapes around a place, or a few degrees away from it."""
    lon = (lon + draw(st.floats(-6, 6)) / max(np.cos(np.radians(lat)), 0.2)) % 360
    lat = np.clip(lat + draw(st.floats(-6, 6)), -89, 89)
    size = draw(st.floats(0.1, 6))
    kind = draw(st.sampled_from(["CIRCLE", "RANGE", "POLYGON"]))
    if kind == "CIRCLE":
        return f"CIRCLE {lon} {lat} {size}"
    if kind == "RANGE":
        south, north = max(lat - size, -90), min(lat + size, 90)
        return f"RANGE {lon} {(lon + 2 * size) % 360} {south} {north}"
    corners = ring(lon, lat, size, draw(st.integers(3, 7)), draw(st.floats(0, 6)))
    return "POLYGON " + " ".join(str(number) for number in corners.ravel())


@settings(max_examples=300, deadline=None)
@given(
    data=st.data(),
    lon=st.floats(0, 360),
    lat=st.floats(-88, 88),
    radius=st.floats(0.5, 5),
    count=st.integers(3, 6),
)
def test_points_in_both_mean_an_overlap(data, lon, lat, radius, count):
    corners = ring(lon, lat, radius, count)
    text = data.draw(shapes(lon, lat))
    points = points_near(lon, lat, radius)
    common = holds(text, points) & inside(points, corners)
    found = overlaps(read_pos(text), vector(*corners.T))
    if common.any():
        assert found, text
        south, north = latitudes_of(read_pos(text))
        latitudes = np.degrees(np.arcsin(points[common][:, 2]))
        assert (latitudes >= south - 1e-9).all()
        assert (latitudes <= north + 1e-9).all()
    elif found:
        # A small corner may hold none of the points: look closer around it.
        edge = inside(points, ring(lon, lat, radius * 1.3, 64))
        assert edge.any()
        assert near_each_other(text, corners), text


def near_each_other(text, corners):
    """Whether dense points of the outline come close to the shape."""
    polygon = vector(*corners.T)
    part = np.linspace(0, 1, 4000)[:, None, None]
    side = (1 - part) * polygon + part * np.roll(polygon, -1, axis=0)
    outline = (side / np.linalg.norm(side, axis=-1, keepdims=True)).reshape(-1, 3)
    moved = [outline + np.radians(0.004) * RNG.normal(size=outline.shape) for _ in "ab"]
    dense = np.concatenate([outline, *moved])
    dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    if holds(text, dense).any():
        return True
    word, *numbers = text.split()
    n = [float(one) for one in numbers]
    place = {
        "CIRCLE": lambda: vector(n[0], n[1])[None],
        "RANGE": lambda: vector(np.array([n[0], n[1]] * 2), np.array(n[2:] * 2)),
        "POLYGON": lambda: vector(*np.array(n).reshape(-1, 2).T),
    }[word]()
    return bool(inside(place, corners).any())


SQUARE = vector(*np.array([[10.0, 10], [11, 10], [11, 11], [10, 11]]).T)
AROUND_POLE = vector(*np.array([[0.0, 85], [90, 85], [180, 85], [270, 85]]).T)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CIRCLE 10.5 10.5 0.001", True),
        ("CIRCLE 12 10.5 0.5", False),
        ("CIRCLE 12 10.5 1.0", True),
        ("CIRCLE 190.5 -10.5 1.0", False),
        ("RANGE 0 360 -90 90", True),
        ("RANGE 10.4 10.6 -90 90", True),
        ("RANGE 0 360 10.4 10.6", True),
        ("RANGE 350 9.9 0 20", False),
        ("RANGE 350 10.1 0 20", True),
        ("RANGE 10.4 10.6 12 20", False),
        ("POLYGON 10.4 9 10.6 9 10.6 12 10.4 12", True),
        ("POLYGON 12 9 13 9 13 12", False),
        ("POLYGON 9 9 12 9 12 12 9 12", True),
    ],
)
def test_known_shapes(text, expected):
    assert overlaps(read_pos(text), SQUARE) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CIRCLE 0 90 0.1", True),
        ("RANGE 0 360 89 89.5", True),
        ("RANGE 20 21 89 89.5", True),
        ("RANGE 0 360 70 80", False),
        ("CIRCLE 0 -90 0.1", False),
    ],
)
def test_around_a_pole(text, expected):
    assert overlaps(read_pos(text), AROUND_POLE) is expected

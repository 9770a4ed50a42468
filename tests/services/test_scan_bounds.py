"""Bounding boxes, against the shapes' own points pushed through the transform."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graticule.errors import RequestError
from graticule.pixels.annotations import Shape, ShapeKind
from graticule.services.shape_bounds import parse_points, shape_bounds

numbers = st.floats(-100, 100)
sizes = st.floats(0.5, 100)
transforms = st.tuples(*[numbers] * 6)


def pushed(points, transform):
    a00, a10, a01, a11, a02, a12 = transform
    moved = [(a00 * x + a01 * y + a02, a10 * x + a11 * y + a12) for x, y in points]
    xs, ys = zip(*moved, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


@settings(deadline=None, max_examples=50)
@given(numbers, numbers, sizes, sizes, transforms)
def test_ellipse(x, y, radius_x, radius_y, transform):
    shape = Shape(
        ShapeKind.ELLIPSE,
        {"x": x, "y": y, "radius_x": radius_x, "radius_y": radius_y},
        transform=transform,
    )
    turns = [2 * math.pi * i / 2000 for i in range(2000)]
    outline = [(x + radius_x * math.cos(a), y + radius_y * math.sin(a)) for a in turns]
    assert shape_bounds(shape) == pytest.approx(
        pushed(outline, transform), rel=1e-3, abs=0.1
    )


@settings(deadline=None, max_examples=50)
@given(numbers, numbers, sizes, sizes, transforms)
def test_rectangle_and_mask(x, y, width, height, transform):
    corners = [(x + i * width, y + j * height) for i in (0, 1) for j in (0, 1)]
    for kind in (ShapeKind.RECTANGLE, ShapeKind.MASK):
        geometry = {"x": x, "y": y, "width": width, "height": height}
        shape = Shape(kind, geometry, transform=transform)
        assert shape_bounds(shape) == pytest.approx(pushed(corners, transform))


@pytest.mark.parametrize(
    ("shape", "bounds"),
    [
        (Shape(ShapeKind.POINT, {"x": 3, "y": 4}), (3, 4, 3, 4)),
        (Shape(ShapeKind.LABEL, {"x": 3, "y": 4}, text="a"), (3, 4, 3, 4)),
        (Shape(ShapeKind.LINE, {"x1": 5, "y1": 1, "x2": 2, "y2": 8}), (2, 1, 5, 8)),
        (Shape(ShapeKind.POLYGON, {}, "0,1 4,2 3,9"), (0, 1, 4, 9)),
        (Shape(ShapeKind.POLYLINE, {}, "0 1, 4 2"), (0, 1, 4, 2)),
        # A quarter turn: x becomes y.
        (
            Shape(ShapeKind.POINT, {"x": 3, "y": 4}, transform=(0, 1, -1, 0, 0, 0)),
            (-4, 3, -4, 3),
        ),
    ],
)
def test_plain_shapes(shape, bounds):
    assert shape_bounds(shape) == bounds


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (Shape(ShapeKind.RECTANGLE, {"x": 0, "y": 0, "width": 3}), "without height"),
        (Shape(ShapeKind.POINT, {"x": math.nan, "y": 0}), "not finite"),
        (Shape(ShapeKind.POLYGON, {}, ""), "not pairs"),
        (Shape(ShapeKind.POLYGON, {}, "1,2 3"), "not pairs"),
        (Shape(ShapeKind.POLYGON, {}, "1,2 x,y"), "not numbers"),
    ],
)
def test_shapes_without_a_place(shape, words):
    with pytest.raises(RequestError, match=words):
        shape_bounds(shape)


def test_points():
    assert parse_points("1,2  3.5,-4") == [(1, 2), (3.5, -4)]

"""Which pixels belong to a shape, against other people's and slower arithmetic."""

import math
from fractions import Fraction

import numpy as np
import pytest
from skimage.draw import ellipse, line
from skimage.measure import points_in_poly

from graticule.errors import RequestError
from graticule.pixels.annotations import Shape, ShapeKind
from graticule.services.shape_pixels import TILE_LENGTH, coverage

SIZE = (60, 40)  # width, height
TURNED = (
    math.cos(0.5),
    math.sin(0.5),
    -math.sin(0.5) * 1.5,
    math.cos(0.5) * 1.5,
    7.3,
    -4.1,
)


def shape(kind, points="", transform=None, bits=None, **geometry):
    return Shape(ShapeKind(kind), geometry, points, bits, transform=transform)


def pixels(drawn, width=SIZE[0], height=SIZE[1]):
    """All pixels of a shape, put together of the pieces."""
    found = coverage(drawn, width, height)
    whole = np.zeros((height, width), bool)
    seen = np.zeros((height, width), int)
    for window in found.windows():
        rows, columns = slice(window.y0, window.y1), slice(window.x0, window.x1)
        inside = found.inside(window)
        assert inside.dtype == bool
        assert inside.shape == (window.height, window.width)
        whole[rows, columns] = inside
        seen[rows, columns] += 1
    assert seen.max(initial=0) <= 1
    return whole


def centres(width=SIZE[0], height=SIZE[1]):
    ys, xs = np.mgrid[:height, :width] + 0.5
    return xs, ys


def before(transform):
    """Where the centres were before a transform, by NumPy's inverse."""
    a00, a10, a01, a11, a02, a12 = transform
    matrix = np.linalg.inv([[a00, a01, a02], [a10, a11, a12], [0, 0, 1]])
    xs, ys = centres()
    u, v, _ = np.tensordot(matrix, np.stack([xs, ys, np.ones_like(xs)]), 1)
    return u, v


def text(points):
    return " ".join(f"{x},{y}" for x, y in points)


def in_polygon(points, width=SIZE[0], height=SIZE[1]):
    xs, ys = centres(width, height)
    places = np.stack([xs.ravel(), ys.ravel()], axis=1)
    return points_in_poly(places, np.array(points)).reshape(height, width)


@pytest.mark.parametrize(
    ("box", "rows", "columns"),
    [
        ((3, 5, 10, 4), (5, 9), (3, 13)),
        ((3.5, 5.5, 1, 1), (5, 6), (3, 4)),
        ((3.6, 5.6, 1, 1), (6, 7), (4, 5)),
        ((3.6, 5.6, 0.8, 0.8), (0, 0), (0, 0)),
        ((-5, -5, 8, 7), (0, 2), (0, 3)),
        ((50, 30, 100, 100), (30, 40), (50, 60)),
        ((100, 100, 10, 10), (0, 0), (0, 0)),
    ],
)
def test_rectangles(box, rows, columns):
    x, y, width, height = box
    expected = np.zeros(SIZE[::-1], bool)
    expected[slice(*rows), slice(*columns)] = True
    found = pixels(shape("Rectangle", x=x, y=y, width=width, height=height))
    assert np.array_equal(found, expected)


def test_turned_rectangle():
    u, v = before(TURNED)
    drawn = shape("Rectangle", transform=TURNED, x=12, y=3, width=21, height=9)
    expected = (u >= 12) & (u < 33) & (v >= 3) & (v < 12)
    assert 200 < expected.sum() < 300
    assert np.array_equal(pixels(drawn), expected)


@pytest.mark.parametrize("transform", [None, TURNED])
def test_ellipse(transform):
    drawn = shape("Ellipse", transform=transform, x=25, y=16, radius_x=13, radius_y=6.2)
    u, v = before(transform or (1, 0, 0, 1, 0, 0))
    expected = ((u - 25) / 13) ** 2 + ((v - 16) / 6.2) ** 2 <= 1
    assert expected.sum() > 200
    assert np.array_equal(pixels(drawn), expected)


def test_ellipse_as_scikit_image_draws_it():
    # its pixels are centred on whole numbers
    expected = np.zeros(SIZE[::-1], bool)
    expected[ellipse(16.1 - 0.5, 25.3 - 0.5, 6.2, 13, expected.shape)] = True
    drawn = shape("Ellipse", x=25.3, y=16.1, radius_x=13, radius_y=6.2)
    assert np.array_equal(pixels(drawn), expected)


@pytest.mark.parametrize("seed", range(12))
def test_polygons(seed):
    """Also those that cross themselves, and reach out of the image."""
    random = np.random.default_rng(seed)
    points = (random.random((3 + seed, 2)) * (80, 60) - 10).round(3).tolist()
    found = pixels(shape("Polygon", points=text(points)))
    expected = in_polygon(points)
    assert expected.any()
    assert np.array_equal(found, expected)


def test_polygon_of_whole_numbers_is_its_area():
    found = pixels(shape("Polygon", points="10,10 30,10 30,25 10,25"))
    assert found.sum() == 20 * 15
    assert found[10:25, 10:30].all()


def test_transformed_polygon():
    points = [(5, 5), (30.5, 8), (18, 22.25)]
    a00, a10, a01, a11, a02, a12 = TURNED
    moved = [(a00 * x + a01 * y + a02, a10 * x + a11 * y + a12) for x, y in points]
    found = pixels(shape("Polygon", points=text(points), transform=TURNED))
    assert np.array_equal(found, in_polygon(moved))


def test_mask():
    bits = np.random.default_rng(3).random((9, 13)) < 0.5
    packed = np.packbits(bits).tobytes()
    drawn = shape("Mask", x=55, y=-2, width=13, height=9, bits=packed)
    expected = np.zeros(SIZE[::-1], bool)
    expected[:7, 55:60] = bits[2:, :5]
    assert np.array_equal(pixels(drawn), expected)


def test_mask_between_pixels_and_too_short():
    packed = b"\xf0"  # the first row of four, and zeros for the second
    drawn = shape("Mask", x=3.7, y=4, width=4, height=4, bits=packed)
    expected = np.zeros(SIZE[::-1], bool)
    expected[4, 4:8] = True
    assert np.array_equal(pixels(drawn), expected)
    assert not pixels(shape("Mask", x=1, y=1, width=4, height=4)).any()


def slow_line(x0, y0, x1, y1):
    """Pixels of a line by exact fractions, as the module's docstring defines them."""
    x0, y0, x1, y1 = map(Fraction, (x0, y0, x1, y1))
    steep = abs(y1 - y0) > abs(x1 - x0)
    if steep:
        x0, y0, x1, y1 = y0, x0, y1, x1
    low, high = min(x0, x1), max(x0, x1)
    found = set()
    for step in range(math.floor(low), math.floor(high) + 1):
        middle = min(max(step + Fraction(1, 2), low), high)
        across = y0 if x0 == x1 else y0 + (middle - x0) * (y1 - y0) / (x1 - x0)
        pixel = (step, math.floor(across))
        found.add(pixel[::-1] if steep else pixel)
    return {(x, y) for x, y in found if 0 <= x < SIZE[0] and 0 <= y < SIZE[1]}


def places(found):
    return {(int(x), int(y)) for y, x in zip(*found.nonzero(), strict=True)}


@pytest.mark.parametrize("seed", range(20))
def test_lines(seed):
    random = np.random.default_rng(seed)
    ends = (random.random(4) * 90 - 15).tolist()
    drawn = shape("Line", **dict(zip(("x1", "y1", "x2", "y2"), ends, strict=True)))
    assert places(pixels(drawn)) == slow_line(*ends)


@pytest.mark.parametrize(
    "ends", [(2, 3, 40, 20), (2, 3, 9, 36), (50, 5, 10, 5), (8, 30, 8, 2), (9, 9, 9, 9)]
)
def test_lines_as_scikit_image_draws_them(ends):
    x0, y0, x1, y1 = ends
    found = pixels(shape("Line", x1=x0 + 0.5, y1=y0 + 0.5, x2=x1 + 0.5, y2=y1 + 0.5))
    rows, columns = line(y0, x0, y1, x1)
    # Where a line passes between two pixels either may be taken.
    assert found.sum() == len(rows)
    for row, column in zip(rows, columns, strict=True):
        assert found[row - 1 : row + 2, column - 1 : column + 2].any()


def test_polyline_counts_each_pixel_once():
    points = [(5.2, 5.7), (30.1, 8.3), (5.2, 5.7), (18.8, 33.3)]
    found = pixels(shape("Polyline", points=text(points)))
    expected = slow_line(*points[0], *points[1]) | slow_line(*points[2], *points[3])
    assert places(found) == expected


def test_polyline_of_one_point():
    assert places(pixels(shape("Polyline", points="5.2,5.7"))) == {(5, 5)}


@pytest.mark.parametrize("kind", ["Point", "Label"])
def test_points(kind):
    assert places(pixels(shape(kind, x=7.99, y=3))) == {(7, 3)}
    assert places(pixels(shape(kind, x=-0.01, y=3))) == set()
    assert places(pixels(shape(kind, x=60, y=3))) == set()
    moved = shape(kind, x=1, y=1, transform=(1, 0, 0, 1, 10, 20.5))
    assert places(pixels(moved)) == {(11, 21)}


def test_transform_that_leaves_no_area():
    flat = (1, 0, 0, 0, 0, 5)
    drawn = shape("Rectangle", transform=flat, x=0, y=0, width=9, height=9)
    assert not pixels(drawn).any()


@pytest.mark.parametrize("drawn", ["area", "path"])
def test_large_shapes_come_in_pieces(drawn):
    """Pieces are bounded, fit together, and are few for a line."""
    width, height = 5000, 3000
    points = [(10.3, 20.4), (4900.2, 2900.7), (4000.1, 100.3)]
    if drawn == "area":
        made = shape("Polygon", points=text(points))
        expected = in_polygon(points, width, height)
    else:
        made = shape("Polyline", points=text(points[:2]))
        expected = None
    found = coverage(made, width, height)
    windows = list(found.windows())
    assert all(max(w.width, w.height) <= TILE_LENGTH for w in windows)
    whole = pixels(made, width, height)
    if expected is None:
        assert len(windows) < 12
        assert whole.sum() == 4900 - 10 + 1
        assert found.cost == 4900 - 10 + 2
    else:
        assert np.array_equal(whole, expected)
        assert found.cost >= whole.sum()


def test_far_away_lines_cost_nothing():
    made = shape("Line", x1=-1e8, y1=-1e8, x2=1e8, y2=-1e8)
    found = coverage(made, *SIZE)
    assert found.cost <= 1
    assert not list(found.windows())


def test_places_that_cannot_be_read():
    with pytest.raises(RequestError, match="not numbers"):
        coverage(shape("Polygon", points="a,b"), *SIZE)
    with pytest.raises(RequestError, match="without width"):
        coverage(shape("Rectangle", x=1, y=2), *SIZE)

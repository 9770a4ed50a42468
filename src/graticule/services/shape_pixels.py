"""Which pixels belong to a shape: pure arithmetic, piece by piece.

The corner of the first pixel is at (0, 0), its centre at (0.5, 0.5). Of areas
(rectangle, ellipse, polygon, mask) those pixels belong whose centre lies inside,
the transform applied; polygons that cross themselves are filled by the even-odd
rule. Of lines and polylines it is one pixel for every column they touch, or for
every row where they are steeper: the one they pass at the middle of that column.
Of points and labels the pixel they lie in. What lies outside the image is left
out. Knows no tables and reads no pixels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graticule.pixels.annotations import Shape, ShapeKind
from graticule.pixels.model import Window
from graticule.services.shape_bounds import parse_points, shape_bounds

Covered = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Inside = Callable[[Floats, Floats], Covered]

TILE_LENGTH = 1024
"""Longest side of the pieces that are looked at, one after another."""
_AT_ONCE = 1 << 20
_IDENTITY = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The pixels of a shape.

    Attributes
    ----------
    windows
        Gives pieces of the image, not overlapping, that hold all its pixels.
    inside
        Says which pixels of a piece belong to it: shape ``(height, width)``.
    cost
        How many pixels have to be looked at, about.
    """

    windows: Callable[[], Iterator[Window]]
    inside: Callable[[Window], Covered]
    cost: int


def coverage(shape: Shape, width: int, height: int) -> Coverage:
    """Find the pixels of a shape on an image of some size.

    Raises
    ------
    graticule.errors.RequestError
        If it has no readable place.
    """
    bounds = shape_bounds(shape)
    if shape.kind in {ShapeKind.LINE, ShapeKind.POLYLINE}:
        return _path(_vertices(shape), width, height)
    if shape.kind in {ShapeKind.POINT, ShapeKind.LABEL}:
        [corner] = np.floor(_vertices(shape))
        box = _box((*corner, *(corner + 1)), width, height)
        return _area(box, lambda window: np.ones(_size(window), np.bool_))
    box = _box(bounds, width, height)
    if shape.kind is ShapeKind.POLYGON:
        return _polygon(box, _vertices(shape))
    back = _inverse(shape.transform or _IDENTITY)
    if back is None:
        return _area(Window(0, 0, 0, 0), lambda window: np.zeros(_size(window), bool))
    inside = _INSIDE[shape.kind](shape)
    return _area(box, lambda window: inside(*_centres(window, back)))


def _size(window: Window) -> tuple[int, int]:
    return window.height, window.width


def _box(bounds: Sequence[float], width: int, height: int) -> Window:
    """Round bounds to whole pixels, cut to the image."""
    low, high = [0, 0, 0, 0], [width, height, width, height]
    rounded = [*np.floor(bounds[:2]), *np.ceil(bounds[2:])]
    box = Window(*(int(n) for n in np.clip(rounded, low, high)))
    return box if box.width > 0 and box.height > 0 else Window(0, 0, 0, 0)


def _area(box: Window, inside: Callable[[Window], Covered]) -> Coverage:
    return Coverage(lambda: _tiles(box), inside, box.area)


def _tiles(box: Window) -> Iterator[Window]:
    """Cut a box along the image's own grid, so that pieces fit stored tiles."""
    for top in range(box.y0 // TILE_LENGTH * TILE_LENGTH, box.y1, TILE_LENGTH):
        for left in range(box.x0 // TILE_LENGTH * TILE_LENGTH, box.x1, TILE_LENGTH):
            yield Window(
                max(left, box.x0),
                max(top, box.y0),
                min(left + TILE_LENGTH, box.x1),
                min(top + TILE_LENGTH, box.y1),
            )


def _inverse(transform: Sequence[float]) -> tuple[float, ...] | None:
    """Turn a transform around; ``None`` if it leaves no area."""
    a00, a10, a01, a11, a02, a12 = transform
    area = a00 * a11 - a01 * a10
    if area == 0 or not math.isfinite(area):
        return None
    b00, b10, b01, b11 = a11 / area, -a10 / area, -a01 / area, a00 / area
    return b00, b10, b01, b11, -b00 * a02 - b01 * a12, -b10 * a02 - b11 * a12


def _centres(window: Window, back: Sequence[float]) -> tuple[Floats, Floats]:
    """Give where the centres of a window's pixels were before the transform.

    Both go together by broadcasting: without a turn one is a row, one a column.
    """
    b00, b10, b01, b11, b02, b12 = back
    xs = np.arange(window.x0, window.x1, dtype=np.float64) + 0.5
    ys = np.arange(window.y0, window.y1, dtype=np.float64)[:, None] + 0.5
    x: Floats = b00 * xs + (b01 * ys if b01 else 0.0) + b02
    y: Floats = (b10 * xs if b10 else 0.0) + b11 * ys + b12
    return x, y


def _rectangle(shape: Shape) -> Inside:
    x0, y0 = shape.geometry["x"], shape.geometry["y"]
    x1, y1 = x0 + shape.geometry["width"], y0 + shape.geometry["height"]
    return lambda x, y: (x >= x0) & (x < x1) & (y >= y0) & (y < y1)


def _ellipse(shape: Shape) -> Inside:
    at = shape.geometry
    x0, y0, radius_x, radius_y = (at[n] for n in ("x", "y", "radius_x", "radius_y"))
    if radius_x <= 0 or radius_y <= 0:
        return lambda x, y: np.zeros(np.broadcast(x, y).shape, np.bool_)
    return lambda x, y: ((x - x0) / radius_x) ** 2 + ((y - y0) / radius_y) ** 2 <= 1


def _mask(shape: Shape) -> Inside:
    at = shape.geometry
    width, height = int(at["width"]), int(at["height"])
    bits = np.frombuffer(shape.mask_bits or b"", np.uint8)

    def inside(x: Floats, y: Floats) -> Covered:
        column, row = np.floor(x - at["x"]), np.floor(y - at["y"])
        within = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        place = np.where(within, row * width + column, 0).astype(np.int64)
        within &= place < len(bits) * 8
        place[~within] = 0
        if not len(bits):
            return within
        covered: Covered = (bits[place >> 3] >> (7 - (place & 7)) & 1).astype(bool)
        return within & covered

    return inside


_INSIDE: dict[ShapeKind, Callable[[Shape], Inside]] = {
    ShapeKind.RECTANGLE: _rectangle,
    ShapeKind.ELLIPSE: _ellipse,
    ShapeKind.MASK: _mask,
}


def _vertices(shape: Shape) -> Floats:
    """Give the transformed points of a shape made of points: ``(n, 2)``."""
    at = shape.geometry
    match shape.kind:
        case ShapeKind.LINE:
            points = [(at["x1"], at["y1"]), (at["x2"], at["y2"])]
        case ShapeKind.POINT | ShapeKind.LABEL:
            points = [(at["x"], at["y"])]
        case _:
            points = parse_points(shape.points)
    a00, a10, a01, a11, a02, a12 = shape.transform or _IDENTITY
    matrix = np.array([[a00, a10], [a01, a11]])
    moved: Floats = np.asarray(points, np.float64) @ matrix + (a02, a12)
    return moved


def _polygon(box: Window, vertices: Floats) -> Coverage:
    edges = np.hstack([vertices, np.roll(vertices, -1, axis=0)])
    edges = edges[edges[:, 1] != edges[:, 3]]  # level ones are never crossed
    _, rows = _rows(edges, box.y0, box.y1)
    crossings = int(rows.sum()) * -(-box.width // TILE_LENGTH)
    return Coverage(
        lambda: _tiles(box),
        lambda window: _filled(edges, window),
        box.area + crossings + len(edges),
    )


def _rows(edges: Floats, y0: int, y1: int) -> tuple[Integers, Integers]:
    """Give the first row whose centre each edge crosses, and how many."""
    ends = np.sort(edges[:, 1::2], axis=1)
    first, last = np.clip(np.ceil(ends - 0.5), y0, y1).astype(np.int64).T
    return first, last - first


def _filled(edges: Floats, window: Window) -> Covered:
    """Fill by the even-odd rule: a pixel is in where an odd number lies left of it."""
    across = window.width + 1
    crossed = np.zeros(window.height * across, np.uint8)
    first, count = _rows(edges, window.y0, window.y1)
    touched = np.flatnonzero(count)
    for some in _batches(touched, count[touched]):
        row = _counted(first[some], count[some])
        slope = (edges[some, 2] - edges[some, 0]) / (edges[some, 3] - edges[some, 1])
        x0, y0, slope = (
            np.repeat(part, count[some])
            for part in (edges[some, 0], edges[some, 1], slope)
        )
        x = x0 + (row + 0.5 - y0) * slope
        column = np.clip(np.ceil(x - 0.5), window.x0, window.x1).astype(np.int64)
        place = (row - window.y0) * across + column - window.x0
        crossed ^= (np.bincount(place, minlength=len(crossed)) & 1).astype(np.uint8)
    rows = crossed.reshape(window.height, across)
    covered: Covered = np.bitwise_xor.accumulate(rows, axis=1)[:, :-1].astype(bool)
    return covered


def _batches(chosen: Integers, sizes: Integers) -> Iterator[Integers]:
    """Cut what is chosen so that each part has about ``_AT_ONCE`` pixels at most."""
    if len(chosen):
        part = np.cumsum(sizes) // _AT_ONCE
        yield from np.split(chosen, np.flatnonzero(np.diff(part)) + 1)


def _counted(first: Integers, count: Integers) -> Integers:
    """Count up from each first: ``first, first + 1, …``, one after another."""
    starts = np.cumsum(count) - count
    counted: Integers = np.arange(count.sum()) + np.repeat(first - starts, count)
    return counted


def _path(vertices: Floats, width: int, height: int) -> Coverage:
    segments = np.hstack([vertices[:-1], vertices[1:]])
    if not len(segments):
        segments = np.hstack([vertices, vertices])
    run = np.abs(segments[:, 2:] - segments[:, :2])
    steep = run[:, 1] > run[:, 0]
    # Steep ones change their axes here, and back where they are placed.
    segments[steep] = segments[steep][:, [1, 0, 3, 2]]
    whole = Window(0, 0, width, height)
    _, count = _steps(segments, steep, whole)
    return Coverage(
        lambda: _tiles_with(_places(segments, steep, whole), width),
        lambda window: _marked(_places(segments, steep, window), window),
        int(count.sum()) + len(segments),
    )


def _steps(segments: Floats, steep: Covered, window: Window) -> tuple[Integers, ...]:
    """Give the first column (row, if steep) in a window of each, and how many."""
    along = np.where(steep[:, None], (window.y0, window.y1), (window.x0, window.x1))
    across = np.where(steep[:, None], (window.x0, window.x1), (window.y0, window.y1))
    ends, sides = np.sort(segments[:, ::2]), np.sort(segments[:, 1::2])
    low = np.clip(np.floor(ends[:, 0]), along[:, 0], along[:, 1])
    high = np.clip(np.floor(ends[:, 1]) + 1, along[:, 0], along[:, 1])
    high[(sides[:, 1] < across[:, 0]) | (sides[:, 0] >= across[:, 1])] = 0
    return low.astype(np.int64), np.maximum(high - low, 0).astype(np.int64)


def _places(segments: Floats, steep: Covered, window: Window) -> Iterator[Integers]:
    """Give the pixels of segments in a window, some at a time: rows, columns."""
    low, count = _steps(segments, steep, window)
    touched = np.flatnonzero(count)
    for some in _batches(touched, count[touched]):
        step = _counted(low[some], count[some])
        x0, y0, x1, y1 = np.repeat(segments[some], count[some], axis=0).T
        middle = np.clip(step + 0.5, np.minimum(x0, x1), np.maximum(x0, x1))
        slope = np.divide(y1 - y0, x1 - x0, out=np.zeros_like(x0), where=x1 != x0)
        across = np.floor(y0 + (middle - x0) * slope)
        swap = np.repeat(steep[some], count[some])
        rows, columns = np.where(swap, [step, across], [across, step])
        seen = (rows >= window.y0) & (rows < window.y1)
        seen &= (columns >= window.x0) & (columns < window.x1)
        yield np.stack([rows[seen], columns[seen]]).astype(np.int64)


def _tiles_with(places: Iterator[Integers], width: int) -> Iterator[Window]:
    """Give the pieces that hold pixels of a path, each cut close around them."""
    across = -(-width // TILE_LENGTH)
    boxes: dict[int, Integers] = {}
    for rows, columns in places:
        tile = rows // TILE_LENGTH * across + columns // TILE_LENGTH
        found, which = np.unique(tile, return_inverse=True)
        # Left, top, and the negative of right and bottom: the least of each.
        box = np.full((len(found), 4), 1 << 62)
        ends = np.stack([columns, rows, -columns - 1, -rows - 1], axis=1)
        np.minimum.at(box, which, ends)
        for number, ours in zip(found.tolist(), box, strict=True):
            boxes[number] = np.minimum(boxes.get(number, ours), ours)
    for x0, y0, x1, y1 in (box.tolist() for box in boxes.values()):
        yield Window(x0, y0, -x1, -y1)


def _marked(places: Iterator[Integers], window: Window) -> Covered:
    marked = np.zeros(_size(window), np.bool_)
    for rows, columns in places:
        marked[rows - window.y0, columns - window.x0] = True
    return marked

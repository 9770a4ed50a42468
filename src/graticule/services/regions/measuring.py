"""How large shapes are: pure geometry, the transform applied.

Lines have a length, areas an area and the length of their outline; points, labels
and masks no outline. Where the image says how large its pixels are, the same in
micrometres, also where pixels are no squares. Polygons that cross themselves count
what they go around twice or not at all. Knows no HTTP and reads no pixels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from graticule.catalog.models import Image
from graticule.errors import RequestError
from graticule.pixels.annotations import ShapeKind
from graticule.services.regions.shapes import Row
from graticule.services.shape_bounds import parse_points

Point = tuple[float, float]
_IDENTITY = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Size:
    """An area and a length; ``None`` where a shape has none or it is not known.

    ``length`` is that of a line, or of an area's outline.
    """

    area_px: float | None
    length_px: float | None
    area_um2: float | None
    length_um: float | None


def size_of(row: Row, image: Image, mask_pixels: int | None = None) -> Size:
    """Measure a shape.

    Parameters
    ----------
    mask_pixels
        How many pixels a mask has, where that is known.
    """
    width_um, height_um = image.pixel_width_um, image.pixel_height_um
    area, length = _measure(row, 1.0, 1.0, mask_pixels)
    if width_um is None or height_um is None:
        return Size(area, length, None, None)
    return Size(area, length, *_measure(row, width_um, height_um, mask_pixels))


def _measure(
    row: Row, width: float, height: float, mask_pixels: int | None
) -> tuple[float | None, float | None]:
    """Measure area and length with pixels of some size."""
    a00, a10, a01, a11, a02, a12 = row.transform or _IDENTITY
    a00, a01, a02 = a00 * width, a01 * width, a02 * width
    a10, a11, a12 = a10 * height, a11 * height, a12 * height
    factor = abs(a00 * a11 - a01 * a10)
    at = row.geometry
    kind = ShapeKind(row.kind)
    if kind in {ShapeKind.POINT, ShapeKind.LABEL}:
        return None, None
    if kind is ShapeKind.MASK:
        return None if mask_pixels is None else mask_pixels * factor, None
    if kind is ShapeKind.ELLIPSE:
        radius_x, radius_y = at["radius_x"], at["radius_y"]
        axes = np.array(
            [[a00 * radius_x, a01 * radius_y], [a10 * radius_x, a11 * radius_y]]
        )
        around = _ellipse(*np.linalg.svd(axes, compute_uv=False).tolist())
        return math.pi * radius_x * radius_y * factor, around
    points = [
        (a00 * x + a01 * y + a02, a10 * x + a11 * y + a12) for x, y in _points(row)
    ]
    if kind in {ShapeKind.LINE, ShapeKind.POLYLINE}:
        return None, _length(points)
    return _area(points), _length([*points, *points[:1]])


def _points(row: Row) -> list[Point]:
    at = row.geometry
    if row.kind == "Line":
        return [(at["x1"], at["y1"]), (at["x2"], at["y2"])]
    if row.kind == "Rectangle":
        x0, y0 = at["x"], at["y"]
        x1, y1 = x0 + at["width"], y0 + at["height"]
        return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    try:
        return parse_points(row.points)
    except RequestError:
        return []


def _length(points: Sequence[Point]) -> float:
    return math.fsum(math.dist(first, second) for first, second in pairwise(points))


def _area(points: Sequence[Point]) -> float:
    """Add up the trapezoids below the edges."""
    pairs = zip(points, [*points[1:], *points[:1]], strict=True)
    return abs(math.fsum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)) / 2


def _ellipse(longer: float, shorter: float) -> float:
    """Give the length around an ellipse (Ramanujan 1914, the second formula)."""
    total = longer + shorter
    if total == 0:
        return 0.0
    part = 3 * ((longer - shorter) / total) ** 2
    return math.pi * total * (1 + part / (10 + math.sqrt(4 - part)))

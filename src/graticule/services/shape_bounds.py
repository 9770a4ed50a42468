"""The bounding box of a shape, its transform applied.

Pure arithmetic on :class:`graticule.pixels.annotations.Shape`; what is in view
is asked for by these boxes. Knows no tables.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from graticule.errors import RequestError
from graticule.pixels.annotations import Shape, ShapeKind

Bounds = tuple[float, float, float, float]
Transform = tuple[float, float, float, float, float, float]

_IDENTITY: Transform = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def parse_points(text: str) -> list[tuple[float, float]]:
    """Read the points of a polyline or polygon, ``"x,y x,y …"``.

    Raises
    ------
    graticule.errors.RequestError
        If it is not pairs of numbers.
    """
    try:
        numbers = [float(word) for word in text.replace(",", " ").split()]
    except ValueError as error:
        raise RequestError(f"The points {text[:80]!r} are not numbers.") from error
    if not numbers or len(numbers) % 2:
        raise RequestError(f"The points {text[:80]!r} are not pairs of numbers.")
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def shape_bounds(shape: Shape) -> Bounds:
    """Measure a shape.

    Returns
    -------
    tuple
        ``min_x, min_y, max_x, max_y`` in pixels of the full-size image.

    Raises
    ------
    graticule.errors.RequestError
        If a coordinate is missing or is not a finite number.
    """
    transform = shape.transform or _IDENTITY
    try:
        if shape.kind is ShapeKind.ELLIPSE:
            bounds = _ellipse(shape.geometry, transform)
        else:
            bounds = _around(_corners(shape), transform)
    except KeyError as error:
        raise RequestError(f"A {shape.kind.value} without {error.args[0]}.") from error
    if not all(math.isfinite(number) for number in bounds):
        raise RequestError(
            f"A {shape.kind.value} with coordinates that are not finite."
        )
    return bounds


def _corners(shape: Shape) -> Sequence[tuple[float, float]]:
    """List the points whose hull is the shape."""
    at = shape.geometry
    match shape.kind:
        case ShapeKind.POLYLINE | ShapeKind.POLYGON:
            return parse_points(shape.points)
        case ShapeKind.LINE:
            return [(at["x1"], at["y1"]), (at["x2"], at["y2"])]
        case ShapeKind.POINT | ShapeKind.LABEL:
            return [(at["x"], at["y"])]
        case _:
            x0, y0 = at["x"], at["y"]
            x1, y1 = x0 + at["width"], y0 + at["height"]
            return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def _around(points: Sequence[tuple[float, float]], transform: Transform) -> Bounds:
    a00, a10, a01, a11, a02, a12 = transform
    xs = [a00 * x + a01 * y + a02 for x, y in points]
    ys = [a10 * x + a11 * y + a12 for x, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _ellipse(at: dict[str, float], transform: Transform) -> Bounds:
    """Half the extent along an axis is the length of that row of the matrix."""
    a00, a10, a01, a11, _, _ = transform
    x, y, _, _ = _around([(at["x"], at["y"])], transform)
    half_x = math.hypot(a00 * at["radius_x"], a01 * at["radius_y"])
    half_y = math.hypot(a10 * at["radius_x"], a11 * at["radius_y"])
    return x - half_x, y - half_y, x + half_x, y + half_y

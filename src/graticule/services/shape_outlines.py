"""The shapes of an image as outlines, and on which planes each is.

What a person may see only. Masks are the box around them. Draws nothing.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

from graticule.catalog.models import Person
from graticule.errors import RequestError
from graticule.pixels.annotations import ShapeKind
from graticule.render.outlines import Outline, Point
from graticule.render.shapes import rgba
from graticule.services.rois import ShapeFacts, shapes_of_image
from graticule.services.shape_bounds import parse_points

_YELLOW = -65281
_ELLIPSE_POINTS = 72


@dataclass(frozen=True, slots=True)
class PlacedOutline:
    """An outline; ``z`` or ``t`` unset means every plane."""

    z: int | None
    t: int | None
    outline: Outline

    def is_on(self, zs: range, t: int) -> bool:
        """Say whether it is on one of some planes."""
        return (self.z is None or self.z in zs) and (self.t is None or self.t == t)


def outlines_of_image(
    person: Person, image_id: int, only: Collection[int] = ()
) -> tuple[PlacedOutline, ...]:
    """Find the outlines of an image's shapes; those without a place are left out.

    Parameters
    ----------
    only
        Ids of the ROIs wanted; none means all.
    """
    found = []
    for roi_id, shape in shapes_of_image(person, image_id):
        if shape is None or (only and roi_id not in only):
            continue
        try:
            outline = outline_of(shape)
        except (RequestError, KeyError):
            continue
        found.append(PlacedOutline(shape.z, shape.t, outline))
    return tuple(found)


def outline_of(shape: ShapeFacts) -> Outline:
    """Take a shape's line out of its row, its transform applied.

    Raises
    ------
    graticule.errors.RequestError
        If its points cannot be read.
    KeyError
        If a coordinate is missing.
    """
    kind = ShapeKind(shape.kind)
    points = _points(kind, shape)
    if shape.transform:
        a00, a10, a01, a11, a02, a12 = shape.transform
        points = [(a00 * x + a01 * y + a02, a10 * x + a11 * y + a12) for x, y in points]
    if not all(math.isfinite(number) for point in points for number in point):
        raise RequestError(f"A {shape.kind} with coordinates that are not finite.")
    red, green, blue, _ = rgba(
        _YELLOW if shape.stroke_color is None else shape.stroke_color
    )
    return Outline(
        points=tuple(points),
        closed=kind not in {ShapeKind.LINE, ShapeKind.POLYLINE},
        color=(red, green, blue),
        text=(shape.text or "") if kind is ShapeKind.LABEL else None,
    )


def _points(kind: ShapeKind, shape: ShapeFacts) -> list[Point]:
    at = shape.geometry
    match kind:
        case ShapeKind.POLYLINE | ShapeKind.POLYGON:
            return parse_points(shape.points)
        case ShapeKind.LINE:
            return [(at["x1"], at["y1"]), (at["x2"], at["y2"])]
        case ShapeKind.POINT | ShapeKind.LABEL:
            return [(at["x"], at["y"])]
        case ShapeKind.ELLIPSE:
            turns = (math.tau * n / _ELLIPSE_POINTS for n in range(_ELLIPSE_POINTS))
            return [
                (
                    at["x"] + at["radius_x"] * math.cos(turn),
                    at["y"] + at["radius_y"] * math.sin(turn),
                )
                for turn in turns
            ]
        case _:
            x0, y0 = at["x"], at["y"]
            x1, y1 = x0 + at["width"], y0 + at["height"]
            return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]

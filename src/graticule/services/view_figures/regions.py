"""Regions of interest as marks on a figure: those a person sees in the window.

Where too many would have to be drawn it is refused: dots, as the screen shows them,
are nothing for a figure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graticule.catalog.models import Person, Shape
from graticule.errors import RequestError
from graticule.pixels.annotations import ShapeKind
from graticule.pixels.model import Window
from graticule.render.lettering import writable
from graticule.render.marks import Mark, Matrix, Oval, Path, Point, Stencil, Words
from graticule.render.settings import Rgba
from graticule.render.shapes import rgba
from graticule.services.regions.shapes import Row
from graticule.services.regions.view import View as Part
from graticule.services.regions.view import seen
from graticule.services.rois import ShapeFacts
from graticule.services.shape_outlines import outline_of
from graticule.services.view import View
from graticule.services.view_figures.asked import FigureLimitError

_YELLOW: Rgba = (255, 255, 0, 255)
_STROKE = 0.16
_SPOT = 0.3
_ARROW = 0.8
_AREAS = {ShapeKind.RECTANGLE, ShapeKind.ELLIPSE, ShapeKind.POLYGON}
_LINES = {ShapeKind.LINE, ShapeKind.POLYLINE}
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Placing:
    """From pixels of the image to those of the figure, and how large letters are."""

    left: float
    top: float
    scale: float
    text: float
    texts: bool

    def point(self, point: Point) -> Point:
        """Say where on the figure a place of the image is."""
        return (point[0] - self.left) * self.scale, (point[1] - self.top) * self.scale


def region_marks(
    person: Person | None, image_id: int, view: View, placing: Placing, most: int
) -> tuple[Mark, ...]:
    """Find what of an image's shapes is in a view, as marks.

    Parameters
    ----------
    most
        How many shapes may be drawn (setting ``max_region_shapes``).

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such image, or not for this person.
    graticule.services.view_figures.asked.FigureLimitError
        If there are more shapes.
    """
    part = _part(view, view.window, placing.scale)
    found = seen(person, image_id, part, most)
    if found.dots:
        raise FigureLimitError(
            "max_region_shapes",
            most,
            found.total,
            "A number of regions in view",
            "Zoom in, or leave the regions out.",
        )
    rows = [region.row for region in found.regions]
    bits = _bits(rows)
    return tuple(mark for row in rows for mark in _marks(row, placing, bits))


def _part(view: View, window: Window, scale: float) -> Part:
    x0, y0, x1, y1 = map(float, (window.x0, window.y0, window.x1, window.y1))
    return Part(view.z, view.t, x0, y0, x1, y1, 1 / scale)


def _bits(rows: list[Row]) -> dict[int, bytes]:
    masks = [row.id for row in rows if row.kind == ShapeKind.MASK.value]
    found = Shape.objects.filter(pk__in=masks).values_list("pk", "mask_bits")
    return {number: bytes(bits or b"") for number, bits in found}


def _marks(row: Row, placing: Placing, bits: dict[int, bytes]) -> Iterator[Mark]:
    kind = ShapeKind(row.kind)
    if kind is ShapeKind.MASK:
        yield from _stencil(row, placing, bits.get(row.id, b""))
        return
    try:
        outline = outline_of(_facts(row))
    except (RequestError, KeyError):
        return  # shapes without a place are not on the screen, either
    points = tuple(map(placing.point, outline.points))
    stroke = _YELLOW if row.stroke_color is None else rgba(row.stroke_color)
    fill = None if row.fill_color is None else rgba(row.fill_color)
    width = max(1.0, placing.text * _STROKE)
    if kind is ShapeKind.LABEL:
        text = writable(row.text or "")
        yield Words(*points[0], text, placing.text, stroke, edged=True)
        return
    if kind is ShapeKind.POINT:
        spot = placing.text * _SPOT
        yield Oval(*points[0], spot, spot, stroke, width, fill)
    elif kind is ShapeKind.ELLIPSE and not row.transform:
        at = row.geometry
        radii = (at["radius_x"] * placing.scale, at["radius_y"] * placing.scale)
        yield Oval(*placing.point((at["x"], at["y"])), *radii, stroke, width, fill)
    else:
        closed = kind in _AREAS
        yield Path(points, closed, stroke, width, fill if closed else None)
    if kind in _LINES:
        yield from _arrows(row, points, stroke, placing.text * _ARROW)
    if placing.texts and row.text:
        yield _beside(row.text, points, stroke, placing.text)


def _facts(row: Row) -> ShapeFacts:
    return ShapeFacts(*(getattr(row, name) for name in ShapeFacts._fields))


def _stencil(row: Row, placing: Placing, bits: bytes) -> Iterator[Mark]:
    columns, rows = int(row.geometry["width"]), int(row.geometry["height"])
    if columns < 1 or rows < 1 or len(bits) * 8 < columns * rows:
        return
    a, b, c, d, e, f = row.transform or _IDENTITY
    x, y = row.geometry["x"], row.geometry["y"]
    left, top = placing.point((a * x + c * y + e, b * x + d * y + f))
    grown = tuple(number * placing.scale for number in (a, b, c, d))
    color = _YELLOW if row.fill_color is None else rgba(row.fill_color)
    yield Stencil(bits, columns, rows, color, (*grown, left, top))  # type: ignore[arg-type]


def _arrows(
    row: Row, points: tuple[Point, ...], color: Rgba, length: float
) -> Iterator[Mark]:
    if len(points) < 2:
        return
    if row.marker_start == "Arrow":
        yield _arrow(points[1], points[0], color, length)
    if row.marker_end == "Arrow":
        yield _arrow(points[-2], points[-1], color, length)


def _arrow(start: Point, tip: Point, color: Rgba, length: float) -> Path:
    along_x, along_y = tip[0] - start[0], tip[1] - start[1]
    far = (along_x**2 + along_y**2) ** 0.5 or 1.0
    x, y = along_x / far * length, along_y / far * length
    back = tip[0] - x, tip[1] - y
    sides = tuple((back[0] - way * y * 0.4, back[1] + way * x * 0.4) for way in (1, -1))
    return Path((tip, *sides), closed=True, stroke=color, width=0, fill=color)


def _beside(text: str, points: tuple[Point, ...], color: Rgba, size: float) -> Words:
    left, top = (min(each) for each in zip(*points, strict=True))
    return Words(left, top - size * 0.4, writable(text), size, color, edged=True)

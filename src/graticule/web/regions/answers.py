"""Shapes, lists and measurements in this door's words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from graticule.catalog.models import Image
from graticule.render.shapes import rgba
from graticule.services.regions.measuring import Size
from graticule.services.regions.shapes import Drawing, Region, Row
from graticule.services.regions.view import Seen
from graticule.services.roi_changes import Saved
from graticule.services.shape_statistics import Statistics

Json = dict[str, Any]
Point = tuple[float, float]

_PAIR = re.compile(r"([-+\d.eE]+)[,\s]+([-+\d.eE]+)")
# Of a shape with more points than this those are left out that nobody could see.
_MANY_POINTS = 24
_AS_THEY_ARE = (
    ("z", "z"),
    ("c", "c"),
    ("t", "t"),
    ("text", "text"),
    ("stroke_width", "stroke_width"),
    ("font_size", "font_size"),
    ("font_family", "font_family"),
    ("font_style", "font_style"),
    ("marker_start", "marker_start"),
    ("marker_end", "marker_end"),
    ("locked", "locked"),
    ("transform", "transform"),
)


def about_answer(found: Drawing, total: int) -> Json:
    """Say what an image has, and whether whoever asks may draw."""
    image = found.image
    answer: Json = {
        "image": image.pk,
        "total": total,
        "may_draw": found.refused is None,
        "pixel_width_um": image.pixel_width_um,
        "pixel_height_um": image.pixel_height_um,
    }
    return answer if found.refused is None else {**answer, "reason": found.refused}


def view_answer(seen: Seen, pixel: float) -> Json:
    """Write what is in view; outlines as fine as the screen shows them."""
    return {
        "total": seen.total,
        "shapes": [shape_form(each, pixel) for each in seen.regions],
        "dots": [[round(d.x, 2), round(d.y, 2), d.count] for d in seen.dots],
    }


def shape_form(region: Region, pixel: float = 0.0) -> Json:
    """Write a shape; only what has a value appears.

    Parameters
    ----------
    pixel
        The side of a pixel of the screen: of many points those closer together are
        left out, and ``coarse`` says so.
    """
    row = region.row
    form = plain_form(row, pixel)
    form |= {"id": row.id, "roi": row.roi_id}
    if region.may_edit:
        form["may_edit"] = True
    if region.may_delete:
        form["may_delete"] = True
    return form


def plain_form(row: Row, pixel: float = 0.0) -> Json:
    """Write a shape without its numbers and rights, as files hold it."""
    form: Json = {"type": row.kind, **row.geometry}
    if row.kind in {"Polyline", "Polygon"}:
        points = _points(row.points)
        few = _thinned(points, pixel)
        form["points"] = few
        if len(few) < len(points):
            form["coarse"] = True
    for ours, theirs in _AS_THEY_ARE:
        value = getattr(row, ours)
        if value is not None:
            form[theirs] = value
    for name, color in (("stroke", row.stroke_color), ("fill", row.fill_color)):
        if color is not None:
            form[name] = "#{:02x}{:02x}{:02x}{:02x}".format(*rgba(color))
    return form


def _points(text: str) -> list[Point]:
    """Read points, also of the older way to write them: the first list counts."""
    pairs = _PAIR.findall(text.partition("]")[0])
    try:
        return [(float(x), float(y)) for x, y in pairs]
    except ValueError:
        return []


def _thinned(points: list[Point], pixel: float) -> list[Point]:
    """Leave out points within a pixel of the one before; the last one stays."""
    if pixel <= 0 or len(points) <= _MANY_POINTS:
        return points
    kept = points[:1]
    (x0, y0) = points[0]
    for x, y in points[1:-1]:
        if abs(x - x0) > pixel or abs(y - y0) > pixel:
            kept.append((x, y))
            x0, y0 = x, y
    return [*kept, points[-1]]


def row_answer(region: Region, size: Size) -> Json:
    """Write a line of the list."""
    row = region.row
    answer: Json = {
        "id": row.id,
        "roi": row.roi_id,
        "type": row.kind,
        "box": [row.min_x, row.min_y, row.max_x, row.max_y],
        **size_answer(size),
    }
    for name in ("z", "c", "t", "text"):
        value = getattr(row, name)
        if value is not None:
            answer[name] = value
    if row.stroke_color is not None:
        answer["stroke"] = "#{:02x}{:02x}{:02x}{:02x}".format(*rgba(row.stroke_color))
    return answer


def size_answer(size: Size) -> Json:
    """Write what is known of an area and a length."""
    known = {
        "area_px": size.area_px,
        "length_px": size.length_px,
        "area_um2": size.area_um2,
        "length_um": size.length_um,
    }
    return {name: number for name, number in known.items() if number is not None}


def measures_answer(
    sizes: Sequence[tuple[int, Size]],
    measured: Mapping[int, Sequence[Statistics | None]],
    channels: Sequence[int],
) -> Json:
    """Write sizes and statistics; a channel without any value is left out."""
    return {
        "measures": [
            {
                "id": shape_id,
                **size_answer(size),
                "channels": [
                    {
                        "channel": channel,
                        "pixels": found.points,
                        "min": found.minimum,
                        "max": found.maximum,
                        "sum": found.total,
                        "mean": found.mean,
                        "deviation": found.deviation,
                    }
                    for channel, found in zip(
                        channels, measured.get(shape_id, ()), strict=False
                    )
                    if found is not None
                ],
            }
            for shape_id, size in sizes
        ]
    }


def saved_answer(saved: Saved) -> Json:
    """Write where saved shapes are now, by what the asker calls them."""
    return {
        "saved": [
            {"key": place.key, "roi": place.roi_id, "id": place.shape_id}
            for place in saved.places.values()
        ],
        "refused": list(saved.refused),
    }


def file_name(image: Image, form: str) -> str:
    """Name a download."""
    return f"{image.name or f'image {image.pk}'} regions.{form}"

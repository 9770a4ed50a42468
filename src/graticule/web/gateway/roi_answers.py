"""ROIs and shapes in the words of the contract (webgateway 6.3)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from graticule.render.shapes import rgba
from graticule.services.rois import ShapeFacts

_KINDS = {"Polyline": "PolyLine"}
_RADII = {"radius_x": "radiusX", "radius_y": "radiusY"}
_PAIR = re.compile(r"([-+\d.eE]+),([-+\d.eE]+)")
_WITH_MARKERS = {"Line", "Polyline"}


def roi_texts(rows: Iterable[tuple[int, ShapeFacts | None]]) -> Iterator[str]:
    """Write the list of ROIs as JSON, piece by piece.

    Parameters
    ----------
    rows
        Id of the ROI and the shape, the shapes of a ROI one after another.
    """
    yield "["
    last = None
    separator = ""
    for roi_id, shape in rows:
        if roi_id != last:
            yield "" if last is None else "]}, "
            yield f'{{"id": {roi_id}, "shapes": ['
            last, separator = roi_id, ""
        if shape is not None:
            yield separator + json.dumps(shape_form(shape))
            separator = ", "
    yield "]" if last is None else "]}]"


def shape_form(shape: ShapeFacts) -> dict[str, Any]:
    """Write one shape; only keys that have a value appear."""
    form: dict[str, Any] = {"id": shape.id, "theZ": shape.z, "theT": shape.t}
    form["type"] = _KINDS.get(shape.kind, shape.kind)
    for name, value in shape.geometry.items():
        form[_RADII.get(name, name)] = float(value)
    if shape.kind in {"Polyline", "Polygon"}:
        form["points"] = _path(shape.points) + " z" * (shape.kind == "Polygon")
    if shape.text:
        form["textValue"] = shape.text
        form["fontSize"] = shape.font_size
        form["fontStyle"] = shape.font_style
        form["fontFamily"] = shape.font_family
    if shape.transform is not None:
        form["transform"] = (
            f"matrix({' '.join(str(float(n)) for n in shape.transform)})"
        )
    form.update(_color("fill", shape.fill_color))
    form.update(_color("stroke", shape.stroke_color))
    form["strokeWidth"] = shape.stroke_width
    if shape.kind in _WITH_MARKERS:
        form["markerStart"] = shape.marker_start
        form["markerEnd"] = shape.marker_end
    return {key: value for key, value in form.items() if value is not None}


def _path(points: str) -> str:
    """Write points as an SVG path; signs are kept, unlike in the original.

    Of the older way to write them, ``points[x,y, x,y] …``, the first list counts.
    """
    pairs = _PAIR.findall(points.partition("]")[0])
    return "M " + " L ".join(f"{x} {y}" for x, y in pairs) if pairs else ""


def _color(name: str, value: int | None) -> dict[str, Any]:
    if value is None:
        return {}
    red, green, blue, alpha = rgba(value)
    return {
        f"{name}Color": f"#{red:02x}{green:02x}{blue:02x}",
        f"{name}Alpha": alpha / 255,
    }

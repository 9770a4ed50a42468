"""Regions of interest and shapes (contract json-api 4; clients 4)."""

from __future__ import annotations

from graticule.catalog.models import Roi, Shape
from graticule.web.api.details import (
    Answering,
    Json,
    bare_details,
    quantity,
    said,
    typed,
)

# Our names of a shape's numbers → the schema's.
_GEOMETRY = {
    "x": "X",
    "y": "Y",
    "width": "Width",
    "height": "Height",
    "radius_x": "RadiusX",
    "radius_y": "RadiusY",
    "x1": "X1",
    "y1": "Y1",
    "x2": "X2",
    "y2": "Y2",
}
_TRANSFORM = ("A00", "A10", "A01", "A11", "A02", "A12")


def roi(who: Answering, row: Roi, *, listed: bool) -> Json:
    """Write a ROI with its shapes."""
    base = who.base("ROI", row)
    answer = {
        **base,
        **said(Name=row.name, Description=row.description),
        "shapes": [_shape(each, base["omero:details"]) for each in row.shapes.all()],
    }
    if listed:
        answer["url:roi"] = who.addresses.of_objects("rois", row.pk)
    return answer


def shape(who: Answering, row: Shape, *, listed: bool) -> Json:
    """Write a shape; one alone says where its ROI is."""
    answer = _shape(row, who.details(row.roi))
    if not listed:
        answer["url:roi"] = who.addresses.of_objects("rois", row.roi_id)
    return answer


def _shape(row: Shape, details: Json) -> Json:
    """Write a shape; it belongs to whom its ROI belongs."""
    geometry = {
        name: float(row.geometry[ours])
        for ours, name in _GEOMETRY.items()
        if ours in row.geometry
    }
    return {
        **typed(row.kind, row.pk),
        "omero:details": details,
        **geometry,
        **said(
            Points=_points(row.points),
            TheZ=row.z,
            TheC=row.c,
            TheT=row.t,
            Text=row.text,
            FillColor=row.fill_color,
            StrokeColor=row.stroke_color,
            StrokeWidth=quantity(row.stroke_width, "PIXEL"),
            FontSize=quantity(row.font_size, "POINT"),
            FontFamily=row.font_family,
            FontStyle=row.font_style,
            MarkerStart=row.marker_start,
            MarkerEnd=row.marker_end,
            Locked=row.locked,
            Transform=_transform(row),
        ),
    }


def _points(text: str) -> str:
    """Write points as clients take them apart: ``x,y x,y``, no other blanks."""
    numbers = text.replace(",", " ").split()
    pairs = zip(numbers[::2], numbers[1::2], strict=False)
    return " ".join(f"{x},{y}" for x, y in pairs)


def _transform(row: Shape) -> Json | None:
    """Write the transform; it has no row of its own, so its id is the shape's."""
    if row.transform is None:
        return None
    return {
        **typed("AffineTransform", row.pk),
        "omero:details": bare_details(),
        **dict(zip(_TRANSFORM, row.transform, strict=True)),
    }

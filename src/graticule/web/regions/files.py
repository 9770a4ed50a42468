"""Shapes in the words of files: CSV, JSON, GeoJSON. Pieces of text, one by one."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from graticule.services.regions.shapes import Row
from graticule.services.regions.tabulating import Line
from graticule.web.regions.answers import plain_form

_ELLIPSE_POINTS = 72
_IDENTITY = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_COLUMNS = (
    "shape",
    "roi",
    "type",
    "text",
    "z",
    "c",
    "t",
    "min_x",
    "min_y",
    "max_x",
    "max_y",
    "area_px",
    "length_px",
    "area_um2",
    "length_um",
)
_STATISTICS = ("pixels", "min", "max", "sum", "mean", "deviation")
# What spreadsheets would take for a formula.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(lines: Iterable[Line], channels: Sequence[int]) -> Iterator[str]:
    """Write a table; planes and channels from 1, as people see them."""
    out = io.StringIO()
    writer = csv.writer(out)
    names = (f"c{channel + 1}_{name}" for channel in channels for name in _STATISTICS)
    writer.writerow([*_COLUMNS, *names])
    for line in lines:
        writer.writerow(_cells(line))
        yield _taken(out)
    yield _taken(out)


def _taken(out: io.StringIO) -> str:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text


def _cells(line: Line) -> Iterator[Any]:
    row, size = line.row, line.size
    text = row.text or ""
    yield from (row.id, row.roi_id, row.kind)
    yield f"'{text}" if text.startswith(_FORMULAS) else text
    yield from (None if n is None else n + 1 for n in (row.z, row.c, row.t))
    yield from (row.min_x, row.min_y, row.max_x, row.max_y)
    yield from (size.area_px, size.length_px, size.area_um2, size.length_um)
    for found in line.statistics:
        if found is None:
            yield from (None,) * len(_STATISTICS)
        else:
            yield from (found.points, found.minimum, found.maximum)
            yield from (found.total, found.mean, found.deviation)


def json_pieces(rows: Iterable[Row]) -> Iterator[str]:
    """Write ``{"shapes": […]}`` as it is drawn in again; masks are left out."""
    yield '{"shapes": ['
    separator = "\n"
    for row in rows:
        if row.kind != "Mask":
            yield separator + json.dumps(plain_form(row))
            separator = ",\n"
    yield "\n]}\n"


def geojson_pieces(rows: Iterable[Row]) -> Iterator[str]:
    """Write features in pixels of the image; masks are left out."""
    yield '{"type": "FeatureCollection", "features": ['
    separator = "\n"
    for row in rows:
        if row.kind != "Mask":
            yield separator + json.dumps(_feature(row))
            separator = ",\n"
    yield "\n]}\n"


def _feature(row: Row) -> dict[str, Any]:
    form = plain_form(row)
    known = ("type", "text", "z", "c", "t", "stroke", "fill")
    return {
        "type": "Feature",
        "geometry": _geometry(form),
        "properties": {name: form[name] for name in known if name in form},
    }


def _geometry(form: dict[str, Any]) -> dict[str, Any]:
    """Write the place of a shape, its transform applied; ellipses have corners."""
    kind = form["type"]
    if kind in {"Point", "Label"}:
        [point] = _moved(form, [(form["x"], form["y"])])
        return {"type": "Point", "coordinates": point}
    if kind == "Line":
        ends = [(form["x1"], form["y1"]), (form["x2"], form["y2"])]
        return {"type": "LineString", "coordinates": _moved(form, ends)}
    if kind == "Polyline":
        return {"type": "LineString", "coordinates": _moved(form, form["points"])}
    ring = _moved(form, _ring(form))
    return {"type": "Polygon", "coordinates": [[*ring, *ring[:1]]]}


def _ring(form: dict[str, Any]) -> list[tuple[float, float]]:
    if form["type"] == "Polygon":
        points: list[tuple[float, float]] = form["points"]
        return points
    x, y = form["x"], form["y"]
    if form["type"] == "Ellipse":
        turns = (math.tau * n / _ELLIPSE_POINTS for n in range(_ELLIPSE_POINTS))
        return [
            (x + form["radius_x"] * math.cos(a), y + form["radius_y"] * math.sin(a))
            for a in turns
        ]
    right, bottom = x + form["width"], y + form["height"]
    return [(x, y), (right, y), (right, bottom), (x, bottom)]


def _moved(
    form: dict[str, Any], points: Sequence[tuple[float, float]]
) -> list[list[float]]:
    a00, a10, a01, a11, a02, a12 = form.get("transform", _IDENTITY)
    return [[a00 * x + a01 * y + a02, a10 * x + a11 * y + a12] for x, y in points]

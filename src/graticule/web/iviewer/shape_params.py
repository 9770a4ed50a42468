"""Shapes out of what the client saves (contract clients 4, ``persist_rois``).

The words are those of the JSON API's shapes. What is no shape is refused with a
sentence; whether it may be saved is decided elsewhere.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any

from graticule.errors import RequestError
from graticule.pixels.annotations import Shape, ShapeKind
from graticule.services.roi_changes import Place, RoiChanges
from graticule.services.shape_bounds import parse_points

_KINDS = {kind.value: kind for kind in ShapeKind}
_BOX = {"X": "x", "Y": "y", "Width": "width", "Height": "height"}
_SPOT = {"X": "x", "Y": "y"}
# The schema's names of a shape's numbers → ours.
_GEOMETRY: dict[ShapeKind, dict[str, str]] = {
    ShapeKind.RECTANGLE: _BOX,
    ShapeKind.MASK: _BOX,
    ShapeKind.ELLIPSE: {**_SPOT, "RadiusX": "radius_x", "RadiusY": "radius_y"},
    ShapeKind.POINT: _SPOT,
    ShapeKind.LABEL: _SPOT,
    ShapeKind.LINE: {"X1": "x1", "Y1": "y1", "X2": "x2", "Y2": "y2"},
    ShapeKind.POLYLINE: {},
    ShapeKind.POLYGON: {},
}
_TRANSFORM = ("A00", "A10", "A01", "A11", "A02", "A12")
_PLACE = re.compile(r"([0-9]{1,18}):([0-9]{1,18})")
_COLORS = 1 << 31


@dataclass(frozen=True, slots=True)
class Asked:
    """What a body asks for: changes, and what of it cannot be understood.

    ``gone`` are shapes drawn and deleted before they were ever saved.
    """

    changes: RoiChanges
    refused: tuple[str, ...]
    gone: tuple[str, ...]


def roi_changes(body: bytes) -> Asked:
    """Read the body of a request.

    Raises
    ------
    graticule.errors.RequestError
        If it is not JSON of the right form.
    """
    value = _table(_json(body), "The body")
    rois = _table(value.get("rois"), "rois")
    refused: list[str] = []
    return Asked(
        RoiChanges(
            image_id=_image_id(value),
            new=tuple(_shapes(rois, "new", refused)),
            changed=tuple(
                (_place(key), shape)
                for key, shape in _shapes(rois, "modified", refused)
            ),
            deleted=tuple(dict.fromkeys(_places(rois, "deleted", "empty_rois"))),
        ),
        tuple(refused),
        tuple(_text(key, "oldId") for key in _list(rois, "new_and_deleted")),
    )


def _json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise RequestError("The body is not JSON.") from error


def _no_number(word: str) -> float:
    raise ValueError(word)


def _table(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RequestError(f"{what} must be a JSON object.")
    return value


def _list(rois: dict[str, Any], name: str) -> list[Any]:
    value = rois.get(name, [])
    if not isinstance(value, list):
        raise RequestError(f"{name} must be a list.")
    return value


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise RequestError(f"{what} must be a text.")
    return value


def _image_id(value: dict[str, Any]) -> int:
    image_id = _count(value, "imageId")
    if image_id is None or not 0 <= image_id < 1 << 63:
        raise RequestError("imageId must be the number of an image.")
    return image_id


def _place(key: str) -> Place:
    found = _PLACE.fullmatch(key)
    if not found:
        raise RequestError(f"{key[:40]!r} is not ROI:SHAPE.")
    return Place(key, int(found[1]), int(found[2]))


def _places(rois: dict[str, Any], *names: str) -> list[Place]:
    places = []
    for name in names:
        for keys in _table(rois.get(name, {}), name).values():
            if not isinstance(keys, list):
                raise RequestError(f"{name} must hold lists.")
            places += [_place(_text(key, name)) for key in keys]
    return places


def _shapes(
    rois: dict[str, Any], name: str, refused: list[str]
) -> list[tuple[str, Shape]]:
    """Read shapes with what the client calls them; keep why one is none."""
    shapes = []
    for value in _list(rois, name):
        table = _table(value, "A shape")
        key = _text(table.get("oldId"), "oldId")
        try:
            shapes.append((key, shape_of(table)))
        except RequestError as error:
            refused.append(str(error))
    return shapes


def shape_of(value: dict[str, Any]) -> Shape:
    """Read one shape in the JSON API's words.

    Raises
    ------
    graticule.errors.RequestError
        If a field is missing, not of its type, or not a finite number.
    """
    name = str(value.get("@type")).rpartition("#")[2]
    kind = _KINDS.get(name)
    if kind is None:
        raise RequestError(f"There is no shape {name[:40]!r}.")
    pointed = kind in {ShapeKind.POLYLINE, ShapeKind.POLYGON}
    return Shape(
        kind=kind,
        geometry={
            ours: _number(value.get(theirs), f"{name} {theirs}")
            for theirs, ours in _GEOMETRY[kind].items()
        },
        points=_points(value.get("Points")) if pointed else "",
        z=_count(value, "TheZ"),
        c=_count(value, "TheC"),
        t=_count(value, "TheT"),
        text=_optional_text(value, "Text"),
        fill_color=_color(value, "FillColor"),
        stroke_color=_color(value, "StrokeColor"),
        stroke_width=_length(value, "StrokeWidth", "PIXEL"),
        font_size=_length(value, "FontSize", "POINT"),
        font_family=_optional_text(value, "FontFamily"),
        font_style=_optional_text(value, "FontStyle"),
        marker_start=_optional_text(value, "MarkerStart"),
        marker_end=_optional_text(value, "MarkerEnd"),
        transform=_transform(value.get("Transform")),
        locked=_flag(value, "Locked"),
    )


def _number(value: Any, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise RequestError(f"{what} must be a number.")
    try:
        number = float(value)
    except OverflowError as error:
        raise RequestError(f"{what} is too large a number.") from error
    if not math.isfinite(number):
        raise RequestError(f"{what} is too large a number.")
    return number


def _points(value: Any) -> str:
    """Write points the one way they are kept, ``x,y x,y``."""
    pairs = parse_points(_text(value, "Points"))
    return " ".join(f"{x!r},{y!r}" for x, y in pairs)


def _count(value: dict[str, Any], name: str) -> int | None:
    number = value.get(name)
    if number is None:
        return None
    if not isinstance(number, int) or isinstance(number, bool):
        raise RequestError(f"{name} must be an integer.")
    return number


def _color(value: dict[str, Any], name: str) -> int | None:
    number = _count(value, name)
    if number is not None and not -_COLORS <= number < _COLORS:
        raise RequestError(f"{name} must be a signed 32-bit integer.")
    return number


def _length(value: dict[str, Any], name: str, unit: str) -> float | None:
    """Read a length; only one unit is kept."""
    said = value.get(name)
    if said is None:
        return None
    said = _table(said, name)
    if said.get("Unit", unit) != unit:
        raise RequestError(f"{name} must be in the unit {unit}.")
    return _number(said.get("Value"), name)


def _optional_text(value: dict[str, Any], name: str) -> str | None:
    text = value.get(name)
    return None if text is None else _text(text, name)


def _flag(value: dict[str, Any], name: str) -> bool | None:
    flag = value.get(name)
    if flag is not None and not isinstance(flag, bool):
        raise RequestError(f"{name} must be true or false.")
    return flag


def _transform(value: Any) -> tuple[float, float, float, float, float, float] | None:
    if value is None:
        return None
    table = _table(value, "Transform")
    a00, a10, a01, a11, a02, a12 = (_number(table.get(n), n) for n in _TRANSFORM)
    return a00, a10, a01, a11, a02, a12

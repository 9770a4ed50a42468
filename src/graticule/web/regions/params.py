"""Views, lists and changes out of queries and bodies.

Every number that is none, or missing where it is needed, is a 400 with a sentence.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

from django.conf import settings
from django.http import HttpRequest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graticule.errors import RequestError
from graticule.pixels.annotations import Shape, ShapeKind
from graticule.services.regions.listing import Order, Wanted
from graticule.services.regions.view import View
from graticule.services.roi_changes import Place, RoiChanges
from graticule.web.api.params import flag, integer
from graticule.web.gateway.numbers import float_or_none, integer_or_none

KINDS = tuple(kind.value for kind in ShapeKind)
GEOMETRY: dict[str, tuple[str, ...]] = {
    "Rectangle": ("x", "y", "width", "height"),
    "Mask": ("x", "y", "width", "height"),
    "Ellipse": ("x", "y", "radius_x", "radius_y"),
    "Point": ("x", "y"),
    "Label": ("x", "y"),
    "Line": ("x1", "y1", "x2", "y2"),
    "Polyline": (),
    "Polygon": (),
}
MOST_IDS = 500
"""How many shapes are asked for by number at once."""
_FEWEST_POINTS = {"Polyline": 2, "Polygon": 3}
_MOST_CHANGES = 5000
_LARGEST = (1 << 63) - 1

Id = Annotated[int, Field(ge=0, le=_LARGEST)]
Index = Annotated[int, Field(ge=0, lt=1 << 31)]
Color = Annotated[str, Field(pattern="^#[0-9a-fA-F]{8}$")]
Word = Annotated[str, Field(max_length=64)]
Length = Annotated[float, Field(ge=0, le=10_000)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class ShapeForm(_Form):
    """A shape; which numbers it needs is said by its type."""

    type: Literal[
        "Rectangle", "Ellipse", "Line", "Polyline", "Polygon", "Point", "Label", "Mask"
    ]
    x: float | None = None
    y: float | None = None
    width: float | None = None
    height: float | None = None
    radius_x: float | None = None
    radius_y: float | None = None
    x1: float | None = None
    y1: float | None = None
    x2: float | None = None
    y2: float | None = None
    points: list[tuple[float, float]] | None = None
    transform: tuple[float, float, float, float, float, float] | None = None
    z: Index | None = None
    c: Index | None = None
    t: Index | None = None
    text: Annotated[str, Field(max_length=10_000)] | None = None
    stroke: Color | None = None
    fill: Color | None = None
    stroke_width: Length | None = None
    font_size: Length | None = None
    font_family: Word | None = None
    font_style: Word | None = None
    marker_start: Word | None = None
    marker_end: Word | None = None
    locked: bool | None = None


class NewForm(_Form):
    """A new shape: what the asker calls it, and a ROI it shall belong to."""

    key: Annotated[str, Field(min_length=1, max_length=64)]
    roi: Id | None = None
    shape: ShapeForm


class ChangedForm(_Form):
    """A whole shape that takes the place of a saved one."""

    id: Id
    roi: Id
    shape: ShapeForm


class DeletedForm(_Form):
    """A saved shape that is to go."""

    id: Id
    roi: Id


class ChangesForm(_Form):
    """What is to be saved."""

    new: Annotated[list[NewForm], Field(max_length=_MOST_CHANGES)] = []
    changed: Annotated[list[ChangedForm], Field(max_length=_MOST_CHANGES)] = []
    deleted: Annotated[list[DeletedForm], Field(max_length=_MOST_CHANGES)] = []


def changes(image_id: int, body: bytes) -> RoiChanges:
    """Read what is to be saved.

    Raises
    ------
    graticule.errors.RequestError
        If it is not JSON of the right form, or a shape lacks a number.
    """
    try:
        form = ChangesForm.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RequestError(f"{where or 'The body'}: {first['msg']}.") from error
    return RoiChanges(
        image_id=image_id,
        new=tuple((each.key, shape_of(each.shape)) for each in form.new),
        changed=tuple(
            (Place(str(each.id), each.roi, each.id), shape_of(each.shape))
            for each in form.changed
        ),
        deleted=tuple(
            dict.fromkeys(
                Place(str(each.id), each.roi, each.id) for each in form.deleted
            )
        ),
        into={each.key: each.roi for each in form.new if each.roi is not None},
    )


def shape_of(form: ShapeForm) -> Shape:
    """Make a shape.

    Raises
    ------
    graticule.errors.RequestError
        If a number is missing that its type needs, or it has too few points.
    """
    geometry = {}
    for name in GEOMETRY[form.type]:
        number = getattr(form, name)
        if number is None:
            raise RequestError(f"A {form.type} needs {name}.")
        geometry[name] = number
    fewest = _FEWEST_POINTS.get(form.type, 0)
    points = (form.points or []) if fewest else []
    if len(points) < fewest:
        raise RequestError(f"A {form.type} needs at least {fewest} points.")
    return Shape(
        kind=ShapeKind(form.type),
        geometry=geometry,
        points=" ".join(f"{x!r},{y!r}" for x, y in points),
        z=form.z,
        c=form.c,
        t=form.t,
        text=form.text,
        fill_color=_color(form.fill),
        stroke_color=_color(form.stroke),
        stroke_width=form.stroke_width,
        font_size=form.font_size,
        font_family=form.font_family,
        font_style=form.font_style,
        marker_start=form.marker_start,
        marker_end=form.marker_end,
        transform=form.transform,
        locked=form.locked,
    )


def _color(text: str | None) -> int | None:
    """Read ``#rrggbbaa`` as the catalogue keeps it: a signed 32-bit number."""
    if text is None:
        return None
    number = int(text[1:], 16)
    return number - (1 << 32) if number >= 1 << 31 else number


def view(request: HttpRequest) -> View:
    """Read a part of a plane."""
    z, t = needed_plane(request)
    x0, y0, x1, y1, pixel = (
        _number(request, name) for name in ("x0", "y0", "x1", "y1", "pixel")
    )
    return View(z, t, x0, y0, x1, y1, pixel)


def _number(request: HttpRequest, name: str) -> float:
    value = float_or_none(request.GET.get(name, ""))
    if value is None or not math.isfinite(value):
        raise RequestError(f"{name} must be a number.")
    return value


def needed_plane(request: HttpRequest) -> tuple[int, int]:
    """Read ``z`` and ``t``, from 0."""
    z, t = integer(request, "z"), integer(request, "t")
    if z is None or t is None:
        raise RequestError("z and t must be the numbers of a plane, from 0.")
    return z, t


def wanted(request: HttpRequest) -> Wanted:
    """Read which shapes of an image, in which order."""
    asked = request.GET
    kinds = tuple(filter(None, asked.get("type", "").split(",")))
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise RequestError(f"type is some of {', '.join(KINDS)}: not {unknown[0]!r}.")
    order = asked.get("order", Order.NUMBER.value)
    orders = [each.value for each in Order]
    if order not in orders:
        raise RequestError(f"order is one of {', '.join(orders)}.")
    has_plane = "z" in asked or "t" in asked
    return Wanted(
        text=asked.get("text", "").replace("\0", "").strip(),
        kinds=kinds,
        plane=needed_plane(request) if has_plane else None,
        roi_id=_limited(integer(request, "roi"), "roi"),
        order=Order(order),
        backwards=flag(request, "backwards"),
    )


def _limited(number: int | None, name: str) -> int | None:
    if number is not None and not 0 <= number <= _LARGEST:
        raise RequestError(f"{name} is not the number of anything.")
    return number


def page(request: HttpRequest) -> tuple[int, int]:
    """Read ``offset`` and ``limit``, as the JSON API does."""
    default, most = settings.GRATICULE["api_limit"], settings.GRATICULE["api_max_limit"]
    offset, limit = integer(request, "offset") or 0, integer(request, "limit")
    if limit is None or limit < 1:
        limit = default
    return min(max(0, offset), _LARGEST // 2), min(limit, most)


def shape_id(request: HttpRequest) -> int:
    """Read the number of a shape."""
    found = _limited(integer(request, "shape"), "shape")
    if found is None:
        raise RequestError("shape must be the number of a shape.")
    return found


def ids(request: HttpRequest) -> list[int]:
    """Read numbers of shapes between commas, each once."""
    found = _numbers(request, "ids")
    if len(found) > MOST_IDS:
        raise RequestError(f"At most {MOST_IDS} ids at once: ask in several parts.")
    return found


def channels(request: HttpRequest) -> list[int]:
    """Read channels from 0 between commas; none if there is nothing."""
    return _numbers(request, "channels")


def _numbers(request: HttpRequest, name: str) -> list[int]:
    found: dict[int, None] = {}
    for text in filter(None, request.GET.get(name, "").split(",")):
        value = integer_or_none(text)
        if value is None or not 0 <= value <= _LARGEST:
            raise RequestError(f"{name} must be numbers between commas.")
        found[value] = None
    return list(found)

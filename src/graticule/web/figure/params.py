"""Regions, ids and forms out of requests to this door (contract clients 5)."""

from __future__ import annotations

import math

from django.http import HttpRequest, QueryDict

from graticule.errors import RequestError
from graticule.pixels.model import Window
from graticule.web.gateway import numbers

DEFAULT_SIDE = 2000
_FARTHEST = 1 << 31


def asked_region(query: QueryDict) -> Window:
    """Read ``region=x,y,w,h`` in full-size pixels; it may reach beyond the image.

    Raises
    ------
    graticule.errors.RequestError
        If it is missing, malformed or empty.
    """
    text = query.get("region")
    if text is None:
        raise RequestError("region=x,y,width,height is required.")
    values = [numbers.float_or_none(part) for part in text.split(",")]
    known = [
        round(value)
        for value in values
        if value is not None and math.isfinite(value) and abs(value) < _FARTHEST
    ]
    if len(values) != 4 or len(known) != 4:
        raise RequestError(f"malformed region argument, region={text}")
    x, y, width, height = known
    if width < 1 or height < 1:
        raise RequestError(f"The region {text} is empty.")
    return Window(x, y, x + width, y + height)


def asked_side(request: HttpRequest) -> int:
    """Read ``max_size``, the longest side of the picture in pixels.

    Raises
    ------
    graticule.errors.RequestError, graticule.web.errors.ParameterError
        If it is not a number from 1.
    """
    side = numbers.integer(request, "max_size", DEFAULT_SIDE) or 0
    if side < 1:
        raise RequestError("max_size must be at least 1.")
    return side


def asked_ids(values: list[str], name: str) -> list[int]:
    """Read ids, each parameter one or several separated by commas; doubles dropped.

    Raises
    ------
    graticule.errors.RequestError
        If one is not an integer.
    """
    found: dict[int, None] = {}
    for text in ",".join(values).split(",") if values else []:
        value = numbers.integer_or_none(text)
        if value is None:
            raise RequestError(f"{name} must be ids, separated by commas.")
        found[value] = None
    return list(found)


def form_id(request: HttpRequest, name: str) -> int | None:
    """Read an id of a form; an empty one is none.

    Raises
    ------
    graticule.errors.RequestError
        If it is not an integer.
    """
    text = request.POST.get(name, "")
    if not text.strip():
        return None
    value = numbers.integer_or_none(text)
    if value is None:
        raise RequestError(f"{name} must be an id.")
    return value

"""Numbers and lists of numbers out of this door's queries.

Everything that is no number, or missing where it is needed, is a 400.
"""

from __future__ import annotations

import math

from django.conf import settings
from django.http import HttpRequest

from graticule.errors import RequestError
from graticule.services.projecting import Kind, Wanted
from graticule.web.api.params import BadNumberError, integer
from graticule.web.gateway.numbers import float_or_none, integer_or_none

_KINDS = {"intmax": Kind.MAX, "intmean": Kind.MEAN, "intsum": Kind.SUM}


def needed(request: HttpRequest, name: str) -> int:
    """Read an integer that must be there."""
    value = integer(request, name)
    if value is None:
        raise BadNumberError(f"{name} is missing.")
    return value


def place(request: HttpRequest, name: str) -> int:
    """Read a coordinate: the pixel it lies in."""
    value = float_or_none(request.GET.get(name, ""))
    if value is None or not math.isfinite(value):
        raise BadNumberError(f"{name} must be a number.")
    return math.floor(value)


def numbers(request: HttpRequest, name: str) -> list[int]:
    """Read integers between commas, each once; none if there is nothing."""
    found: dict[int, None] = {}
    for text in filter(None, request.GET.get(name, "").split(",")):
        value = integer_or_none(text)
        if value is None:
            raise BadNumberError(f"{name} must be integers between commas.")
        found[value] = None
    return list(found)


def page(request: HttpRequest) -> tuple[int, int]:
    """Read ``offset`` and ``limit``, as the JSON API does (contract json-api 3.1)."""
    default, most = settings.GRATICULE["api_limit"], settings.GRATICULE["api_max_limit"]
    offset, limit = integer(request, "offset"), integer(request, "limit")
    if limit is None or limit < 0:
        limit = default
    return max(0, offset or 0), min(limit, most)


def projection(request: HttpRequest) -> Wanted:
    """Read which projection is to be saved; without a range it is the whole stack."""
    kind = request.GET.get("projection", "")
    if kind not in _KINDS:
        raise RequestError(f"projection is one of {', '.join(_KINDS)}.")
    return Wanted(
        image_id=needed(request, "image"),
        kind=_KINDS[kind],
        start=integer(request, "start") or 0,
        end=integer(request, "end"),
        dataset_id=integer(request, "dataset"),
    )

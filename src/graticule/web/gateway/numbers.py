"""Numbers and texts out of queries, by the gateway's rules (contract 2.1)."""

from __future__ import annotations

import math

from django.http import HttpRequest, QueryDict

from graticule.services.rendering_texts import float_or_none, integer_or_none
from graticule.web.errors import ParameterError

__all__ = [
    "float_or_none",
    "form_ids",
    "ids",
    "integer",
    "integer_or_none",
    "path_number",
    "quality",
]

_MOST_DIGITS = 19


def path_number(text: str) -> int:
    """Read a number of the path; leading zeros mean nothing (contract clients 1.1).

    Raises
    ------
    graticule.web.errors.ParameterError
        If it is larger than 64 bits (contract 2.1).
    """
    digits = text.lstrip("0") or "0"
    if len(digits) > _MOST_DIGITS or int(digits) >= 1 << 63:
        raise ParameterError(f"{digits[:_MOST_DIGITS]}… is too large a number.")
    return int(digits)


def integer(request: HttpRequest, name: str, default: int | None) -> int | None:
    """Read an integer parameter: query, else form body, else the default.

    Raises
    ------
    graticule.web.errors.ParameterError
        If it is there and not an integer, the empty text included.
    """
    for source in (request.GET, request.POST):
        if name in source:
            value = integer_or_none(source[name])
            if value is None:
                raise ParameterError(f"{name} must be an integer.")
            return value
    return default


def ids(request: HttpRequest, name: str) -> list[int]:
    """Read a repeated id parameter of the query, duplicates dropped.

    Raises
    ------
    graticule.web.errors.ParameterError
        If one is not an integer.
    """
    return _ids(request.GET, name)


def form_ids(request: HttpRequest, name: str) -> list[int]:
    """Read a repeated id of the form body, as :func:`ids` does of the query."""
    return _ids(request.POST, name)


def _ids(source: QueryDict, name: str) -> list[int]:
    found: dict[int, None] = {}
    for text in source.getlist(name):
        value = integer_or_none(text)
        if value is None:
            raise ParameterError(f"{name} must be an integer.")
        found[value] = None
    return list(found)


def quality(query: QueryDict) -> float | None:
    """Read the JPEG quality ``q`` (contract 3.3).

    Raises
    ------
    graticule.web.errors.ParameterError
        If it is not a number.
    """
    text = query.get("q")
    if text is None:
        return None
    value = float_or_none(text)
    if value is None or math.isnan(value):
        raise ParameterError("q must be a number from 0 to 1.")
    return value

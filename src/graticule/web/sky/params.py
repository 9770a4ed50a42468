"""What is asked of the sky of an image, out of the query."""

from __future__ import annotations

import math

from django.http import HttpRequest

from graticule.errors import RequestError
from graticule.services.observatory.positions import read_position

_FARTHEST = 1e7


def pixel(request: HttpRequest) -> tuple[float, float]:
    """Read ``x`` and ``y``.

    Raises
    ------
    graticule.errors.RequestError
        If one is missing, no number, or far beyond any image.
    """
    return _number(request, "x"), _number(request, "y")


def position(request: HttpRequest) -> tuple[float, float]:
    """Read ``position``.

    Raises
    ------
    graticule.errors.RequestError
        If it is missing or cannot be understood.
    """
    return read_position(request.GET.get("position", ""))


def _number(request: HttpRequest, name: str) -> float:
    text = request.GET.get(name, "")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= _FARTHEST:
        raise RequestError(f"{name} must be a number of pixels, not {text[:40]!r}.")
    return value

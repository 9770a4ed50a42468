"""Where to measure, out of the query."""

from __future__ import annotations

import math

from django.http import HttpRequest

from graticule.errors import RequestError
from graticule.services.line_profiles import WIDEST, Line

_FARTHEST = 1e7


def line(request: HttpRequest) -> Line:
    """Read ``x0``, ``y0``, ``x1``, ``y1`` and ``width``, in pixels.

    Raises
    ------
    graticule.errors.RequestError
        If one is missing, no number, or far beyond any image.
    """
    width = whole(request, "width", 1)
    if not 1 <= width <= WIDEST:
        raise RequestError(f"width must be from 1 to {WIDEST}, not {width}.")
    x0, y0, x1, y1 = (_number(request, name) for name in ("x0", "y0", "x1", "y1"))
    return Line(x0, y0, x1, y1, width)


def whole(request: HttpRequest, name: str, default: int | None = None) -> int:
    """Read a whole number.

    Raises
    ------
    graticule.errors.RequestError
        If it is none, or missing without a default.
    """
    text = request.GET.get(name, "")
    if not text and default is not None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise RequestError(f"{name} must be a whole number, not {text[:40]!r}.")
    return int(text)


def channels(request: HttpRequest) -> list[int]:
    """Read ``c``, channels from 0 between commas.

    Raises
    ------
    graticule.errors.RequestError
        If they are none.
    """
    texts = request.GET.get("c", "").split(",")
    if not all(text.isascii() and text.isdigit() and len(text) < 10 for text in texts):
        raise RequestError("c must be channels from 0 between commas, such as c=0,2.")
    return list(dict.fromkeys(map(int, texts)))


def _number(request: HttpRequest, name: str) -> float:
    text = request.GET.get(name, "")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= _FARTHEST:
        raise RequestError(f"{name} must be a number of pixels, not {text[:40]!r}.")
    return value

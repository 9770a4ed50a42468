"""What the plate page asks for, in words of its address."""

from __future__ import annotations

from django.http import HttpRequest

from graticule.errors import RequestError
from graticule.services.plate_values import Together

_MOST = 2**63 - 1


def number(request: HttpRequest, name: str, default: int | None = None) -> int:
    """Read a whole number, zero or more.

    Raises
    ------
    graticule.errors.RequestError
        If it is none, or missing without a default.
    """
    text = request.GET.get(name, "")
    if not text and default is not None:
        return default
    if not (text.isascii() and text.isdigit()) or int(text[:20]) > _MOST:
        raise RequestError(f"{name} must be a whole number, not {text[:40]!r}.")
    return int(text[:20])


def together(request: HttpRequest) -> Together:
    """Read ``how`` rows of one well become one number.

    Raises
    ------
    graticule.errors.RequestError
        If it is none of the known ways.
    """
    text = request.GET.get("how", Together.MEAN.value)
    try:
        return Together(text)
    except ValueError:
        known = ", ".join(Together)
        raise RequestError(f"how must be one of {known}, not {text[:40]!r}.") from None

"""Queries of the pages as frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from graticule.errors import RequestError
from graticule.services.browse import Kind

_LARGEST = 10**9
_LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class Listing:
    """What part of a list is asked for.

    Attributes
    ----------
    text
        What names must contain; empty for everything.
    only
        The one kind to show in full, or ``None`` for the beginnings of all.
    page
        From 1.
    """

    text: str = ""
    only: Kind | None = None
    page: int = 1


def listing(request: HttpRequest) -> Listing:
    """Read ``q``, ``show`` and ``page``.

    Raises
    ------
    graticule.errors.RequestError
        If ``show`` is no kind or ``page`` no number.
    """
    show = request.GET.get("show", "")
    kinds = {kind.value: kind for kind in Kind}
    if show and show not in kinds:
        raise RequestError(f"show must be one of {', '.join(kinds)}.")
    return Listing(
        text=search_text(request),
        only=kinds.get(show),
        page=_number(request, "page", 1),
    )


def search_text(request: HttpRequest) -> str:
    """Read ``q``; what is too long is cut."""
    # PostgreSQL refuses to look for NUL, which is in no name.
    return request.GET.get("q", "").replace("\0", "").strip()[:_LONGEST_SEARCH]


def field_number(request: HttpRequest) -> int:
    """Read ``field``, from 1 in the address, as it is counted: from 0.

    Raises
    ------
    graticule.errors.RequestError
        If it is no number.
    """
    return _number(request, "field", 1) - 1


def acquisition(request: HttpRequest) -> int | None:
    """Read ``acquisition``, the id of one; ``None`` means all of them.

    Raises
    ------
    graticule.errors.RequestError
        If it is no number.
    """
    return _number(request, "acquisition", 0) or None


def _number(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:12]) <= _LARGEST:
        raise RequestError(f"{name} must be a number from 1, not {text[:40]!r}.")
    return int(text)

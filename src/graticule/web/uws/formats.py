"""Which form of an answer a client prefers (contract uws U10)."""

from __future__ import annotations

from enum import Enum

from django.http import HttpRequest


class Format(Enum):
    """The forms of an answer."""

    XML = "application/xml"
    HTML = "text/html"
    JSON = "application/json"
    TEXT = "text/plain"


_OFFERED = {
    "application/xml": Format.XML,
    "text/xml": Format.XML,
    "application/x-votable+xml": Format.XML,
    "text/html": Format.HTML,
    "application/xhtml+xml": Format.HTML,
    "application/json": Format.JSON,
    "text/plain": Format.TEXT,
    "*/*": Format.XML,
}


def wanted(request: HttpRequest) -> Format:
    """Choose the form with the highest quality; XML where nothing is preferred."""
    best, best_quality = Format.XML, 0.0
    accept = request.headers.get("Accept", "")
    if _by_java(accept):
        return best
    for part in accept.split(","):
        name, *options = part.split(";")
        offered = _OFFERED.get(name.strip().lower())
        quality = _quality(options)
        if offered is not None and quality > best_quality:
            best, best_quality = offered, quality
    return best


def _by_java(accept: str) -> bool:
    """Recognise what Java sends for programs that have said nothing: TOPCAT, STILTS.

    It seems to prefer pages, as the browser did that it was made for.
    """
    return accept.startswith("text/html, image/gif, image/jpeg, *")


def _quality(options: list[str]) -> float:
    for option in options:
        name, _, text = option.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(text)
            except ValueError:
                return 0.0
    return 1.0

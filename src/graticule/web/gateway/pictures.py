"""Answers that are pictures: what is known already is not sent again."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags, quote_etag


def picture_answer(
    request: HttpRequest, key: str, draw: Callable[[], bytes], media_type: str
) -> HttpResponse:
    """Answer a picture, or that the client's own is still right.

    Parameters
    ----------
    key
        What the picture is known by: everything that shows in its bytes.
    draw
        Called only where the client has no such picture.
    """
    etag = quote_etag(key)
    # Kept by browsers, but asked for again each time: rights may have changed.
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if _has(request.headers.get("If-None-Match", ""), etag):
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(draw(), content_type=media_type, headers=headers)


def _has(if_none_match: str, etag: str) -> bool:
    """Say whether a client has the picture; proxies weaken entity tags."""
    return bool(if_none_match) and any(
        known.removeprefix("W/") == etag for known in parse_etags(if_none_match)
    )

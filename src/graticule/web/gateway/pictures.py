"""Answers that are pictures: what is known already is not sent again."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
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
    headers = {"ETag": etag, "Cache-Control": _keeping(request)}
    if _has(request.headers.get("If-None-Match", ""), etag):
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(draw(), content_type=media_type, headers=headers)


def _keeping(request: HttpRequest) -> str:
    """Say how long browsers may show the picture again unasked.

    Who names a revision of the image (``rev``) names another when there is one, so
    for a while no answer would be another. Otherwise kept, but asked for again each
    time: picture and rights may have changed.
    """
    age = int(settings.GRATICULE["picture_age"].total_seconds())
    if "rev" not in request.GET or age == 0:
        return "private, no-cache"
    return f"private, max-age={age}"


def _has(if_none_match: str, etag: str) -> bool:
    """Say whether a client has the picture; proxies weaken entity tags."""
    return bool(if_none_match) and any(
        known.removeprefix("W/") == etag for known in parse_etags(if_none_match)
    )

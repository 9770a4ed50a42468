"""Compressed answers: an option, off by default (contract webgateway 16.2).

Django's own middleware compresses, and adds random padding. What it must leave
alone is decided here: answers that hold a token for forms or set a cookie, those
to requests with a password in them, streams, pictures, and small ones.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

SMALLEST_BYTES = 8192
"""Shorter answers are sent as they are."""
_TOKEN_WAS_WRITTEN = "CSRF_COOKIE_NEEDS_UPDATE"  # noqa: S105 -- the name Django gives it
_SECRETS = ("password", "bsession")


def gzip_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Compress what is worth it and holds no secret."""
    django = GZipMiddleware(get_response)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        answer = get_response(request)
        if not settings.GRATICULE["gzip"] or not _is_worth_it(answer):
            return answer
        if _is_secret(request, answer):
            return answer
        # Also where the client takes no gzip.
        patch_vary_headers(answer, ("Accept-Encoding",))
        if _is_old(request, answer):
            return answer
        return django.process_response(request, answer)

    return middleware


def _is_worth_it(answer: HttpResponseBase) -> bool:
    if not isinstance(answer, HttpResponse) or answer.has_header("Content-Encoding"):
        return False
    kind = answer.headers.get("Content-Type", "")
    return (
        answer.status_code == 200
        and len(answer.content) >= SMALLEST_BYTES
        and ("text" in kind or "javascript" in kind or "application/json" in kind)
    )


def _is_secret(request: HttpRequest, answer: HttpResponseBase) -> bool:
    """Say whether its length may tell something that nobody should know."""
    return (
        _TOKEN_WAS_WRITTEN in request.META
        or bool(answer.cookies)
        or any(name in request.GET for name in _SECRETS)
    )


def _is_old(request: HttpRequest, answer: HttpResponseBase) -> bool:
    """Say whether it is a browser that could not unpack scripts."""
    return (
        "msie" in request.headers.get("User-Agent", "").lower()
        and "javascript" in answer.headers["Content-Type"]
    )

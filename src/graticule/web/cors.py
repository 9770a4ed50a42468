"""Which pages of other sites may use the jobs (contract uws U13).

Browsers ask before; nothing is allowed but what the setting ``cors_origins`` names.
Cookies and passwords are never allowed together with ``*``.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

from graticule.web.uws.places import PLACES

_BELOW = ("/services/", *(f"/{place.path}/" for place in PLACES.values()))
_VERBS = "GET, HEAD, POST, PUT, DELETE, OPTIONS"
_SENT = "Accept, Authorization, Content-Type, Idempotency-Key, If-None-Match, Range"
_SHOWN = (
    "Location, WWW-Authenticate, Content-Disposition, Content-Range, ETag, "
    "Retry-After, Allow"
)
_REMEMBERED_SECONDS = 600


def cors_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer what browsers ask before, and mark what their pages may read."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        origins = settings.GRATICULE["cors_origins"]
        if not origins or not request.path_info.startswith(_BELOW):
            return get_response(request)
        origin = request.headers.get("Origin", "")
        allowed = _allowed(origin, origins)
        asks = request.method == "OPTIONS" and (
            "Access-Control-Request-Method" in request.headers
        )
        answer = HttpResponse(status=204) if asks and allowed else get_response(request)
        patch_vary_headers(answer, ("Origin",))
        if allowed:
            answer["Access-Control-Allow-Origin"] = allowed
            answer["Access-Control-Expose-Headers"] = _SHOWN
            if allowed != "*":
                answer["Access-Control-Allow-Credentials"] = "true"
            if asks:
                answer["Access-Control-Allow-Methods"] = _VERBS
                answer["Access-Control-Allow-Headers"] = _SENT
                answer["Access-Control-Max-Age"] = str(_REMEMBERED_SECONDS)
        return answer

    return middleware


def _allowed(origin: str, origins: tuple[str, ...]) -> str:
    """Say which origin an answer may name; empty for none."""
    if origin and origin.lower() in origins:
        return origin
    return "*" if origin and "*" in origins else ""

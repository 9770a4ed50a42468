"""What every request and every answer of every door passes.

The name the server is called by, what caches must look at, and errors that leave
a view. Knows no door.
"""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

from graticule.web import errors

View = Callable[[HttpRequest], HttpResponseBase]
_NOT_MODIFIED = 304


class EdgeMiddleware:
    """The outermost layer."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass a request on and complete its answer."""
        answer = _wrong_name(request) or self.get_response(request)
        # Every answer depends on who asks (contract webgateway 2.9), also where
        # that was remembered and the session never looked at.
        patch_vary_headers(answer, ("Cookie", "Authorization"))
        if (
            isinstance(answer, HttpResponse)
            and answer.status_code != _NOT_MODIFIED
            and not answer.has_header("Content-Length")
        ):
            answer["Content-Length"] = str(len(answer.content))
        return answer

    def process_exception(
        self, request: HttpRequest, error: Exception
    ) -> HttpResponseBase:
        """Answer an exception that left a view, in the shape of its door."""
        match = request.resolver_match
        shape = getattr(match.func if match else None, "error_answer", None)
        answer: HttpResponseBase = (shape or errors.error_answer)(request, error)
        return answer


def _wrong_name(request: HttpRequest) -> HttpResponse | None:
    """Refuse a request that calls the server by a wrong name.

    A page of somebody else may point its own name at this machine to read what
    is served here.
    """
    try:
        request.get_host()
    except DisallowedHost as error:
        errors.log(request, error)
        return HttpResponse(
            "This server does not go by the name in the request's Host; the "
            "setting allowed_hosts names those it answers to.",
            status=400,
            content_type="text/plain; charset=utf-8",
        )
    return None

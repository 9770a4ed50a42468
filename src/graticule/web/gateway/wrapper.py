"""The wrapper **J** around JSON views (contract webgateway 2.6).

Takes the plain value of a view to JSON or JSONP, and what it raises to a JSON
error. Knows no view.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.multipartparser import MultiPartParserError

from graticule.errors import GraticuleError, LimitError, NotPermittedError
from graticule.web import errors

CALLBACK = re.compile(r"[a-zA-Z_$][0-9a-zA-Z_$]*")
"""What a JSONP callback may be called."""


def json_view(view: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
    """Make a view that returns a plain value answer JSON.

    A view may also return a whole response, which is passed on.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            value = view(request, *args, **kwargs)
        except errors.NotLoggedInError:
            return errors.login_needed(request)
        except GraticuleError as error:
            return json_error(request, error)
        if isinstance(value, HttpResponseBase):
            return value
        return json_answer(request, value)

    # What nobody foresaw gets this shape, too: the middleware asks for it.
    wrapped.error_answer = json_error  # type: ignore[attr-defined]
    return wrapped


def json_answer(request: HttpRequest, value: Any) -> HttpResponse:
    """Answer JSON, or JSONP where ``callback`` asks for it."""
    text = value if isinstance(value, JsonText) else json.dumps(value)
    callback = request.GET.get("callback")
    if callback is None:
        return HttpResponse(text, content_type="application/json")
    if not CALLBACK.fullmatch(callback):
        return HttpResponse("Invalid callback", status=400)
    return HttpResponse(f"{callback}({text})", content_type="application/javascript")


class JsonText(str):
    """JSON that has been written already (and was remembered)."""

    __slots__ = ()


def json_error(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer an error: not found included, nearly all are 500 (contract 2.6)."""
    errors.log(request, error)
    status = errors.gateway_status(errors.status_of(error))
    if isinstance(error, (NotPermittedError, PermissionDenied)):
        status = 403
    elif isinstance(error, (LimitError, SuspiciousOperation, MultiPartParserError)):
        status = 400
    body = {"message": errors.public_message(error), "stacktrace": ""}
    return HttpResponse(
        json.dumps(body), status=status, content_type="application/json"
    )


def quoted_empty() -> HttpResponse:
    """Answer the legacy "object not found": two quote characters (2.6)."""
    status = errors.gateway_status(404)
    return HttpResponse('""', status=status, content_type="text/javascript")

"""What all views of this door share: methods, JSON, errors (contract json-api 1)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.http.multipartparser import MultiPartParserError

from graticule.errors import (
    GraticuleError,
    NotFoundError,
    NotPermittedError,
    RequestError,
)
from graticule.web import errors
from graticule.web.api.params import CheckError, NotSupportedError

VERSION = "0.2"
_STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (NotFoundError, 404),
    (NotSupportedError, 405),
    (RequestError, 400),
    (NotPermittedError, 403),
    (PermissionDenied, 403),
    (SuspiciousOperation, 400),
    (MultiPartParserError, 400),
)


def api_view(
    *methods: str,
    versioned: bool = True,
    refusal: str | None = None,
    refuse: Callable[..., None] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., HttpResponseBase]]:
    """Make a view that returns a plain value answer JSON.

    A view may also return a whole response, which is passed on.

    Parameters
    ----------
    methods
        What may be asked; anything else is 405 (the contract advises it).
    versioned
        Whether answers say the version.
    refusal
        What other methods are told.
    refuse
        Called with the request of another method first; may raise something
        better to say.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
            answer = _answer(request, *args, **kwargs)
            if versioned:
                answer["X-OMERO-ApiVersion"] = VERSION
            return answer

        def _answer(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
            try:
                if request.method not in methods:
                    if refuse is not None:
                        refuse(request, *args, **kwargs)
                    return _wrong_method(request, methods, refusal)
                value = view(request, *args, **kwargs)
            except GraticuleError as error:
                return json_error(request, error)
            return value if isinstance(value, JsonResponse) else json_answer(value)

        @wraps(view)
        def outer(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
            try:
                return wrapped(request, *args, **kwargs)
            except errors.NotLoggedInError:
                return message("Not logged in", 403)

        # What nobody foresaw gets this shape, too: the middleware asks for it.
        outer.error_answer = json_error  # type: ignore[attr-defined]
        return outer

    return decorate


def json_answer(value: Any, status: int = 200) -> JsonResponse:
    """Answer a value."""
    return JsonResponse(value, safe=False, status=status)


def message(text: str, status: int) -> JsonResponse:
    """Answer a sentence."""
    return json_answer({"message": text}, status)


def _wrong_method(
    request: HttpRequest, methods: tuple[str, ...], refusal: str | None
) -> JsonResponse:
    text = refusal or f"{request.method} is not possible here."
    answer = message(text, 405)
    answer["Allow"] = ", ".join(methods)
    return answer


def json_error(request: HttpRequest, error: Exception) -> JsonResponse:
    """Answer an error; checks of parameters have no ``stacktrace`` (contract 1)."""
    errors.log(request, error)
    status = next((code for kind, code in _STATUSES if isinstance(error, kind)), 500)
    body = {"message": errors.public_message(error)}
    if not isinstance(error, CheckError):
        body["stacktrace"] = ""
    answer = json_answer(body, status)
    if isinstance(error, NotSupportedError):
        answer["Allow"] = ", ".join(error.allowed)
    return answer

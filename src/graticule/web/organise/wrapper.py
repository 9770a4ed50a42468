"""What all views of this door share: JSON answers, true statuses, a sentence each.

Knows no view.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import (
    HttpRequest,
    HttpResponseBase,
    HttpResponseNotAllowed,
    JsonResponse,
)

from graticule.errors import GraticuleError
from graticule.services.organising.facts import ChangedMeanwhileError
from graticule.web import errors

_CONFLICT = 409


def organise_view(
    *methods_asked: str,
) -> Callable[[Callable[..., Any]], Callable[..., HttpResponseBase]]:
    """Make a view that returns a plain value answer JSON.

    Parameters
    ----------
    methods_asked
        What may be asked, ``POST`` if nothing is said; ``GET`` stands for ``HEAD``.
    """
    methods = [*(methods_asked or ("POST",))]
    if "GET" in methods:
        methods.append("HEAD")

    def decorate(view: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            try:
                value = view(request, *args, **kwargs)
            except errors.NotLoggedInError:
                return JsonResponse({"message": "Log in first."}, status=401)
            except GraticuleError as error:
                return json_error(request, error)
            answer = JsonResponse(value)
            answer["Cache-Control"] = "no-store"
            return answer

        # What nobody foresaw gets this shape, too: the middleware asks for it.
        wrapped.error_answer = json_error  # type: ignore[attr-defined]
        return wrapped

    return decorate


def json_error(request: HttpRequest, error: Exception) -> JsonResponse:
    """Answer an error as a sentence."""
    errors.log(request, error)
    status = (
        _CONFLICT
        if isinstance(error, ChangedMeanwhileError)
        else errors.status_of(error)
    )
    return JsonResponse({"message": errors.public_message(error)}, status=status)

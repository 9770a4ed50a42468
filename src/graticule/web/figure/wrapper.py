"""What all views of this door that answer JSON share.

Errors get the status that says whose fault it was: this door's client reads no
statuses of its own (contract clients 1.3). Knows no view.
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
from graticule.web import errors


def figure_view(
    method: str = "GET",
) -> Callable[[Callable[..., Any]], Callable[..., HttpResponseBase]]:
    """Make a view that returns a plain value answer JSON.

    A view may also return a whole response, which is passed on.

    Parameters
    ----------
    method
        What may be asked; ``GET`` stands for ``HEAD``, too.
    """
    methods = ["GET", "HEAD"] if method == "GET" else [method]

    def decorate(view: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            try:
                value = view(request, *args, **kwargs)
            except errors.NotLoggedInError:
                return errors.login_needed(request)
            except GraticuleError as error:
                return json_error(request, error)
            if isinstance(value, HttpResponseBase):
                return value
            return JsonResponse(value, safe=False)

        # What nobody foresaw gets this shape, too: the middleware asks for it.
        wrapped.error_answer = json_error  # type: ignore[attr-defined]
        return wrapped

    return decorate


def json_error(request: HttpRequest, error: Exception) -> JsonResponse:
    """Answer an error as a sentence."""
    errors.log(request, error)
    status = (
        400 if isinstance(error, errors.ParameterError) else errors.status_of(error)
    )
    return JsonResponse({"message": errors.public_message(error)}, status=status)

"""What JSON views of our own doors share: methods, true statuses, a sentence each.

Knows no door.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse

from graticule.errors import GraticuleError
from graticule.web import errors


def json_view(
    *methods: str,
) -> Callable[[Callable[..., Any]], Callable[..., HttpResponseBase]]:
    """Make a view that returns a plain value answer JSON.

    A view may also return a whole response, which is passed on.

    Parameters
    ----------
    methods
        What may be asked; anything else is 405.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def wrapped(
            request: HttpRequest, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            if request.method not in methods:
                answer = _message(f"{request.method} is not possible here.", 405)
                answer["Allow"] = ", ".join(methods)
                return answer
            try:
                value = view(request, *args, **kwargs)
            except (GraticuleError, errors.NotLoggedInError) as error:
                return json_error(request, error)
            return (
                value
                if isinstance(value, HttpResponseBase)
                else JsonResponse(value, safe=False)
            )

        # What nobody foresaw gets this shape, too: the middleware asks for it.
        wrapped.error_answer = json_error  # type: ignore[attr-defined]
        return wrapped

    return decorate


def json_error(request: HttpRequest, error: Exception) -> HttpResponseBase:
    """Answer an error."""
    if isinstance(error, errors.NotLoggedInError):
        return _message("Log in first: not everybody may see this.", 401)
    errors.log(request, error)
    return _message(errors.public_message(error), errors.status_of(error))


def _message(text: str, status: int) -> JsonResponse:
    return JsonResponse({"message": text}, status=status)

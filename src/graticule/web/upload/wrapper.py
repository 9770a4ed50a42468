"""What all views of this door share: methods, errors as sentences with true statuses.

Knows no view.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from graticule.errors import GraticuleError
from graticule.services.uploading.pieces import ChecksumError, OffsetError
from graticule.services.uploading.room import NoRoomError, TooLargeError
from graticule.services.uploading.sets import NotWholeError
from graticule.web import errors
from graticule.web.upload.answers import spoken
from graticule.web.upload.params import VERSION, BodyError, VersionError

RETRY_SECONDS = 5


class BusyError(GraticuleError):
    """As many uploads as may be are being received."""


_CHECKSUM_MISMATCH = 460  # of the protocol's own
_STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (OffsetError, 409),
    (NotWholeError, 409),
    (VersionError, 412),
    (TooLargeError, 413),
    (BodyError, 415),
    (ChecksumError, _CHECKSUM_MISMATCH),
    (BusyError, 503),
    (NoRoomError, 507),
)

View = Callable[..., HttpResponseBase]


def upload_view(*methods: str) -> Callable[[Callable[..., Any]], View]:
    """Make a view that returns a response, or a value to be answered as JSON.

    Parameters
    ----------
    methods
        What may be asked. A client that can only POST may name another method in
        ``X-HTTP-Method-Override``.
    """

    def decorate(view: Callable[..., Any]) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                # A page of another site could send anything else without a token.
                asked = request.headers.get("X-HTTP-Method-Override", "POST")
                request.method = asked.upper()
            if request.method not in methods:
                text = f"{request.method} is not possible here."
                answer = JsonResponse({"message": text}, status=405)
                answer["Allow"] = ", ".join(methods)
                return spoken(answer)
            try:
                value = view(request, *args, **kwargs)
            except errors.NotLoggedInError:
                return spoken(JsonResponse({"message": "Log in first."}, status=401))
            except GraticuleError as error:
                return spoken(json_error(request, error))
            if isinstance(value, HttpResponse):
                return spoken(value)
            return JsonResponse(value)

        # What nobody foresaw gets this shape, too: the middleware asks for it.
        wrapped.error_answer = json_error  # type: ignore[attr-defined]
        return wrapped

    return decorate


def json_error(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer an error as a sentence, with the status that says whose fault it is."""
    errors.log(request, error)
    found = (status for kind, status in _STATUSES if isinstance(error, kind))
    status = next(found, errors.status_of(error))
    answer = JsonResponse({"message": errors.public_message(error)}, status=status)
    if isinstance(error, BusyError):
        answer["Retry-After"] = str(RETRY_SECONDS)
    if isinstance(error, VersionError):
        answer["Tus-Version"] = VERSION
    return answer

"""Errors of this door: DALI documents, text or pages, with true statuses (uws 10)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from html import escape
from typing import Any

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.multipartparser import MultiPartParserError

from graticule.errors import (
    FileError,
    GraticuleError,
    LimitError,
    NotFoundError,
    NotPermittedError,
    RequestError,
)
from graticule.services.tasks.registry import tasks
from graticule.web import errors
from graticule.web.uws.access import ChallengeError
from graticule.web.uws.documents import writable
from graticule.web.uws.formats import Format, wanted
from graticule.web.uws.params import UnsupportedBodyError

VOTABLE = "application/x-votable+xml"
_RETRY_SECONDS = 5
_TOO_LARGE = ("max_upload_bytes", "max_job_parameter_length", "max_job_parameters")
_TOO_MANY = ("max_jobs_per_owner", "max_job_storage_bytes")

_LABEL_OF = {
    401: "AuthenticationError",
    403: "AuthorizationError",
    408: "ServiceUnavailable",
    429: "ServiceUnavailable",
    503: "ServiceUnavailable",
}
_LABELS = frozenset(
    {"Error", "UsageError", "MultiValuedParamNotSupported", *_LABEL_OF.values()}
)


class GoneError(GraticuleError):
    """What was there once (410)."""


class TimeOutError(GraticuleError):
    """What takes too long to be waited for (408)."""


class BusyError(GraticuleError):
    """What may go well in a moment (503)."""


_STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (UnsupportedBodyError, 415),
    (GoneError, 410),
    (TimeOutError, 408),
    (BusyError, 503),
    (OperationalError, 503),
    (RequestDataTooBig, 413),
    (NotFoundError, 404),
    (FileError, 404),
    (NotPermittedError, 403),
    (PermissionDenied, 403),
    (RequestError, 400),
    (LimitError, 400),
    (SuspiciousOperation, 400),
    (MultiPartParserError, 400),
    (BadRequest, 400),
)


class MethodError(Exception):
    """A verb that is not supported here.

    Parameters
    ----------
    allowed
        Those that are.
    """

    def __init__(self, *allowed: str) -> None:
        super().__init__(f"Here one can {', '.join(allowed)}.")
        self.allowed = allowed


def uws_view(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Make a view answer errors in the shape of this door."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except (
            GraticuleError,
            ChallengeError,
            MethodError,
            SuspiciousOperation,
            MultiPartParserError,
            BadRequest,
            OperationalError,
        ) as error:
            return error_answer(request, error)

    wrapped.csrf_exempt = True  # type: ignore[attr-defined] # access.check_origin instead
    wrapped.error_answer = error_answer  # type: ignore[attr-defined]
    return wrapped


def error_answer(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer an exception with its status (contract section 10)."""
    if isinstance(error, ChallengeError):
        return _shaped(request, 401, "Log in to see this job.", challenge=True)
    if isinstance(error, MethodError):
        answer = _shaped(request, 405, str(error))
        answer["Allow"] = ", ".join(error.allowed)
        return answer
    errors.log(request, error)
    status = _status_of(error)
    said = errors.public_message(error)
    if isinstance(error, OperationalError):
        said = "The tables of jobs cannot be used just now; try again in a moment."
    answer = _shaped(request, status, said)
    if status == 503:
        answer["Retry-After"] = str(_RETRY_SECONDS)
    return answer


def _status_of(error: Exception) -> int:
    if isinstance(error, LimitError):
        if error.limit in _TOO_LARGE:
            return 413
        if error.limit in _TOO_MANY:
            return 403
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


def _shaped(
    request: HttpRequest, status: int, message: str, *, challenge: bool = False
) -> HttpResponse:
    form = wanted(request)
    is_plain = _is_plain(request)
    if is_plain and form is Format.XML:
        form = Format.TEXT
    said = writable(_labelled(status, message, is_plain)) or "The job layer failed."
    answer: HttpResponse
    if form is Format.HTML:
        answer = errors.page(request, status, message)
    elif form is Format.JSON:
        answer = JsonResponse({"message": said}, status=status)
    elif form is Format.TEXT:
        answer = HttpResponse(
            said, status=status, content_type="text/plain; charset=utf-8"
        )
    else:
        answer = HttpResponse(error_document(said), status=status, content_type=VOTABLE)
    if challenge:
        # Asked for Basic, a browser would put a box of its own over the page, which
        # has a link to the login.
        basic = "" if form is Format.HTML else 'Basic realm="Graticule", '
        answer["WWW-Authenticate"] = f"{basic}Bearer"
    answer["Cache-Control"] = "no-cache"
    return answer


def _is_plain(request: HttpRequest) -> bool:
    """Say whether the service's protocol has plain texts for errors (SODA, S3)."""
    match = request.resolver_match
    task = tasks().get(match.kwargs.get("service", "")) if match else None
    return task is not None and task.plain_errors


def _labelled(status: int, message: str, is_plain: bool) -> str:  # noqa: FBT001
    """Begin a message with the word that programs look for (S3)."""
    if not is_plain:
        if status >= 500 or ":" in message[:40]:
            return message
        return f"UsageError: {message}"
    if message.partition(":")[0] in _LABELS:
        return message
    label = _LABEL_OF.get(status, "Error" if status >= 500 else "UsageError")
    return f"{label}: {message}"


def error_document(message: str) -> str:
    """Write a DALI error document (U67, U68)."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">\n'
        ' <RESOURCE type="results">\n'
        f'  <INFO name="QUERY_STATUS" value="ERROR">{escape(message)}</INFO>\n'
        " </RESOURCE>\n</VOTABLE>\n"
    )

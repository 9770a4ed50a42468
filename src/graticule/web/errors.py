"""The one table from what went wrong to what the client is told.

Exceptions know no HTTP; here each class gets its status. Doors choose the shape
(page, JSON, plain text); whatever escapes them becomes a page, with one line in
the log and never a traceback to the client.
"""

from __future__ import annotations

import logging
import re
from json import dumps
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
)
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.urls import reverse

from graticule.errors import (
    FileError,
    GraticuleError,
    LimitError,
    NotFoundError,
    NotPermittedError,
    OutOfRangeError,
    RequestError,
)

logger = logging.getLogger(__name__)
_LONGEST_PATH_LOGGED = 500
_SECRET = re.compile(r"(?<=/share/)[\w-]{20,}")
_MARK_UP = re.compile(r"<(?=[A-Za-z/!?])")


class NotLoggedInError(Exception):
    """Nobody is logged in and the public may not see this."""


class ParameterError(GraticuleError):
    """A parameter is not of its type; the gateway's contract asks for a 500."""


# The most specific class that fits comes first.
STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (OutOfRangeError, 404),
    (RequestError, 400),
    (LimitError, 400),
    (NotFoundError, 404),
    (NotPermittedError, 403),
    (FileError, 404),
    (Http404, 404),
    (PermissionDenied, 403),
    (SuspiciousOperation, 400),
    (BadRequest, 400),
    (MultiPartParserError, 400),
)
TITLES = {
    400: "That request cannot be understood",
    401: "Log in first",
    403: "That is not permitted",
    404: "Not found",
    405: "Not this way",
    500: "Something went wrong here",
}


def status_of(error: Exception) -> int:
    """Look up the status of an exception; 500 for what nobody foresaw."""
    if isinstance(error, ParameterError):
        return gateway_status(400)
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def gateway_status(true: int) -> int:
    """Choose between the gateway's 500 for everything and what is true.

    OMERO.web answers 500 also where the client is wrong, and its clients know no
    better (contract webgateway 2.6); the setting ``true_statuses`` ends that
    (its section 20).

    Parameters
    ----------
    true
        The status that says whose fault it was.
    """
    return true if settings.GRATICULE["true_statuses"] else 500


def public_message(error: Exception) -> str:
    """Say what may be told: our own sentences, file paths cut to their name."""
    if isinstance(error, FileError):
        return f"{error.path.rsplit('/', 1)[-1]}: {error.cause}"
    if isinstance(error, (GraticuleError, Http404)):
        return str(error)
    if isinstance(error, RequestDataTooBig):
        most = settings.GRATICULE["max_form_bytes"]
        return f"The request's body exceeds the limit max_form_bytes = {most:,}."
    return TITLES.get(status_of(error), TITLES[500])


def log(request: HttpRequest, error: Exception) -> None:
    """Write one line; with a traceback only for what nobody foresaw."""
    # Paths stay quoted and line ends go: clients must not write lines of ours.
    # Whoever reads the log must not see by it what was shared.
    path = quote(_SECRET.sub("-", request.path[:_LONGEST_PATH_LOGGED]))
    said = " ".join(str(error).split())
    if not isinstance(error, (GraticuleError, Http404)) and status_of(error) == 500:
        logger.error("%s %s", request.method, path, exc_info=error)
    elif isinstance(error, FileError):
        logger.warning("%s %s: %s", request.method, path, said)
    else:
        logger.info("%s %s: %s", request.method, path, said)


def is_xhr(request: HttpRequest) -> bool:
    """Whether a script asks (contract webgateway 2.2)."""
    return bool(request.headers.get("X-Requested-With") == "XMLHttpRequest")


def page(
    request: HttpRequest,
    status: int,
    message: str,
    *,
    empty_for_scripts: bool = True,
    others_may: bool = False,
) -> HttpResponse:
    """Answer with a page, or with nothing where a script asks.

    ``others_may`` tells whoever is not logged in that others may see more.
    """
    if empty_for_scripts and is_xhr(request):
        return HttpResponse(status=status)
    text = render_to_string(
        "graticule/error.html",
        {
            "status": status,
            "title": TITLES.get(status, ""),
            "message": message,
            "others_may": others_may,
        },
        request,
    )
    return HttpResponse(text, status=status)


def login_needed(request: HttpRequest) -> HttpResponse:
    """Send to the login page, or refuse a script (contract webgateway 2.2)."""
    if is_xhr(request):
        return HttpResponse(status=403)
    wanted = request.GET.get("url") or request.get_full_path()
    return HttpResponseRedirect(f"{reverse('login')}?url={quote(wanted, safe='')}")


def error_answer(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer an exception in the shape of images and pages (webgateway 2.6)."""
    if isinstance(error, NotLoggedInError):
        return login_needed(request)
    log(request, error)
    status = status_of(error)
    if status == 400 and request.headers.get("Sec-Fetch-Dest") != "document":
        # Explicit bad requests are the plain message, wherever they happen, but for
        # a person who went there with a browser. It is
        # sent as HTML (2.6) and repeats what was asked: no mark-up may get through,
        # but "-1 < 0" stays as it is.
        message = _MARK_UP.sub("&lt;", public_message(error))
        return HttpResponse(message, status=status)
    others_may = isinstance(error, (NotFoundError, NotPermittedError))
    return page(request, status, public_message(error), others_may=others_may)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Refuse a form without its token (contract webgateway 2.5)."""
    del request  # Django has written the line already
    body = dumps({"message": f"CSRF Failed: {reason}"})
    return HttpResponse(body, status=403, content_type="application/json")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    return page(request, 400, public_message(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    del exception
    return page(request, 404, "There is nothing at this address.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: for what went wrong before a view was reached."""
    logger.error("%s %s", request.method, quote(request.path), exc_info=True)  # noqa: LOG014 -- called while Django handles the exception
    return page(request, 500, TITLES[500])

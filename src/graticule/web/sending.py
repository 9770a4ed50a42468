"""Answers that are sent piece by piece: files, parts of files, archives.

A client may read slowly and a worker has few threads, so only some are sent at
once (setting ``downloads``). What goes wrong under way is one line in the log and
the answer ends early: where its length was announced, the connection is cut.
Knows no view.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from threading import BoundedSemaphore
from weakref import finalize

from django.conf import settings
from django.db import close_old_connections, connection
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.utils.http import http_date, parse_http_date_safe

from graticule.errors import GraticuleError
from graticule.services.original_files import FoundFile, opened, read
from graticule.web import errors
from graticule.web.attachment import attachment

MEDIA_TYPE = "application/force-download"
"""The type of all downloads (contract webgateway 11.3, 11.4)."""

_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)
_RETRY_SECONDS = 10


class TooManyDownloadsError(GraticuleError):
    """As many downloads as may be are being sent."""


@cache
def _free() -> BoundedSemaphore:
    return BoundedSemaphore(settings.GRATICULE["downloads"])


class Sending:
    """The pieces of an answer on their way; closed when it is over, or given up.

    Parameters
    ----------
    request
        Named in the log when something goes wrong.
    pieces
        Called once there is a place among the downloads.

    Raises
    ------
    TooManyDownloadsError
        If there is none.
    """

    def __init__(
        self, request: HttpRequest, pieces: Callable[[ExitStack], Iterator[bytes]]
    ) -> None:
        self._request = request
        if not _free().acquire(blocking=False):
            most = settings.GRATICULE["downloads"]
            raise TooManyDownloadsError(
                f"All {most} downloads at once (setting downloads) are taken. "
                "Try again in a moment."
            )
        with ExitStack() as undo:
            undo.callback(_free().release)
            self._pieces = pieces(undo)
            # An answer that never gets to a server is not closed, only forgotten.
            self._undo = finalize(self, undo.pop_all().close)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        """Give the next piece; after a failure there is none."""
        # Sending may take long: others need the connection to the database.
        if not connection.in_atomic_block:
            close_old_connections()
        try:
            return next(self._pieces)
        except GraticuleError as error:
            errors.log(self._request, error)
        except StopIteration:
            pass
        self.close()
        raise StopIteration

    def close(self) -> None:
        """Close files and free the place."""
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()
        self._undo()


def send_file(
    request: HttpRequest, file: FoundFile, name: str, media_type: str = MEDIA_TYPE
) -> HttpResponseBase:
    """Send a file, or the part of it that ``Range`` asks for (RFC 9110).

    Several ranges at once are answered with the whole file.

    Raises
    ------
    graticule.errors.MissingFileError, graticule.errors.ChangedFileError
        If it is not as it was measured; nothing has been sent then.
    """
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": attachment(name),
        "ETag": _etag(file),
        "Last-Modified": http_date(file.modified_ns // 10**9),
    }
    size = file.size_bytes
    asked = _asked_range(request, file)
    start, stop = asked or (0, size)
    if start >= stop and asked is not None:
        headers["Content-Range"] = f"bytes */{size}"
        return HttpResponse(status=416, content_type=media_type, headers=headers)
    headers["Content-Length"] = str(stop - start)
    if asked is not None:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    status = 200 if asked is None else 206
    if request.method == "HEAD":
        with opened(file):
            return HttpResponse(status=status, content_type=media_type, headers=headers)

    def pieces(undo: ExitStack) -> Iterator[bytes]:
        return read(undo.enter_context(opened(file)), file, start, stop)

    return _stream(request, pieces, headers, status, media_type)


def send_archive(
    request: HttpRequest, pieces: Callable[[], Iterator[bytes]], name: str
) -> HttpResponseBase:
    """Send an archive while it is made; its length is not known before."""
    headers = {"Content-Disposition": attachment(name)}
    if request.method == "HEAD":
        return HttpResponse(content_type=MEDIA_TYPE, headers=headers)
    return _stream(request, lambda _: pieces(), headers, 200)


def _stream(
    request: HttpRequest,
    pieces: Callable[[ExitStack], Iterator[bytes]],
    headers: dict[str, str],
    status: int,
    media_type: str = MEDIA_TYPE,
) -> HttpResponseBase:
    try:
        sending = Sending(request, pieces)
    except TooManyDownloadsError as error:
        errors.log(request, error)
        answer = HttpResponse(str(error), status=503, content_type="text/plain")
        answer["Retry-After"] = str(_RETRY_SECONDS)
        return answer
    return StreamingHttpResponse(
        sending, status=status, content_type=media_type, headers=headers
    )


def _etag(file: FoundFile) -> str:
    device, number = file.identity
    return f'"{device:x}-{number:x}-{file.size_bytes:x}-{file.modified_ns:x}"'


def _asked_range(request: HttpRequest, file: FoundFile) -> tuple[int, int] | None:
    """Read one range as (start, stop); empty if it cannot be satisfied."""
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    if request.method != "GET" or found is None or not _is_same(request, file):
        return None
    first, last, size = found[1], found[2], file.size_bytes
    if not first:
        return (max(0, size - int(last)), size) if last else None
    start, stop = int(first), (int(last) + 1 if last else size)
    if stop <= start and last:
        return None  # a last byte before the first is no range at all
    return start, min(stop, size)


def _is_same(request: HttpRequest, file: FoundFile) -> bool:
    """Whether the part a client has already is of this file (``If-Range``)."""
    known = request.headers.get("If-Range")
    if known is None or known == _etag(file):
        return True
    return parse_http_date_safe(known) == file.modified_ns // 10**9

"""The views of uploads: each parses, authorises, asks, answers.

Slow senders must not keep others from working: while bytes are awaited, the turn is
given back, and only so many are received at once (setting ``uploads``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection
from django.http import HttpRequest, HttpResponse, UnreadablePostError

from graticule.catalog.models import UploadFile
from graticule.services.uploading import pieces, sets
from graticule.services.uploading.arriving import received
from graticule.web.principal import writer_of
from graticule.web.turns import let_others_work
from graticule.web.upload import answers, params
from graticule.web.upload.wrapper import BusyError, upload_view


@upload_view("OPTIONS", "POST")
def uploads(request: HttpRequest) -> HttpResponse:
    """Say what is possible, or begin a file, with its first bytes perhaps."""
    if request.method == "OPTIONS":
        return answers.abilities()
    params.check_version(request)
    person = writer_of(request)
    file = pieces.add_file(person, params.new_file(request))
    offset = received(file)
    if params.has_piece(request) and not offset:
        offset = _receive(request, file, params.piece(request, 0))
    return answers.created(file, offset)


@upload_view("OPTIONS", "HEAD", "PATCH", "DELETE")
def upload_file(request: HttpRequest, upload_id: str) -> HttpResponse:
    """Say how much of a file is here, take more of it, or forget it."""
    if request.method == "OPTIONS":
        return answers.abilities()
    params.check_version(request)
    person = writer_of(request)
    file = pieces.find_file(person, upload_id)
    if request.method == "HEAD":
        pieces.go_on(file)
        return answers.progress(file)
    if request.method == "DELETE":
        pieces.forget_file(file)
        return HttpResponse(status=204)
    return answers.appended(file, _receive(request, file, params.piece(request)))


@upload_view("POST")
def upload_sets(request: HttpRequest) -> dict[str, Any]:
    """Announce files that belong together, or find what was announced before."""
    person = writer_of(request)
    return answers.set_answer(sets.open_set(person, params.new_set(request)))


@upload_view("GET", "DELETE")
def upload_set(request: HttpRequest, set_id: str) -> HttpResponse | dict[str, Any]:
    """Say what of a set is here, or remove it."""
    found = sets.find_set(writer_of(request), set_id)
    if request.method == "GET":
        return answers.set_answer(found)
    sets.discard(found)
    return HttpResponse(status=204)


@upload_view("POST")
def upload_finish(request: HttpRequest, set_id: str) -> dict[str, Any]:
    """Have images made of a set that has arrived."""
    person = writer_of(request)
    return answers.finished(sets.finish(sets.find_set(person, set_id)))


def _receive(request: HttpRequest, file: UploadFile, piece: params.Piece) -> int:
    def read(size: int) -> bytes:
        # A sender may take long: others need the connection to the database.
        if not connection.in_atomic_block:
            close_old_connections()
        try:
            return request.read(size)
        except UnreadablePostError:
            return b""

    with _place(), let_others_work():
        return pieces.append(file, piece.offset, piece.length, read, piece.checksum)


@cache
def _free() -> BoundedSemaphore:
    return BoundedSemaphore(settings.GRATICULE["uploads"])


@contextmanager
def _place() -> Iterator[None]:
    """Take a place among the uploads.

    Raises
    ------
    BusyError
        If there is none.
    """
    most = settings.GRATICULE["uploads"]
    if not _free().acquire(blocking=False):
        raise BusyError(
            f"All {most} uploads at once (setting uploads) are "
            "taken. Try again in a moment."
        )
    try:
        yield
    finally:
        _free().release()

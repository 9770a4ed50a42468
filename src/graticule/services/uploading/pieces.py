"""The bytes of uploaded files, piece by piece, from wherever they stopped.

A piece is appended under a lock and only where the file ends just then: of two
senders at the same place one writes and the other is told, and a connection that
died holds nobody up. So the size of a file is always the place to go on from,
whatever was killed when.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import F

from graticule.catalog.models import Person, UploadFile, UploadSet
from graticule.errors import (
    FileError,
    GraticuleError,
    NotFoundError,
    RequestError,
)
from graticule.services.uploading.arriving import (
    arriving,
    part_of,
    received,
    settle,
    whole_files,
)
from graticule.services.uploading.names import safe_place
from graticule.services.uploading.room import NoRoomError, check_file, free_bytes
from graticule.services.uploading.sets import (
    Announced,
    NotWholeError,
    discard,
    find_set,
    finish,
    new_id,
    open_set,
    touch,
    writable_dataset,
)

PIECE_BYTES = 1 << 20
"""How much is taken at once, and lost at most when a sender is cut off."""
CHECKSUMS = ("md5", "sha1", "sha256", "sha512")
"""By which senders can have pieces checked."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

Read = Callable[[int], bytes]
"""Gives up to so many bytes; none when the sender is gone or done."""


class OffsetError(GraticuleError):
    """The file ends somewhere else than the sender believes."""


class ChecksumError(GraticuleError):
    """What arrived is not what was sent."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that somebody is about to send.

    Attributes
    ----------
    place
        Its path within the set.
    metadata
        What the sender said of it, given back as it is.
    set_id, dataset_id
        The set it belongs to; without one it is a set of its own, for a dataset.
    """

    place: str
    size_bytes: int
    metadata: str = ""
    set_id: str = ""
    dataset_id: int | None = None


def add_file(person: Person, new: NewFile) -> UploadFile:
    """Make room for a file, or find it in its set.

    Raises
    ------
    graticule.errors.GraticuleError
        If it may not be uploaded, or was announced otherwise.
    """
    place = safe_place(new.place)
    check_file(new.size_bytes)
    upload = _set_for(person, new)
    file = UploadFile(
        id=new_id(),
        set=upload,
        path=place,
        size_bytes=new.size_bytes,
        metadata=new.metadata,
    )
    try:
        arriving(upload.pk).mkdir(parents=True, exist_ok=True)
        part_of(file).touch(exist_ok=False)
    except OSError as error:
        raise _cannot_write(part_of(file), error) from error
    try:
        with transaction.atomic():
            file.save(force_insert=True)
            _count_in(upload, new.size_bytes)
    except (IntegrityError, RequestError) as error:
        part_of(file).unlink(missing_ok=True)
        file = _begun_before(upload, file, error)
    touch(upload)
    go_on(file)
    return file


def _begun_before(upload: UploadSet, file: UploadFile, error: Exception) -> UploadFile:
    """Find a file that was begun by a request whose answer got lost."""
    begun = UploadFile.objects.filter(set=upload, path=file.path)
    known = begun.filter(size_bytes=file.size_bytes).first()
    if known is not None:
        return known
    if isinstance(error, RequestError):
        raise error
    raise RequestError(f"{file.path!r} is in this upload already.") from error


def _set_for(person: Person, new: NewFile) -> UploadSet:
    if not new.set_id:
        if new.dataset_id is None:
            raise RequestError("Say which dataset or which upload the file belongs to.")
        return open_set(person, Announced(new.dataset_id, 1, new.size_bytes))
    upload = find_set(person, new.set_id)
    writable_dataset(person, upload.dataset_id)
    if upload.arrived is not None:
        raise RequestError("This upload is complete already. Start another one.")
    return upload


def _count_in(upload: UploadSet, size_bytes: int) -> None:
    """Add a file to what has begun, unless it was not announced."""
    fits = UploadSet.objects.filter(
        pk=upload.pk,
        begun_files__lt=F("files"),
        begun_bytes__lte=F("size_bytes") - size_bytes,
    )
    if not fits.update(
        begun_files=F("begun_files") + 1, begun_bytes=F("begun_bytes") + size_bytes
    ):
        raise RequestError(
            f"{upload.files:,} files of {upload.size_bytes:,} bytes in all were "
            "announced, not more. Announce them together, then send them."
        )


def find_file(person: Person, file_id: str) -> UploadFile:
    """Find a file that a person uploads, or has uploaded just now.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is none, it is somebody else's, or its time is over.
    """
    files = UploadFile.objects.select_related("set__owner", "set__dataset__group")
    found = files.filter(pk=file_id, set__owner=person).first()
    if found is None:
        raise NotFoundError("There is no such upload, or its time is over. Start anew.")
    return found


def forget_file(file: UploadFile) -> None:
    """Remove a file that is not wanted any more, or all of a set of its own.

    Raises
    ------
    graticule.services.uploading.sets.NotWholeError
        If it is too late.
    """
    if not file.set.key:
        discard(file.set)
        return
    if file.set.arrived is not None:
        raise NotWholeError("The file is part of a complete upload: it stays.")
    with transaction.atomic():
        if UploadFile.objects.filter(pk=file.pk).delete()[0]:
            UploadSet.objects.filter(pk=file.set.pk).update(
                begun_files=F("begun_files") - 1,
                begun_bytes=F("begun_bytes") - file.size_bytes,
            )
    part_of(file).unlink(missing_ok=True)
    (whole_files(file.set.pk) / file.path).unlink(missing_ok=True)


def append(
    file: UploadFile,
    offset: int,
    length: int,
    read: Read,
    checksum: tuple[str, bytes] | None = None,
) -> int:
    """Take bytes of a file.

    Parameters
    ----------
    offset, length
        Where they belong, and how many were promised.
    read
        Where they come from; may end early.
    checksum
        Name and digest over all of them: nothing is taken if it is another.

    Returns
    -------
    int
        How many bytes of the file are there now.

    Raises
    ------
    OffsetError
        If the file ends elsewhere; somebody else may be sending it.
    ChecksumError, graticule.services.uploading.room.NoRoomError
    graticule.errors.RequestError
        If it would become larger than announced.
    """
    writable_dataset(file.set.owner, file.set.dataset_id)
    there = received(file)
    if there != offset:
        raise OffsetError(f"{there:,} bytes are here: go on there, not at {offset:,}.")
    if offset + length > file.size_bytes:
        raise RequestError(
            f"The file has {file.size_bytes:,} bytes as announced, not more."
        )
    if length > free_bytes():
        raise NoRoomError("The disk of this server is full. Ask whoever runs it.")
    if length:
        try:
            offset = _receive(file, offset, length, read, checksum)
        except OSError as error:
            raise _cannot_write(part_of(file), error) from error
    touch(file.set)
    if offset == file.size_bytes:
        _after(file.set, file)
    return offset


def go_on(file: UploadFile) -> None:
    """Go on with what a crash left undone behind the last byte of a file."""
    if received(file) == file.size_bytes:
        _after(file.set, file)


def _after(upload: UploadSet, file: UploadFile) -> None:
    """Go on with a file that may be whole now, and with a set of its own."""
    settle(file)
    if file.is_whole and not upload.key:
        finish(upload)


def _receive(
    file: UploadFile,
    offset: int,
    length: int,
    read: Read,
    checksum: tuple[str, bytes] | None,
) -> int:
    try:
        out = part_of(file).open("r+b", buffering=0)
    except FileNotFoundError:
        raise OffsetError("Somebody else has just sent the rest.") from None
    with out:
        if checksum is None:
            return _append_pieces(out, offset, length, read)
        with _checked(part_of(file), length, read, *checksum) as aside:
            return _append_pieces(out, offset, length, aside.read)


def _append_pieces(out: BinaryIO, offset: int, length: int, read: Read) -> int:
    end = offset + length
    while offset < end:
        piece = read(min(PIECE_BYTES, end - offset))
        if not piece:
            return offset
        with _locked(out):
            there = os.fstat(out.fileno()).st_size
            if there != offset:
                raise OffsetError(
                    f"{there:,} bytes are here: somebody else is sending this file."
                )
            _write(out, offset, piece)
        offset += len(piece)
    os.fsync(out.fileno())
    return offset


def _write(out: BinaryIO, offset: int, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        written = os.pwrite(out.fileno(), rest, offset)
        rest, offset = rest[written:], offset + written


@contextmanager
def _locked(out: BinaryIO) -> Iterator[None]:
    fcntl.flock(out, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(out, fcntl.LOCK_UN)


@contextmanager
def _checked(
    part: Path, length: int, read: Read, name: str, digest: bytes
) -> Iterator[BinaryIO]:
    """Take everything aside first, and lend it if it is what was sent."""
    made = hashlib.new(name, usedforsecurity=False)
    path = part.with_name(f"{part.name}.{uuid4().hex}")
    try:
        with path.open("w+b") as aside:
            left = length
            while left and (piece := read(min(PIECE_BYTES, left))):
                made.update(piece)
                aside.write(piece)
                left -= len(piece)
            if left or made.digest() != digest:
                raise ChecksumError(
                    f"The {name} of what arrived is another: send again."
                )
            aside.seek(0)
            yield aside
    finally:
        path.unlink(missing_ok=True)


def _cannot_write(path: Path, error: OSError) -> GraticuleError:
    if error.errno in _FULL:
        return NoRoomError("The disk of this server is full. Ask whoever runs it.")
    return FileError(path, f"cannot be written ({error.strerror}).")

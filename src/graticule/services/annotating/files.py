"""Files that people attach to things, and give back as they were. Knows no HTTP."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.db import transaction

from graticule.catalog.access import Verb, visible_to
from graticule.catalog.models import Annotation, Group, OriginalFile, Person
from graticule.errors import LimitError, NotFoundError, RequestError
from graticule.services.annotating.targets import Target
from graticule.services.annotating.values import find_one, link
from graticule.services.attachments import attach, file_aside
from graticule.services.original_files import FoundFile, measured

_PIECE_BYTES = 1 << 20
_LONGEST_NAME = 255


def attach_file(
    person: Person,
    target: Target,
    name: str,
    media_type: str,
    read: Callable[[int], bytes],
    size_bytes: int | None,
) -> None:
    """Attach a file to a thing; a bad or broken one leaves nothing behind.

    Parameters
    ----------
    read
        Gives the next bytes, at most so many; none at the end.
    size_bytes
        How many there are, where that was said.

    Raises
    ------
    graticule.errors.RequestError
        If it has no name, or ends too early.
    graticule.errors.LimitError
        If it is larger than ``max_attachment_bytes``.
    graticule.errors.NotFoundError, graticule.errors.NotPermittedError
        If the thing is not there for this person, or may not be annotated.
    """
    _, found = find_one(person, target, Verb.ANNOTATE)
    plain = plain_name(name)
    with file_aside() as path:
        receive(path, read, plain, size_bytes, "max_attachment_bytes")
        with transaction.atomic():
            group = Group.objects.get(pk=found.groups[target.id])
            held = attach(person, group, path, name=plain, media_type=media_type)
            link(person, found, target, held)


def plain_name(name: str) -> str:
    """Cut folders off the name of a file that somebody sends.

    Raises
    ------
    graticule.errors.RequestError
        If nothing is left.
    """
    plain = PurePosixPath(name.replace("\\", "/")).name.strip()[-_LONGEST_NAME:]
    if not plain:
        raise RequestError("The file has no name.")
    return plain


def receive(
    path: Path,
    read: Callable[[int], bytes],
    name: str,
    size_bytes: int | None,
    limit: str,
) -> None:
    """Write what is sent to a path; the setting ``limit`` says how much at most.

    Raises
    ------
    graticule.errors.LimitError
        If there is more.
    graticule.errors.RequestError
        If it ends too early.
    """
    allowed = settings.GRATICULE[limit]
    written = size_bytes or 0
    if written <= allowed:
        written = _write(path, read, allowed)
    if written > allowed:
        raise LimitError(limit, allowed, written, "A file")
    if size_bytes is not None and written < size_bytes:
        raise RequestError(
            f"Only {written:,} of {size_bytes:,} bytes of {name} arrived. "
            "Send it again."
        )


def _write(path: Path, read: Callable[[int], bytes], allowed: int) -> int:
    """Write until the end, or until there is too much."""
    written = 0
    with path.open("wb") as file:
        while written <= allowed and (piece := read(_PIECE_BYTES)):
            written += len(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return written


def attached_file(person: Person, annotation_id: int) -> tuple[OriginalFile, FoundFile]:
    """Find a file that a person may see by its annotation.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is none, or not for this person.
    graticule.errors.MissingFileError
        If it has gone.
    """
    held = (
        visible_to(person, Annotation.objects.exclude(file=None))
        .filter(pk=annotation_id)
        .select_related("file")
        .first()
    )
    if held is None or held.file is None:
        raise NotFoundError(
            f"There is no attached file {annotation_id}, or none that you may see."
        )
    return held.file, measured(Path(held.file.path), held.file.name)

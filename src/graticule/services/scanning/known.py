"""What the catalogue knows of a folder's filesets, and whether it still holds.

A fileset's *signature* is made of the size, time and place (relative to the
entry) of each of its files: it changes when any of them does, and stays when a
folder is moved. Reads the tables, never an image.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from django.db.models import Q

from graticule.catalog.models import Fileset, Folder, OriginalFile
from graticule.services.scanning.walk import Stamp, Walk


@dataclass(slots=True)
class KnownFileset:
    """A fileset as it was scanned last."""

    pk: int
    entry: str
    signature: str
    vanished: datetime | None
    files: list[str] = field(default_factory=list)


def known_filesets(folder: Folder) -> dict[str, KnownFileset]:
    """List the filesets of a folder and of everything below it, by entry."""
    inside = folder.path.rstrip(os.sep) + os.sep
    ours = Q(folder=folder) | Q(entry__startswith=inside)
    columns = ("pk", "entry", "signature", "vanished", "folder_id")
    found = {
        pk: KnownFileset(pk, entry, signature, vanished)
        for pk, entry, signature, vanished, folder_id in (
            Fileset.objects.filter(ours).values_list(*columns).iterator()
        )
        # SQLite does not tell Data from data when it compares beginnings.
        if folder_id == folder.pk or entry.startswith(inside)
    }
    files = OriginalFile.objects.filter(
        Q(fileset__folder=folder) | Q(fileset__entry__startswith=inside)
    ).order_by("id")
    for fileset_id, path in files.values_list("fileset_id", "path").iterator():
        if fileset_id in found:
            found[fileset_id].files.append(path)
    return {known.entry: known for known in found.values()}


def place_in(entry: str, path: str) -> str:
    """Say where a file lies, seen from the folder of its fileset's entry."""
    base = os.path.dirname(entry).rstrip(os.sep) + os.sep  # noqa: PTH120 - for each file
    return path.removeprefix(base)


def signature_of(entry: str, files: Iterable[tuple[str, Stamp]]) -> str:
    """Make the signature of a fileset from its files' paths and stamps."""
    lines = sorted((place_in(entry, path), stamp) for path, stamp in files)
    return blake2b(repr(lines).encode(), digest_size=32).hexdigest()


def is_unchanged(known: KnownFileset, walked: Walk) -> bool:
    """Say whether all files of a fileset are there and as they were."""
    stamps = []
    for path in known.files:
        stamp = walked.stamps.get(path)
        if stamp is None:
            try:
                state = os.stat(path)  # noqa: PTH116 - for every file there is
            except OSError:
                return False
            stamp = (state.st_size, state.st_mtime_ns)
        stamps.append((path, stamp))
    return signature_of(known.entry, stamps) == known.signature

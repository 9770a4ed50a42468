"""Files that people attach: kept in the home folder, known by an annotation.

A file is written aside and moved into place when it is whole; its row says where
it lies. Knows nothing of what is in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from graticule.catalog.models import Annotation, Group, OriginalFile, Person


@contextmanager
def file_aside(suffix: str = "") -> Iterator[Path]:
    """Give a path to write a new file to; what is left there is removed.

    Parameters
    ----------
    suffix
        How its name shall end, such as ``.parquet``.
    """
    folder: Path = settings.GRATICULE["home"] / "attachments" / "aside"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{uuid4().hex}{suffix}"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def attach(
    owner: Person,
    group: Group,
    path: Path,
    *,
    name: str,
    media_type: str,
    namespace: str = "",
    description: str = "",
) -> Annotation:
    """Make a file annotation out of a file that has been written aside.

    Parameters
    ----------
    path
        From :func:`file_aside`; it is moved from there.
    name
        What people call it.

    Returns
    -------
    Annotation
        Linked to nothing yet.
    """
    size = path.stat().st_size
    place = _place(path.suffix)
    with transaction.atomic():
        file = OriginalFile.objects.create(
            path=str(place),
            name=name,
            size_bytes=size,
            modified=datetime.now(UTC),
            media_type=media_type,
        )
        annotation = Annotation.objects.create(
            owner=owner,
            group=group,
            kind=Annotation.Kind.FILE,
            namespace=namespace,
            description=description,
            file=file,
        )
        path.rename(place)
    return annotation


def replace_content(file: OriginalFile, path: Path) -> None:
    """Give an attached file new bytes; who reads the old ones still can.

    Parameters
    ----------
    file
        One that :func:`attach` made.
    path
        From :func:`file_aside`; it is moved from there.
    """
    old, place = Path(file.path), _place(path.suffix)
    size = path.stat().st_size
    with transaction.atomic():
        file.path = str(place)
        file.size_bytes = size
        file.modified = datetime.now(UTC)
        file.save(update_fields=["path", "size_bytes", "modified"])
        path.rename(place)
        transaction.on_commit(lambda: _remove(old))


def delete_attached(annotation: Annotation) -> None:
    """Delete a file annotation, its links and, when nothing else holds it, its file."""
    file = annotation.file
    with transaction.atomic():
        annotation.delete()
        if file is None or file.fileset_id is not None or file.annotations.exists():
            return
        place = Path(file.path)
        file.delete()
        transaction.on_commit(lambda: _remove(place))


def _place(suffix: str) -> Path:
    """Make up where a file shall lie; a few hundred files a folder at most."""
    name = uuid4().hex
    home: Path = settings.GRATICULE["home"]
    folder = home / "attachments" / name[:2]
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}{suffix}"


def _remove(path: Path) -> None:
    """Remove a file of ours; one that a scan found stays where it is."""
    home: Path = settings.GRATICULE["home"]
    if path.is_relative_to(home / "attachments"):
        with suppress(FileNotFoundError):
            path.unlink()

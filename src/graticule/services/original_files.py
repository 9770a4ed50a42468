"""The files that images came in: found, measured, and read piece by piece.

The files of a fileset are those that the scan noted; of a folder that is a
fileset (OME-Zarr) they are all that lies in it. Nothing outside of the folder
that was scanned is ever read, and nothing that is not as it was when it was
measured. Every image that shares a fileset must be visible, or none of it is
given. Knows no HTTP.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from graticule.catalog.access import visible_to
from graticule.catalog.models import Fileset, Image, OriginalFile, Person
from graticule.errors import (
    ChangedFileError,
    FileError,
    LimitError,
    MissingFileError,
    NotFoundError,
    NotPermittedError,
)
from graticule.services.containers import find, samples_of
from graticule.services.scanning.fitting import time_of

PIECE_BYTES = 1 << 20
"""How much is read at once (contract webgateway 17, ``chunk_size``)."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file, as it was when it was asked for.

    Attributes
    ----------
    place
        Where it lies among the files of its set, with ``/`` between folders.
    modified_ns, identity
        Time of modification; device and number on it.
    """

    path: Path
    place: str
    size_bytes: int
    modified_ns: int
    identity: tuple[int, int]

    @property
    def name(self) -> str:
        """Its name without folders."""
        return self.place.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class FileSet:
    """The files that belong together, in a stable order."""

    files: tuple[FoundFile, ...]


def find_images(person: Person | None, image_ids: Iterable[int]) -> list[Image]:
    """Find those of some images that a person may see, each once, in order."""
    ids = list(dict.fromkeys(image_ids))
    images = Image.objects.filter(pk__in=ids).select_related("fileset__folder")
    found = {image.pk: image for image in visible_to(person, images)}
    return [found[image_id] for image_id in ids if image_id in found]


def images_of_wells(
    person: Person | None, well_ids: Iterable[int], field: int
) -> list[int]:
    """Find the image of one field (from 0) of each of some wells.

    Wells that are not there, or not for this person, are left out.

    Raises
    ------
    graticule.errors.NotFoundError
        If a well has no such field.
    """
    images = []
    for well_id in well_ids:
        try:
            samples = list(samples_of(person, well_id))
        except NotFoundError:
            continue
        if not 0 <= field < len(samples):
            raise NotFoundError(f"Well:{well_id} has no field {field}.")
        images.append(samples[field].image_id)
    return images


def find_files(
    person: Person | None, images: Iterable[Image], max_files: int
) -> list[FileSet]:
    """Find and measure the original files of images, each fileset once, in order.

    Parameters
    ----------
    images
        From :func:`find_images`.
    max_files
        Most files in all.

    Raises
    ------
    graticule.errors.NotPermittedError
        If a fileset holds an image that the person may not see.
    graticule.errors.MissingFileError, graticule.errors.ChangedFileError
        If a file is not there any more, or not as it was scanned.
    graticule.errors.LimitError
        If there are more than ``max_files``.
    """
    filesets = {
        image.fileset.pk: image.fileset for image in images if image.fileset is not None
    }
    check_whole(person, filesets)
    sets = []
    left = max_files
    for fileset in filesets.values():
        files: list[FoundFile] = []
        for file in _files_of(fileset):
            if len(files) >= left:
                raise LimitError(
                    "max_download_files", max_files, max_files + 1, "A number of files"
                )
            files.append(file)
        left -= len(files)
        if files:
            sets.append(FileSet(tuple(files)))
    return sets


def check_whole(person: Person | None, filesets: Iterable[int]) -> None:
    """See that a person may see every image of some filesets.

    Raises
    ------
    graticule.errors.NotPermittedError
        If not.
    """
    everything = Image.objects.filter(fileset__in=list(filesets))
    if visible_to(person, everything).count() != everything.count():
        raise NotPermittedError(
            "The files hold other images, too, that you may not see."
        )


def places(person: Person | None, image_id: int) -> tuple[Fileset | None, list[str]]:
    """Say where the files of an image lie, seen from the folder that is served.

    A folder that is a fileset counts as one file.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such image, or not for this person.
    """
    image = find(person, Image.objects.select_related("fileset__folder"), image_id)
    fileset = image.fileset
    if fileset is None:
        return None, []
    root = _root(fileset)
    if Path(fileset.entry).is_dir():
        return fileset, [_seen_from(root, fileset.entry)]
    paths = fileset.files.values_list("path", flat=True)
    return fileset, [_seen_from(root, path) for path in paths]


def _root(fileset: Fileset) -> Path:
    """Choose the folder that nothing of a fileset may lie outside of."""
    root, entry = Path(fileset.folder.path), Path(fileset.entry)
    return root if root in entry.parents else entry.parent


def _seen_from(root: Path, path: str) -> str:
    """Write a path without the folders above ``root``; just the name outside."""
    place = Path(path)
    inside = place.is_relative_to(root)
    return place.relative_to(root).as_posix() if inside else place.name


def _files_of(fileset: Fileset) -> Iterator[FoundFile]:
    entry = Path(fileset.entry)
    if fileset.vanished is not None:
        raise MissingFileError(entry, "It has vanished since it was scanned.")
    if entry.is_dir():
        return _files_in(entry, _root(fileset))
    return _listed_files(fileset, _root(fileset))


def _listed_files(fileset: Fileset, root: Path) -> Iterator[FoundFile]:
    """Measure the files that the scan noted."""
    rows = list(fileset.files.all())
    if not rows:
        return
    base = os.path.commonpath([os.path.dirname(row.path) for row in rows])  # noqa: PTH120
    for row in rows:
        path = Path(row.path)
        if not path.is_relative_to(root):
            raise NotPermittedError(f"{path.name} lies outside of the served folder.")
        file = measured(path, path.relative_to(base).as_posix())
        if not _as_scanned(row, file):
            raise ChangedFileError(
                path, "It has changed since it was scanned: scan again."
            )
        yield file


def _as_scanned(row: OriginalFile, file: FoundFile) -> bool:
    same_size = row.size_bytes == file.size_bytes
    return same_size and row.modified == time_of(file.modified_ns)


def _files_in(folder: Path, root: Path) -> Iterator[FoundFile]:
    """Measure everything that lies in a folder, which becomes the top of it all.

    Links are followed within ``root`` only: the server can read files that
    nobody is to be given.
    """
    real_root = root.resolve()
    entered: set[tuple[int, int]] = set()
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        _check_inside(here, real_root)
        state = here.stat()
        if (state.st_dev, state.st_ino) in entered:
            continue
        entered.add((state.st_dev, state.st_ino))
        try:
            with os.scandir(here) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            cause = f"The folder cannot be read: {error.strerror}."
            raise FileError(here, cause) from error
        folders = []
        for entry in entries:
            path = Path(entry.path)
            if entry.is_symlink():
                _check_inside(path, real_root)
            if entry.is_dir():
                folders.append(path)
            elif entry.is_file():
                place = path.relative_to(folder.parent).as_posix()
                yield measured(path, os.fsencode(place).decode(errors="replace"))
        waiting += reversed(folders)


def _check_inside(path: Path, real_root: Path) -> None:
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise MissingFileError(path, "It leads nowhere.") from error
    if not real.is_relative_to(real_root):
        raise FileError(path, "It leads out of the served folder and is not given.")


def measured(path: Path, place: str) -> FoundFile:
    """Look at a file as it is now.

    Raises
    ------
    graticule.errors.MissingFileError, graticule.errors.ChangedFileError
        If it is not there, or no file any more.
    """
    try:
        state = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MissingFileError(path, "It is not there any more.") from error
    except OSError as error:
        raise FileError(path, f"It cannot be read: {error.strerror}.") from error
    if not stat.S_ISREG(state.st_mode):
        raise ChangedFileError(path, "It is no file any more: scan again.")
    return _described(path, place, state)


def _described(path: Path, place: str, state: os.stat_result) -> FoundFile:
    identity = (state.st_dev, state.st_ino)
    return FoundFile(path, place, state.st_size, state.st_mtime_ns, identity)


@contextmanager
def opened(file: FoundFile) -> Iterator[BinaryIO]:
    """Open a file that is still as it was measured.

    Raises
    ------
    graticule.errors.MissingFileError, graticule.errors.ChangedFileError
    """
    try:
        handle = file.path.open("rb", buffering=0)
    except FileNotFoundError as error:
        raise MissingFileError(file.path, "It is not there any more.") from error
    except OSError as error:
        cause = f"It cannot be read: {error.strerror}."
        raise FileError(file.path, cause) from error
    with handle:
        _check_same(file, handle)
        yield handle


def read(
    handle: BinaryIO, file: FoundFile, start: int = 0, stop: int | None = None
) -> Iterator[bytes]:
    """Read bytes ``start`` to ``stop`` of an open file in pieces.

    Each piece is given only when the file has not changed while it was read.

    Raises
    ------
    graticule.errors.ChangedFileError
    """
    left = (file.size_bytes if stop is None else stop) - start
    handle.seek(start)
    while left > 0:
        piece = handle.read(min(left, PIECE_BYTES))
        _check_same(file, handle)
        if not piece:
            raise ChangedFileError(file.path, "It became shorter while it was read.")
        left -= len(piece)
        yield piece


def pieces(file: FoundFile) -> Iterator[bytes]:
    """Open a whole file and read it in pieces."""
    with opened(file) as handle:
        yield from read(handle, file)


def _check_same(file: FoundFile, handle: BinaryIO) -> None:
    state = os.fstat(handle.fileno())
    if _described(file.path, file.place, state) != file:
        raise ChangedFileError(file.path, "It changed while it was sent.")

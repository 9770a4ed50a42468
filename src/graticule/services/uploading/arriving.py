"""Where files lie while they arrive, and how one that is whole is put into its place.

How much of a file has arrived is the size of what lies there: nothing else is to be
trusted after a crash.
"""

from __future__ import annotations

from pathlib import Path

from graticule.catalog.models import UploadFile, UploadSet
from graticule.errors import RequestError
from graticule.services.uploading.room import upload_dir

ARRIVING = ".arriving"
"""Folder of what is not whole; hidden, so that no scan enters it."""


def arriving(set_id: str) -> Path:
    """Give the folder where the files of a set arrive."""
    return upload_dir() / ARRIVING / set_id


def whole_files(set_id: str) -> Path:
    """Give the folder where the files of a set lie that are whole."""
    return arriving(set_id) / "files"


def part_of(file: UploadFile) -> Path:
    """Say where a file lies until it is whole."""
    return arriving(file.set_id) / file.pk


def received(file: UploadFile) -> int:
    """Say how many bytes of a file have arrived."""
    if file.is_whole:
        return file.size_bytes
    try:
        size = part_of(file).stat().st_size
    except FileNotFoundError:
        place = whole_files(file.set_id) / file.path
        return file.size_bytes if place.is_file() else 0
    return size


def settle(file: UploadFile) -> None:
    """Put a file into its place, if all of it has arrived; once more does no harm.

    Raises
    ------
    graticule.errors.RequestError
        If a file of the set lies where this one needs a folder.
    """
    if file.is_whole or received(file) < file.size_bytes:
        return
    place = whole_files(file.set_id) / file.path
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        part_of(file).rename(place)
    except FileNotFoundError:
        if not place.is_file():
            return  # the set has been removed
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise RequestError(f"{file.path!r} is a file and a folder at once.") from error
    UploadFile.objects.filter(pk=file.pk).update(is_whole=True)
    file.is_whole = True


def settle_all(upload: UploadSet) -> int:
    """Put everything into its place that has arrived; count the whole files."""
    for file in upload.rows.filter(is_whole=False):
        settle(file)
    return upload.rows.filter(is_whole=True).count()

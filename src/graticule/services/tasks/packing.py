"""Results of jobs that hold many files: one zip archive, and names for them.

Entries are stored as they are, for pictures and OME-TIFFs hardly shrink. Archives
may be of any size (zip64). Knows no image.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from graticule.errors import FileError
from graticule.jobs.executors.work import Work
from graticule.services.zip_stream import safe_name

ZIP = "application/zip"
_COPY_BYTES = 1 << 20
_LONGEST_NAME_BYTES = 150
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file that will be in an archive: where it is written, its name there."""

    path: Path
    name: str


class Packer:
    """Puts files into an archive that is being written."""

    def __init__(self, archive: zipfile.ZipFile, folder: Path) -> None:
        self._archive = archive
        self._folder = folder
        self._taken: set[str] = set()

    @contextmanager
    def file(self, name: str) -> Iterator[PackedFile]:
        """Give a path to write a file to; it is moved into the archive then."""
        packed = PackedFile(self._folder / "packed", self._free(name))
        try:
            yield packed
            self._add(packed)
        finally:
            packed.path.unlink(missing_ok=True)

    def move(self, path: Path, name: str) -> str:
        """Move a file into the archive; give the name that it got there."""
        packed = PackedFile(path, self._free(name))
        self._add(packed)
        path.unlink()
        return packed.name

    def _add(self, packed: PackedFile) -> None:
        info = zipfile.ZipInfo.from_file(packed.path, packed.name)
        info.external_attr = 0o644 << 16
        with (
            packed.path.open("rb") as source,
            self._archive.open(info, "w") as target,
        ):
            shutil.copyfileobj(source, target, _COPY_BYTES)

    def write(self, name: str, data: bytes) -> str:
        """Put bytes into the archive; give the name that they got there."""
        name = self._free(name)
        info = zipfile.ZipInfo(name, time.localtime()[:6])
        info.external_attr = 0o644 << 16
        self._archive.writestr(info, data)
        return name

    def _free(self, name: str) -> str:
        """Make a name safe, and another one where it is taken."""
        name = safe_name(name)
        folder, _, last = name.rpartition("/")
        base, dot, extension = last.rpartition(".")
        number = 0
        while name in self._taken:
            number += 1
            last = f"{base}_({number}){dot}{extension}"
            name = f"{folder}/{last}" if folder else last
        self._taken.add(name)
        return name


@contextmanager
def zip_result(work: Work, key: str, name: str) -> Iterator[Packer]:
    """Make a result that is a zip archive; it is shown when it is whole."""
    with (
        work.result(key, file_name(name), ZIP) as path,
        full_disk_told(),
        zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive,
    ):
        yield Packer(archive, work.folder)


def check_space(work: Work, size_bytes: int) -> None:
    """End a job at once whose result would not fit on the disk.

    Raises
    ------
    OSError
        As a full disk does.
    """
    if shutil.disk_usage(work.folder).free < size_bytes:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@contextmanager
def full_disk_told() -> Iterator[None]:
    """Tell a full disk from what is wrong with somebody's file.

    It passes, and is none of the user's business where.
    """
    try:
        yield
    except FileError as error:
        cause = error.__cause__
        if isinstance(cause, OSError) and cause.errno in _FULL:
            raise cause from None
        # TensorStore has it in words only.
        for number in _FULL:
            if os.strerror(number) in error.cause:
                raise OSError(number, os.strerror(number)) from None
        raise


def file_name(name: str) -> str:
    """Make a text the name of a file of a result: no folders, not too long."""
    name = safe_name(name.replace("/", "_"))
    base, dot, extension = name.rpartition(".")
    extension = _shortened(extension, _LONGEST_NAME_BYTES // 4)
    return f"{_shortened(base, _LONGEST_NAME_BYTES)}{dot}{extension}"


def _shortened(text: str, most_bytes: int) -> str:
    """Cut a text to what it may be in UTF-8, as file systems count."""
    return text.encode()[:most_bytes].decode(errors="ignore")

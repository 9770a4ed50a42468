"""Exported files that are kept for a while (contract webgateway 15).

A file has a folder of its own, named by a key, and beside it what it is made of.
The folder is filled aside and renamed when it is whole: nobody sees half a file,
a reader keeps the one it has open, and one that is replaced is missing for an
instant. Decides nothing about rights: doors ask :attr:`TempFile.image_ids` of the
rule of visibility before they give a file out.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO
from uuid import uuid4

from django.conf import settings

from graticule.errors import FileError, MissingFileError

MAX_AGE_SECONDS = 12 * 3600
"""Folders older than this are removed (T1)."""

WAIT_SECONDS = 30
"""Who asks for what is being made waits this long, then makes it again (T4)."""

_STAMP = ".timestamp"
_ABOUT = ".about.json"
_LONGEST = 255
_LONGEST_EXTENSION = 16
_ATTEMPTS = 100
_NOT_IN_NAMES = re.compile(r"[/#\x00-\x1f\x7f]|^\.")
# One lock for several keys: now and then somebody waits for another file.
_LOCKS = tuple(Lock() for _ in range(64))


@dataclass(frozen=True, slots=True)
class TempFile:
    """A whole file, and the images whose pixels it shows."""

    path: Path
    image_ids: tuple[int, ...]

    def open(self) -> BinaryIO:
        """Open it.

        Raises
        ------
        graticule.errors.MissingFileError
            If its time was over just now.
        """
        try:
            return self.path.open("rb")
        except FileNotFoundError as error:
            raise MissingFileError(self.path, "is not kept any more.") from error


def temp_files() -> TempFiles | None:
    """Give the folder of the setting ``temp_folder``, or nothing if it is off."""
    folder: str = settings.GRATICULE["temp_folder"].strip()
    return TempFiles(Path(folder).expanduser().absolute()) if folder else None


@contextmanager
def passing_folder() -> Iterator[Path]:
    """Lend a folder for files that are sent and forgotten."""
    home: Path = settings.GRATICULE["home"]
    with TempFiles(home / "exports").building() as folder:
        yield folder


class TempFiles:
    """A folder of files that are kept for a while; any number of processes use it.

    Parameters
    ----------
    folder
        Made when it is needed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, key: str, name: str) -> TempFile | None:
        """Find a whole file."""
        key, name = safe_key(key), safe_name(name)
        about = self._about(key)
        if about is None or about.get("name") != name:
            return None
        path = self.folder / key / name
        return TempFile(path, tuple(about["images"])) if path.is_file() else None

    def get(
        self,
        key: str,
        name: str,
        stamp: str,
        image_ids: Sequence[int],
        write: Callable[[Path], None],
    ) -> TempFile:
        """Find a file, or make it.

        Parameters
        ----------
        key, name
            Made safe as T1 and T2 say.
        stamp
            What the file is made of: one of another stamp is made again.
        image_ids
            Images whose pixels it shows.
        write
            Writes the file to a path.

        Raises
        ------
        graticule.errors.FileError
            If the folder cannot be written.
        """
        key, name = safe_key(key), safe_name(name)
        lock = _LOCKS[hash(key) % len(_LOCKS)]
        mine = lock.acquire(timeout=WAIT_SECONDS)
        try:
            about = self._about(key)
            found = self.find(key, name)
            if about is not None and found is not None and about["stamp"] == stamp:
                self._touch(key)
                return found
            with self.building() as folder:
                write(folder / name)
                said = {"name": name, "stamp": stamp, "images": list(image_ids)}
                (folder / _ABOUT).write_text(json.dumps(said))
                _put_in_place(folder, self.folder / key)
        finally:
            if mine:
                lock.release()
        return TempFile(self.folder / key / name, tuple(image_ids))

    @contextmanager
    def building(self) -> Iterator[Path]:
        """Lend a new folder; what is left of it is removed (T1, T6)."""
        folder = self.folder / f".{uuid4().hex}"
        try:
            folder.mkdir(parents=True)
            (folder / _STAMP).write_text(str(time.time()))
            self.clean()
            yield folder
        except OSError as error:
            raise FileError(
                self.folder, f"cannot be written ({error.strerror})."
            ) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def clean(self) -> None:
        """Remove folders older than 12 h; those of unknown age stay (T1)."""
        now = time.time()
        for entry in os.scandir(self.folder):
            if not entry.is_dir(follow_symlinks=False):
                continue
            made = _time_of(Path(entry))
            if made is not None and now - made > MAX_AGE_SECONDS:
                shutil.rmtree(entry, ignore_errors=True)

    def _about(self, key: str) -> dict[str, Any] | None:
        try:
            text = (self.folder / key / _ABOUT).read_text()
        except (FileNotFoundError, NotADirectoryError):
            return None
        about: dict[str, Any] = json.loads(text)
        return about

    def _touch(self, key: str) -> None:
        """Let its 12 h begin anew (T1)."""
        aside = self.folder / key / f".{uuid4().hex}"
        # Another process may be replacing the folder.
        with suppress(FileNotFoundError):
            aside.write_text(str(time.time()))
            aside.replace(self.folder / key / _STAMP)


def safe_key(key: str) -> str:
    """Make a key the name of a folder (T1)."""
    clean = _NOT_IN_NAMES.sub("_", key).encode("utf-8", "replace")
    return clean[:_LONGEST].decode("utf-8", "ignore")


def safe_name(name: str) -> str:
    """Make a name fit for a file, its extension kept (T2).

    The file system counts bytes, so names of other letters are cut earlier.
    """
    clean = _NOT_IN_NAMES.sub("_", name).encode("utf-8", "replace")
    if len(clean) <= _LONGEST:
        return clean.decode()
    extension = _extension(clean)
    kept = clean[: _LONGEST - len(extension)].decode("utf-8", "ignore")
    return kept + extension.decode()


def _extension(name: bytes) -> bytes:
    """Find the extension, two levels (``.ome.tiff``) if they are short enough."""
    parts = name.rsplit(b".", 2)
    for levels in (2, 1):
        extension = b"".join(b"." + part for part in parts[-levels:])
        if len(parts) > levels and len(extension) <= _LONGEST_EXTENSION:
            return extension
    return b""


def _time_of(folder: Path) -> float | None:
    """Say when a folder was used last, if it says so itself."""
    try:
        return float((folder / _STAMP).read_text())
    except (OSError, ValueError):
        pass
    try:
        return float(folder.name)
    except ValueError:
        return None


def _put_in_place(building: Path, folder: Path) -> None:
    """Rename; what was there goes, though another process may be quicker."""
    for _ in range(_ATTEMPTS):
        try:
            building.rename(folder)
        except OSError as error:
            if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                raise
        else:
            return
        old = folder.with_name(f".{uuid4().hex}")
        try:
            folder.rename(old)
        except FileNotFoundError:
            continue
        shutil.rmtree(old, ignore_errors=True)
    raise FileError(folder, "is being replaced again and again.")

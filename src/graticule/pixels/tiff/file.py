"""Bytes of the files of one TIFF fileset, read by position.

Any number of threads read at once: every read names its offset, nothing seeks.
Knows nothing of what the bytes mean.
"""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock

from graticule.errors import ChangedFileError, CorruptFileError, MissingFileError
from graticule.pixels.reader import FilesetFile

MAX_HANDLES = 32
"""Of one fileset; the members beyond are opened for each read."""


class StoredFile:
    """One file, opened when first read.

    Parameters
    ----------
    path
        Where it lies; it must be there now.
    keep_open
        Whether to keep the handle between reads.

    Raises
    ------
    graticule.errors.MissingFileError
        If it is not there or may not be read.
    """

    def __init__(self, path: Path, *, keep_open: bool = True) -> None:
        try:
            found = path.stat()
        except OSError as error:
            raise MissingFileError(path, _why(error)) from error
        self.path = path
        self.size_bytes = found.st_size
        self.modified_ns = found.st_mtime_ns
        self.identity = (str(path), found.st_mtime_ns)
        """Begins the keys of its chunks in the cache."""
        self._keep_open = keep_open
        self._handle: int | None = None
        self._lock = Lock()

    def describe(self) -> FilesetFile:
        """Size and time as they were when it was first seen."""
        return FilesetFile(self.path, self.size_bytes, self.modified_ns)

    def read(self, offset: int, count_bytes: int) -> bytes:
        """Read exactly so many bytes.

        Raises
        ------
        graticule.errors.MissingFileError
            If the file has vanished.
        graticule.errors.ChangedFileError
            If it has become shorter since it was opened.
        graticule.errors.CorruptFileError
            If the file ends before the last of them.
        """
        if not 0 <= offset <= offset + count_bytes <= self.size_bytes:
            raise CorruptFileError(
                self.path,
                f"Data of {count_bytes:,} bytes at {offset:,} lie outside the file, "
                f"which has {self.size_bytes:,} bytes: it is cut off or damaged.",
            )
        try:
            data = self._pread(offset, count_bytes)
        except OSError as error:
            raise MissingFileError(self.path, _why(error)) from error
        if len(data) != count_bytes:
            raise ChangedFileError(
                self.path, "The file has become shorter since it was opened."
            )
        return data

    def _pread(self, offset: int, count_bytes: int) -> bytes:
        if self._keep_open:
            return _pread_all(self._open(), offset, count_bytes)
        handle = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return _pread_all(handle, offset, count_bytes)
        finally:
            os.close(handle)

    def _open(self) -> int:
        handle = self._handle
        if handle is None:
            with self._lock:
                handle = self._handle
                if handle is None:
                    handle = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
                    self._handle = handle
        return handle

    def close(self) -> None:
        """Give back the handle; a later read would open it again."""
        with self._lock:
            handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)


def _pread_all(handle: int, offset: int, count_bytes: int) -> bytes:
    """Read on where the system returned fewer bytes (it stops at 2 GiB)."""
    data = os.pread(handle, count_bytes, offset)
    if len(data) == count_bytes or not data:
        return data
    parts = [data]
    have = len(data)
    while have < count_bytes:
        data = os.pread(handle, count_bytes - have, offset + have)
        if not data:
            break
        parts.append(data)
        have += len(data)
    return b"".join(parts)


def _why(error: OSError) -> str:
    return f"The file cannot be read: {error.strerror or error}."

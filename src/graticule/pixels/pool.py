"""Sources that stay open, bounded in number, lent out under a lease.

Opening a file costs a hundred tiles; serving one needs it open. The pool keeps
the last used ones, notices when a file changed or vanished, and never closes a
source that somebody is reading from. Knows no format.
"""

from __future__ import annotations

import copy
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISDIR
from threading import Event, Lock
from typing import NamedTuple

from graticule.errors import (
    ChangedFileError,
    FileError,
    GraticuleError,
    MissingFileError,
)
from graticule.pixels.reader import FilesetFile, ReadContext, Source
from graticule.pixels.registry import open_source

# What says that an OME-Zarr folder changed: its metadata, not its chunks.
FOLDER_METADATA = ("zarr.json", ".zattrs", ".zgroup", ".zarray")


class Stamp(NamedTuple):
    """What tells one version of a file from another."""

    modified_ns: int
    size_bytes: int


@dataclass(slots=True, eq=False)
class _Entry:
    """A source of the pool, or one that is being opened."""

    stamp: Stamp
    source: Source | None = None
    error: BaseException | None = None
    opened: Event = field(default_factory=Event)
    leases: int = 0
    retired: bool = False


class SourcePool:
    """Open sources, the least recently used closed first; safe between threads.

    Parameters
    ----------
    context
        Given to the readers.
    max_open
        How many sources may be open. More are, while more are lent out at once.
    open_source
        How a path is opened; by default the first reader that takes it. A
        service that puts pyramids beside the files wraps it.
    """

    def __init__(
        self,
        context: ReadContext,
        max_open: int,
        open_source: Callable[[Path, ReadContext], Source] = open_source,
    ) -> None:
        self.context = context
        self.max_open = max_open
        self._open_source = open_source
        self._entries: OrderedDict[Path, _Entry] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        with self._lock:
            return len(self._entries)

    @contextmanager
    def lease(
        self, path: Path, expected: FilesetFile | None = None
    ) -> Iterator[Source]:
        """Lend the source of a path; it stays open until the block ends.

        Parameters
        ----------
        path
            File or folder. Looked at (``stat``) every time: a changed one is
            opened anew.
        expected
            The entry file (the first of ``Fileset.files``) as it was scanned.

        Raises
        ------
        graticule.errors.MissingFileError
            If it is not there any more.
        graticule.errors.ChangedFileError
            If it is not as ``expected``.
        graticule.errors.FileError, graticule.errors.LimitError
            If it cannot be opened.
        """
        entry = self._acquire(path, expected)
        try:
            assert entry.source is not None
            yield entry.source
        finally:
            self._release(entry)

    def forget(self, path: Path) -> None:
        """Close the source of a path as soon as nobody uses it."""
        with self._lock:
            idle = self._retire(path)
        _close(idle)

    def close(self) -> None:
        """Close everything, what is lent out when it comes back."""
        with self._lock:
            idle = [one for path in list(self._entries) for one in self._retire(path)]
        _close(idle)

    def _acquire(self, path: Path, expected: FilesetFile | None) -> _Entry:
        while True:
            stamp = self._stamp(path)
            if expected and not _is_same(path, stamp, expected):
                raise ChangedFileError(
                    path, "It is not as it was when it was scanned: scan it again."
                )
            entry, mine = self._enter(path, stamp)
            if mine:
                self._open(path, entry)
                return entry
            entry.opened.wait()
            if entry.source is not None:
                return entry
            self._release(entry)
            # Who waited for a file that is bad is told so, too; what else went
            # wrong in the other thread (memory, interrupts) is its own affair.
            if isinstance(entry.error, GraticuleError):
                raise copy.copy(entry.error) from entry.error

    def _stamp(self, path: Path) -> Stamp:
        try:
            return file_stamp(path)
        except FileError:
            self.forget(path)
            raise

    def _enter(self, path: Path, stamp: Stamp) -> tuple[_Entry, bool]:
        """Find or add the entry of a path, leased; say whether it was added."""
        with self._lock:
            idle: list[Source] = []
            entry = self._entries.get(path)
            if entry is not None and entry.stamp != stamp:
                idle = self._retire(path)
                entry = None
            mine = entry is None
            if entry is None:
                entry = self._entries[path] = _Entry(stamp)
            self._entries.move_to_end(path)
            entry.leases += 1
            idle += self._evict()
        _close(idle)
        return entry, mine

    def _open(self, path: Path, entry: _Entry) -> None:
        try:
            entry.source = self._open_source(path, self.context)
        except BaseException as error:
            entry.error = error
            with self._lock:
                if self._entries.get(path) is entry:
                    self._retire(path)
            raise
        finally:
            entry.opened.set()

    def _release(self, entry: _Entry) -> None:
        with self._lock:
            entry.leases -= 1
            done = entry.retired and entry.leases == 0
            idle = [entry.source] if done and entry.source else []
            idle += self._evict()
        _close(idle)

    def _retire(self, path: Path) -> list[Source]:
        """Take a path out of the pool; return what can be closed at once."""
        entry = self._entries.pop(path, None)
        if entry is None:
            return []
        entry.retired = True
        return [entry.source] if entry.leases == 0 and entry.source else []

    def _evict(self) -> list[Source]:
        """Take out the longest unused beyond the bound, except those lent out."""
        surplus = len(self._entries) - self.max_open
        if surplus <= 0:
            return []
        unused = [path for path, entry in self._entries.items() if entry.leases == 0]
        return [one for path in unused[:surplus] for one in self._retire(path)]


def file_stamp(path: Path) -> Stamp:
    """Look at the file, or at the metadata of a folder.

    Raises
    ------
    graticule.errors.MissingFileError
        If it is not there.
    graticule.errors.FileError
        If it cannot be looked at.
    """
    try:
        found = path.stat()
        if S_ISDIR(found.st_mode):
            found = _folder_metadata(path) or found
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MissingFileError(path, "It is not there any more.") from error
    except OSError as error:
        raise FileError(path, f"It cannot be looked at: {error.strerror}.") from error
    return Stamp(found.st_mtime_ns, found.st_size)


def _is_same(path: Path, stamp: Stamp, expected: FilesetFile) -> bool:
    """Compare with what was scanned; a folder's entry file lies inside it."""
    if expected.path != path:
        stamp = file_stamp(expected.path)
    return stamp == (expected.modified_ns, expected.size_bytes)


def _folder_metadata(path: Path) -> os.stat_result | None:
    for name in FOLDER_METADATA:
        try:
            return (path / name).stat()
        except FileNotFoundError:
            continue
    return None


def _close(sources: list[Source]) -> None:
    for source in sources:
        source.close()

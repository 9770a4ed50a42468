"""Find who reads a file: readers by entry point.

Readers come from the entry point group ``graticule.readers``, the project's own
like everybody else's. This file must not know any of them.
"""

from __future__ import annotations

import stat
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import MappingProxyType

from graticule.errors import FileError, MissingFileError, UnsupportedFileError
from graticule.pixels.reader import ReadContext, Reader, Source

GROUP = "graticule.readers"
HEAD_BYTES = 1024


def readers() -> tuple[Reader, ...]:
    """Get all readers that can be loaded, the highest priority first.

    Readers of equal priority stand in the order of their names.
    """
    return _found()[0]


def unavailable() -> MappingProxyType[str, str]:
    """Get the readers that cannot be loaded, each with the reason.

    Typically a library is missing that comes with an extra.
    """
    return _found()[1]


@cache
def _found() -> tuple[tuple[Reader, ...], MappingProxyType[str, str]]:
    loaded: list[Reader] = []
    failed: dict[str, str] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            loaded.append(_load(point))
        except (ImportError, AttributeError, TypeError) as error:
            failed[point.name] = f"{point.value} cannot be loaded: {error}."
    loaded.sort(key=lambda reader: -reader.priority)
    return tuple(loaded), MappingProxyType(failed)


def _load(point: EntryPoint) -> Reader:
    reader = point.load()()
    if not isinstance(reader, Reader):
        raise TypeError("it does not fulfil the protocol Reader")
    return reader


def find_reader(path: Path) -> Reader | None:
    """Find the first reader that takes a file or folder.

    Reads the first 1,024 bytes once. Neither files nor folders (pipes, devices)
    are nobody's and are not opened.

    Raises
    ------
    graticule.errors.MissingFileError
        If there is nothing at the path.
    graticule.errors.FileError
        If it may not be read; the cause says why.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            with path.open("rb", buffering=0) as file:
                head = file.read(HEAD_BYTES)
        elif stat.S_ISDIR(mode):
            head = b""
        else:
            return None
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MissingFileError(path, "It is not there.") from error
    except OSError as error:
        raise FileError(path, f"It cannot be read: {error.strerror}.") from error
    asked = (r for r in readers() if r.opens_folders or stat.S_ISREG(mode))
    return next((reader for reader in asked if reader.probe(path, head)), None)


def open_source(path: Path, context: ReadContext) -> Source:
    """Open a fileset with the reader that takes it.

    Raises
    ------
    graticule.errors.UnsupportedFileError
        If no reader takes it.
    graticule.errors.MissingFileError
        If there is nothing at the path.
    graticule.errors.FileError
        If it cannot be read; the cause says why.
    graticule.errors.LimitError
        If it announces more than the limits allow.
    """
    reader = find_reader(path)
    if reader is None:
        raise UnsupportedFileError(path, "No reader takes this file.")
    return reader.open(path, context)

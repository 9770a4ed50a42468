"""Walk a folder and list what may be an image, without opening anything.

Links are followed, each folder is entered once, so loops end. Hidden files and
folders are passed over. A folder that is a fileset (OME-Zarr) is listed and not
entered. Knows no format and no tables.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from graticule.services.scanning.report import Finding

Stamp = tuple[int, int]
"""Size in bytes and time of modification in nanoseconds."""


@dataclass(slots=True)
class Walk:
    """What lies below a folder.

    Attributes
    ----------
    candidates
        Paths of files and of folders that are filesets, in a stable order.
    stamps
        Size and time of every file among them.
    problems
        What could not be looked at.
    closed
        Folders that exist but could not be listed: what is below is unknown.
    """

    candidates: list[str] = field(default_factory=list)
    stamps: dict[str, Stamp] = field(default_factory=dict)
    problems: list[Finding] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    def is_closed(self, path: str) -> bool:
        """Say whether a path lies in a folder that could not be listed."""
        return any(
            path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
            for folder in self.closed
        )


def walk(
    root: Path,
    is_fileset: Callable[[Path], bool],
    skip: Path,
    progress: Callable[[int, str], None],
) -> Walk:
    """List everything below ``root``.

    Parameters
    ----------
    root
        A folder, or a single file.
    is_fileset
        Says of a folder whether it is to be opened as a whole.
    skip
        A folder never to be entered (where we write ourselves).
    progress
        Called with the number of folders walked and the one at hand.
    """
    found = Walk()
    kind = _look_at(str(root), found)
    if kind is None:
        if not found.problems:
            found.problems.append(Finding(str(root), "It is not there."))
        return found
    if not stat.S_ISDIR(kind.st_mode):
        _add_file(str(root), kind, found)
        return found
    entered = {_identity(kind)}
    if skip.is_dir():
        entered.add(_identity(skip.stat()))
    waiting = [str(root)]
    walked = 0
    while waiting:
        folder = waiting.pop()
        progress(walked, folder)
        walked += 1
        if is_fileset(Path(folder)):
            found.candidates.append(folder)
            continue
        # Pushed last to first, so that they are walked in their order.
        waiting += reversed(_list_folder(folder, entered, found))
    return found


def _list_folder(folder: str, entered: set[Stamp], found: Walk) -> list[str]:
    """Add the files of a folder; return the folders in it to be walked."""
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        found.problems.append(
            Finding(folder, f"The folder cannot be read: {error.strerror}.")
        )
        found.closed.append(folder)
        return []
    names = {entry.name for entry in entries}
    if ".zarray" in names or {"zarr.json", "c"} <= names:
        # The chunks of an array that belongs to no image: up to millions.
        return []
    below = []
    for entry in entries:
        if entry.name.startswith(".") or not _is_text(entry.path, found):
            continue
        kind = _look_at(entry.path, found)
        if kind is None:
            continue
        if not stat.S_ISDIR(kind.st_mode):
            _add_file(entry.path, kind, found)
        elif _identity(kind) not in entered:
            entered.add(_identity(kind))
            below.append(entry.path)
    return below


def _is_text(path: str, found: Walk) -> bool:
    """Say whether a path can be written down in the catalogue."""
    try:
        path.encode()
    except UnicodeEncodeError:
        readable = os.fsencode(path).decode(errors="replace")
        cause = "Its name is not valid UTF-8: rename it."
        found.problems.append(Finding(readable, cause))
        return False
    return True


def _look_at(path: str, found: Walk) -> os.stat_result | None:
    """Follow links to what a path is; a file just deleted is nothing."""
    try:
        return os.stat(path)  # noqa: PTH116 - called for every file there is
    except FileNotFoundError:
        if Path(path).is_symlink():
            found.problems.append(Finding(path, "The link leads nowhere."))
    except OSError as error:
        found.problems.append(Finding(path, f"It cannot be read: {error.strerror}."))
        found.closed.append(path)
    return None


def _add_file(path: str, kind: os.stat_result, found: Walk) -> None:
    # Opening a pipe or a device may wait for ever.
    if stat.S_ISREG(kind.st_mode):
        found.candidates.append(path)
        found.stamps[path] = (kind.st_size, kind.st_mtime_ns)


def _identity(kind: os.stat_result) -> Stamp:
    return kind.st_dev, kind.st_ino

"""The folder rule: which project and dataset a file's images go to.

Below a folder that is scanned (ROOT), the first level of folders are projects
and everything deeper are datasets:

================================ ============ ==========
file                             project      dataset
================================ ============ ==========
``ROOT/cell.tif``                ``ROOT``     ``ROOT``
``ROOT/day 1/cell.tif``          ``day 1``    ``day 1``
``ROOT/day 1/dish/cell.tif``     ``day 1``    ``dish``
``ROOT/day 1/dish/a/cell.tif``   ``day 1``    ``dish / a``
================================ ============ ==========

A plate goes to a screen named as the project would be, and its images to no
dataset. An OME-Zarr folder counts as a file. Names are those of the folders
when they were first seen; what makes a container the same at the next scan is
its ``source``, ``folder:<absolute path>``, so people may rename it.

Pure: knows paths, no tables and no file system.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SOURCE_PREFIX = "folder:"


@dataclass(frozen=True, slots=True)
class Place:
    """One container: the key that finds it again, and its first name."""

    source: str
    name: str


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the images of a file go."""

    project: Place
    dataset: Place


def placement(root: Path, entry: Path) -> Placement:
    """Apply the folder rule.

    Parameters
    ----------
    root
        The folder that is scanned, or a single file or OME-Zarr given instead.
    entry
        A file (or OME-Zarr folder) below it, or ``root`` itself.

    Raises
    ------
    ValueError
        If ``entry`` is not below ``root``.
    """
    folders = () if entry == root else entry.parent.relative_to(root).parts
    if not folders:
        own = _place(root, root.name or str(root))
        return Placement(project=own, dataset=own)
    project = _place(root / folders[0], folders[0])
    deeper = folders[1:]
    if not deeper:
        return Placement(project=project, dataset=project)
    return Placement(project, _place(entry.parent, " / ".join(deeper)))


def _place(folder: Path, name: str) -> Place:
    return Place(f"{SOURCE_PREFIX}{folder}", name)

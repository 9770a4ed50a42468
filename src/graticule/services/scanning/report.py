"""What goes into a scan and what comes out of it, as plain values.

Knows neither tables nor files; imports no Django, because workers load it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graticule.pixels.reader import ReadLimits


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """What a scan may spend, and where it may write.

    Attributes
    ----------
    home
        The folder for side pyramids and the lock; never scanned itself.
    max_plane_pixels
        Planes with more are big: they get a pyramid and no statistics.
    chunk_cache_bytes
        Decoded chunks each worker may hold.
    workers
        Processes that open files.
    seconds_per_file
        A file that takes longer is given up and reported.
    """

    home: Path
    limits: ReadLimits = field(default_factory=ReadLimits)
    max_plane_pixels: int = 10_188_864
    chunk_cache_bytes: int = 256 << 20
    workers: int = field(default_factory=lambda: min(8, os.cpu_count() or 2))
    seconds_per_file: float = 1800

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> ScanSettings:
        """Take them from the values of :func:`graticule.config.load.load`."""
        return cls(
            home=values["home"],
            limits=ReadLimits.of(values),
            max_plane_pixels=values["max_plane_pixels"],
            chunk_cache_bytes=values["chunk_cache_bytes"],
            seconds_per_file=values["scan_timeout"].total_seconds(),
        )


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How far a scan has come.

    Attributes
    ----------
    phase
        ``"wait"`` (another scan is running), ``"walk"``, ``"read"`` or
        ``"pyramid"``.
    done, total
        Folders walked, files read or pyramids made; ``total`` is 0 while it is
        not known.
    current
        The file or folder at hand.
    """

    phase: str
    done: int
    total: int
    current: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one file that somebody should know."""

    path: str
    cause: str


@dataclass(slots=True)
class ScanReport:
    """What a scan did. Counts are of filesets, except ``images`` and files.

    Attributes
    ----------
    added, updated, unchanged, moved, returned, vanished
        New; changed and read again; as before; found under another path; back
        after they had vanished; not found or not readable any more.
    images
        Images in the filesets that were added.
    not_images
        Files that no reader takes and that do not look like images.
    problems
        Files and folders that could not be read, and why.
    warnings
        What was odd but could be read around.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    moved: int = 0
    returned: int = 0
    vanished: int = 0
    images: int = 0
    not_images: int = 0
    problems: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    seconds: float = 0.0

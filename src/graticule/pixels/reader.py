"""What a format must offer to be served: the protocols Reader and Source.

A *reader* recognises and opens files of a format; a *source* is one open
fileset. New formats come from outside by the entry point group
``graticule.readers``. This file must not know any particular format.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy.typing as npt

from graticule.errors import LimitError, OutOfRangeError
from graticule.pixels.annotations import NO_METADATA, FileMetadata
from graticule.pixels.cache import ChunkCache
from graticule.pixels.model import ImageInfo, Window

Pixels = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What a reader may spend; each is a setting of the same name.

    A reader compares with these *before* it allocates and raises
    :class:`graticule.errors.LimitError` with the name of the limit.
    """

    max_chunk_bytes: int = 1 << 30
    """A decoded tile, strip or chunk."""
    max_read_bytes: int = 2 << 30
    """The array one call of :meth:`Source.read` returns."""
    max_axis_pixels: int = 1 << 24
    """Width or height of a level: larger ones are taken for nonsense."""
    max_planes: int = 1 << 22
    """z times c times t."""

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> ReadLimits:
        """Take them from the settings of the same names."""
        return cls(**{limit.name: settings[limit.name] for limit in fields(cls)})


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What a reader is given to work with."""

    limits: ReadLimits
    chunks: ChunkCache


@dataclass(frozen=True, slots=True)
class FilesetFile:
    """One file of a fileset, as it was when it was opened."""

    path: Path
    size_bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Fileset:
    """The images of one file, folder or set of files.

    Attributes
    ----------
    format
        Name of the format as people say it (``"OME-TIFF"``, ``"FITS"`` …).
    entry
        The path that was opened and opens it again.
    files
        Every file it consists of, the entry first. For an OME-Zarr the
        metadata files only: its chunks are too many to list.
    images
        In the file's order. May be empty (a table, say).
    warnings
        What was odd but could be read around, for the scan report.
    """

    format: str
    entry: Path
    files: tuple[FilesetFile, ...]
    images: tuple[ImageInfo, ...]
    metadata: FileMetadata = NO_METADATA
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredTile:
    """A tile that can be sent as it lies in the file."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class TileCoding:
    """How tiles are deflated that another TIFF may take over unopened.

    ``samples`` are those of each pixel, ``predictor`` TIFF's 1 or 2.
    """

    tile_width: int
    tile_height: int
    samples: int
    predictor: int


@runtime_checkable
class TileLender(Protocol):
    """A source that can give its tiles away as they are stored."""

    def tile_coding(self, image: int, level: int) -> TileCoding | None:
        """Say how all tiles of a level are coded; ``None`` if not so."""
        ...

    def coded_tile(
        self, image: int, level: int, z: int, t: int, channel: int, place: int
    ) -> bytes:
        """Read a tile, by its place along the rows of tiles from 0."""
        ...


@runtime_checkable
class Source(Protocol):
    """An open fileset. Every method may be called by many threads at once."""

    fileset: Fileset

    def read(
        self,
        image: int,
        level: int,
        z: int,
        t: int,
        channels: Sequence[int],
        window: Window,
    ) -> Pixels:
        """Read a window of some channels of a plane.

        Parameters
        ----------
        image
            Index into ``fileset.images``.
        level, z, t, channels
            From 0; level 0 is full size.
        window
            In pixels of the level, inside it and not empty.

        Returns
        -------
        numpy.ndarray
            Shape ``(len(channels), window.height, window.width)``, C order, of
            ``pixel_type.dtype`` in native byte order. The caller may not write
            to it: it may be a view of a cached chunk.

        Raises
        ------
        graticule.errors.OutOfRangeError
            If level, z, t, a channel or the window is outside the image.
        graticule.errors.CorruptFileError
            If the stored bytes cannot be decoded.
        graticule.errors.MissingFileError
            If a file of the set has vanished.
        graticule.errors.LimitError
            If it would take more than the limits allow.
        """
        ...

    def stored_tile(
        self, image: int, level: int, z: int, t: int, window: Window
    ) -> StoredTile | None:
        """Get a whole stored tile that a browser can show, undecoded.

        Only where ``window`` is exactly one stored tile (edge tiles: only if
        stored cut) of an RGB JPEG image; otherwise ``None``.
        """
        ...

    def close(self) -> None:
        """Give back handles. A source is not used after that."""
        ...


@runtime_checkable
class Reader(Protocol):
    """A file format. Has no state and an empty constructor."""

    name: ClassVar[str]
    """One word, the entry point's name."""
    priority: ClassVar[int]
    """Readers with a higher one are asked first; ours lie from 10 to 50."""
    opens_folders: ClassVar[bool]
    """Whether a folder can be a fileset (OME-Zarr)."""

    def probe(self, path: Path, head: bytes) -> bool:
        """Say whether this reader should open the path.

        Parameters
        ----------
        path
            File or, for readers that open folders, folder.
        head
            The first 1,024 bytes of a file; empty for folders.
        """
        ...

    def open(self, path: Path, context: ReadContext) -> Source:
        """Open a fileset by any of its entry paths.

        Raises
        ------
        graticule.errors.FileError
            Naming file and cause; never a library's own exception.
        graticule.errors.LimitError
            If the header announces more than the limits allow.
        """
        ...


def check_read(
    info: ImageInfo,
    level: int,
    z: int,
    t: int,
    channels: Sequence[int],
    window: Window,
    limits: ReadLimits,
) -> None:
    """Refuse a read outside the image or over the limits.

    Every source calls this first, so that all answer alike.

    Raises
    ------
    graticule.errors.OutOfRangeError, graticule.errors.LimitError
    """
    for what, number, size in (
        ("level", level, len(info.levels)),
        ("z", z, info.size_z),
        ("t", t, info.size_t),
        *(("channel", c, info.size_c) for c in channels),
    ):
        if not 0 <= number < size:
            raise OutOfRangeError(f"{what} {number} is outside 0 to {size - 1}.")
    stored = info.levels[level]
    if (
        not (0 <= window.x0 < window.x1 <= stored.width)
        or not 0 <= window.y0 < window.y1 <= stored.height
    ):
        raise OutOfRangeError(
            f"The window {window} is outside {stored.width} x {stored.height}."
        )
    asked = len(channels) * window.area * info.pixel_type.dtype.itemsize
    if asked > limits.max_read_bytes:
        raise LimitError("max_read_bytes", limits.max_read_bytes, asked, "A read")

"""Reduced levels for an image whose file has none, in an OME-Zarr beside it.

:func:`build_pyramid` makes them in bounded memory, :class:`PyramidSource` shows
image and levels as one. Must not know why a pyramid is wanted, nor formats other
than the one it writes.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from graticule.errors import ChangedFileError, FileError, RequestError
from graticule.pixels.model import ImageInfo, Level, Window, halvings
from graticule.pixels.reader import (
    Pixels,
    ReadLimits,
    Source,
    StoredTile,
    TileCoding,
    TileLender,
    check_read,
)
from graticule.pixels.zarr.writing import CHUNK, SHARD_WIDTH, ZarrLevel, write_group

READ_BYTES = 32 << 20
"""What is read at once."""

STRIP_BYTES = 64 << 20
"""What is collected before it is written."""

Progress = Callable[[int, int], None]
"""Is told the tiles done and the tiles in all; what it raises ends the work."""

_Read = Callable[[int, range, int, Window], Pixels]


def needs_pyramid(info: ImageInfo, max_plane_pixels: int) -> bool:
    """Say whether an image is too big to be shown without reduced levels.

    By area, as contract rendering 13 has it: 1 x 20,000,000 is big.
    """
    return len(info.levels) == 1 and info.width * info.height > max_plane_pixels


def build_pyramid(
    source: Source,
    image: int,
    folder: Path,
    *,
    progress: Progress | None = None,
    smallest: int = 256,
) -> None:
    """Write the reduced levels of an image, level 1 on, as an OME-Zarr.

    Each level has half the size of the one before, rounded up; its pixels are
    means of 2 x 2 (see :func:`halve`). Memory stays at a few times
    :data:`STRIP_BYTES`, whatever the size of the image, unless a single stored
    tile or strip of it is larger.

    Parameters
    ----------
    source, image
        The image: index into ``source.fileset.images``.
    folder
        The OME-Zarr; appears when it is complete and replaces what was there.
    progress
        Called with the tiles done and the tiles in all.
    smallest
        The last level has no side longer than this.

    Raises
    ------
    graticule.errors.RequestError
        If the image has levels already or is too small to have any.
    graticule.errors.FileError
        If the image cannot be read or the folder not be written.
    """
    info = source.fileset.images[image]
    sizes = halvings(info.width, info.height, smallest)
    if len(info.levels) != 1 or len(sizes) == 1:
        raise RequestError(
            f"The image {info.name} of {info.width} x {info.height} pixels and "
            f"{len(info.levels)} levels needs no pyramid."
        )

    def read(t: int, channels: range, z: int, window: Window) -> Pixels:
        return source.read(image, 0, z, t, channels, window)

    with _appearing(folder) as building:
        _Builder(info, sizes, building, progress).build(read)


def halve(pixels: Pixels) -> Pixels:
    """Average 2 x 2 pixels of planes.

    Where a side is odd the last row or column stands for two.

    Parameters
    ----------
    pixels
        Shape ``(channels, height, width)``.

    Returns
    -------
    numpy.ndarray
        Shape ``(channels, ceil(height / 2), ceil(width / 2))`` of the same type.
        Integers are rounded half up, so that bits follow the majority and ties
        are 1; NaN counts only where all are NaN.
    """
    _, height, width = pixels.shape
    if height % 2 or width % 2:
        pixels = np.pad(pixels, ((0, 0), (0, height % 2), (0, width % 2)), mode="edge")
    quarters = [pixels[:, y::2, x::2] for y in (0, 1) for x in (0, 1)]
    if pixels.dtype.kind == "f":
        return _mean_of_numbers(quarters).astype(pixels.dtype)
    wide = np.int64 if pixels.dtype.itemsize == 4 else np.int32
    total: npt.NDArray[np.int32 | np.int64] = quarters[0].astype(wide)
    for quarter in quarters[1:]:
        total += quarter
    total += 2
    total >>= 2
    return total.astype(pixels.dtype)


def _mean_of_numbers(quarters: Sequence[Pixels]) -> Pixels:
    """Average what is not NaN; quartered first, so that no sum overflows."""
    total = np.zeros(quarters[0].shape)
    count = np.zeros(quarters[0].shape, np.uint8)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        for quarter in quarters:
            known = ~np.isnan(quarter)
            total += np.where(known, quarter, 0).astype(np.float64) * 0.25
            count += known
        total *= 4.0 / count
    return total


class _Block(NamedTuple):
    """A part of one plane's level that is collected, then written."""

    t: int
    channels: range
    z: int
    y0: int
    x0: int
    height: int
    width: int

    @property
    def tiles(self) -> int:
        across, down = math.ceil(self.width / CHUNK), math.ceil(self.height / CHUNK)
        return across * down * len(self.channels)


class _Builder:
    """Writes the levels of one image into a folder; lives only that long."""

    def __init__(
        self,
        info: ImageInfo,
        sizes: Sequence[tuple[int, int]],
        folder: Path,
        progress: Progress | None,
    ) -> None:
        self.info = info
        self.sizes = sizes
        self.folder = folder
        self.progress = progress
        self.done = 0
        planes = info.size_t * info.size_c * info.size_z
        self.total = planes * sum(
            math.ceil(width / CHUNK) * math.ceil(height / CHUNK)
            for width, height in sizes[1:]
        )

    def build(self, read: _Read) -> None:
        info = self.info
        stored = info.levels[0]
        for number, (width, height) in enumerate(self.sizes[1:]):
            shape = (info.size_t, info.size_c, info.size_z, height, width)
            level = ZarrLevel(self.folder / str(number), shape, info.pixel_type)
            self._fill(level, stored, read)
            stored = Level(width, height, min(CHUNK, width), min(CHUNK, height))
            read = _reading(level)
        reductions = [2**number for number in range(1, len(self.sizes))]
        with _disk_refusals(self.folder):
            write_group(self.folder, info, reductions)

    def _fill(self, level: ZarrLevel, stored: Level, read: _Read) -> None:
        for block in self._blocks(level, stored):
            pixels = self._reduced(block, stored, read)
            level.write(
                block.t, block.channels.start, block.z, block.y0, block.x0, pixels
            )
            self.done += block.tiles
            if self.progress is not None:
                self.progress(self.done, self.total)

    def _blocks(self, level: ZarrLevel, stored: Level) -> Iterator[_Block]:
        """Cut a level into rows of shards, as long as can be collected at once.

        Of tiled images one shard after the other; of an image stored in rows
        as many as possible, since every further piece decodes the rows again.
        """
        info = self.info
        shard_bytes = CHUNK * SHARD_WIDTH * info.pixel_type.dtype.itemsize
        in_rows = stored.tile_width == stored.width
        shards = max(1, STRIP_BYTES // shard_bytes) if in_rows else 1
        step = min(level.width, shards * SHARD_WIDTH)
        block_bytes = CHUNK * step * info.pixel_type.dtype.itemsize
        together = max(1, min(info.size_c, STRIP_BYTES // block_bytes))
        for t in range(info.size_t):
            for z in range(info.size_z):
                for c in range(0, info.size_c, together):
                    channels = range(c, min(c + together, info.size_c))
                    for y0 in range(0, level.height, CHUNK):
                        height = min(CHUNK, level.height - y0)
                        for x0 in range(0, level.width, step):
                            width = min(step, level.width - x0)
                            yield _Block(t, channels, z, y0, x0, height, width)

    def _reduced(self, block: _Block, stored: Level, read: _Read) -> Pixels:
        """Read twice the block's size piece by piece and average."""
        dtype = self.info.pixel_type.dtype
        out = np.empty((len(block.channels), block.height, block.width), dtype)
        x0, x1 = 2 * block.x0, min(2 * (block.x0 + block.width), stored.width)
        y1 = min(2 * (block.y0 + block.height), stored.height)
        row_bytes = len(block.channels) * (x1 - x0) * dtype.itemsize
        step = _rows_at_once(row_bytes, stored.tile_height)
        for y in range(2 * block.y0, y1, step):
            window = Window(x0, y, x1, min(y + step, y1))
            small = halve(read(block.t, block.channels, block.z, window))
            row = y // 2 - block.y0
            out[:, row : row + small.shape[1]] = small
        return out


def _rows_at_once(row_bytes: int, tile_height: int) -> int:
    """Choose an even number of rows, whole tiles where they are small enough."""
    rows = max(2, min(2 * CHUNK, READ_BYTES // row_bytes))
    whole = math.lcm(2, tile_height)
    return rows - rows % (whole if whole <= rows else 2)


def _reading(level: ZarrLevel) -> _Read:
    def read(t: int, channels: range, z: int, window: Window) -> Pixels:
        return level.read(
            t,
            channels.start,
            channels.stop,
            z,
            window.y0,
            window.x0,
            window.height,
            window.width,
        )

    return read


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """Give a folder to fill; it gets its name when all went well, else it goes."""
    building = folder.with_name(f".{folder.name}.{uuid4().hex}.building")
    try:
        with _disk_refusals(folder):
            building.mkdir(parents=True)
        yield building
        with _disk_refusals(folder):
            _put_in_place(building, folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _put_in_place(building: Path, folder: Path) -> None:
    """Rename, with what was there kept aside until it is replaced."""
    if not folder.exists():
        building.rename(folder)
        return
    old = building.with_suffix(".old")
    folder.rename(old)
    try:
        building.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _disk_refusals(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FileError(folder, f"cannot be written ({error}).") from error


class PyramidSource:
    """A source whose images have further levels in OME-Zarrs beside it.

    Parameters
    ----------
    base
        The source of the full size.
    reduced
        What :func:`build_pyramid` wrote, opened, by index of the image.
    limits
        As given to the base.

    Raises
    ------
    graticule.errors.ChangedFileError
        If a pyramid is not of the image it is meant for: it must be built again.
    """

    def __init__(
        self, base: Source, reduced: Mapping[int, Source], limits: ReadLimits
    ) -> None:
        self._base = base
        self._limits = limits
        self._reduced = reduced
        images = list(base.fileset.images)
        for image, pyramid in reduced.items():
            images[image] = _joined(
                images[image], pyramid.fileset.images[0], pyramid.fileset.entry
            )
        self.fileset = replace(base.fileset, images=tuple(images))

    def read(
        self,
        image: int,
        level: int,
        z: int,
        t: int,
        channels: Sequence[int],
        window: Window,
    ) -> Pixels:
        """Read a window (see :meth:`graticule.pixels.reader.Source.read`)."""
        info = self.fileset.images[image]
        check_read(info, level, z, t, channels, window, self._limits)
        own = len(self._base.fileset.images[image].levels)
        if level < own:
            return self._base.read(image, level, z, t, channels, window)
        return self._reduced[image].read(0, level - own, z, t, channels, window)

    def stored_tile(
        self, image: int, level: int, z: int, t: int, window: Window
    ) -> StoredTile | None:
        """Get a stored tile of a level that the file itself has."""
        if level >= len(self._base.fileset.images[image].levels):
            return None
        return self._base.stored_tile(image, level, z, t, window)

    def tile_coding(self, image: int, level: int) -> TileCoding | None:
        """Say how tiles are coded of a level that the file itself has."""
        base = self._base
        own = level < len(base.fileset.images[image].levels)
        if own and isinstance(base, TileLender):
            return base.tile_coding(image, level)
        return None

    def coded_tile(
        self, image: int, level: int, z: int, t: int, channel: int, place: int
    ) -> bytes:
        """Read a tile of such a level as stored."""
        assert isinstance(self._base, TileLender)
        return self._base.coded_tile(image, level, z, t, channel, place)

    def close(self) -> None:
        """Close the base and the pyramids."""
        for reduced in self._reduced.values():
            reduced.close()
        self._base.close()


def _joined(full: ImageInfo, reduced: ImageInfo, folder: Path) -> ImageInfo:
    """Add levels to an image, if they are its own."""
    half = (math.ceil(full.width / 2), math.ceil(full.height / 2))
    for expected, found in (
        (half, (reduced.width, reduced.height)),
        (full.size_z, reduced.size_z),
        (full.size_c, reduced.size_c),
        (full.size_t, reduced.size_t),
        (full.pixel_type, reduced.pixel_type),
    ):
        if expected != found:
            raise ChangedFileError(
                folder, f"is not the pyramid of {full.name}: {found}, not {expected}."
            )
    return replace(full, levels=full.levels + reduced.levels)

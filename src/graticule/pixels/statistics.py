"""Minimum and maximum of every channel, as measured when a file is scanned.

Reads planes in bands of rows and keeps two numbers per channel. Knows nothing
of rendering, which makes display windows from these.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from graticule.pixels.model import ImageInfo, Level, PixelType, Window
from graticule.pixels.reader import Pixels, Source

MAX_PLANE_PIXELS = 3192 * 3192
"""Above it an image counts as big (contract rendering 13)."""
BAND_BYTES = 16 << 20

Range = tuple[float, float]


def channel_statistics(
    source: Source, image: int, *, max_plane_pixels: int = MAX_PLANE_PIXELS
) -> tuple[Range | None, ...]:
    """Measure the global minimum and maximum of every channel over z and t.

    Plain pictures of type uint8 are 0 to 255 without looking. An image whose
    planes are larger than ``max_plane_pixels`` is measured on its largest
    level that is not; without such a level integers are not measured, and floats,
    which are never called big, on the full size (contract rendering 8,
    "Statistics at import", and 13). The contract measures no big image at all:
    a level of it is nearer to the truth than the range of the type.

    Parameters
    ----------
    source
        An open fileset.
    image
        Index into ``source.fileset.images``.
    max_plane_pixels
        The limit of a plane.

    Returns
    -------
    tuple
        ``(minimum, maximum)`` of each channel. NaN is skipped, infinities
        count; ``None`` for a channel that is NaN throughout or not measured.

    Raises
    ------
    graticule.errors.FileError, graticule.errors.LimitError
        If a plane cannot be read.
    """
    info = source.fileset.images[image]
    if info.graphics and info.pixel_type is PixelType.UINT8:
        return ((0.0, 255.0),) * info.size_c
    level = _measured_level(info, max_plane_pixels)
    if level is None:
        return (None,) * info.size_c
    found: list[Range | None] = [None] * info.size_c
    whole = _whole_range(info.pixel_type)
    for batch in _batches(info, info.levels[level]):
        for t in range(info.size_t):
            for z in range(info.size_z):
                for window in _bands(info.levels[level], info.pixel_type):
                    # What spans its whole type cannot grow any more.
                    wanted = [c for c in batch if found[c] is None or found[c] != whole]
                    if not wanted:
                        break
                    pixels = source.read(image, level, z, t, wanted, window)
                    for c, band in zip(wanted, pixels, strict=True):
                        found[c] = _joined(found[c], _range(band))
    return tuple(found)


def _measured_level(info: ImageInfo, max_plane_pixels: int) -> int | None:
    for number, level in enumerate(info.levels):
        if level.width * level.height <= max_plane_pixels:
            return number
    return 0 if info.pixel_type.is_float else None


def _whole_range(pixel_type: PixelType) -> Range | None:
    if pixel_type.is_float:
        return None
    if pixel_type is PixelType.BIT:
        return 0.0, 1.0
    limits = np.iinfo(pixel_type.dtype)
    return float(limits.min), float(limits.max)


def _rows(level: Level, pixel_type: PixelType) -> int:
    """Rows of a band: whole rows of tiles, near the bytes of a band."""
    tile_row_bytes = level.width * level.tile_height * pixel_type.dtype.itemsize
    return max(1, BAND_BYTES // tile_row_bytes) * level.tile_height


def _bands(level: Level, pixel_type: PixelType) -> Iterator[Window]:
    rows = _rows(level, pixel_type)
    for top in range(0, level.height, rows):
        yield Window(0, top, level.width, min(level.height, top + rows))


def _batches(info: ImageInfo, level: Level) -> Iterator[range]:
    """Channels to be read at once: interleaved ones decode together."""
    rows = min(level.height, _rows(level, info.pixel_type))
    band_bytes = level.width * rows * info.pixel_type.dtype.itemsize
    step = max(1, BAND_BYTES // band_bytes)
    for first in range(0, info.size_c, step):
        yield range(first, min(info.size_c, first + step))


def _range(band: Pixels) -> Range | None:
    low, high = band.min(), band.max()
    if low != low:  # noqa: PLR0124 NaN: look again without it (min is faster)
        low, high = np.fmin.reduce(band, axis=None), np.fmax.reduce(band, axis=None)
        if low != low:  # noqa: PLR0124 nothing but NaN
            return None
    return float(low), float(high)


def _joined(one: Range | None, other: Range | None) -> Range | None:
    if one is None or other is None:
        return one or other
    return min(one[0], other[0]), max(one[1], other[1])

"""Tiles that another TIFF can take over as they are, compressed.

Only what every program reads and what needs nothing beside the tile: deflate,
little-endian, no palette, no parts missing. Knows no writer.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from graticule.pixels.reader import TileCoding
from graticule.pixels.tiff.layout import PageLayout, StoredPage
from graticule.pixels.tiff.planes import StoredImage
from graticule.pixels.tiff.window import read_chunk_bytes

_DEFLATE = frozenset({8, 32946})
_PREDICTORS = frozenset({1, 2})
_GREY_OR_RGB = frozenset({1, 2})


def tile_coding(stored: StoredImage, level: int) -> TileCoding | None:
    """Say how the tiles of a level are coded, if they can be taken over."""
    layout = None
    for page in _pages(stored, level):
        layout = layout or (page.layout if page is not None else None)
        if page is None or page.layout is not layout or not _is_whole(page):
            return None
    if layout is None or not _is_plain(layout, stored):
        return None
    return TileCoding(
        layout.chunk_width, layout.chunk_height, layout.samples, layout.predictor
    )


def coded_tile(
    stored: StoredImage, level: int, z: int, t: int, channel: int, place: int
) -> bytes:
    """Read a tile as stored, by its place along the rows."""
    page = stored.page(level, z, t, stored.channels[channel][0])
    assert page is not None
    return read_chunk_bytes(page, page.first_chunk + place)


def _pages(stored: StoredImage, level: int) -> Iterator[StoredPage | None]:
    times, depth, outer = stored.table.shape
    for t in range(times):
        for z in range(depth):
            for c in range(outer):
                yield stored.page(level, z, t, c)


def _is_whole(page: StoredPage) -> bool:
    return bool(np.all(page.counts) and np.all(page.offsets))


def _is_plain(layout: PageLayout, stored: StoredImage) -> bool:
    dtype = layout.stored_dtype
    return (
        layout.tiled
        and layout.compression in _DEFLATE
        and layout.predictor in _PREDICTORS
        and layout.photometric in _GREY_OR_RGB
        and layout.fill_order == 1
        and layout.depth == 1
        and layout.palette is None
        and not layout.separate
        and not layout.mixed_bits
        and (dtype.byteorder != ">" or dtype.itemsize == 1)
        and dtype == stored.info.pixel_type.dtype
        and layout.bits == 8 * dtype.itemsize
        and layout.samples == len(stored.channels) // stored.table.shape[2]
    )

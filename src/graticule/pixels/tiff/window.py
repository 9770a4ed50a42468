"""Windows of stored TIFF pages, put together from rows or chunks.

Uncompressed strips give just the rows (or the parts of rows) that are wanted,
however large the strip; everything else goes chunk by chunk through the cache.
Knows one page at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from graticule.errors import CorruptFileError
from graticule.pixels.cache import ChunkCache
from graticule.pixels.model import Window
from graticule.pixels.tiff.decode import decode_chunk, finish, unpack
from graticule.pixels.tiff.errors import PARSE_ERRORS
from graticule.pixels.tiff.layout import StoredPage

Pixels = npt.NDArray[Any]

_SLAB_BYTES = 8 << 20
"""Rows are read in portions of this size."""
_SKIP_BYTES = 8 << 10
"""Where so much of a row is not wanted, each row is read by itself."""


def read_window(
    page: StoredPage,
    samples: Sequence[int],
    window: Window,
    out: Sequence[Pixels],
    chunks: ChunkCache,
) -> None:
    """Copy a window of some samples of a page.

    Parameters
    ----------
    page
        Where to read.
    samples
        Which samples of each pixel.
    window
        Inside the page.
    out
        One array per sample, shape ``(window.height, window.width)``.

    Raises
    ------
    graticule.errors.CorruptFileError
        Naming page and chunk.
    graticule.errors.MissingFileError
    """
    layout = page.layout
    planes = [(0, list(enumerate(samples)))]
    if layout.separate:
        planes = [(sample, [(number, 0)]) for number, sample in enumerate(samples)]
    for plane, wanted in planes:
        targets = [(out[number], sample) for number, sample in wanted]
        if layout.direct:
            _read_rows(page, plane, window, targets)
        else:
            _read_chunks(page, plane, window, targets, chunks)


def read_chunk_bytes(page: StoredPage, index: int) -> bytes:
    """Read a chunk as stored; empty where the file leaves it out."""
    count = int(page.counts[index])
    offset = int(page.offsets[index])
    if count == 0 or offset == 0:
        return b""
    try:
        return page.file.read(offset, count)
    except CorruptFileError as error:
        raise CorruptFileError(
            error.path, f"{_place(page, index)}: {error.cause}"
        ) from error


def _read_chunks(
    page: StoredPage,
    plane: int,
    window: Window,
    targets: Sequence[tuple[Pixels, int]],
    chunks: ChunkCache,
) -> None:
    layout = page.layout
    wide, high = layout.chunk_width, layout.chunk_height
    first = page.first_chunk + plane * layout.rows * layout.columns * layout.depth
    for row in range(window.y0 // high, -(-window.y1 // high)):
        top, bottom = max(window.y0, row * high), min(window.y1, (row + 1) * high)
        for column in range(window.x0 // wide, -(-window.x1 // wide)):
            left = max(window.x0, column * wide)
            right = min(window.x1, (column + 1) * wide)
            index = first + row * layout.columns + column
            chunk = _chunk(page, index, chunks)
            there = (
                slice(top - window.y0, bottom - window.y0),
                slice(left - window.x0, right - window.x0),
            )
            if chunk is None:
                for target, _ in targets:
                    target[there] = 0
                continue
            inside = (
                slice(top - row * high, bottom - row * high),
                slice(left - column * wide, right - column * wide),
            )
            _check_filled(page, index, chunk, inside)
            for target, sample in targets:
                target[there] = chunk[*inside, sample]


def _check_filled(
    page: StoredPage, index: int, chunk: Pixels, inside: tuple[slice, slice]
) -> None:
    rows, columns = chunk.shape[:2]
    if rows < inside[0].stop or columns < inside[1].stop:
        raise CorruptFileError(
            page.file.path,
            f"{_place(page, index)} holds only {columns} x {rows} pixels.",
        )


def _chunk(page: StoredPage, index: int, chunks: ChunkCache) -> Pixels | None:
    """Find or decode a chunk; ``None`` where the file leaves it out."""
    if page.counts[index] == 0 or page.offsets[index] == 0:
        return None

    def decode() -> Pixels:
        data = read_chunk_bytes(page, index)
        try:
            return decode_chunk(page.layout, data, index, page.jpeg_tables)
        except PARSE_ERRORS as error:
            raise CorruptFileError(
                page.file.path, f"{_place(page, index)} cannot be decoded: {error}."
            ) from error

    return chunks.get((*page.file.identity, page.ident, index), decode)


def _read_rows(
    page: StoredPage,
    plane: int,
    window: Window,
    targets: Sequence[tuple[Pixels, int]],
) -> None:
    """Copy rows of uncompressed strips."""
    layout = page.layout
    strips = len(page.offsets) // (layout.samples if layout.separate else 1)
    high = layout.height if strips == 1 else layout.chunk_height
    at_once = max(1, _SLAB_BYTES // layout.row_bytes)
    y = window.y0
    while y < window.y1:
        strip = y // high
        end = min(window.y1, (strip + 1) * high, y + at_once)
        index = plane * strips + strip
        there = slice(y - window.y0, end - window.y0)
        rows = _strip_rows(page, index, y - strip * high, end - y, window)
        for target, sample in targets:
            target[there] = 0 if rows is None else rows[..., sample]
        y = end


def _strip_rows(
    page: StoredPage, index: int, first: int, count: int, window: Window
) -> Pixels | None:
    """Read some rows of a strip, cut to the columns of the window."""
    layout = page.layout
    offset = int(page.offsets[index])
    if offset == 0 or page.counts[index] == 0:
        return None
    start = first * layout.row_bytes
    if start + count * layout.row_bytes > page.counts[index]:
        raise CorruptFileError(
            page.file.path,
            f"{_place(page, index)} has {page.counts[index]:,} bytes: too few.",
        )
    pixel_bits = layout.bits * layout.chunk_samples
    wanted = window.width * pixel_bits // 8
    try:
        if layout.bits >= 8 and layout.row_bytes - wanted > _SKIP_BYTES:
            parts = _row_parts(page, offset + start, count, window)
            if parts is not None:
                return finish(layout, parts)
        data = page.file.read(offset + start, count * layout.row_bytes)
    except CorruptFileError as error:
        raise CorruptFileError(
            error.path, f"{_place(page, index)}: {error.cause}"
        ) from error
    rows = unpack(layout, np.frombuffer(data, np.uint8))
    return finish(layout, rows[:, window.x0 : window.x1])


def _row_parts(
    page: StoredPage, offset: int, count: int, window: Window
) -> Pixels | None:
    """Read the wanted part of each row by itself, where pixels are whole bytes."""
    layout = page.layout
    if layout.bits % 8 or layout.bits != layout.stored_dtype.itemsize * 8:
        return None
    if layout.fill_order == 2:
        return None
    pixel_bytes = layout.bits // 8 * layout.chunk_samples
    size = window.width * pixel_bytes
    begin = offset + window.x0 * pixel_bytes
    data = b"".join(
        page.file.read(begin + row * layout.row_bytes, size) for row in range(count)
    )
    shape = count, window.width, layout.chunk_samples
    return np.frombuffer(data, layout.stored_dtype).reshape(shape)


def _place(page: StoredPage, index: int) -> str:
    what = "Tile" if page.layout.tiled else "Strip"
    where = f"at {page.ident:,}" if page.ident >= 0 else "in a run of planes"
    return f"{what} {index} of the page {where}"

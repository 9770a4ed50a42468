"""Stored pixels of one FITS image, block by block.

Two ways to lie in a file: plain rows, and compressed tiles. Both give blocks in
the file's own rows (0 is the bottom one) and in the pixel type of the image.
Knows nothing of caches, windows of pictures or metadata.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any, BinaryIO, Protocol

import numpy as np
import numpy.typing as npt
from astropy.io import fits

from graticule.pixels.fits.header import Scaling
from graticule.pixels.fits.packed import packed_tiles
from graticule.pixels.model import Window

BLOCK_WIDTH = 1024
BLOCK_HEIGHT = 256
# Of what cutouts keep: windows beside each other share most of it.
_PIECE_WIDTH = 256
_PIECE_HEIGHT = 32
_STOPS = 8
"""Places in a row up to which it may be unpacked."""
_MOST_KEPT = 1 << 21
"""Pixels of a window of which pieces are kept: larger ones would push out all else."""

# What astropy raises when cards or the bytes of a tile are not what they should be.
DECODE_ERRORS = (
    OSError,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    zlib.error,
    fits.VerifyError,
)


class StoredImage(Protocol):
    """Where the pixels of an image lie."""

    block_width: int
    block_height: int

    def block(self, plane: Sequence[int], window: Window) -> npt.NDArray[Any]:
        """Decode a window of a plane.

        Parameters
        ----------
        plane
            Indices of the further axes from 0, the last FITS axis first.
        window
            In columns and file rows, inside the image.

        Returns
        -------
        numpy.ndarray
            Shape ``(window.height, window.width)``, native byte order.

        Raises
        ------
        ValueError
            If the bytes cannot be decoded; the message says why.
        """
        ...

    def stored(self, plane: Sequence[int], window: Window) -> npt.NDArray[Any]:
        """Read a window of a plane as the file's own numbers, before any scaling.

        In whatever byte order; else as :meth:`block`.
        """
        ...

    def pieces_under(self, window: Window) -> list[Window]:
        """Say what is worth keeping of what a window needs decoded.

        Pieces cover the window, and may reach beyond the image; none if nothing is.
        """
        ...


def scaled(stored: npt.NDArray[Any], how: Scaling) -> npt.NDArray[Any]:
    """Turn stored numbers into pixels (Standard 4.0, equation 3).

    Computed in double precision and rounded once to the pixel type.
    """
    dtype = how.pixel_type.dtype
    if how.offset:
        return (stored.astype(np.int64) + how.offset).astype(dtype)
    if how.blank is None and how.scale == 1.0 and how.zero == 0.0:
        return stored.astype(dtype, copy=False)
    pixels = stored.astype(np.float64)
    if how.scale != 1.0:
        pixels *= how.scale
    if how.zero != 0.0:
        pixels += how.zero
    if how.blank is not None:
        pixels[stored == how.blank] = np.nan
    with np.errstate(over="ignore", invalid="ignore"):
        return pixels.astype(dtype, copy=False)


class PlainRows:
    """An image that lies uncompressed, row after row, big-endian.

    Read with ``pread``: no shared position, so threads need no lock, and a file
    cut short is an error instead of the signal a memory map would raise.
    """

    block_width = BLOCK_WIDTH
    block_height = BLOCK_HEIGHT

    def __init__(
        self,
        file: BinaryIO,
        offset_bytes: int,
        sizes: Sequence[int],
        bitpix: int,
        how: Scaling,
    ) -> None:
        self._file = file
        self._offset_bytes = offset_bytes
        self._width, self._height = sizes[0], sizes[1]
        self._further = tuple(reversed(sizes[2:]))
        self._dtype = np.dtype(f">{'f' if bitpix < 0 else 'i'}{abs(bitpix) // 8}")
        if bitpix == 8:
            self._dtype = np.dtype("u1")
        self._how = how

    def block(self, plane: Sequence[int], window: Window) -> npt.NDArray[Any]:
        """Read rows, or parts of rows where the image is wide."""
        return scaled(self.stored(plane, window), self._how)

    def stored(self, plane: Sequence[int], window: Window) -> npt.NDArray[Any]:
        """Read the file's own numbers; big-endian, as they lie."""
        number = 0
        for index, size in zip(plane, self._further, strict=True):
            number = number * size + index
        itemsize = self._dtype.itemsize
        row_bytes = self._width * itemsize
        start = self._offset_bytes + (number * self._height + window.y0) * row_bytes
        if window.width == self._width:
            raw = self._bytes(start, window.height * row_bytes)
        else:
            start += window.x0 * itemsize
            raw = b"".join(
                self._bytes(start + row * row_bytes, window.width * itemsize)
                for row in range(window.height)
            )
        return np.frombuffer(raw, self._dtype).reshape(window.height, window.width)

    def pieces_under(self, window: Window) -> list[Window]:  # noqa: ARG002
        """Say that nothing is: it is read as fast as it is copied."""
        return []

    def _bytes(self, start: int, count: int) -> bytes:
        raw = os.pread(self._file.fileno(), count, start)
        if len(raw) < count:
            raise ValueError("the file ends inside the image")
        return raw


class CompressedTiles:
    """An image in compressed tiles (Standard 4.0, section 10).

    Those of the usual kinds are unpacked in :mod:`graticule.pixels.fits.packed`. The
    others are found and decoded by astropy; it seeks in the one open file, so one
    thread at a time may do so.

    Parameters
    ----------
    file
        The same file, read by position alone.
    hdu
        Opened without scaling, so that both ways of lying scale alike.
    lock
        Shared by all images of the file.

    Raises
    ------
    ValueError
        If a tile claims bytes the file does not have.
    """

    def __init__(
        self, file: BinaryIO, hdu: fits.CompImageHDU, how: Scaling, lock: Lock
    ) -> None:
        self._hdu = hdu
        self._how = how
        self._lock = lock
        self.tile_shape = tuple(int(n) for n in hdu.tile_shape)
        height, width = hdu.shape[-2:]
        # Tiles are often single rows: blocks are as many whole tiles as come
        # near the usual block.
        self.block_width = _whole_tiles(self.tile_shape[-1], BLOCK_WIDTH, width)
        self.block_height = _whole_tiles(self.tile_shape[-2], BLOCK_HEIGHT, height)
        with lock:
            found = self._descriptors()
            self._check(found, os.fstat(file.fileno()).st_size)
            self._packed = packed_tiles(file, hdu, found)

    def block(self, plane: Sequence[int], window: Window) -> npt.NDArray[Any]:
        """Decode the tiles that the window touches."""
        return scaled(self.stored(plane, window), self._how)

    def stored(self, plane: Sequence[int], window: Window) -> npt.NDArray[Any]:
        """Decode the tiles that the window touches, without scaling."""
        where = (
            *plane,
            slice(window.y0, window.y1),
            slice(window.x0, window.x1),
        )
        try:
            if self._packed is not None:
                numbers = self._packed.stored(plane, window)
                if numbers is not None:
                    return numbers
            with self._lock:
                return np.asarray(self._hdu.section[where])
        except DECODE_ERRORS as error:
            raise ValueError(f"a compressed tile is broken ({error})") from error

    def pieces_under(self, window: Window) -> list[Window]:
        """Cut a window into whole tiles; small ones stay together.

        A row that is packed by Rice is unpacked from its left end as far as needed. All
        of that is kept, but of real numbers: to make them of whole ones takes as long.
        """
        if window.width * window.height > _MOST_KEPT:
            return []
        high, wide = self.tile_shape[-2:]
        up, across = (
            max(1, near // tile) * tile
            for near, tile in ((_PIECE_HEIGHT, high), (_PIECE_WIDTH, wide))
        )
        # No tile is touched that the window does not need: it may be broken.
        x0, y0 = window.x0 // wide * wide, window.y0 // high * high
        x1, y1 = -(-window.x1 // wide) * wide, -(-window.y1 // high) * high
        if self._packed is not None and self._packed.are_rows:
            step = max(_PIECE_WIDTH, wide // _STOPS)
            if self._packed.is_quantized:
                step = _PIECE_WIDTH
                x0 = max(x0, window.x0 // step * step)
            x1 = min(x1, -(-window.x1 // step) * step)
        return [
            Window(max(x, x0), max(y, y0), min(x + across, x1), min(y + up, y1))
            for y in range(y0 // up * up, y1, up)
            for x in range(x0 // across * across, x1, across)
        ]

    def _descriptors(self) -> dict[str, npt.NDArray[np.int64]]:
        """Give sizes and places of the tiles, by columns."""
        table = self._hdu.compressed_data
        found = {
            name: np.asarray(table[name])
            for name in table.dtype.names
            if name.endswith("_DATA")
        }
        for each in found.values():
            if each.ndim != 2 or each.shape[1] != 2:
                raise ValueError("its table of compressed tiles is not one")
        return {name: each.astype(np.int64) for name, each in found.items()}

    def _check(
        self, found: Mapping[str, npt.NDArray[np.int64]], file_bytes: int
    ) -> None:
        """Compare where the tiles say they lie with the size of the file."""
        start = self._hdu.fileinfo()["datLoc"]
        for descriptors in found.values():
            end = start + descriptors.sum(axis=1).max(initial=0)
            if descriptors.min(initial=0) < 0 or end > file_bytes:
                raise ValueError("a compressed tile lies beyond the end of the file")


def _whole_tiles(tile: int, about: int, size: int) -> int:
    """Find the multiple of a tile's side that comes nearest below ``about``."""
    return min(size, max(1, about // tile) * tile)

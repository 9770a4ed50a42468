"""Stored pixels of one FITS image, block by block.

Two ways to lie in a file: plain rows, and compressed tiles. Both give blocks in
the file's own rows (0 is the bottom one) and in the pixel type of the image.
Knows nothing of caches, windows of pictures or metadata.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from threading import Lock
from typing import Any, BinaryIO, Protocol

import numpy as np
import numpy.typing as npt
from astropy.io import fits

from graticule.pixels.fits.header import Scaling
from graticule.pixels.model import Window

BLOCK_WIDTH = 1024
BLOCK_HEIGHT = 256

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

    def tiles_under(self, window: Window) -> Window:
        """Say what has to be decoded for a window; may reach beyond the image."""
        ...


def scaled(stored: npt.NDArray[Any], how: Scaling) -> npt.NDArray[Any]:
    """Turn stored numbers into pixels (Standard 4.0, equation 3).

    Computed in double precision and rounded once to the pixel type.
    """
    dtype = how.pixel_type.dtype
    if how.offset:
        return (stored.astype(np.int64) + how.offset).astype(dtype)
    if how.blank is None and how.scale == 1.0 and how.zero == 0.0:
        return stored.astype(dtype)
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

    def tiles_under(self, window: Window) -> Window:
        """Say that nothing is read but the window."""
        return window

    def _bytes(self, start: int, count: int) -> bytes:
        raw = os.pread(self._file.fileno(), count, start)
        if len(raw) < count:
            raise ValueError("the file ends inside the image")
        return raw


class CompressedTiles:
    """An image in compressed tiles (Standard 4.0, section 10).

    astropy finds and decodes the tiles; it seeks in the one open file, so one
    thread at a time may do so.

    Parameters
    ----------
    hdu
        Opened without scaling, so that both ways of lying scale alike.
    lock
        Shared by all images of the file.
    """

    def __init__(self, hdu: fits.CompImageHDU, how: Scaling, lock: Lock) -> None:
        self._hdu = hdu
        self._how = how
        self._lock = lock
        self.tile_shape = tuple(int(n) for n in hdu.tile_shape)
        height, width = hdu.shape[-2:]
        # Tiles are often single rows: blocks are as many whole tiles as come
        # near the usual block.
        self.block_width = _whole_tiles(self.tile_shape[-1], BLOCK_WIDTH, width)
        self.block_height = _whole_tiles(self.tile_shape[-2], BLOCK_HEIGHT, height)

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
            with self._lock:
                return np.asarray(self._hdu.section[where])
        except DECODE_ERRORS as error:
            raise ValueError(f"a compressed tile is broken ({error})") from error

    def tiles_under(self, window: Window) -> Window:
        """Widen a window to whole tiles."""
        high, wide = self.tile_shape[-2:]
        return Window(
            window.x0 // wide * wide,
            window.y0 // high * high,
            -(-window.x1 // wide) * wide,
            -(-window.y1 // high) * high,
        )

    def check(self, file_bytes: int) -> None:
        """Compare where the tiles say they lie with the size of the file.

        Raises
        ------
        ValueError
            If a tile claims bytes the file does not have.
        """
        with self._lock:
            table = self._hdu.compressed_data
            columns = [
                np.asarray(table[name])
                for name in table.dtype.names
                if name.endswith("_DATA")
            ]
        start = self._hdu.fileinfo()["datLoc"]
        for descriptors in columns:
            if descriptors.ndim != 2 or descriptors.shape[1] != 2:
                raise ValueError("its table of compressed tiles is not one")
            ends = descriptors.astype(np.int64).sum(axis=1)
            if descriptors.min(initial=0) < 0 or start + ends.max(initial=0) > (
                file_bytes
            ):
                raise ValueError("a compressed tile lies beyond the end of the file")


def _whole_tiles(tile: int, about: int, size: int) -> int:
    """Find the multiple of a tile's side that comes nearest below ``about``."""
    return min(size, max(1, about // tile) * tile)

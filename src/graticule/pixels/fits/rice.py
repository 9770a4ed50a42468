"""Tiles packed by RICE_1 (Standard 4.0, section 10.4.1), unpacked without astropy.

imagecodecs unpacks a tile only as far as it is needed, and in half of the time; no
position in the file is shared, so threads need no lock. Knows whole numbers alone:
everything else is left to astropy. Knows no window of pictures and no cache.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Sequence
from typing import Any, BinaryIO

import imagecodecs
import numpy as np
import numpy.typing as npt
from astropy.io import fits

from graticule.pixels.model import Window

_NAMES = {"RICE_1", "RICE_ONE"}
_UNPACKED: dict[int, np.dtype[Any]] = {
    1: np.dtype("u1"),
    2: np.dtype("i2"),
    4: np.dtype("i4"),
}
_STORED: dict[int, np.dtype[Any]] = {
    8: np.dtype("u1"),
    16: np.dtype("i2"),
    32: np.dtype("i4"),
}
# Any other column changes what the numbers of a tile mean.
_COLUMNS = {"COMPRESSED_DATA", "GZIP_COMPRESSED_DATA", "UNCOMPRESSED_DATA"}
_GAP_BYTES = 1 << 16
"""Bytes between two tiles that are cheaper read than left out."""


class RiceTiles:
    """The tiles of one image.

    Parameters
    ----------
    file
        Read by position alone.
    header
        Of the table that holds the tiles.
    data_start
        Where that table begins in the file.
    descriptors
        Sizes and places of tiles in the heap, in bytes, shape ``(n, 2)``.
    shape, tile_shape
        Of the image, the last FITS axis first.
    """

    def __init__(
        self,
        file: BinaryIO,
        header: fits.Header,
        data_start: int,
        descriptors: npt.NDArray[np.int64],
        shape: Sequence[int],
        tile_shape: Sequence[int],
    ) -> None:
        self._file = file
        table = header["NAXIS1"] * header["NAXIS2"]
        self._heap = data_start + header.get("THEAP", table)
        self._sizes, self._places = descriptors[:, 0], descriptors[:, 1]
        self._shape, self._tile = tuple(shape), tuple(tile_shape)
        self._counts = tuple(
            -(-size // tile) for size, tile in zip(shape, tile_shape, strict=True)
        )
        self._block = int(_setting(header, "BLOCKSIZE", 32))
        self._unpacked = _UNPACKED[int(_setting(header, "BYTEPIX", 4))]
        self._dtype = _STORED[header["ZBITPIX"]]

    @property
    def are_rows(self) -> bool:
        """Whether each tile is a row, or a part of one."""
        return math.prod(self._tile[:-1]) == 1

    def stored(self, plane: Sequence[int], window: Window) -> npt.NDArray[Any] | None:
        """Unpack what a window of a plane needs; rows and columns of the file.

        Returns
        -------
        numpy.ndarray or None
            ``None`` if one of the tiles is packed in another way.

        Raises
        ------
        ValueError, RuntimeError
            If the bytes cannot be unpacked.
        """
        high, wide = self._tile[-2:]
        depths = self._tile[:-2]
        above = [index // size for index, size in zip(plane, depths, strict=True)]
        within = [index % size for index, size in zip(plane, depths, strict=True)]
        rows = range(window.y0 // high, -(-window.y1 // high))
        columns = range(window.x0 // wide, -(-window.x1 // wide))
        places = list(itertools.product(rows, columns))
        numbers = [self._number(above, row, column) for row, column in places]
        if (self._sizes[numbers] <= 0).any():
            return None
        out = np.empty((window.height, window.width), self._dtype)
        packed = self._packed(numbers)
        for (row, column), raw in zip(places, packed, strict=True):
            at = (*above, row, column)
            shape = tuple(
                min(tile, size - index * tile)
                for tile, size, index in zip(self._tile, self._shape, at, strict=True)
            )
            y, x = row * high, column * wide
            y0, y1 = max(y, window.y0), min(y + shape[-2], window.y1)
            x0, x1 = max(x, window.x0), min(x + shape[-1], window.x1)
            found = self._rows(raw, shape, (*within, y1 - y - 1, x1 - x - 1))
            out[y0 - window.y0 : y1 - window.y0, x0 - window.x0 : x1 - window.x0] = (
                found[y0 - y : y1 - y, x0 - x : x1 - x]
            )
        return out

    def _number(self, above: Sequence[int], row: int, column: int) -> int:
        number = 0
        for index, count in zip((*above, row, column), self._counts, strict=True):
            number = number * count + index
        return number

    def _rows(
        self, raw: bytes, shape: tuple[int, ...], last: tuple[int, ...]
    ) -> npt.NDArray[Any]:
        """Unpack a tile up to its last pixel that is needed; give its last plane."""
        count = 0
        for index, size in zip(last, shape, strict=True):
            count = count * size + index
        numbers = np.empty(math.prod(shape), self._unpacked)
        imagecodecs.rcomp_decode(
            raw,
            shape=(count + 1,),
            dtype=self._unpacked,
            nblock=self._block,
            out=numbers[: count + 1],
        )
        found: npt.NDArray[Any] = numbers.reshape(shape)[last[:-2]]
        return found

    def _packed(self, numbers: Sequence[int]) -> list[bytes]:
        """Read tiles, those that lie close to each other at once."""
        order = sorted(numbers, key=lambda number: self._places[number])
        found: dict[int, bytes] = {}
        while order:
            start = int(self._places[order[0]])
            stop, count = start, 0
            for number in order:
                place, size = int(self._places[number]), int(self._sizes[number])
                if place - stop > _GAP_BYTES:
                    break
                stop, count = max(stop, place + size), count + 1
            raw = os.pread(self._file.fileno(), stop - start, self._heap + start)
            if len(raw) < stop - start:
                raise ValueError("the file ends inside the image")
            for number in order[:count]:
                place = int(self._places[number]) - start
                found[number] = raw[place : place + int(self._sizes[number])]
            order = order[count:]
        return [found[number] for number in numbers]


def rice_tiles(
    file: BinaryIO, hdu: fits.CompImageHDU, descriptors: npt.NDArray[np.int64]
) -> RiceTiles | None:
    """Give the tiles of an image, or ``None`` if they are to be left to astropy.

    Parameters
    ----------
    descriptors
        As in :class:`RiceTiles`, of the column of packed tiles.
    """
    if hdu.compression_type not in _NAMES:
        return None
    where = hdu.fileinfo()
    raw = os.pread(file.fileno(), where["datLoc"] - where["hdrLoc"], where["hdrLoc"])
    header = fits.Header.fromstring(raw.decode("ascii", "replace"))
    forms = {
        header.get(f"TTYPE{number}"): str(header.get(f"TFORM{number}"))
        for number in range(1, header.get("TFIELDS", 0) + 1)
    }
    plain = (
        _COLUMNS.issuperset(forms)
        and forms.get("COMPRESSED_DATA", "").removeprefix("1")[:2] in {"PB", "QB"}
        and header.get("ZBITPIX") in _STORED
        and _setting(header, "BYTEPIX", 4) in _UNPACKED
        and isinstance(_setting(header, "BLOCKSIZE", 32), int)
    )
    tile_shape = tuple(int(n) for n in hdu.tile_shape)
    tiles = math.prod(-(-n // t) for n, t in zip(hdu.shape, tile_shape, strict=True))
    if not plain or len(descriptors) != tiles or len(tile_shape) < 2:
        return None
    return RiceTiles(file, header, where["datLoc"], descriptors, hdu.shape, tile_shape)


def _setting(header: fits.Header, name: str, default: int) -> Any:
    """Give a parameter of the codec (Standard 4.0, table 37)."""
    for number in range(1, 1000):
        found = header.get(f"ZNAME{number}")
        if found is None:
            break
        if str(found).upper() == name:
            return header.get(f"ZVAL{number}")
    return default

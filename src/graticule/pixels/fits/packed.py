"""Tiles of compressed images, unpacked without astropy (Standard 4.0, section 10).

No position in the file is shared, so threads need no lock, and a tile is unpacked no
further than it is needed. What is written in rarer ways is left to astropy. Knows no
window of pictures and no cache.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from astropy.io import fits

from graticule.pixels.fits.codecs import Codec, Gzip, Rice
from graticule.pixels.fits.quantized import (
    METHODS,
    NO_DITHER,
    RANDOM_COUNT,
    Quantized,
)
from graticule.pixels.model import Window

_RICE = {"RICE_1", "RICE_ONE"}
_UNPACKED: dict[int, np.dtype[Any]] = {
    1: np.dtype("u1"),
    2: np.dtype("i2"),
    4: np.dtype("i4"),
}
_STORED: dict[int, np.dtype[Any]] = {
    8: np.dtype("u1"),
    16: np.dtype("i2"),
    32: np.dtype("i4"),
    64: np.dtype("i8"),
    -32: np.dtype("f4"),
    -64: np.dtype("f8"),
}
_PACKED, _SPARE = "COMPRESSED_DATA", "GZIP_COMPRESSED_DATA"
# Any other column changes what the numbers of a tile mean.
_COLUMNS = {_PACKED, _SPARE, "UNCOMPRESSED_DATA"}
_QUANTIZING = {"ZSCALE", "ZZERO", "ZBLANK"}
_GAP_BYTES = 1 << 16
"""Bytes between two tiles that are cheaper read than left out."""


@dataclass(frozen=True, slots=True)
class _Heap:
    """Where the tiles lie: sizes and places in bytes, of each tile.

    ``spare`` says which of them could not be quantized and are gzipped as they are;
    those without bytes are packed in yet another way.
    """

    file: BinaryIO
    start: int
    sizes: npt.NDArray[np.int64]
    places: npt.NDArray[np.int64]
    spare: npt.NDArray[np.bool_]

    def read(self, numbers: Sequence[int]) -> list[bytes]:
        """Read tiles, those that lie close to each other at once."""
        places, sizes = self.places[numbers].tolist(), self.sizes[numbers].tolist()
        order = sorted(range(len(numbers)), key=places.__getitem__)
        found = [b""] * len(numbers)
        while order:
            start = stop = places[order[0]]
            count = 0
            for each in order:
                if places[each] - stop > _GAP_BYTES:
                    break
                stop, count = max(stop, places[each] + sizes[each]), count + 1
            raw = os.pread(self.file.fileno(), stop - start, self.start + start)
            if len(raw) < stop - start:
                raise ValueError("the file ends inside the image")
            for each in order[:count]:
                place = places[each] - start
                found[each] = raw[place : place + sizes[each]]
            order = order[count:]
        return found


class PackedTiles:
    """The tiles of one image.

    Parameters
    ----------
    heap
        Where they lie.
    codec, spare_codec
        How they are packed, and how those are that could not be quantized.
    quantized
        How whole numbers become real ones; ``None`` if they are what is stored.
    dtype
        Of what is stored.
    shape, tile_shape
        Of the image, the last FITS axis first.
    """

    def __init__(
        self,
        heap: _Heap,
        codec: Codec,
        spare_codec: Codec,
        quantized: Quantized | None,
        dtype: np.dtype[Any],
        shape: Sequence[int],
        tile_shape: Sequence[int],
    ) -> None:
        self._heap, self._codec, self._spare = heap, codec, spare_codec
        self._quantized, self._dtype = quantized, dtype
        self._shape, self._tile = tuple(shape), tuple(tile_shape)
        self._counts = tuple(
            -(-size // tile) for size, tile in zip(shape, tile_shape, strict=True)
        )

    @property
    def are_rows(self) -> bool:
        """Whether each tile is a row, or a part of one, unpacked as far as needed."""
        return math.prod(self._tile[:-1]) == 1 and isinstance(self._codec, Rice)

    @property
    def is_quantized(self) -> bool:
        """Whether what is packed are whole numbers, and what is stored real ones."""
        return self._quantized is not None

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
        height, width = self._shape[-2:]
        above, within, planes = self._depth(plane)
        rows = range(window.y0 // high, -(-window.y1 // high))
        columns = range(window.x0 // wide, -(-window.x1 // wide))
        down, across = self._counts[-2:]
        places = list(itertools.product(rows, columns))
        numbers = [(above * down + row) * across + column for row, column in places]
        if (self._heap.sizes[numbers] <= 0).any():
            return None
        out = np.empty((window.height, window.width), self._dtype)
        packed = self._heap.read(numbers)
        for (row, column), number, raw in zip(places, numbers, packed, strict=True):
            y, x = row * high, column * wide
            tall, long = min(high, height - y), min(wide, width - x)
            y0, y1 = max(y, window.y0), min(y + tall, window.y1)
            x0, x1 = max(x, window.x0), min(x + long, window.x1)
            first = (within * tall + y0 - y) * long + x0 - x
            stop = (within * tall + y1 - y - 1) * long + x1 - x
            found = self._pixels(raw, number, planes * tall * long, first, stop)
            if found is None:
                return None
            size = found.itemsize
            shape, strides = (y1 - y0, x1 - x0), (long * size, size)
            part = np.ndarray(shape, found.dtype, found, strides=strides)
            out[y0 - window.y0 : y1 - window.y0, x0 - window.x0 : x1 - window.x0] = part
        return out

    def _depth(self, plane: Sequence[int]) -> tuple[int, int, int]:
        """Find a plane along the axes beyond rows and columns.

        Returns
        -------
        tuple of int
            How many planes of tiles come before it, how many planes of its tiles do,
            and how many planes these tiles have.
        """
        axes = list(zip(plane, self._tile, self._shape, strict=False))
        depths = [min(tile, size - at // tile * tile) for at, tile, size in axes]
        above = _flat([at // tile for at, tile, _ in axes], self._counts)
        within = _flat([at % tile for at, tile, _ in axes], depths)
        return above, within, math.prod(depths)

    def _pixels(
        self, raw: bytes, number: int, count: int, first: int, stop: int
    ) -> npt.NDArray[Any] | None:
        """Unpack pixels of a tile, one after the other as they lie in it."""
        if self._heap.spare[number]:
            return self._spare.unpack(raw, count, first, stop)
        found = self._codec.unpack(raw, count, first, stop)
        if found is None or self._quantized is None:
            return found
        with np.errstate(over="ignore", invalid="ignore"):
            pixels = self._quantized.pixels(found, number, first)
            return pixels.astype(self._dtype, copy=False)


def _flat(place: Sequence[int], shape: Sequence[int]) -> int:
    """Count up to a place, the last axis fastest; ``shape`` may have further axes."""
    number = 0
    for index, size in zip(place, shape, strict=False):
        number = number * size + index
    return number


def packed_tiles(
    file: BinaryIO,
    hdu: fits.CompImageHDU,
    descriptors: Mapping[str, npt.NDArray[np.int64]],
) -> PackedTiles | None:
    """Give the tiles of an image, or ``None`` if they are to be left to astropy.

    Parameters
    ----------
    file
        Read by position alone.
    descriptors
        Of the columns of tiles: sizes and places in the heap, shape ``(n, 2)``.
    """
    where = hdu.fileinfo()
    raw = os.pread(file.fileno(), where["datLoc"] - where["hdrLoc"], where["hdrLoc"])
    header = fits.Header.fromstring(raw.decode("ascii", "replace"))
    forms = {
        str(header.get(f"TTYPE{number}")): str(
            header.get(f"TFORM{number}")
        ).removeprefix("1")
        for number in range(1, header.get("TFIELDS", 0) + 1)
    }
    tile_shape = tuple(int(n) for n in hdu.tile_shape)
    tiles = math.prod(-(-n // t) for n, t in zip(hdu.shape, tile_shape, strict=True))
    is_quantized = "ZSCALE" in forms
    codec = _codec(hdu, header, is_quantized=is_quantized)
    bytewise = all(
        forms[name][:2] in {"PB", "QB"} for name in (_PACKED, _SPARE) if name in forms
    )
    plain = (
        codec is not None
        and _PACKED in forms
        and bytewise
        and _COLUMNS.issuperset(forms.keys() - (_QUANTIZING if is_quantized else set()))
        and header.get("ZBITPIX") in _STORED
        and len(descriptors[_PACKED]) == tiles
        and len(tile_shape) >= 2
    )
    if not plain or codec is None:
        return None
    quantized = _quantized(hdu, header, forms) if is_quantized else None
    if is_quantized and quantized is None:
        return None
    heap = _heap(file, header, where["datLoc"], descriptors)
    dtype = _STORED[header["ZBITPIX"]]
    spare = Gzip("f" if dtype.kind == "f" else "i")
    return PackedTiles(heap, codec, spare, quantized, dtype, hdu.shape, tile_shape)


def _codec(
    hdu: fits.CompImageHDU, header: fits.Header, *, is_quantized: bool
) -> Codec | None:
    """Give the codec of an image, or ``None`` if it is used in a rare way."""
    name = hdu.compression_type
    real = header.get("ZBITPIX", 0) < 0
    if name in {"GZIP_1", "GZIP_2"}:
        as_they_are = real and not is_quantized
        if as_they_are and {"ZBLANK", "BLANK"} & {*header, *hdu.header}:
            return None
        return Gzip("f" if as_they_are else "i", is_sorted=name == "GZIP_2")
    block = _setting(header, "BLOCKSIZE", 32)
    size = _setting(header, "BYTEPIX", 4)
    usual = isinstance(block, int) and (size == 4 if real else size in _UNPACKED)
    if name not in _RICE or not usual or real != is_quantized:
        return None
    return Rice(block, _UNPACKED[int(size)])


def _quantized(
    hdu: fits.CompImageHDU, header: fits.Header, forms: Mapping[str, str]
) -> Quantized | None:
    """Give how numbers of tiles become real ones, or ``None`` if in a rare way."""
    method = str(header.get("ZQUANTIZ", NO_DITHER))
    seed = header.get("ZDITHER0", 0)
    usual = (
        header.get("ZBITPIX", 0) < 0
        and method in METHODS
        and forms.get("ZSCALE") == forms.get("ZZERO") == "D"
        and forms.get("ZBLANK", "J") == "J"
        and isinstance(seed, int)
        and (method == NO_DITHER or 1 <= seed <= RANDOM_COUNT)
    )
    if not usual:
        return None
    table = hdu.compressed_data
    blanks: npt.NDArray[np.int64] | int | None
    if "ZBLANK" in forms:
        blanks = np.asarray(table["ZBLANK"]).astype(np.int64)
    else:
        blanks = header.get("ZBLANK", hdu.header.get("BLANK"))
        if blanks is not None and not isinstance(blanks, int):
            return None
    scales, zeros = (
        np.asarray(table[name]).astype(np.float64) for name in ("ZSCALE", "ZZERO")
    )
    return Quantized(method, seed, scales, zeros, blanks)


def _heap(
    file: BinaryIO,
    header: fits.Header,
    data_start: int,
    descriptors: Mapping[str, npt.NDArray[np.int64]],
) -> _Heap:
    sizes, places = descriptors[_PACKED].T
    spare = np.zeros(len(sizes), bool)
    if _SPARE in descriptors:
        spare = sizes == 0
        sizes, places = np.where(spare, descriptors[_SPARE].T, (sizes, places))
    start = data_start + header.get("THEAP", header["NAXIS1"] * header["NAXIS2"])
    return _Heap(file, start, sizes, places, spare)


def _setting(header: fits.Header, name: str, default: int) -> Any:
    """Give a parameter of the codec (Standard 4.0, table 37)."""
    for number in range(1, 1000):
        found = header.get(f"ZNAME{number}")
        if found is None:
            break
        if str(found).upper() == name:
            return header.get(f"ZVAL{number}")
    return default

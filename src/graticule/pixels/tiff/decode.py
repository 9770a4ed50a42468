"""Stored chunks of TIFF pages → arrays of pixels.

The common codecs take a quick path that decodes into an array made beforehand
(libdeflate with a known size costs a third of one without); everything else
goes to the decoder that tifffile made for the page. Knows one chunk at a time
and nothing of planes, files or caches.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt

from graticule.pixels.tiff.fragile import JPEG_XR, LZW, decode_jpeg_xr, decode_lzw
from graticule.pixels.tiff.jpeg import jpeg_size
from graticule.pixels.tiff.layout import (
    APERIO_JP2000_YCBCR,
    JPEG_CODECS,
    YCBCR,
    PageLayout,
)

Pixels = npt.NDArray[Any]

_QUICK: dict[int, Callable[..., Any]] = {
    8: imagecodecs.deflate_decode,
    32946: imagecodecs.deflate_decode,
    32773: imagecodecs.packbits_decode,
    34925: imagecodecs.lzma_decode,
    34926: imagecodecs.zstd_decode,
    50000: imagecodecs.zstd_decode,
}
_NONE = 1
_JP2K_CODECS = frozenset({33003, 33004, 33005, 34712})


def decode_chunk(
    layout: PageLayout, data: bytes, index: int, jpeg_tables: bytes | None
) -> Pixels:
    """Decode a tile or strip.

    Parameters
    ----------
    layout
        Of its page.
    data
        The stored bytes.
    index
        Of the chunk in its page.

    Returns
    -------
    numpy.ndarray
        Shape ``(rows, columns, samples)``, native byte order, as the pixel
        type says. A strip at the bottom may have fewer rows, a tile stored
        cut fewer of both.

    Raises
    ------
    graticule.pixels.tiff.errors.PARSE_ERRORS
        If the bytes are wrong.
    """
    chunk = _quick(layout, data, index)
    if chunk is None and layout.compression in JPEG_XR:
        chunk = _shaped(layout, decode_jpeg_xr(data))
    if chunk is None and layout.compression == LZW:
        raise ValueError("it is too short")
    if chunk is None:
        _check_size(layout, data)
        decoded, _, _ = layout.slow(
            data, index, jpegtables=jpeg_tables, jpegheader=layout.jpeg_header
        )
        if decoded is None:
            raise ValueError("nothing was decoded")
        chunk = decoded[0] if decoded.ndim == 4 else decoded
    return finish(layout, chunk)


def finish(layout: PageLayout, stored: Pixels) -> Pixels:
    """Make given-out pixels of decoded samples: type, order, colours.

    Parameters
    ----------
    stored
        Shape ``(rows, columns, samples)`` in any byte order.
    """
    if layout.palette is not None:
        return layout.palette[stored[..., 0]]
    if layout.compression == APERIO_JP2000_YCBCR or (
        layout.photometric == YCBCR and layout.compression not in JPEG_CODECS
    ):
        stored = _from_ycbcr(stored)
    chunk = stored.astype(layout.pixel_type.dtype, copy=False)
    if layout.inverted_from is not None:
        chunk = chunk.dtype.type(layout.inverted_from) - chunk
    return np.ascontiguousarray(chunk)


def unpack(layout: PageLayout, plain: npt.NDArray[np.uint8]) -> Pixels:
    """Cut uncompressed bytes into whole rows of samples, as stored.

    Returns
    -------
    numpy.ndarray
        Shape ``(rows, chunk_width, samples)``; a view where possible.
    """
    rows = len(plain) // layout.row_bytes
    plain = plain[: rows * layout.row_bytes]
    if layout.fill_order == 2 and layout.compression == _NONE:
        plain = np.asarray(imagecodecs.bitorder_decode(plain))
    shape = (rows, layout.chunk_width, layout.chunk_samples)
    if layout.bits == layout.stored_dtype.itemsize * 8 and layout.bits >= 8:
        return plain.view(layout.stored_dtype).reshape(shape)
    run = layout.chunk_width * layout.chunk_samples
    if layout.bits == 1:
        bits = np.unpackbits(plain.reshape(rows, -1), axis=1, count=run)
        return bits.reshape(shape)
    native = layout.stored_dtype.newbyteorder("=")
    unpacked = imagecodecs.packints_decode(
        plain.tobytes(), native, layout.bits, runlen=run
    )
    return np.asarray(unpacked).reshape(shape)


def _quick(layout: PageLayout, data: bytes, index: int) -> Pixels | None:
    """Decode without tifffile, or give up (``None``)."""
    regular = layout.bits in {8, 16, 32, 64} and layout.stored_dtype.kind in "iuf"
    packed = layout.stored_dtype.kind in "bu" and layout.predictor == 1
    if (
        layout.mixed_bits
        or not (regular or packed)
        or layout.predictor not in {1, 2, 3}
    ):
        return None
    plain = _decompress(layout, data, index)
    if plain is None:
        return None
    rows = min(layout.chunk_height, len(plain) // layout.row_bytes)
    if rows == 0 or (layout.tiled and rows < layout.chunk_height):
        return None
    return _unpredict(layout, unpack(layout, plain)[: layout.chunk_height])


def _decompress(
    layout: PageLayout, data: bytes, index: int
) -> npt.NDArray[np.uint8] | None:
    if layout.compression == _NONE:
        return np.frombuffer(data, np.uint8)
    if layout.compression not in _QUICK and layout.compression != LZW:
        return None
    if layout.fill_order == 2:
        data = bytes(imagecodecs.bitorder_decode(data))
    if layout.compression == LZW:
        return decode_lzw(data, _rows_of(layout, index), layout.row_bytes)
    room = np.empty(layout.row_bytes * layout.chunk_height, np.uint8)
    try:
        return np.asarray(_QUICK[layout.compression](data, out=room))
    except RuntimeError:
        return None  # too long for its chunk, say: tifffile knows the quirks


def _rows_of(layout: PageLayout, index: int) -> int:
    """Rows that a chunk must have: strips at the bottom have fewer."""
    if layout.tiled:
        return layout.chunk_height
    above = index % layout.rows * layout.chunk_height
    return min(layout.chunk_height, layout.height - above)


def _unpredict(layout: PageLayout, chunk: Pixels) -> Pixels:
    """Undo differencing; in native order, where it is quick."""
    if layout.predictor == 1:
        return chunk
    native = chunk.dtype.newbyteorder("=")
    if layout.predictor == 3:
        # its bytes are sorted by significance, in no machine's order
        mixed = np.ascontiguousarray(chunk).view(native)
        undone: Pixels = imagecodecs.floatpred_decode(mixed, axis=-2)
        return undone
    chunk = chunk.astype(native, copy=not chunk.flags.writeable)
    whole = chunk.view(f"u{chunk.itemsize}") if chunk.dtype.kind == "f" else chunk
    imagecodecs.delta_decode(whole, axis=-2, out=whole)
    return chunk


def _shaped(layout: PageLayout, decoded: Pixels) -> Pixels:
    """Give a decoded picture its axis of samples, cut to the chunk."""
    chunk = decoded.reshape(*decoded.shape[:2], -1)
    if chunk.shape[2] != layout.chunk_samples:
        raise ValueError(f"it has {chunk.shape[2]} samples")
    return chunk[: layout.chunk_height, : layout.chunk_width]


def _check_size(layout: PageLayout, data: bytes) -> None:
    """Refuse a codestream that announces far more pixels than its chunk."""
    if layout.compression in JPEG_CODECS:
        size = jpeg_size((layout.jpeg_header or b"") + data)
    elif layout.compression in _JP2K_CODECS:
        size = _jp2k_size(data)
    elif data.startswith(b"\x89PNG") and len(data) >= 24:
        size = struct.unpack(">II", data[16:24])
    else:
        return
    if size is None:
        return
    width, height = size
    if width * height > 4 * max(layout.chunk_width * layout.chunk_height, 4096):
        raise ValueError(f"it announces {width} x {height} pixels")


def _jp2k_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a JPEG 2000 codestream, from its SIZ marker."""
    at = data.find(b"\xff\x4f\xff\x51", 0, 4096)
    if at < 0 or len(data) < at + 24:
        return None
    width, height, left, top = struct.unpack(">IIII", data[at + 8 : at + 24])
    return width - left, height - top


def _from_ycbcr(stored: Pixels) -> Pixels:
    """Convert 8-bit YCbCr to RGB (CCIR 601, full range)."""
    if stored.shape[-1] != 3 or stored.dtype != np.uint8:
        return stored
    y, cb, cr = (stored[..., i].astype(np.float32) for i in range(3))
    cb -= 128
    cr -= 128
    rgb = np.stack(
        (y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb), axis=-1
    )
    whole: Pixels = np.clip(np.rint(rgb), 0, 255).astype(np.uint8)
    return whole

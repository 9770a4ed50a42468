"""Which way up a photograph is: the orientation tag of EXIF.

Reads that one tag of the first directory and nothing else, so a broken block
costs no more than the picture's being left as it lies. Knows no files.
"""

from __future__ import annotations

import struct

import numpy as np

from graticule.pixels.reader import Pixels

SIDEWAYS = frozenset({5, 6, 7, 8})
"""Orientations that exchange width and height."""

_ORIENTATION = 0x0112
_SHORT = 3


def orientation_of(exif: bytes | None) -> int:
    """Find the orientation, 1 to 8 (EXIF 2.3, section 4.6.4 A); 1 is upright."""
    tiff = (exif or b"").removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
            if tag == _ORIENTATION:
                return value if kind == _SHORT and 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """Turn an array of shape ``(channels, height, width)`` upright.

    The tag says where row 0 and column 0 of the stored picture belong.
    """
    if orientation in SIDEWAYS:
        pixels = pixels.transpose(0, 2, 1)
    if orientation in {3, 4, 7, 8}:
        pixels = pixels[:, ::-1]
    if orientation in {2, 3, 6, 7}:
        pixels = pixels[:, :, ::-1]
    return np.ascontiguousarray(pixels)

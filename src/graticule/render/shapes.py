"""Shapes as pictures: masks, and outlines within their frame.

Contract webgateway 6.1 and 6.2, rendering 17. Pure functions of geometry; knows
nothing of files, tables and people.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graticule.errors import RequestError

Picture = npt.NDArray[np.uint8]

_YELLOW = -65281


def rgba(color: int) -> tuple[int, int, int, int]:
    """Take a signed 32-bit colour apart into red, green, blue, alpha."""
    red, green, blue, alpha = (color & 0xFFFFFFFF).to_bytes(4, "big")
    return red, green, blue, alpha


def draw_mask(
    bits: bytes, width: int, height: int, fill_color: int | None = None
) -> Picture:
    """Colour the inside of a mask, leave the rest transparent.

    Parameters
    ----------
    bits
        Most significant bit first, row after row without padding; 1 is inside.
        Surplus bits mean nothing.
    fill_color
        Signed 32-bit RGBA; unset is opaque yellow.

    Returns
    -------
    numpy.ndarray
        uint8 RGBA, shape ``(height, width, 4)``.

    Raises
    ------
    graticule.errors.RequestError
        If the mask is empty or there are too few bits.
    """
    pixels = width * height
    if width < 1 or height < 1 or len(bits) * 8 < pixels:
        raise RequestError(
            f"A mask of {width} x {height} pixels cannot be made of "
            f"{len(bits) * 8:,} bits."
        )
    inside = np.unpackbits(np.frombuffer(bits, np.uint8), count=pixels)
    color = rgba(_YELLOW if fill_color is None else fill_color)
    palette = np.array([(0, 0, 0, 0), color], np.uint8)
    picture: Picture = palette[inside.reshape(height, width)]
    return picture

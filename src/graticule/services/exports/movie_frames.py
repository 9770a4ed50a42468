"""One frame of a movie: the picture on black, scale bar, time and place.

Contract rendering 18. Knows neither files nor how movies are encoded.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Picture = npt.NDArray[np.uint8]

LEAST_SIDE = 512
"""No frame is smaller (contract webgateway 11.2)."""

_BARS = (1, 1, 2, 2, 5, 5, 5, 5, 10, 10, 10, 10)
# The font that comes with Pillow has no µ.
_UNITS = (("um", 1.0), ("nm", 1e-3), ("mm", 1e3), ("pm", 1e-6), ("m", 1e6))
_MARGIN = 20
_BAR_ABOVE_BOTTOM = 30
_NUMBER_ABOVE_BAR = 15
_TIME_ABOVE_BOTTOM = 45
_PLACE_ABOVE_BOTTOM = 60
_WHITE = (255, 255, 255)
_FONT_SIZE = 11


def frame_size(width: int, height: int) -> tuple[int, int]:
    """Give the size of a frame for pictures of a size: even, and not too small."""
    sides = (max(LEAST_SIDE, side) for side in (width, height))
    wide, high = (side + side % 2 for side in sides)
    return wide, high


def scale_bar(frame_width: int, pixel_um: float) -> tuple[int, str] | None:
    """Choose a scale bar.

    Its number goes by the width of the frame; micrometres where such a bar can
    be drawn, else the first other unit where it can.

    Returns
    -------
    tuple or None
        Length in pixels, and what stands above it.
    """
    place = min(max(frame_width, LEAST_SIDE) // 256 - 1, len(_BARS))
    number = _BARS[place - 1]
    for unit, um in _UNITS:
        length = number * um / pixel_um
        if 1 <= length <= frame_width - 2 * _MARGIN:
            return round(length), f"{number} {unit}"
    return None


def draw_frame(
    picture: Picture,
    *,
    pixel_um: float | None,
    seconds: float | None,
    z: int,
    t: int,
) -> Picture:
    """Put a picture onto a frame, with what is written on it.

    Parameters
    ----------
    picture
        uint8, shape (height, width, 3).
    pixel_um
        Width of a pixel of the picture; unset means no scale bar.
    seconds
        When the plane was taken; unset means no time.
    z, t
        From 0; written from 1. A projection has no z: -1.

    Returns
    -------
    numpy.ndarray
        uint8, shape (height, width, 3), both even and at least 512.
    """
    rows, columns, _ = picture.shape
    width, height = frame_size(columns, rows)
    frame = np.zeros((height, width, 3), np.uint8)
    y, x = (height - rows) // 2, (width - columns) // 2
    frame[y : y + rows, x : x + columns] = picture
    canvas = Image.fromarray(frame)
    pen = ImageDraw.Draw(canvas)
    font = ImageFont.load_default(_FONT_SIZE)
    if pixel_um:
        _draw_bar(pen, font, (width, height), pixel_um)
    if seconds is not None:
        at = (_MARGIN, height - _TIME_ABOVE_BOTTOM)
        pen.text(at, clock(seconds), _WHITE, font)
    place = f"t:{t + 1}" if z < 0 else f"z:{z + 1} t:{t + 1}"
    pen.text((_MARGIN, height - _PLACE_ABOVE_BOTTOM), place, _WHITE, font)
    return np.asarray(canvas)


def clock(seconds: float) -> str:
    """Write a time as hours, minutes and seconds.

    >>> clock(3725.9)
    '1:02:05'
    """
    whole = int(abs(seconds))
    sign = "-" if seconds <= -1 else ""
    return f"{sign}{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _draw_bar(
    pen: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    size: tuple[int, int],
    pixel_um: float,
) -> None:
    width, height = size
    bar = scale_bar(width, pixel_um)
    if bar is None:
        return
    length, label = bar
    y, end = height - _BAR_ABOVE_BOTTOM, width - _MARGIN
    pen.line([(end - length + 1, y), (end, y)], fill=_WHITE)
    pen.text((end, y - _NUMBER_ABOVE_BAR), label, _WHITE, font, anchor="ra")

"""One frame of a movie: the picture on black, scale bar, time and place.

Contract rendering 18. Knows neither files nor how movies are encoded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from graticule.errors import RequestError

Picture = npt.NDArray[np.uint8]

LEAST_SIDE = 512
"""No frame is smaller (contract webgateway 11.2)."""

_BARS = (1, 1, 2, 2, 5, 5, 5, 5, 10, 10, 10, 10)
_UNITS = (("µm", 1.0), ("nm", 1e-3), ("mm", 1e3), ("pm", 1e-6), ("m", 1e6))
_BY_SIZE = sorted(_UNITS, key=lambda pair: -pair[1])
_MARGIN = 20
_BAR_ABOVE_BOTTOM = 30
_NUMBER_ABOVE_BAR = 15
_TIME_ABOVE_BOTTOM = 45
_PLACE_ABOVE_BOTTOM = 60
_WHITE = (255, 255, 255)
_FONT_SIZE = 11
_LONGEST_BAR = 0.25
_STEM = 2


class Stamp(Enum):
    """What says which plane a frame shows.

    ``TIME`` is the time where that is known, else the place in the stack.
    """

    TIME = "time"
    INDEX = "index"
    NONE = "none"
    BOTH = "both"


class Bar(Enum):
    """How a scale bar is chosen."""

    BY_FRAME = "frame"
    """As the gateway does (contract rendering 18)."""
    ROUND = "round"
    """The longest of 1, 2, 5, 10 … that takes no more than a quarter."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Marks:
    """What is written on frames.

    ``bar_um`` is the length of the scale bar, instead of one that is chosen;
    ``least_side`` that of a frame: smaller pictures stand on black.
    """

    bar: Bar = Bar.BY_FRAME
    bar_um: float | None = None
    stamp: Stamp = Stamp.BOTH
    least_side: int = LEAST_SIDE


GATEWAY_MARKS = Marks()


def frame_size(
    width: int, height: int, least_side: int = LEAST_SIDE
) -> tuple[int, int]:
    """Give the size of a frame for pictures of a size: even, and not too small."""
    sides = (max(least_side, side) for side in (width, height))
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


def round_bar(frame_width: int, pixel_um: float) -> tuple[int, str] | None:
    """Choose the longest round scale bar that takes at most a quarter of a frame.

    >>> round_bar(1000, 0.1)
    (200, '20 µm')
    """
    most_um = frame_width * _LONGEST_BAR * pixel_um
    power = 10.0 ** math.floor(math.log10(most_um))
    um = max(step for step in (1, 2, 5) if step * power <= most_um) * power
    return exact_bar(frame_width, pixel_um, um)


def exact_bar(frame_width: int, pixel_um: float, um: float) -> tuple[int, str] | None:
    """Make a scale bar of a given length; nothing where there is no room.

    Returns
    -------
    tuple or None
        Length in pixels, and what stands above it.
    """
    length = round(um / pixel_um)
    if not 1 <= length <= frame_width - 2 * _MARGIN:
        return None
    unit, factor = next(
        (pair for pair in _BY_SIZE if um >= pair[1] * (1 - 1e-9)), _BY_SIZE[-1]
    )
    return length, f"{um / factor:.6g} {unit}"


def check_bar(marks: Marks, frame_width: int, pixel_um: float | None) -> None:
    """Refuse a scale bar of a given length that cannot be drawn.

    Raises
    ------
    graticule.errors.RequestError
        If the size of pixels is unknown, or the bar too long or too short.
    """
    if marks.bar_um is None or marks.bar is Bar.NONE:
        return
    if not pixel_um:
        raise RequestError(
            "The image does not say how large its pixels are: no scale bar can be "
            "drawn."
        )
    if exact_bar(frame_width, pixel_um, marks.bar_um) is None:
        room_um = (frame_width - 2 * _MARGIN) * pixel_um
        raise RequestError(
            f"A scale bar of {marks.bar_um:g} µm does not fit: a pixel of the movie "
            f"is {pixel_um:.3g} µm, and there is room for {max(0, room_um):.3g} µm."
        )


def draw_frame(
    picture: Picture,
    *,
    pixel_um: float | None,
    seconds: float | None,
    z: int,
    t: int,
    marks: Marks = GATEWAY_MARKS,
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
        uint8, shape (height, width, 3), both even and at least
        ``marks.least_side``.
    """
    rows, columns, _ = picture.shape
    width, height = frame_size(columns, rows, marks.least_side)
    frame = np.zeros((height, width, 3), np.uint8)
    y, x = (height - rows) // 2, (width - columns) // 2
    frame[y : y + rows, x : x + columns] = picture
    canvas = Image.fromarray(frame)
    pen = ImageDraw.Draw(canvas)
    font = ImageFont.load_default(_FONT_SIZE)
    if pixel_um:
        _draw_bar(pen, font, (width, height), pixel_um, marks)
    timed = seconds is not None and marks.stamp in {Stamp.TIME, Stamp.BOTH}
    if timed and seconds is not None:
        at = (_MARGIN, height - _TIME_ABOVE_BOTTOM)
        pen.text(at, clock(seconds), _WHITE, font)
    if marks.stamp in {Stamp.INDEX, Stamp.BOTH} or (
        marks.stamp is Stamp.TIME and not timed
    ):
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
    marks: Marks,
) -> None:
    width, height = size
    bar = _chosen_bar(width, pixel_um, marks)
    if bar is None:
        return
    length, label = bar
    y, end = height - _BAR_ABOVE_BOTTOM, width - _MARGIN
    pen.line([(end - length + 1, y), (end, y)], fill=_WHITE)
    _write(pen, font, (end, y - _NUMBER_ABOVE_BAR), label)


def _write(
    pen: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    at: tuple[int, int],
    text: str,
) -> None:
    """Write a text that ends at a place.

    The font that comes with Pillow has no µ: it is a u with its stem drawn on.
    """
    before, mu, _ = text.partition("µ")
    shown = text.replace("µ", "u")
    pen.text(at, shown, _WHITE, font, anchor="ra")
    if mu:
        x, y = at
        left = x - font.getlength(shown) + font.getlength(before)
        stem, _, _, bottom = pen.textbbox((left, y), "u", font)
        foot = round(bottom) + _STEM
        pen.line([(round(stem), round(bottom) - 1), (round(stem), foot)], fill=_WHITE)


def _chosen_bar(width: int, pixel_um: float, marks: Marks) -> tuple[int, str] | None:
    if marks.bar is Bar.NONE:
        return None
    if marks.bar_um is not None:
        return exact_bar(width, pixel_um, marks.bar_um)
    choose = round_bar if marks.bar is Bar.ROUND else scale_bar
    return choose(width, pixel_um)

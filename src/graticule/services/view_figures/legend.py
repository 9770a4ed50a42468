"""The scale bar and the names of channels: where they stand on a figure.

Pure arithmetic in pixels of the figure. A length of the bar is exact; a painter
may round it to whole pixels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from graticule.errors import RequestError
from graticule.render.lettering import text_width, writable
from graticule.render.marks import Block, Mark, Words
from graticule.render.settings import Rgba
from graticule.services.view_figures.asked import Corner, ScaleBar

_SHARE = 0.035
_SMALLEST_TEXT = 9.0
_LONGEST_BAR = 0.25
_THICKNESS = 0.28
_GAP = 0.4
_LINE = 1.3
_UNITS = (("cm", 1e4), ("mm", 1e3), ("µm", 1.0), ("nm", 1e-3))


@dataclass(frozen=True, slots=True)
class Canvas:
    """The figure that is written on: its pixels, and the size of letters in them."""

    width: int
    height: int
    text: float


def text_size(width: int, height: int, dpi: float, points: float | None) -> float:
    """Choose the size of letters in pixels.

    Raises
    ------
    graticule.errors.RequestError
        If they would be higher than the figure.
    """
    if points is not None:
        size = points / 72 * dpi
        if size > height:
            raise RequestError(
                f"Letters of {points:g} pt are higher than the figure, which is "
                f"{height / dpi * 72:.3g} pt high: choose smaller ones."
            )
        return size
    return max(_SMALLEST_TEXT, _SHARE * min(width, height))


def round_length(most: float) -> float:
    """Give the longest 1, 2 or 5 times a power of ten that is not above ``most``."""
    power = 10.0 ** math.floor(math.log10(most))
    digit = next(step for step in (5, 2, 1) if step * power <= most * (1 + 1e-9))
    return digit * power


def length_text(um: float) -> str:
    """Write a length in micrometres as people do."""
    unit, size = next((each for each in _UNITS if um >= each[1]), _UNITS[-1])
    return f"{um / size:.6g} {unit}"


def bar_marks(canvas: Canvas, bar: ScaleBar, um_per_pixel: float) -> tuple[Mark, ...]:
    """Place a scale bar.

    Parameters
    ----------
    um_per_pixel
        Micrometres per pixel of the figure.

    Raises
    ------
    graticule.errors.RequestError
        If it is wider than the figure.
    """
    seen_um = canvas.width * um_per_pixel
    length_um = bar.length_um or round_length(seen_um * _LONGEST_BAR)
    length = length_um / um_per_pixel
    if length > canvas.width:
        raise RequestError(
            f"A scale bar of {length_text(length_um)} is longer than the figure, which "
            f"shows {length_text(float(f'{seen_um:.3g}'))}: choose a shorter one."
        )
    said = length_text(length_um)
    thick = max(2, round(canvas.text * _THICKNESS))
    label = canvas.text * (1 + _GAP) if bar.label else 0.0
    margin = canvas.text
    room = max(length, text_width(said, canvas.text) if bar.label else 0.0)
    left = margin if bar.corner.is_left else canvas.width - margin - room
    if room + 2 * margin > canvas.width:
        left = (canvas.width - room) / 2
    x = min(max(0.0, left + (room - length) / 2), canvas.width - length)
    top = margin if bar.corner.is_top else canvas.height - margin - thick - label
    y = round(top + label)
    marks: list[Mark] = [Block(x, y, length, thick, bar.color)]
    if bar.label:
        middle, base = x + length / 2, y - canvas.text * _GAP
        marks.append(Words(middle, base, said, canvas.text, bar.color, "middle"))
    return tuple(marks)


def name_marks(
    canvas: Canvas, names: Sequence[tuple[str, Rgba]], corner: Corner
) -> tuple[Mark, ...]:
    """Write names under one another, each in its colour."""
    line = canvas.text * _LINE
    margin = canvas.text
    x = margin if corner.is_left else canvas.width - margin
    first = margin + canvas.text * 0.8
    if not corner.is_top:
        first = canvas.height - margin - line * (len(names) - 1) - canvas.text * 0.2
    return tuple(
        Words(
            x,
            first + line * number,
            writable(name),
            canvas.text,
            color,
            "start" if corner.is_left else "end",
        )
        for number, (name, color) in enumerate(names)
    )

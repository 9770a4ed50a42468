"""How large a figure is, and which pixels of the file it is drawn from.

Pure arithmetic: of the levels of a pyramid the smallest is taken that has at least
as many pixels as the figure, so that nothing is enlarged that need not be.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from graticule.pixels.model import Level, Window

_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the pixels of a figure come from, and how many they become.

    ``read`` is in pixels of ``level``; ``box`` is the exact part of it, left, top,
    right and bottom from the left top of ``read``.
    """

    width: int
    height: int
    level: int
    read: Window
    box: tuple[float, float, float, float]
    scale: float

    @property
    def is_exact(self) -> bool:
        """Whether each pixel of the figure is one of the image."""
        return self.box == (0.0, 0.0, float(self.width), float(self.height))


def frame_of(levels: Sequence[Level], window: Window, width: int | None) -> Frame:
    """Lay out a figure of a window of the full-size image.

    Parameters
    ----------
    width
        Of the figure; unset for that of the window.

    Returns
    -------
    Frame
        ``scale`` is how many of its pixels one of the full-size image becomes.
    """
    width = window.width if width is None else width
    scale = width / window.width
    height = max(1, round(window.height * scale))
    number = _level(levels, min(scale, 1.0))
    across = levels[number].width / levels[0].width
    down = levels[number].height / levels[0].height
    sides = (window.x0 * across, window.y0 * down, window.x1 * across, window.y1 * down)
    read = Window(
        math.floor(sides[0] + _ROUNDING),
        math.floor(sides[1] + _ROUNDING),
        math.ceil(sides[2] - _ROUNDING),
        math.ceil(sides[3] - _ROUNDING),
    ).clipped(levels[number].width, levels[number].height)
    box = (
        max(0.0, sides[0] - read.x0),
        max(0.0, sides[1] - read.y0),
        min(float(read.width), sides[2] - read.x0),
        min(float(read.height), sides[3] - read.y0),
    )
    return Frame(width, height, number, read, box, scale)


def _level(levels: Sequence[Level], scale: float) -> int:
    full = levels[0]
    chosen = 0
    for number, level in enumerate(levels):
        reduced = min(level.width / full.width, level.height / full.height)
        if reduced >= scale * (1 - _ROUNDING):
            chosen = number
    return chosen

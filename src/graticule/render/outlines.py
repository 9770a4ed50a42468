"""Outlines of shapes drawn onto a picture of their image, at any scale.

Pure functions of geometry; knows nothing of files, tables and people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Picture = npt.NDArray[np.uint8]
Point = tuple[float, float]
Rgb = tuple[int, int, int]

_WIDTH = 2
_SPOT_RADIUS = 3
_FONT_SIZE = 12


@dataclass(frozen=True, slots=True)
class Outline:
    """A line along points, in pixels of the full-size image.

    One point alone is a spot, or with ``text`` the place where that is written.
    """

    points: tuple[Point, ...]
    closed: bool
    color: Rgb
    text: str | None = None


def draw_outlines(
    picture: Picture, outlines: Iterable[Outline], scale: tuple[float, float]
) -> Picture:
    """Draw outlines two pixels wide, whatever the scale.

    Parameters
    ----------
    picture
        uint8, shape ``(height, width, 3)``; left as it is.
    scale
        Pixels of the picture for one pixel of the image, along x and y.

    Returns
    -------
    numpy.ndarray
        A picture of the same shape.
    """
    canvas = Image.fromarray(picture)
    pen = ImageDraw.Draw(canvas)
    for outline in outlines:
        points = [(x * scale[0], y * scale[1]) for x, y in outline.points]
        if outline.text is not None:
            font = ImageFont.load_default(_FONT_SIZE)
            pen.text(points[0], _writable(outline.text), outline.color, font)
        elif len(points) == 1:
            (x, y), r = points[0], _SPOT_RADIUS
            pen.ellipse((x - r, y - r, x + r, y + r), outline=outline.color, width=2)
        else:
            path = [*points, *points[:2]] if outline.closed else points
            pen.line(path, fill=outline.color, width=_WIDTH)
    return np.asarray(canvas)


def _writable(text: str) -> str:
    return "".join(char for char in text if char.isprintable() or char == "\n")

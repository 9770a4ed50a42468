"""The channels of an image side by side (contract rendering 15).

Composed before anything is encoded. Knows pictures and their labels, not how
they came about.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Picture = npt.NDArray[np.uint8]

BORDER = 2
"""Pixels around and between the panes."""

_LABEL_PLACE = (2, 2)
_LONGEST_LABEL = 200  # no pane shows more, and texts cost time by the letter
_FONT_SIZES = ((512, 24), (384, 18), (298, 14), (256, 12), (213, 10), (96, 8))


@dataclass(frozen=True, slots=True)
class SplitGrid:
    """Where panes of ``pane_width`` by ``pane_height`` pixels lie."""

    columns: int
    rows: int
    pane_width: int
    pane_height: int

    @classmethod
    def of(cls, panes: int, pane_width: int, pane_height: int) -> SplitGrid:
        """Lay out a number of panes, nearly as many rows as columns."""
        root = math.sqrt(panes)
        rows = round(root)
        columns = rows + 1 if root > rows else rows
        return cls(columns, rows, pane_width, pane_height)

    @property
    def width(self) -> int:
        """Columns of the whole picture."""
        return self.pane_width * self.columns + BORDER * (self.columns + 1)

    @property
    def height(self) -> int:
        """Rows of the whole picture."""
        return self.pane_height * self.rows + BORDER * (self.rows + 1)

    def corner(self, place: int) -> tuple[int, int]:
        """Left column and upper row of a pane, counted along the rows from 0."""
        row, column = divmod(place, self.columns)
        return (
            BORDER + column * (self.pane_width + BORDER),
            BORDER + row * (self.pane_height + BORDER),
        )


def draw_split(grid: SplitGrid, panes: Iterable[tuple[int, str, Picture]]) -> Picture:
    """Put panes onto white, each with its label.

    Parameters
    ----------
    panes
        Place, label and picture of each, uint8 of shape (height, width, 3);
        places that are not in the grid are left out. Taken one by one.

    Returns
    -------
    numpy.ndarray
        uint8, shape (height, width, 3).
    """
    canvas = np.full((grid.height, grid.width, 3), 255, np.uint8)
    size = font_size(grid.pane_width)
    for place, label, picture in panes:
        if place >= grid.columns * grid.rows:
            continue
        x, y = grid.corner(place)
        height, width = picture.shape[:2]
        canvas[y : y + height, x : x + width] = (
            picture if size is None else _labelled(picture, label, size)
        )
    return canvas


def font_size(pane_width: int) -> int | None:
    """Choose how large labels are; none on small panes."""
    if pane_width >= 640:
        return min(64, 24 + 8 * ((pane_width - 640) // 128))
    return next((size for least, size in _FONT_SIZES if pane_width >= least), None)


def _labelled(picture: Picture, label: str, size: int) -> Picture:
    """Write a label in white; what is too long ends with the pane."""
    text = " ".join(label[:_LONGEST_LABEL].split())
    pane = Image.fromarray(picture)
    font = ImageFont.load_default(size)
    ImageDraw.Draw(pane).text(_LABEL_PLACE, text, (255, 255, 255), font)
    return np.asarray(pane)

"""Raw values along a row or column, drawn as curves (contract rendering 16).

A plot is as large as the image it lies over, and can be seen through where
nothing is drawn. Knows values and colours, not where they come from.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from graticule.errors import LimitError

Indices = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

MOST_CURVES = 253
"""As many colours as a GIF has left."""

_GIF_SIDE_PIXELS = 65_535
_WHITE, _FIRST_CURVE = 2, 3


class Axis(Enum):
    """Along what the values lie."""

    ROW = "row"
    COLUMN = "column"


@dataclass(frozen=True, slots=True)
class Curve:
    """One channel's values along the line, with its limits and its colour.

    ``values`` are of shape (width,) of a row, (height,) of a column.
    """

    values: npt.NDArray[Any]
    minimum: float
    maximum: float
    color: tuple[int, int, int]


def draw_plot(
    curves: Sequence[Curve],
    axis: Axis,
    shape: tuple[int, int],
    position: int,
    line_width: int = 1,
) -> Indices:
    """Draw the line that was cut, and the curves over it.

    Parameters
    ----------
    shape
        Height and width.
    position
        The row or column that was cut, from 0.
    line_width
        Of line and curves, in pixels; 0 counts as 1.

    Returns
    -------
    numpy.ndarray
        Places in the palette, uint8: 0 clear, 2 the line, from 3 the curves. A
        curve whose maximum is 0 is left out and the following move up by one,
        which the palette does not.

    Raises
    ------
    graticule.errors.LimitError
        If there are more curves than :data:`MOST_CURVES`.
    """
    if len(curves) > MOST_CURVES:
        raise LimitError("curves of a plot", MOST_CURVES, len(curves), "A plot")
    height, width = shape
    along, across = (width, height) if axis is Axis.ROW else (height, width)
    # Positions first, values second, so that a column plot is not turned.
    drawn = np.zeros((along, across), np.uint8)
    before, after = max(0, line_width - 1) // 2, line_width // 2
    drawn[:, max(0, position - before) : position + after + 1] = _WHITE
    number = _FIRST_CURVE
    for curve in curves:
        if curve.maximum == 0:
            continue
        places = _places(curve, across)
        if axis is Axis.ROW:
            places = across - 1 - places
        drawn[_widened(_segments(places, across), before, after)] = number
        number += 1
    return drawn.T if axis is Axis.ROW else drawn


def encode_gif(indices: Indices, colors: Sequence[tuple[int, int, int]]) -> bytes:
    """Encode a plot as GIF.

    Parameters
    ----------
    indices
        As :func:`draw_plot` gives them.
    colors
        One for each curve, those left out included.

    Raises
    ------
    graticule.errors.LimitError
        If a side is longer than GIF can hold.
    """
    side = max(indices.shape)
    if side > _GIF_SIDE_PIXELS:
        raise LimitError("GIF side", _GIF_SIDE_PIXELS, side, "A side")
    picture = Image.fromarray(np.ascontiguousarray(indices))
    palette = [(0, 0, 0), (0, 0, 0), (255, 255, 255), *colors]
    picture.putpalette([part for color in palette for part in color])
    buffer = io.BytesIO()
    # Optimizing would drop and move entries of the palette.
    picture.save(buffer, "GIF", transparency=0, optimize=False)
    return buffer.getvalue()


def _places(curve: Curve, across: int) -> npt.NDArray[np.float64]:
    """Say how high values lie; the divisor is the maximum, not the range (16)."""
    with np.errstate(over="ignore", invalid="ignore"):
        above = curve.values.astype(np.float64) - curve.minimum
        return above * (1.0 / curve.maximum * (across - 1))


def _segments(places: npt.NDArray[np.float64], across: int) -> Mask:
    """Mark at each position what lies between the last value and the new one."""
    ends = np.floor(places + 0.5)
    ends[~np.isfinite(ends)] = np.nan  # a gap: NaN fails every comparison
    starts = np.concatenate([ends[:1], ends[:-1]])
    starts = np.where(np.isnan(starts), ends, starts)
    low, high = np.minimum(starts, ends), np.maximum(starts, ends)
    cells = np.arange(across)
    marked: Mask = (cells >= low[:, np.newaxis]) & (cells <= high[:, np.newaxis])
    return marked


def _widened(mask: Mask, before: int, after: int) -> Mask:
    """Mark this many positions before and after each marked one, too."""
    backwards, forwards = mask.copy(), mask.copy()
    _spread(backwards[::-1], before)
    _spread(forwards, after)
    return backwards | forwards


def _spread(mask: Mask, positions: int) -> None:
    """Mark what follows marked positions, in doubling steps."""
    reached = 1
    while reached <= positions and reached < len(mask):
        step = min(reached, positions + 1 - reached)
        mask[step:] |= mask[:-step].copy()
        reached += step

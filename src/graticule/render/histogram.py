"""Counting raw values, and finding their limits (contract rendering 11).

Works on one plane at a time. Which plane, level and region that is, and what the
channel's statistics are, is the caller's business.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from graticule.errors import RequestError
from graticule.pixels.model import PixelType
from graticule.render.quantize import Range, type_range

Plane = npt.NDArray[Any]

_CHUNK_PIXELS = 1_000_000  # bounds the doubles that are held at once
_FEW_BYTES = 2


def plane_limits(
    plane: Plane, pixel_type: PixelType, significant_bits: int | None = None
) -> Range:
    """Smallest and largest value of a plane.

    The search starts from the far ends of the type range, so floats beyond ±2³¹
    do not show. A NaN anywhere makes both NaN.

    Returns
    -------
    tuple
        Minimum and maximum; of an empty plane the far ends, in that order.
    """
    low, high = type_range(pixel_type, significant_bits)
    if plane.size == 0:
        return float(high), float(low)
    smallest, largest = float(plane.min()), float(plane.max())
    if math.isnan(smallest):
        return math.nan, math.nan
    return min(smallest, float(high)), max(largest, float(low))


def histogram_range(
    plane: Plane, pixel_type: PixelType, statistics: Range | None = None
) -> Range:
    """Say which range of values to count.

    Parameters
    ----------
    plane
        The whole plane, even if only a region of it will be counted.
    statistics
        The channel's global minimum and maximum, if known and wanted. They are
        the range, unless the maximum is exactly 1; else the plane's own limits.
    """
    if statistics is None or statistics[1] == 1.0:
        return plane_limits(plane, pixel_type)
    return statistics


def histogram(values: Plane, limits: Range, bins: int = 256) -> npt.NDArray[np.int64]:
    """Count values in bins of equal width.

    Parameters
    ----------
    values
        Raw values of a plane or a region of it, any shape.
    limits
        What :func:`histogram_range` gives; both ends count.

    Returns
    -------
    numpy.ndarray
        ``bins`` counts; values outside the limits are in none.

    Raises
    ------
    graticule.errors.RequestError
        If ``bins`` is below 1.
    """
    if bins < 1:
        raise RequestError(f"A histogram needs at least 1 bin, not {bins}.")
    if values.dtype.kind == "u" and values.dtype.itemsize <= _FEW_BYTES:
        # So few different values that each needs a place in the range only once.
        times = sum(
            (
                np.bincount(chunk, minlength=256**values.dtype.itemsize)
                for chunk in _chunks(values)
            ),
            start=np.zeros(256**values.dtype.itemsize, np.int64),
        )
        return _counts(np.arange(times.size, dtype=np.float64), limits, bins, times)
    counts = np.zeros(bins, np.int64)
    for chunk in _chunks(values):
        counts += _counts(chunk.astype(np.float64), limits, bins)
    return counts


def _counts(
    values: npt.NDArray[np.float64],
    limits: Range,
    bins: int,
    times: npt.NDArray[np.int64] | None = None,
) -> npt.NDArray[np.int64]:
    """Count values, each once or as often as ``times`` says."""
    low, high = limits
    with np.errstate(all="ignore"):
        width = np.float64(high - low) / bins
        within = ~((values < low) | (values > high))
        position = np.nan_to_num((values[within] - low) / width, nan=0.0)
        # What lies in the range is never below bin 0 nor above the last.
        number = np.clip(position, 0, bins - 1).astype(np.int64)
    # As doubles the counts stay exact up to 2⁵³.
    often = None if times is None else times[within]
    return np.bincount(number, often, minlength=bins).astype(np.int64)


def _chunks(plane: Plane) -> Iterator[Plane]:
    flat = plane.reshape(-1)
    for first in range(0, flat.size, _CHUNK_PIXELS):
        yield flat[first : first + _CHUNK_PIXELS]

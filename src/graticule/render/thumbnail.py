"""Sizes of thumbnails, the level to make them from, and the scaler.

The scaler is Lanczos of three lobes with the geometry and the float32 arithmetic
of contract rendering 12, which is not that of Pillow: source pixel j sits at
coordinate j, so pictures come out shifted by half a source pixel. Works on
rendered pictures; knows nothing of files and raw values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import types

from graticule.errors import RequestError
from graticule.pixels.model import Level
from graticule.render.kernels import Compiled, compiled

Picture = npt.NDArray[np.uint8]
Weights = npt.NDArray[np.float32]
Taps = npt.NDArray[np.int32]
Size = tuple[int, int]

F = np.float32
_LOBES = F(3)
_SMALLEST_FOR_LANCZOS = 3


def thumbnail_size(width: int, height: int, longest_side: int) -> Size:
    """Width and height of the thumbnail of an image, in float32 (rendering 12)."""
    side = F(longest_side)
    if width > height:
        return longest_side, int(F(height) * (side / F(width)))
    return int(F(width) * (side / F(height))), longest_side


def rendered_size(level: Size, size: Size) -> Size:
    """Size that a thumbnail really gets when it is scaled from a level.

    Each side at least 3; it may be one pixel short of the size asked for, as the
    way through float32 loses it.
    """
    (width, height), (w, h) = level, size
    return (
        max(3, int(F(width) * (F(w) / F(width)))),
        max(3, int(F(height) * (F(h) / F(height)))),
    )


def choose_level(levels: Sequence[Level], size: Size) -> int:
    """Find the smallest level that is at least as large as a thumbnail.

    This is what the contract recommends; the original may take one too small.

    Parameters
    ----------
    levels
        From full size down.
    size
        Width and height of the thumbnail in pixels.

    Returns
    -------
    int
        Number of the level; 0 if even full size is smaller.
    """
    chosen = 0
    for number, level in enumerate(levels):
        if level.width >= size[0] and level.height >= size[1]:
            chosen = number
    return chosen


def scale(picture: Picture, size: Size) -> Picture:
    """Scale a rendered picture, bit for bit as the original does.

    Parameters
    ----------
    picture
        uint8, shape (height, width, 3).
    size
        Width and height wanted. With a source side under 3 pixels the nearest
        pixel is taken, else Lanczos.

    Returns
    -------
    numpy.ndarray
        uint8, shape (size[1], size[0], 3).

    Raises
    ------
    graticule.errors.RequestError
        If the picture is empty or a side wanted is below 1.
    """
    height, width = picture.shape[:2]
    if min(height, width, *size) < 1:
        raise RequestError(
            f"A picture of {width} x {height} cannot be scaled "
            f"to {size[0]} x {size[1]}."
        )
    if min(height, width) < _SMALLEST_FOR_LANCZOS:
        return _nearest(picture, size)
    kernel = _scale_rows()
    columns, weights = _filter(width, size[0])
    # Rows first, then the same along the other axis, rounded to 8 bits between.
    narrow = np.empty((height, size[0], 3), np.uint8)
    kernel(np.ascontiguousarray(picture), columns, weights, narrow)
    rows, weights = _filter(height, size[1])
    low = np.empty((size[0], size[1], 3), np.uint8)
    kernel(np.ascontiguousarray(narrow.swapaxes(0, 1)), rows, weights, low)
    return np.ascontiguousarray(low.swapaxes(0, 1))


def warm_up() -> None:
    """Compile the scaler, or load it from the cache."""
    _scale_rows()


def _nearest(picture: Picture, size: Size) -> Picture:
    height, width = picture.shape[:2]
    x, y = (
        np.minimum(np.floor((np.arange(to) + 0.5) * of / to).astype(np.int64), of - 1)
        for to, of in zip(size, (width, height), strict=True)
    )
    nearest: Picture = picture[y[:, None], x[None, :]]
    return nearest


@lru_cache(maxsize=64)
def _filter(source: int, target: int) -> tuple[Taps, Weights]:
    """Source pixels and their weights by target pixel; absent ones weigh 0."""
    factor = F(target) / F(source)
    radius = _LOBES / factor if factor < 1 else _LOBES
    squeeze = _LOBES / F(math.ceil(radius)) if factor < 1 else F(1)
    centre = np.arange(target, dtype=np.float32) / factor + F(0.5) / factor
    first = np.floor(centre - radius)[:, None]
    last = np.ceil(centre + radius)[:, None]
    taps = first + np.arange(2 * math.ceil(radius) + 3, dtype=np.float32)
    weights = _lanczos((centre[:, None] - taps) * squeeze)
    weights[taps > last] = 0
    mirrored = np.where(taps < 0, -taps, taps).astype(np.int32)
    mirrored = np.where(mirrored >= source, 2 * source - 1 - mirrored, mirrored)
    outside = (mirrored < 0) | (mirrored >= source)
    mirrored[outside], weights[outside] = 0, 0
    # Accumulating adds in order, as the sum of the original does.
    total = np.add.accumulate(weights, axis=1, dtype=np.float32)[:, -1:]
    return mirrored, np.divide(weights, total, out=weights, where=total != 0)


def _lanczos(x: Weights) -> Weights:
    angle = np.abs(x) * F(math.pi)
    with np.errstate(invalid="ignore"):
        inside = _sinc(angle) * _sinc(angle / _LOBES)
    weights: Weights = np.where(np.abs(x) >= _LOBES, F(0), inside)
    weights[x == 0] = 1
    return weights


def _sinc(angle: Weights) -> Weights:
    return np.sin(angle.astype(np.float64)).astype(np.float32) / angle


@cache
def _scale_rows() -> Compiled:
    picture = types.Array(types.uint8, 3, "C", readonly=True)
    taps = types.Array(types.int32, 2, "C", readonly=True)
    weights = types.Array(types.float32, 2, "C", readonly=True)
    return compiled(
        types.void(picture, taps, weights, types.uint8[:, :, ::1]), _convolve
    )


def _convolve(picture: Any, taps: Any, weights: Any, out: Any) -> None:
    half = np.float32(0.5)
    for y in range(out.shape[0]):
        for i in range(out.shape[1]):
            for color in range(3):
                total = np.float32(0)
                for slot in range(taps.shape[1]):
                    value = np.float32(picture[y, taps[i, slot], color])
                    total += weights[i, slot] * value
                out[y, i, color] = np.uint8(
                    min(max(np.floor(total + half), np.float32(0)), np.float32(255))
                )

"""Raw values along a line, sampled a pixel apart (what Fiji calls a profile).

Between pixels values are interpolated linearly in both directions; the centre of
the first pixel is at (0.5, 0.5). A wide line is the mean across it. Knows no HTTP.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from django.conf import settings

from graticule.errors import LimitError, OutOfRangeError
from graticule.pixels.model import Window
from graticule.pixels.reader import Source
from graticule.services.scenes import Scene, open_scene

Floats = npt.NDArray[np.float64]
_AT_ONCE = 512
WIDEST = 99
"""Widest line, in pixels."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line on a plane, in pixels with fractions."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: int = 1


@dataclass(frozen=True, slots=True)
class Profile:
    """Values along a line.

    Attributes
    ----------
    distance
        From the beginning of the line, in pixels: shape ``(samples,)``.
    values
        By channel: shape ``(channels, samples)``; NaN outside the image.
    """

    distance: Floats
    values: Floats


def line_profile(
    scene: Scene, line: Line, *, z: int, t: int, channels: Sequence[int]
) -> Profile:
    """Sample a line.

    Raises
    ------
    graticule.errors.OutOfRangeError
        If there is no such plane or channel.
    graticule.errors.LimitError
        If it has more than ``max_profile_samples`` (samples by width by channels).
    graticule.errors.FileError
        If the file vanished, changed or is damaged.
    """
    _check(scene, z, t, channels)
    length = math.hypot(line.x1 - line.x0, line.y1 - line.y0)
    count = max(2, math.floor(length) + 1)
    limit, asked = _limit(), count * line.width * max(1, len(channels))
    if asked > limit:
        raise LimitError("max_profile_samples", limit, asked, "A line profile")
    distance = np.linspace(0, length, count)
    along = distance / length if length else np.zeros(count)
    x = line.x0 + (line.x1 - line.x0) * along
    y = line.y0 + (line.y1 - line.y0) * along
    values = np.empty((len(channels), count))
    with open_scene(scene) as source:
        for piece in _pieces(count):
            planes = _sampled(source, scene, z, t, channels, line, x[piece], y[piece])
            values[:, piece] = planes
    return Profile(distance, values)


def _limit() -> int:
    limit: int = settings.GRATICULE["max_profile_samples"]
    return limit


def _check(scene: Scene, z: int, t: int, channels: Sequence[int]) -> None:
    for name, place, size in (("z", z, scene.size_z), ("t", t, scene.size_t)):
        if not 0 <= place < size:
            raise OutOfRangeError(f"{name} {place} is outside 0 to {size - 1}.")
    for channel in channels:
        if not 0 <= channel < scene.size_c:
            raise OutOfRangeError(
                f"Channel {channel} is outside 0 to {scene.size_c - 1}."
            )


def _pieces(count: int) -> Iterator[slice]:
    for start in range(0, count, _AT_ONCE):
        yield slice(start, min(start + _AT_ONCE, count))


def _sampled(
    source: Source,
    scene: Scene,
    z: int,
    t: int,
    channels: Sequence[int],
    line: Line,
    x: Floats,
    y: Floats,
) -> Floats:
    """Sample a piece of the line: shape ``(channels, samples)``."""
    length = math.hypot(line.x1 - line.x0, line.y1 - line.y0) or 1.0
    normal = -(line.y1 - line.y0) / length, (line.x1 - line.x0) / length
    offsets = np.arange(line.width) - (line.width - 1) / 2
    # Pixels' centres are at halves: there they are the value itself.
    across_x = x + offsets[:, None] * normal[0] - 0.5
    across_y = y + offsets[:, None] * normal[1] - 0.5
    window = Window(
        math.floor(across_x.min()),
        math.floor(across_y.min()),
        math.floor(across_x.max()) + 2,
        math.floor(across_y.max()) + 2,
    ).clipped(scene.width, scene.height)
    if window.width <= 0 or window.height <= 0:
        return np.full((len(channels), x.size), np.nan)
    planes = source.read(scene.index, 0, z, t, channels, window)
    return np.stack([_mean_across(p, window, across_x, across_y) for p in planes])


def _mean_across(
    plane: npt.NDArray[np.generic], at: Window, x: Floats, y: Floats
) -> Floats:
    """Interpolate at points, and take the mean across the line where it is inside."""
    values = _interpolated(plane.astype(np.float64), at, x, y)
    inside = np.isfinite(values)
    count = inside.sum(axis=0)
    total = np.where(inside, values, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _interpolated(plane: Floats, at: Window, x: Floats, y: Floats) -> Floats:
    """Interpolate linearly; half a pixel beyond the outermost centres counts, too."""
    outside = (
        (x < at.x0 - 0.5) | (x > at.x1 - 0.5) | (y < at.y0 - 0.5) | (y > at.y1 - 0.5)
    )
    x = np.clip(x, at.x0, at.x1 - 1) - at.x0
    y = np.clip(y, at.y0, at.y1 - 1) - at.y0
    left = np.minimum(np.floor(x), max(plane.shape[1] - 2, 0)).astype(np.intp)
    top = np.minimum(np.floor(y), max(plane.shape[0] - 2, 0)).astype(np.intp)
    right = np.minimum(left + 1, plane.shape[1] - 1)
    bottom = np.minimum(top + 1, plane.shape[0] - 1)
    part_x, part_y = x - left, y - top
    upper = plane[top, left] * (1 - part_x) + plane[top, right] * part_x
    lower = plane[bottom, left] * (1 - part_x) + plane[bottom, right] * part_x
    found: Floats = upper * (1 - part_y) + lower * part_y
    found[outside] = np.nan
    return found

"""Histograms of one plane of one channel (contract webgateway 13.1)."""

from __future__ import annotations

import math

from graticule.errors import LimitError, OutOfRangeError
from graticule.render.histogram import histogram, histogram_range
from graticule.services.engine import engine
from graticule.services.scenes import Scene, open_scene

MAX_BINS = 65_536
"""As many as 16-bit pixels have values; more is a mistake."""


def plane_histogram(
    scene: Scene, *, channel: int, z: int, t: int, bins: int
) -> list[int]:
    """Count the pixels of a plane between the channel's minimum and maximum.

    Of an image with levels the largest is taken no side of which is longer than
    that of a square of ``max_plane_pixels`` (contract rendering 11).

    Raises
    ------
    graticule.errors.OutOfRangeError
        If there is no such plane.
    graticule.errors.LimitError
        If every level is too big, or there are too many bins.
    """
    if bins > MAX_BINS:
        raise LimitError("histogram bins", MAX_BINS, bins, "A histogram")
    if not 0 <= channel < scene.size_c:
        raise OutOfRangeError(f"channel {channel} is outside 0 to {scene.size_c - 1}.")
    level = _level(scene)
    with open_scene(scene) as source:
        window = scene.levels[level].whole
        plane = source.read(scene.index, level, z, t, [channel], window)[0]
        limits = histogram_range(plane, scene.pixel_type, scene.statistics[channel])
        counts = histogram(plane, limits, bins)
    return [int(count) for count in counts]


def _level(scene: Scene) -> int:
    limit = engine().max_plane_pixels
    if len(scene.levels) == 1:
        fitting = [0] if scene.width * scene.height <= limit else []
    else:
        side = math.isqrt(limit)
        fitting = [
            number
            for number, level in enumerate(scene.levels)
            if max(level.width, level.height) <= side
        ]
    if not fitting:
        smallest = scene.levels[-1]
        area = smallest.width * smallest.height
        raise LimitError("max_plane_pixels", limit, area, "The smallest level")
    return fitting[0]

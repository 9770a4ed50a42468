"""Histograms of one plane of one channel (contract webgateway 13.1)."""

from __future__ import annotations

from graticule.errors import LimitError, OutOfRangeError
from graticule.render.histogram import histogram, histogram_range
from graticule.services.engine import engine
from graticule.services.scenes import Scene, open_scene


def plane_histogram(
    scene: Scene, *, channel: int, z: int, t: int, bins: int
) -> list[int]:
    """Count the pixels of a plane between the channel's minimum and maximum.

    The largest level is taken whose plane is no bigger than
    ``max_plane_pixels``.

    Raises
    ------
    graticule.errors.OutOfRangeError
        If there is no such plane.
    graticule.errors.LimitError
        If every level is too big.
    """
    if not 0 <= channel < scene.size_c:
        raise OutOfRangeError(f"channel {channel} is outside 0 to {scene.size_c - 1}.")
    limit = engine().max_plane_pixels
    level = next(
        (
            number
            for number, level in enumerate(scene.levels)
            if level.width * level.height <= limit
        ),
        None,
    )
    if level is None:
        smallest = scene.levels[-1]
        area = smallest.width * smallest.height
        raise LimitError("max_plane_pixels", limit, area, "The smallest level")
    with open_scene(scene) as source:
        window = scene.levels[level].whole
        plane = source.read(scene.index, level, z, t, [channel], window)[0]
        limits = histogram_range(plane, scene.pixel_type, scene.statistics[channel])
        counts = histogram(plane, limits, bins)
    return [int(count) for count in counts]

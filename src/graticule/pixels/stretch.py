"""A display window for images whose extremes say little: the sky.

A star is a thousand times brighter than what surrounds it: between minimum and
maximum an astronomical image is black. IRAF's *zscale*, astronomy's usual
choice, finds the window around the sky instead. Knows nothing of rendering.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from astropy.visualization import ZScaleInterval

from graticule.pixels.model import ImageInfo, Window
from graticule.pixels.reader import Pixels, Source

_MOST_ROWS = 1024


def with_sky_windows(source: Source, image: int) -> ImageInfo:
    """Describe an image with a display window for each channel that has none.

    Looks at the middle plane, at most 1,024 rows around its middle; a channel
    without contrast keeps its extremes.

    Parameters
    ----------
    image
        Index into ``source.fileset.images``.

    Raises
    ------
    graticule.errors.FileError, graticule.errors.LimitError
        If the plane cannot be read.
    """
    info = source.fileset.images[image]
    first = max(0, (info.height - _MOST_ROWS) // 2)
    rows = Window(0, first, info.width, min(info.height, first + _MOST_ROWS))
    planes = source.read(
        image, 0, info.size_z // 2, info.size_t // 2, range(info.size_c), rows
    )
    channels = [
        channel if channel.window else replace(channel, window=_zscale(plane))
        for channel, plane in zip(info.channels, planes, strict=True)
    ]
    return replace(info, channels=tuple(channels))


def _zscale(plane: Pixels) -> tuple[float, float] | None:
    finite = plane[np.isfinite(plane)]
    if finite.size == 0:
        return None
    low, high = (float(limit) for limit in ZScaleInterval().get_limits(finite))
    return (low, high) if low < high else None

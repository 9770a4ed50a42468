"""Whole planes as pictures, however large the stack or the plane.

Drawn from the largest level that fits the limit of a picture, in bands, so that
projections stay in bounded memory. Knows no request and no job.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from graticule.errors import LimitError
from graticule.pixels.model import Window
from graticule.pixels.reader import Pixels, Source
from graticule.render.compose import drawn_channels
from graticule.render.settings import Projection, Rendering
from graticule.services.engine import engine
from graticule.services.scenes import Scene
from graticule.services.view import View, check_view, draw_pixels

BAND_BYTES = 128 << 20
"""Raw pixels that one band is drawn from, at most, where a row has fewer."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a plane is drawn.

    ``longest_side`` is that of the picture, which is never larger than the image;
    unset for as large as may be.
    """

    rendering: Rendering
    projection: Projection | None = None
    longest_side: int | None = None


def whole_view(scene: Scene, drawing: Drawing, z: int, t: int) -> View:
    """Ask for a whole plane, from the level that suits the size wanted.

    Raises
    ------
    graticule.errors.OutOfRangeError
        If there is no such plane.
    graticule.errors.LimitError
        If even the smallest level is larger than ``max_render_pixels``.
    """
    level = _level(scene, drawing.longest_side)
    view = View(
        z=z,
        t=t,
        level=level,
        window=scene.levels[level].whole,
        rendering=drawing.rendering,
        projection=drawing.projection,
    )
    check_view(scene, view, "A picture")
    return view


def draw_whole(
    source: Source, scene: Scene, view: View, longest_side: int | None = None
) -> Pixels:
    """Draw a plane in bands, and shrink it where it is too large.

    Returns
    -------
    numpy.ndarray
        Shape ``(height, width, 3)``, uint8.
    """
    whole = view.window
    picture = np.empty((whole.height, whole.width, 3), np.uint8)
    for band in _bands(scene, view):
        picture[band.y0 : band.y1] = draw_pixels(
            source, scene, replace(view, window=band)
        )
    if longest_side is None or max(whole.width, whole.height) <= longest_side:
        return picture
    factor = longest_side / max(whole.width, whole.height)
    size = (max(1, round(whole.width * factor)), max(1, round(whole.height * factor)))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BOX))


def _level(scene: Scene, longest_side: int | None) -> int:
    """Choose the largest level that may be drawn, or the smallest large enough."""
    limit = engine().max_render_pixels
    fitting = [
        number for number, level in enumerate(scene.levels) if level.whole.area <= limit
    ]
    if not fitting:
        area = scene.levels[-1].whole.area
        raise LimitError("max_render_pixels", limit, area, "A picture")
    if longest_side is None:
        return fitting[0]
    enough = [
        number
        for number in fitting
        if max(scene.levels[number].width, scene.levels[number].height) >= longest_side
    ]
    return enough[-1] if enough else fitting[0]


def _bands(scene: Scene, view: View) -> Iterator[Window]:
    """Cut a view into rows of tiles, as many as may be read at once."""
    level = scene.levels[view.level]
    planes = 1
    if view.projection is not None:
        planes = view.projection.end - view.projection.start + 1
    channels = max(1, len(drawn_channels(view.rendering)))
    most = min(BAND_BYTES, engine().max_projection_bytes)
    row_bytes = view.window.width * channels * planes * scene.pixel_type.dtype.itemsize
    rows = max(1, most // row_bytes)
    if rows > level.tile_height:
        rows -= rows % level.tile_height
    for y in range(0, view.window.height, rows):
        yield Window(0, y, view.window.width, min(y + rows, view.window.height))

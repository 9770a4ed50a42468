"""Any rectangle of an image as a picture of bounded size (contract clients 5).

Drawn from the level that keeps its longest side within the size asked for, and
scaled only where no level is small enough. What lies beside the image is grey.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from graticule.errors import LimitError
from graticule.pixels.model import Level, Window
from graticule.pixels.reader import Pixels
from graticule.render.encode import encode
from graticule.render.thumbnail import scale
from graticule.services.engine import engine
from graticule.services.scenes import Scene, open_scene
from graticule.services.view import (
    DEFAULT_QUALITY,
    View,
    check_view,
    draw_pixels,
    view_key,
)

_BESIDE = 221


@dataclass(frozen=True, slots=True)
class ScaledRegion:
    """A rectangle in pixels of the full-size image, and how it is drawn.

    ``window`` may reach beyond the image on all sides; ``view`` says plane and
    rendering, its level and window are not looked at.
    """

    view: View
    window: Window
    max_side: int


@dataclass(frozen=True, slots=True)
class _Layout:
    """Size of the picture, and the part of it where the image is.

    ``read`` is that part in pixels of ``level``; without it the region lies
    wholly beside the image.
    """

    width: int
    height: int
    level: int
    read: Window | None
    placed: Window


def draw_scaled_region(
    scene: Scene, region: ScaledRegion, key: str | None = None
) -> bytes:
    """Draw a region as JPEG, or find it drawn before.

    Parameters
    ----------
    key
        What :func:`graticule.services.view.view_key` gives for the region, where
        that is known already.

    Raises
    ------
    graticule.errors.OutOfRangeError
        If the plane is not in the image.
    graticule.errors.LimitError
        If the picture, or what has to be drawn to scale it down, is larger than
        ``max_render_pixels``; if a projection reads too much.
    graticule.errors.FileError
        If the file vanished, changed or is damaged.
    """
    key = view_key(scene, region) if key is None else key
    return engine().pictures.get(key, lambda: _draw(scene, region))


def _draw(scene: Scene, region: ScaledRegion) -> bytes:
    layout = _lay_out(scene.levels, region.window, region.max_side)
    area, limit = layout.width * layout.height, engine().max_render_pixels
    if area > limit:
        raise LimitError("max_render_pixels", limit, area, "A region")
    view = replace(
        region.view,
        level=layout.level,
        window=layout.read or scene.levels[layout.level].whole.clipped(1, 1),
    )
    check_view(scene, view, "A region")
    picture: Pixels = np.full((layout.height, layout.width, 3), _BESIDE, np.uint8)
    if layout.read is not None:
        with open_scene(scene) as source:
            drawn = draw_pixels(source, scene, view)
        place = layout.placed
        if drawn.shape[:2] != (place.height, place.width):
            drawn = scale(drawn, (place.width, place.height))
        picture[place.y0 : place.y1, place.x0 : place.x1] = drawn
    quality = DEFAULT_QUALITY if view.quality is None else view.quality
    return encode(picture, "jpeg", quality)


def _lay_out(levels: tuple[Level, ...], window: Window, max_side: int) -> _Layout:
    full = levels[0]
    number, across, down = _resolution(levels, window, max_side)
    width, height = _length(window.width * across), _length(window.height * down)
    inside = window.clipped(full.width, full.height)
    if inside.width <= 0 or inside.height <= 0:
        return _Layout(width, height, number, None, Window(0, 0, 0, 0))
    level = levels[number]
    left, right = _span(inside.x0, inside.x1, level.width / full.width, 0, level.width)
    top, bottom = _span(
        inside.y0, inside.y1, level.height / full.height, 0, level.height
    )
    placed_left, placed_right = _span(inside.x0, inside.x1, across, window.x0, width)
    placed_top, placed_bottom = _span(inside.y0, inside.y1, down, window.y0, height)
    return _Layout(
        width,
        height,
        number,
        Window(left, top, right, bottom),
        Window(placed_left, placed_top, placed_right, placed_bottom),
    )


def _resolution(
    levels: tuple[Level, ...], window: Window, max_side: int
) -> tuple[int, float, float]:
    """Choose the level, and the factors from full size to the picture."""
    for number, (across, down) in enumerate(_factors(levels)):
        if max(_length(window.width * across), _length(window.height * down)) <= (
            max_side
        ):
            return number, across, down
    last = len(levels) - 1
    shrunk = max_side / max(window.width * across, window.height * down)
    return last, across * shrunk, down * shrunk


def _factors(levels: tuple[Level, ...]) -> Iterator[tuple[float, float]]:
    full = levels[0]
    for level in levels:
        yield level.width / full.width, level.height / full.height


def _length(pixels: float) -> int:
    return max(1, round(pixels))


def _span(
    start: int, end: int, factor: float, origin: int, length: int
) -> tuple[int, int]:
    """Scale one side; something of it is left, however small, within the length."""
    first = min(max(round((start - origin) * factor), 0), length - 1)
    last = min(max(round((end - origin) * factor), first + 1), length)
    return first, last

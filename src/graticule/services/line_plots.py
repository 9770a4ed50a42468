"""Plots of the raw values along a row or column of a plane (webgateway 4.5)."""

from __future__ import annotations

from dataclasses import dataclass

from graticule.errors import LimitError, OutOfRangeError
from graticule.pixels.model import Window
from graticule.render.plots import Axis, Curve, draw_plot, encode_gif
from graticule.render.settings import Rendering
from graticule.services.engine import engine
from graticule.services.scenes import Scene, open_scene
from graticule.services.view import View, check_view, read_planes, view_key


@dataclass(frozen=True, slots=True)
class LinePlot:
    """What shall be plotted.

    ``position`` is the row or column, ``line_width`` in pixels. Of the rendering
    only which channels are on, and their colours, count; ``limits`` are the least
    and most of each channel.
    """

    axis: Axis
    z: int
    t: int
    position: int
    line_width: int
    rendering: Rendering
    limits: tuple[tuple[float, float], ...]


def draw_line_plot(scene: Scene, plot: LinePlot, key: str | None = None) -> bytes:
    """Draw a plot as GIF of the image's size, or find it drawn before.

    Parameters
    ----------
    key
        What :func:`graticule.services.view.view_key` gives, where that is known.

    Raises
    ------
    graticule.errors.OutOfRangeError
        If there is no such plane, row or column.
    graticule.errors.LimitError
        If the image is larger than ``max_render_pixels`` or what GIF can hold, or
        more channels are on than it has colours.
    graticule.errors.FileError
        If the file vanished, changed or is damaged.
    """
    key = view_key(scene, plot) if key is None else key
    return engine().pictures.get(key, lambda: _draw(scene, plot))


def _draw(scene: Scene, plot: LinePlot) -> bytes:
    limit, area = engine().max_render_pixels, scene.width * scene.height
    if area > limit:
        raise LimitError("max_render_pixels", limit, area, "A plot")
    view = View(plot.z, plot.t, 0, _line(scene, plot), plot.rendering)
    check_view(scene, view, "A line")
    active = [n for n, channel in enumerate(plot.rendering.channels) if channel.active]
    with open_scene(scene) as source:
        planes = read_planes(source, scene, view, active)
    colors = [plot.rendering.channels[number].color[:3] for number in active]
    curves = [
        Curve(planes[number].ravel(), *plot.limits[number], color)
        for number, color in zip(active, colors, strict=True)
    ]
    shape = (scene.height, scene.width)
    drawn = draw_plot(curves, plot.axis, shape, plot.position, plot.line_width)
    return encode_gif(drawn, colors)


def _line(scene: Scene, plot: LinePlot) -> Window:
    place = plot.position
    is_row = plot.axis is Axis.ROW
    size = scene.height if is_row else scene.width
    if not 0 <= place < size:
        raise OutOfRangeError(f"{plot.axis.value} {place} is outside 0 to {size - 1}.")
    if is_row:
        return Window(0, place, scene.width, place + 1)
    return Window(place, 0, place + 1, scene.height)

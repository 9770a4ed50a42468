"""Figures drawn: the exact picture of a view, with what stands on it, as a file.

What can be laid out without opening the file is laid out first, as a frozen value
that says everything that will show: it is what the figure is known by. Knows no HTTP.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

import numpy as np
import tifffile
from PIL import Image as Pictures

from graticule.catalog.models import Image, Person
from graticule.errors import OutOfRangeError, RequestError
from graticule.pixels.reader import Pixels
from graticule.render.compose import drawn_channels
from graticule.render.mark_painter import paint_marks
from graticule.render.mark_svg import write_svg
from graticule.render.marks import Mark
from graticule.render.settings import Model, Rgba
from graticule.services.containers import find
from graticule.services.engine import engine
from graticule.services.scenes import Scene, open_scene
from graticule.services.view import check_projection, check_view, draw_pixels
from graticule.services.view_figures.asked import (
    FigureAsked,
    FigureLimitError,
    Regions,
)
from graticule.services.view_figures.frame import Frame, frame_of
from graticule.services.view_figures.legend import (
    Canvas,
    bar_marks,
    name_marks,
    text_size,
)
from graticule.services.view_figures.regions import Placing, region_marks

MEDIA_TYPES = {"png": "image/png", "tif": "image/tiff", "svg": "image/svg+xml"}
_WHITE: Rgba = (255, 255, 255, 255)
_BRIGHT_LEVEL = 204  # of lookup tables: their last colour is often white
_PNG_LEVEL = 3
_SMALLER = "Choose a smaller width, or zoom in."


@dataclass(frozen=True, slots=True)
class Limits:
    """How large figures may be (``max_figure_pixels``, ``max_region_shapes``)."""

    pixels: int
    shapes: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure ready to be drawn: where its pixels come from, and what is on it.

    ``um_per_pixel`` is of the figure, width and height; unset where not known.
    """

    asked: FigureAsked
    frame: Frame
    title: str
    um_per_pixel: tuple[float, float] | None
    groups: tuple[tuple[str, tuple[Mark, ...]], ...]


def lay_out(
    person: Person | None, scene: Scene, asked: FigureAsked, limits: Limits
) -> Figure:
    """Say everything that a figure will show; opens no file.

    Raises
    ------
    graticule.errors.OutOfRangeError
        If the plane or the window is not in the image.
    graticule.errors.RequestError
        If there is no scale for the bar that is asked for, or it is too long.
    graticule.errors.LimitError
        If the figure, what it is drawn from, or the number of regions is too large.
    """
    image = find(person, Image.objects.all(), scene.image_id)
    window = asked.view.window.clipped(scene.width, scene.height)
    if window.width <= 0 or window.height <= 0:
        raise OutOfRangeError(
            f"The region begins outside of the image, which has {scene.width} x "
            f"{scene.height} pixels."
        )
    asked = replace(asked, view=replace(asked.view, window=window))
    frame = frame_of(scene.levels, window, asked.width)
    _check(scene, asked, frame, limits)
    um_per_pixel = _um_per_pixel(image, frame)
    if asked.bar is not None and um_per_pixel is None:
        raise RequestError(
            "The size of this image's pixels is not known: choose no scale bar."
        )
    groups = _groups(person, scene, asked, frame, um_per_pixel, limits)
    return Figure(asked, frame, scene.name, um_per_pixel, groups)


def _check(scene: Scene, asked: FigureAsked, frame: Frame, limits: Limits) -> None:
    area = frame.width * frame.height
    if area > limits.pixels:
        raise FigureLimitError(
            "max_figure_pixels", limits.pixels, area, "A figure", _SMALLER
        )
    view = replace(asked.view, level=frame.level, window=frame.read)
    check_view(scene, view, "What a figure is drawn from")
    check_projection(scene, view)


def _um_per_pixel(image: Image, frame: Frame) -> tuple[float, float] | None:
    width, height = image.pixel_width_um, image.pixel_height_um
    if not width or width <= 0:
        return None
    return width / frame.scale, (height or width) / frame.scale


def _groups(
    person: Person | None,
    scene: Scene,
    asked: FigureAsked,
    frame: Frame,
    um_per_pixel: tuple[float, float] | None,
    limits: Limits,
) -> tuple[tuple[str, tuple[Mark, ...]], ...]:
    size = text_size(frame.width, frame.height, asked.dpi, asked.text_points)
    canvas = Canvas(frame.width, frame.height, size)
    groups: list[tuple[str, tuple[Mark, ...]]] = []
    if asked.regions is not Regions.NONE:
        window = asked.view.window
        texts = asked.regions is Regions.TEXTS
        placing = Placing(window.x0, window.y0, frame.scale, size, texts)
        found = region_marks(person, scene.image_id, asked.view, placing, limits.shapes)
        groups.append(("regions", found))
    if asked.names is not None:
        groups.append(
            ("channels", name_marks(canvas, _names(scene, asked), asked.names))
        )
    if asked.bar is not None and um_per_pixel is not None:
        groups.append(("scale-bar", bar_marks(canvas, asked.bar, um_per_pixel[0])))
    return tuple(groups)


def _names(scene: Scene, asked: FigureAsked) -> list[tuple[str, Rgba]]:
    rendering = asked.view.rendering
    if rendering.model is Model.GREYSCALE:
        return [(scene.labels[n], _WHITE) for n in drawn_channels(rendering)]
    found = []
    for number in drawn_channels(rendering):
        channel = rendering.channels[number]
        color: Rgba = (*channel.color[:3], 255)
        lut = engine().luts.get(channel.lut or "")
        if lut is not None:
            red, green, blue = lut.values[_BRIGHT_LEVEL].tolist()
            color = (red, green, blue, 255)
        found.append((scene.labels[number], color))
    return found


def draw_figure(scene: Scene, figure: Figure) -> bytes:
    """Draw a figure as a file of its format.

    Raises
    ------
    graticule.errors.FileError
        If the image's file vanished, changed or is damaged.
    """
    asked, frame = figure.asked, figure.frame
    view = replace(asked.view, level=frame.level, window=frame.read)
    with open_scene(scene) as source:
        picture = _fitted(draw_pixels(source, scene, view), frame)
    if asked.format == "svg":
        png = _png(picture, asked.dpi)
        size = (frame.width, frame.height)
        return write_svg(png, size, asked.dpi, figure.title, dict(figure.groups))
    marks = [mark for _, group in figure.groups for mark in group]
    picture = paint_marks(picture, marks)
    if asked.format == "png":
        return _png(picture, asked.dpi)
    return _tiff(picture, asked.dpi, figure.um_per_pixel)


def _fitted(picture: Pixels, frame: Frame) -> Pixels:
    """Scale a picture: smoothly when it shrinks; larger, pixels are repeated."""
    if frame.is_exact:
        return picture
    grows = frame.width > frame.box[2] - frame.box[0]
    how = Pictures.Resampling.NEAREST if grows else Pictures.Resampling.LANCZOS
    size = (frame.width, frame.height)
    fitted = Pictures.fromarray(picture).resize(size, how, frame.box)
    return np.asarray(fitted)


def _png(picture: Pixels, dpi: float) -> bytes:
    buffer = io.BytesIO()
    made = Pictures.fromarray(picture)
    made.save(buffer, "PNG", dpi=(dpi, dpi), compress_level=_PNG_LEVEL)
    return buffer.getvalue()


def _tiff(
    picture: Pixels, dpi: float, um_per_pixel: tuple[float, float] | None
) -> bytes:
    """Write RGB TIFF: resolution for paper, and OME-XML with the pixels' true size."""
    said: dict[str, object] = {"axes": "YXS"}
    if um_per_pixel is not None:
        said |= {"PhysicalSizeX": um_per_pixel[0], "PhysicalSizeY": um_per_pixel[1]}
        said |= {"PhysicalSizeXUnit": "µm", "PhysicalSizeYUnit": "µm"}
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer, ome=True) as tiff:
        tiff.write(
            picture,
            photometric="rgb",
            compression="zlib",
            predictor=True,
            resolution=(dpi, dpi),
            resolutionunit="INCH",
            software="Graticule",
            metadata=said,
        )
    return buffer.getvalue()

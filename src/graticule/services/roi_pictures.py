"""Pictures of shapes: masks, and outlines on their piece of the image.

Contract webgateway 6.1 and 6.2. What comes in has passed the rule of visibility.
Knows no HTTP.
"""

from __future__ import annotations

from graticule.catalog.models import Shape
from graticule.errors import LimitError, NotFoundError, RequestError
from graticule.pixels.annotations import ShapeKind
from graticule.pixels.model import Window
from graticule.pixels.reader import Pixels
from graticule.render.encode import encode_jpeg, encode_png
from graticule.render.settings import Rendering
from graticule.render.shapes import (
    MAX_FRAME_PIXELS,
    Figure,
    Point,
    Rgb,
    draw_mask,
    frame,
    framed,
    inside,
    too_large,
)
from graticule.services.engine import engine
from graticule.services.scenes import Scene, open_scene
from graticule.services.shape_bounds import parse_points
from graticule.services.view import View, check_view, draw_pixels

_QUALITY = 0.9


def mask_picture(shape: Shape) -> bytes:
    """Draw a mask as PNG: its colour inside, transparent outside.

    Raises
    ------
    graticule.errors.NotFoundError
        If the shape is no mask, or its bits are missing.
    graticule.errors.LimitError
        If it is larger than ``max_render_pixels``.
    """
    if shape.kind != ShapeKind.MASK.value:
        raise NotFoundError(f"Shape:{shape.pk} is a {shape.kind}, not a mask")
    width, height = int(shape.geometry["width"]), int(shape.geometry["height"])
    limit = engine().max_render_pixels
    if width * height > limit:
        raise LimitError("max_render_pixels", limit, width * height, "A mask")
    try:
        picture = draw_mask(
            bytes(shape.mask_bits or b""), width, height, shape.fill_color
        )
    except RequestError as error:
        raise NotFoundError(f"Shape:{shape.pk}: {error}") from error
    return encode_png(picture)


def shape_picture(
    scene: Scene, shape: Shape, rendering: Rendering, color: Rgb
) -> bytes:
    """Draw a shape's outline on its piece of the image, as JPEG.

    Parameters
    ----------
    scene
        The image that the shape is on.
    rendering
        How to draw the image; planes that the shape leaves open are those that
        people see first.

    Raises
    ------
    graticule.errors.OutOfRangeError
        If the shape is on a plane that the image does not have.
    graticule.errors.RequestError
        If the shape has no readable points.
    graticule.errors.LimitError
        If the frame is larger than ``max_render_pixels``.
    graticule.errors.FileError
        If the file vanished, changed or is damaged.
    """
    figure = figure_of(shape)
    around = frame(figure)
    if max(around.width, around.height) > MAX_FRAME_PIXELS:
        return encode_jpeg(too_large(), _QUALITY)
    seen = inside(around, scene.width, scene.height)
    view = View(
        z=scene.default_z if shape.z is None else shape.z,
        t=scene.default_t if shape.t is None else shape.t,
        level=0,
        window=seen or Window(0, 0, 0, 0),
        rendering=rendering,
    )
    check_view(scene, view, "A shape's frame")
    pixels = None if seen is None else _drawn(scene, view)
    return encode_jpeg(framed(figure, around, seen, pixels, color), _QUALITY)


def _drawn(scene: Scene, view: View) -> Pixels:
    with open_scene(scene) as source:
        return draw_pixels(source, scene, view)


def figure_of(shape: Shape) -> Figure:
    """Take a shape's place out of its row.

    Ends of lines and ellipses are cut to integers (contract 6.1).

    Raises
    ------
    graticule.errors.RequestError
        If it has no readable points.
    """
    kind = ShapeKind(shape.kind)
    return Figure(kind, tuple(_points(kind, shape)))


def _points(kind: ShapeKind, shape: Shape) -> list[Point]:
    at = shape.geometry
    match kind:
        case ShapeKind.POLYLINE | ShapeKind.POLYGON:
            return parse_points(shape.points)
        case ShapeKind.LINE:
            return [(int(at["x1"]), int(at["y1"])), (int(at["x2"]), int(at["y2"]))]
        case ShapeKind.ELLIPSE:
            names = ("x", "y", "radius_x", "radius_y")
            x, y, radius_x, radius_y = (int(at[name]) for name in names)
            return [(x - radius_x, y - radius_y), (x + radius_x, y + radius_y)]
        case ShapeKind.POINT | ShapeKind.LABEL:
            return [(at["x"], at["y"])]
        case _:
            x0, y0 = at["x"], at["y"]
            return [(x0, y0), (x0 + at["width"], y0 + at["height"])]

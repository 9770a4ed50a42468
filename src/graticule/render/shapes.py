"""Shapes as pictures: masks, and outlines within their frame.

Contract webgateway 6.1 and 6.2, rendering 17. Pure functions of geometry; knows
nothing of files, tables and people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from graticule.errors import RequestError
from graticule.pixels.annotations import ShapeKind
from graticule.pixels.model import Window

Picture = npt.NDArray[np.uint8]
Point = tuple[float, float]
Rgb = tuple[int, int, int]

PICTURE_WIDTH = 250
MAX_FRAME_PIXELS = 3192
"""Longest side of a frame (``max_plane_width``, ``max_plane_height``)."""
_SMALLEST_FRAME = (PICTURE_WIDTH, 166)
_OUTSIDE = 221
_SPOT_PIXELS = 100  # the box around what has no extent
_BEYOND = 1e9  # any frame so large is too large
_YELLOW = -65281


@dataclass(frozen=True, slots=True)
class Figure:
    """A shape's kind and place, transforms ignored.

    ``points`` are two opposite corners (rectangle, mask, ellipse), the ends
    (line), all points (polyline, polygon) or the one point (point, label), in
    pixels of the full-size image.
    """

    kind: ShapeKind
    points: tuple[Point, ...]

    def box(self) -> tuple[float, float, float, float]:
        """Measure it: left, top, width, height."""
        xs, ys = zip(*self.points, strict=True)
        if self.kind in {ShapeKind.POINT, ShapeKind.LABEL}:
            half = _SPOT_PIXELS // 2
            return xs[0] - half, ys[0] - half, _SPOT_PIXELS, _SPOT_PIXELS
        x, y = min(xs), min(ys)
        return x, y, min(max(xs) - x, _BEYOND), min(max(ys) - y, _BEYOND)


def frame(figure: Figure) -> Window:
    """Put a frame of 3 to 2 around a shape (contract webgateway 6.1).

    Returns
    -------
    Window
        In pixels of the full-size image; it may lie outside of it.
    """
    x, y, width, height = figure.box()
    room = max(width, 3 * height // 2)
    size = (int(1.5 * room), int(1.5 * (2 * room // 3)))
    if size[0] < PICTURE_WIDTH:
        size = _SMALLEST_FRAME
    left = int(x - (size[0] - width) // 2)
    top = int(y - (size[1] - height) // 2)
    return Window(left, top, left + size[0], top + size[1])


def inside(around: Window, width: int, height: int) -> Window | None:
    """Cut a frame to an image of some size; None where nothing is left."""
    x0, x1 = max(around.x0, 0), min(around.x1, width)
    y0, y1 = max(around.y0, 0), min(around.y1, height)
    return Window(x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def framed(
    figure: Figure,
    around: Window,
    seen: Window | None,
    pixels: Picture | None,
    color: Rgb,
) -> Picture:
    """Draw a shape's outline on its piece of the image.

    Parameters
    ----------
    around
        What :func:`frame` gives.
    seen
        The part of it inside the image, and ``pixels`` drawn of that part:
        uint8, shape ``(seen.height, seen.width, 3)``.

    Returns
    -------
    numpy.ndarray
        uint8 RGB, ``PICTURE_WIDTH`` wide. Grey where there is no image.
    """
    canvas = np.full((around.height, around.width, 3), _OUTSIDE, np.uint8)
    if seen is not None and pixels is not None:
        rows = slice(seen.y0 - around.y0, seen.y1 - around.y0)
        columns = slice(seen.x0 - around.x0, seen.x1 - around.x0)
        canvas[rows, columns] = pixels
    factor = PICTURE_WIDTH / around.width
    height = around.height * PICTURE_WIDTH // around.width
    picture = Image.fromarray(canvas).resize((PICTURE_WIDTH, height))
    points = [
        ((x - around.x0) * factor, (y - around.y0) * factor) for x, y in figure.points
    ]
    _outline(picture, figure.kind, points, color)
    return np.asarray(picture)


def too_large() -> Picture:
    """Say that a shape is too large for a picture, on one."""
    picture = Image.new("RGB", _SMALLEST_FRAME, (_OUTSIDE,) * 3)
    text = "Shape too large to\ngenerate thumbnail"
    ImageDraw.Draw(picture).text((10, 30), text, fill=(255, 0, 0))
    return np.asarray(picture)


def _outline(
    picture: Image.Image, kind: ShapeKind, points: list[Point], color: Rgb
) -> None:
    """Draw two pixels wide; of masks and labels nothing (contract 6.1)."""
    pen = ImageDraw.Draw(picture)
    match kind:
        case ShapeKind.RECTANGLE | ShapeKind.ELLIPSE:
            xs, ys = (sorted(map(int, ends)) for ends in zip(*points, strict=True))
            draw = pen.rectangle if kind is ShapeKind.RECTANGLE else pen.ellipse
            for out in (0, 1):
                box = (xs[0] - out, ys[0] - out, xs[1] + out, ys[1] + out)
                draw(box, outline=color)
        case ShapeKind.LINE | ShapeKind.POLYLINE:
            _segments(pen, points, color)
        case ShapeKind.POLYGON:
            _segments(pen, [*points, points[0]], color)
        case ShapeKind.POINT:
            x, y = picture.width // 2, picture.height // 2
            for radius in (2, 3):
                box = (x - radius, y - radius, x + radius, y + radius)
                pen.ellipse(box, outline=color)


def _segments(pen: ImageDraw.ImageDraw, points: Iterable[Point], color: Rgb) -> None:
    pen.line([(int(x), int(y)) for x, y in points], fill=color, width=2)


def rgba(color: int) -> tuple[int, int, int, int]:
    """Take a signed 32-bit colour apart into red, green, blue, alpha."""
    red, green, blue, alpha = (color & 0xFFFFFFFF).to_bytes(4, "big")
    return red, green, blue, alpha


def draw_mask(
    bits: bytes, width: int, height: int, fill_color: int | None = None
) -> Picture:
    """Colour the inside of a mask, leave the rest transparent.

    Parameters
    ----------
    bits
        Most significant bit first, row after row without padding; 1 is inside.
        Surplus bits mean nothing.
    fill_color
        Signed 32-bit RGBA; unset is opaque yellow.

    Returns
    -------
    numpy.ndarray
        uint8 RGBA, shape ``(height, width, 4)``.

    Raises
    ------
    graticule.errors.RequestError
        If the mask is empty or there are too few bits.
    """
    pixels = width * height
    if width < 1 or height < 1 or len(bits) * 8 < pixels:
        raise RequestError(
            f"A mask of {width} x {height} pixels cannot be made of "
            f"{len(bits) * 8:,} bits."
        )
    covered = np.unpackbits(np.frombuffer(bits, np.uint8), count=pixels)
    color = rgba(_YELLOW if fill_color is None else fill_color)
    palette = np.array([(0, 0, 0, 0), color], np.uint8)
    picture: Picture = palette[covered.reshape(height, width)]
    return picture

"""Marks painted into the pixels of a picture.

Lines have smooth edges: strips of the picture are enlarged, drawn on, and reduced
again, which leaves every pixel without a line exactly as it was. Knows nothing of
what the marks mean.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from graticule.render.lettering import font
from graticule.render.marks import Block, Mark, Oval, Path, Point, Stencil, Words
from graticule.render.settings import Rgba
from graticule.render.shapes import draw_mask

Picture = npt.NDArray[np.uint8]

_FINER = 3
_STRIP_ROWS = 128
_OVAL_POINTS = 120
_EDGE = (0, 0, 0, 190)
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def paint_marks(picture: Picture, marks: Iterable[Mark]) -> Picture:
    """Paint marks onto a picture: stencils, then lines, then bars, words on top.

    Parameters
    ----------
    picture
        uint8, shape ``(height, width, 3)``; left as it is.

    Returns
    -------
    numpy.ndarray
        A picture of the same shape.
    """
    drawn = list(marks)
    if not drawn:
        return picture
    canvas = Image.fromarray(picture).copy()
    for mark in drawn:
        if isinstance(mark, Stencil):
            _stencil(canvas, mark)
    paths = [
        _path_of(mark) if isinstance(mark, Oval) else mark
        for mark in drawn
        if isinstance(mark, (Path, Oval))
    ]
    _lines(canvas, paths)
    pen = ImageDraw.Draw(canvas, "RGBA")
    for mark in drawn:
        if isinstance(mark, Block):
            _block(pen, mark)
        elif isinstance(mark, Words):
            _words(pen, mark)
    return np.asarray(canvas)


def _path_of(oval: Oval) -> Path:
    turns = (math.tau * n / _OVAL_POINTS for n in range(_OVAL_POINTS))
    points = tuple(
        (
            oval.x + oval.radius_x * math.cos(turn),
            oval.y + oval.radius_y * math.sin(turn),
        )
        for turn in turns
    )
    return Path(
        points, closed=True, stroke=oval.stroke, width=oval.width, fill=oval.fill
    )


def _lines(canvas: Image.Image, paths: Sequence[Path]) -> None:
    spans = [(*_rows(path), path) for path in paths]
    for top in range(0, canvas.height, _STRIP_ROWS):
        bottom = min(top + _STRIP_ROWS, canvas.height)
        here = [path for y0, y1, path in spans if y0 < bottom and y1 > top]
        if here:
            _strip(canvas, top, bottom, here)


def _rows(path: Path) -> tuple[float, float]:
    ys = [y for _, y in path.points]
    return min(ys) - path.width, max(ys) + path.width


def _strip(canvas: Image.Image, top: int, bottom: int, paths: Sequence[Path]) -> None:
    box = (0, top, canvas.width, bottom)
    size = (canvas.width * _FINER, (bottom - top) * _FINER)
    finer = canvas.crop(box).resize(size, Image.Resampling.NEAREST)
    pen = ImageDraw.Draw(finer, "RGBA")
    for path in paths:
        points = [_finer(point, top) for point in path.points]
        if path.fill is not None and path.closed and len(points) > 2:
            pen.polygon(points, fill=path.fill)
        if path.width > 0:
            line = [*points, *points[:2]] if path.closed else points
            width = max(1, round(path.width * _FINER))
            pen.line(line, fill=path.stroke, width=width, joint="curve")
    canvas.paste(finer.reduce(_FINER), (0, top))


def _finer(point: Point, top: int) -> Point:
    """Move a place to the enlarged strip, where centres are whole numbers."""
    return point[0] * _FINER - 0.5, (point[1] - top) * _FINER - 0.5


def _block(pen: ImageDraw.ImageDraw, block: Block) -> None:
    x, y = round(block.x), round(block.y)
    width, height = max(1, round(block.width)), max(1, round(block.height))
    pen.rectangle((x, y, x + width - 1, y + height - 1), fill=block.color)


def _words(pen: ImageDraw.ImageDraw, words: Words) -> None:
    at, anchor, letters = (words.x, words.y), _ANCHORS[words.anchor], font(words.size)
    if words.edged:
        edge = max(1, round(words.size / 10))
        pen.text(
            at,
            words.text,
            fill=_EDGE,
            font=letters,
            anchor=anchor,
            stroke_width=edge,
            stroke_fill=_EDGE,
        )
    pen.text(at, words.text, fill=words.color, font=letters, anchor=anchor)


def _stencil(canvas: Image.Image, stencil: Stencil) -> None:
    a, b, c, d, e, f = stencil.matrix
    area = a * d - b * c
    if area == 0:
        return
    corners = [
        (a * x + c * y + e, b * x + d * y + f)
        for x in (0, stencil.columns)
        for y in (0, stencil.rows)
    ]
    left, top = (max(0, math.floor(min(each))) for each in zip(*corners, strict=True))
    right, bottom = (math.ceil(max(each)) for each in zip(*corners, strict=True))
    width = min(right, canvas.width) - left
    height = min(bottom, canvas.height) - top
    if width <= 0 or height <= 0:
        return
    seen = Image.fromarray(
        draw_mask(stencil.bits, stencil.columns, stencil.rows, _signed(stencil.color))
    )
    # Back from the picture's pixels, whose box begins at (left, top), to the mask's.
    back = (
        d / area,
        -c / area,
        (d * (left - e) - c * (top - f)) / area,
        -b / area,
        a / area,
        (a * (top - f) - b * (left - e)) / area,
    )
    placed = seen.transform((width, height), Image.Transform.AFFINE, back)
    canvas.paste(placed.convert("RGB"), (left, top), placed.getchannel("A"))


def _signed(color: Rgba) -> int:
    return int.from_bytes(bytes(color), "big", signed=True)

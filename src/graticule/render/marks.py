"""What is drawn over a picture: lines, ovals, bars, words and stencils, as values.

All coordinates are in pixels of the picture, as SVG has them: the first pixel covers
0 to 1, its centre is 0.5. The same marks are painted into pixels
(:mod:`graticule.render.mark_painter`) or written as vectors
(:mod:`graticule.render.mark_svg`). Knows nothing of what they mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from graticule.render.settings import Rgba

Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]
"""As SVG writes it: x' = a x + c y + e, y' = b x + d y + f."""


@dataclass(frozen=True, slots=True)
class Path:
    """Straight lines from point to point; ``width`` 0 draws no line."""

    points: tuple[Point, ...]
    closed: bool
    stroke: Rgba
    width: float
    fill: Rgba | None = None

    @property
    def box(self) -> tuple[float, float, float, float] | None:
        """Left, top, width and height of a rectangle that stands upright."""
        xs, ys = (
            sorted({x for x, _ in self.points}),
            sorted({y for _, y in self.points}),
        )
        is_box = self.closed and len(self.points) == 4 and len(xs) == len(ys) == 2
        straight = all(
            one[0] == other[0] or one[1] == other[1]
            for one, other in zip(
                self.points, (*self.points[1:], self.points[0]), strict=True
            )
        )
        if not is_box or not straight:
            return None
        return xs[0], ys[0], xs[1] - xs[0], ys[1] - ys[0]


@dataclass(frozen=True, slots=True)
class Oval:
    """An ellipse whose axes are upright."""

    x: float
    y: float
    radius_x: float
    radius_y: float
    stroke: Rgba
    width: float
    fill: Rgba | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A filled rectangle; painted on whole pixels."""

    x: float
    y: float
    width: float
    height: float
    color: Rgba


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text; ``y`` is its base line, ``edged`` gives it a dark edge."""

    x: float
    y: float
    text: str
    size: float
    color: Rgba
    anchor: Literal["start", "middle", "end"] = "start"
    edged: bool = False


@dataclass(frozen=True, slots=True)
class Stencil:
    """A mask in one colour: ``bits`` as :func:`graticule.render.shapes.draw_mask` has
    them; ``matrix`` leads from its pixels to those of the picture.
    """  # noqa: D205

    bits: bytes
    columns: int
    rows: int
    color: Rgba
    matrix: Matrix


Mark = Path | Oval | Block | Words | Stencil

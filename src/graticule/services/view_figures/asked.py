"""What a figure of a view shall be, as frozen values. Knows no HTTP, draws nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from graticule.errors import LimitError
from graticule.render.settings import Rgba
from graticule.services.view import View


class Corner(Enum):
    """Where on the picture something stands."""

    BOTTOM_RIGHT = "bottom-right"
    BOTTOM_LEFT = "bottom-left"
    TOP_RIGHT = "top-right"
    TOP_LEFT = "top-left"

    @property
    def is_left(self) -> bool:
        """Whether it is on the left."""
        return self.value.endswith("left")

    @property
    def is_top(self) -> bool:
        """Whether it is at the top."""
        return self.value.startswith("top")


class Regions(Enum):
    """What is drawn of the regions of interest."""

    NONE = "none"
    SHAPES = "shapes"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class ScaleBar:
    """A scale bar; ``length_um`` unset means a round length that suits."""

    length_um: float | None = None
    corner: Corner = Corner.BOTTOM_RIGHT
    color: Rgba = (255, 255, 255, 255)
    label: bool = True


@dataclass(frozen=True, slots=True)
class FigureAsked:
    """A figure of a part of an image.

    Attributes
    ----------
    view
        Level 0, its window in pixels of the full-size image.
    width
        Of the figure in pixels; unset is as many as the image has there.
    dpi
        Pixels per inch on paper.
    format
        ``png``, ``tif`` or ``svg``.
    text_points
        Size of letters in points on paper; unset is a share of the picture.
    names
        Where the names of the channels stand, if at all.
    """

    view: View
    width: int | None
    dpi: float
    format: str
    bar: ScaleBar | None = None
    names: Corner | None = None
    regions: Regions = Regions.NONE
    text_points: float | None = None


class FigureLimitError(LimitError):
    """A figure is too large; ``remedy`` says what to choose instead."""

    def __init__(
        self, limit: str, allowed: int, asked: int, what: str, remedy: str
    ) -> None:
        super().__init__(limit, allowed, asked, what)
        self.remedy = remedy

    def __str__(self) -> str:
        """Say what the limit is, and what to do."""
        return f"{super().__str__()} {self.remedy}"

    def __reduce__(self) -> tuple[type[FigureLimitError], tuple[object, ...]]:  # type: ignore[override]
        """Survive the way between processes."""
        given = (self.limit, self.allowed, self.asked, self.what, self.remedy)
        return type(self), given

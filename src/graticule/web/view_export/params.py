"""What a figure shall be, out of the query. Looks nothing up."""

from __future__ import annotations

import math
import re

from django.http import HttpRequest

from graticule.errors import RequestError
from graticule.pixels.model import Window
from graticule.render.project import clamped_projection
from graticule.render.settings import Projection, Rgba
from graticule.services.changes import apply_changes
from graticule.services.rendering_texts import (
    integer_or_none,
    parse_changes,
    parse_color,
    parse_projection,
)
from graticule.services.scenes import Scene
from graticule.services.view import View
from graticule.services.view_figures.asked import (
    Corner,
    FigureAsked,
    Regions,
    ScaleBar,
)

FORMATS = ("png", "tif", "svg")
CORNERS = tuple(corner.value for corner in Corner)
NONE = "none"
AUTO = "auto"
_FARTHEST = 10**9
_LARGEST_NUMBER = 1e9
_LEAST_DPI, _MOST_DPI = 0.1, 10_000.0
_LEAST_POINTS, _MOST_POINTS = 1.0, 500.0
_HEX = re.compile("[0-9a-fA-F]{6}")


def figure(request: HttpRequest, scene: Scene) -> FigureAsked:
    """Read what is asked for; what is left out is as people see the image first.

    Raises
    ------
    graticule.errors.RequestError
        If something cannot be understood.
    """
    given = request.GET
    changes = parse_changes(given.get("c"), given.get("maps"), given.get("m"))
    view = View(
        z=_whole(request, "z", scene.default_z),
        t=_whole(request, "t", scene.default_t),
        level=0,
        window=_region(given.get("region", ""), scene),
        rendering=apply_changes(scene.rendering, changes),
        projection=_projection(given.get("p", ""), scene),
    )
    width = _whole(request, "width", 0)
    points = _number(request, "text", 0, _LEAST_POINTS, _MOST_POINTS)
    return FigureAsked(
        view=view,
        width=width or None,
        dpi=_number(request, "dpi", 300, _LEAST_DPI, _MOST_DPI),
        format=_choice(request, "format", "png", FORMATS),
        bar=_bar(request),
        names=_names(request),
        regions=Regions(
            _choice(request, "regions", NONE, tuple(each.value for each in Regions))
        ),
        text_points=points or None,
    )


def _bar(request: HttpRequest) -> ScaleBar | None:
    text = request.GET.get("bar", NONE)
    if text == NONE:
        return None
    length = None
    if text != AUTO:
        length = _number(request, "bar", 0, 1e-6, _LARGEST_NUMBER)
    return ScaleBar(
        length_um=length,
        corner=Corner(_choice(request, "bar_at", "bottom-right", CORNERS)),
        color=_color(request.GET.get("bar_color", "ffffff")),
        label=_choice(request, "bar_label", "true", ("true", "false")) == "true",
    )


def _names(request: HttpRequest) -> Corner | None:
    corner = _choice(request, "names", NONE, (NONE, *CORNERS))
    return None if corner == NONE else Corner(corner)


def _projection(text: str, scene: Scene) -> Projection | None:
    asked = parse_projection(text)
    if asked is None:
        return None
    return clamped_projection(asked.kind, scene.size_z, asked.start, asked.end)


def _region(text: str, scene: Scene) -> Window:
    if not text:
        return scene.levels[0].whole
    numbers = [integer_or_none(part) for part in text.split(",")]
    if len(numbers) != 4 or None in numbers:
        raise RequestError(
            f"region must be x,y,width,height in pixels, not {text[:60]!r}."
        )
    x, y, width, height = (number or 0 for number in numbers)
    if width <= 0 or height <= 0 or max(map(abs, (x, y, width, height))) > _FARTHEST:
        raise RequestError(f"The region {text[:60]} is empty, or far beyond any image.")
    return Window(x, y, x + width, y + height)


def _color(text: str) -> Rgba:
    found = parse_color(text) if _HEX.fullmatch(text) else None
    if found is None:
        raise RequestError(
            f"bar_color must be six hexadecimal digits, as ffffff, not {text[:9]!r}."
        )
    return found


def _choice(
    request: HttpRequest, name: str, default: str, known: tuple[str, ...]
) -> str:
    text: str = request.GET.get(name, default)
    if text not in known:
        raise RequestError(f"{name} is one of {', '.join(known)}: not {text[:40]!r}.")
    return text


def _whole(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise RequestError(f"{name} must be a whole number, not {text[:40]!r}.")
    return int(text)


def _number(
    request: HttpRequest, name: str, default: float, least: float, most: float
) -> float:
    text = request.GET.get(name, "")
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        raise RequestError(
            f"{name} must be a number from {least:g} to {most:g}, not {text[:40]!r}."
        )
    return value

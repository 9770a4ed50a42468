"""``tile=`` and ``region=`` to a level and a window (contract webgateway 3.4, 3.5).

Level 0 is full size on the wire as inside.
"""

from __future__ import annotations

from django.http import HttpRequest

from graticule.errors import OutOfRangeError, RequestError
from graticule.pixels.model import Level, Window
from graticule.web.gateway.numbers import integer_or_none


def asked_window(
    request: HttpRequest, levels: tuple[Level, ...], max_tile_length: int
) -> tuple[int, Window]:
    """Find level and window of a tile or region request.

    Raises
    ------
    graticule.errors.RequestError
        If neither is given, one is malformed, or there is no such level.
    graticule.errors.OutOfRangeError
        If it lies wholly outside the image.
    """
    tile = request.GET.get("tile")
    if tile:
        return _tile(tile, levels, max_tile_length)
    region = request.GET.get("region")
    if region:
        return 0, _region(region, levels[0])
    raise RequestError("tile or region argument required")


def _integers(text: str, least: int, most: int, name: str) -> list[int]:
    parts = text.split(",")
    # A fourth part of a tile alone is ignored (3.4), as are parts after the last.
    wanted = parts[:most] if len(parts) >= most else parts[:least]
    values = [integer_or_none(part) for part in wanted]
    found = [value for value in values if value is not None]
    if len(found) != len(values) or len(found) < least:
        raise RequestError(f"malformed {name} argument, {name}={text}")
    return found


def _tile(text: str, levels: tuple[Level, ...], max_length: int) -> tuple[int, Window]:
    number, column, row, *sides = _integers(text, 3, 5, "tile")
    if number < 0:
        raise RequestError(f"Invalid resolution level {number} < 0")
    if number > 0 and len(levels) == 1:
        raise RequestError(f"Invalid resolution level {number}, non pyramid file")
    if number >= len(levels):
        raise RequestError(
            f"Invalid resolution level, {number} >= number of levels {len(levels)}"
        )
    level = levels[number]
    width, height = level.tile_width, level.tile_height
    if len(sides) == 2:
        width, height = (
            sides[0] if sides[0] > 0 else width,
            (sides[1] if sides[1] > 0 else height),
        )
    width, height = min(width, max_length), min(height, max_length)
    window = Window(
        column * width, row * height, (column + 1) * width, (row + 1) * height
    )
    return number, _cut(window, level)


def _region(text: str, level: Level) -> Window:
    x, y, width, height = _integers(text, 4, 4, "region")
    if width <= 0 or height <= 0:
        raise OutOfRangeError(f"The region {text} is empty.")
    return _cut(Window(x, y, x + width, y + height), level)


def _cut(window: Window, level: Level) -> Window:
    """Cut at the right and lower edge; refuse what starts outside."""
    if not (0 <= window.x0 < level.width and 0 <= window.y0 < level.height):
        raise OutOfRangeError(
            f"({window.x0}, {window.y0}) is outside {level.width} x {level.height}."
        )
    return window.clipped(level.width, level.height)

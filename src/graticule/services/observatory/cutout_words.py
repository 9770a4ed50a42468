"""What a cutout can be asked by, read from texts (SODA 1.0, 3; contract uws 20).

Numbers and shapes, no image yet: declarations of services read this, so it loads
neither numpy nor astropy.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

_INFINITE = re.compile(r"([+-]?)inf(inity)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Circle:
    """All within ``radius`` of a position; ICRS, degrees."""

    lon: float
    lat: float
    radius: float

    def __str__(self) -> str:
        return f"CIRCLE {self.lon!r} {self.lat!r} {self.radius!r}"


@dataclass(frozen=True, slots=True)
class Range:
    """All between two meridians, eastwards, and two parallels; ICRS, degrees.

    ``width`` is how far it is from ``lon`` to the other meridian: 360 for all around.
    """

    lon: float
    width: float
    south: float
    north: float

    def __str__(self) -> str:
        east = self.lon + self.width
        return f"RANGE {self.lon!r} {east!r} {self.south!r} {self.north!r}"


@dataclass(frozen=True, slots=True)
class Polygon:
    """All within sides that are great circles; corners in either direction."""

    corners: tuple[tuple[float, float], ...]

    def __str__(self) -> str:
        numbers = " ".join(f"{lon!r} {lat!r}" for lon, lat in self.corners)
        return f"POLYGON {numbers}"


Shape = Circle | Range | Polygon


@dataclass(frozen=True, slots=True)
class Interval:
    """From ``low`` to ``high``, both included; either may be infinite."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low!r} {self.high!r}"


def read_pos(text: str) -> Shape:
    """Read a value of POS.

    Raises
    ------
    ValueError
        Saying what is wrong with it.
    """
    word, _, rest = text.strip().partition(" ")
    readers: dict[str, Callable[[str], Shape]] = {
        "CIRCLE": read_circle,
        "RANGE": read_range,
        "POLYGON": read_polygon,
    }
    reader = readers.get(word.upper())
    if reader is None:
        raise ValueError(
            f"{text[:60]!r} begins with neither CIRCLE nor RANGE nor POLYGON"
        )
    return reader(rest)


def read_circle(text: str) -> Circle:
    """Read longitude, latitude and radius.

    Raises
    ------
    ValueError
        Saying what is wrong with them.
    """
    numbers = _finite(text)
    if len(numbers) != 3:
        raise ValueError(f"{text[:60]!r} has {len(numbers)} numbers, 3 needed")
    lon, lat, radius = numbers
    if not 0 <= radius <= 180:
        raise ValueError(f"the radius {radius:g} is not between 0 and 180 degrees")
    return Circle(*_position(lon, lat), radius)


def read_polygon(text: str) -> Polygon:
    """Read the corners of a polygon; the first may be repeated at the end.

    Raises
    ------
    ValueError
        Saying what is wrong with them.
    """
    numbers = _finite(text)
    if len(numbers) % 2:
        raise ValueError(
            f"{len(numbers)} numbers are no pairs of longitude and latitude"
        )
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    corners = [_position(lon, lat) for lon, lat in pairs]
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    if len(corners) < 3:
        raise ValueError(f"a polygon has 3 corners or more, not {len(corners)}")
    return Polygon(tuple(corners))


def read_range(text: str) -> Range:
    """Read two longitudes and two latitudes; infinite ones for no limit.

    Raises
    ------
    ValueError
        Saying what is wrong with them.
    """
    numbers = _numbers(text)
    if len(numbers) != 4:
        raise ValueError(f"{text[:60]!r} has {len(numbers)} numbers, 4 needed")
    west, east, south, north = numbers
    if south > north:
        raise ValueError(f"the latitude {south:g} is not south of {north:g}")
    if south > 90 or north < -90:
        raise ValueError(f"there are no latitudes from {south:g} to {north:g}")
    south, north = max(south, -90.0), min(north, 90.0)
    west = -math.inf if west == math.inf else west
    if math.isinf(west) and math.isinf(east):
        return Range(0.0, 360.0, south, north)
    west = 0.0 if math.isinf(west) else west
    east = 360.0 if math.isinf(east) else east
    for lon in (west, east):
        _position(lon, 0.0)
    width = east - west
    if width < 0 or width > 360:
        width %= 360.0
    return Range(west % 360.0, width, south, north)


def read_interval(text: str) -> Interval:
    """Read two numbers, the lower one first; infinite ones for no limit.

    Raises
    ------
    ValueError
        Saying what is wrong with them.
    """
    numbers = _numbers(text)
    if len(numbers) == 1:
        numbers *= 2
    if len(numbers) != 2:
        raise ValueError(f"{text[:60]!r} has {len(numbers)} numbers, 2 needed")
    low, high = numbers
    if low > high:
        raise ValueError(f"{low:g} is more than {high:g}: the lower one comes first")
    return Interval(low, high)


def _position(lon: float, lat: float) -> tuple[float, float]:
    if not -180 <= lon <= 360:
        raise ValueError(f"the longitude {lon:g} is not between 0 and 360 degrees")
    if not -90 <= lat <= 90:
        raise ValueError(f"the latitude {lat:g} is not between -90 and 90 degrees")
    return lon % 360.0, lat


def _finite(text: str) -> list[float]:
    numbers = _numbers(text)
    if not all(map(math.isfinite, numbers)):
        raise ValueError(f"{text[:60]!r} has a number that is not finite")
    return numbers


def _numbers(text: str) -> list[float]:
    return [_number(word) for word in text.replace(",", " ").split()]


def _number(word: str) -> float:
    infinite = _INFINITE.fullmatch(word)
    if infinite is not None:
        return -math.inf if infinite[1] == "-" else math.inf
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    if math.isnan(number) or "_" in word:
        raise ValueError(f"{word[:40]!r} is no number")
    return number

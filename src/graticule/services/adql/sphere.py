"""The sphere in SQL for DuckDB: angles, edges, areas, stable for small and large.

Lambdas over lists let a value be named that is needed several times. Vectors are
three texts, or the name of a struct with ``x``, ``y`` and ``z``. Knows no query.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from graticule.services.adql.constants import ROTATIONS
from graticule.services.adql.types import real_sql

Texts = tuple[str, str, str]

SLACK_DEGREES = 1e-12
"""What lies on an edge lies within: this much, 4 nanoarcseconds, is rounding."""
_LONG = 120
_LETTER = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<![A-Za-z0-9_.])([a-z])(?![A-Za-z0-9_])"""
)


def named(values: Sequence[str], formula: Callable[[list[str]], str]) -> str:
    """Use values in a formula, calculated once each if they are long."""
    if all(len(value) <= _LONG for value in values):
        return formula(list(values))
    written = ", ".join(f"'p{index}': {value}" for index, value in enumerate(values))
    names = [f"q.p{index}" for index in range(len(values))]
    return f"list_transform([{{{written}}}], lambda q: {formula(names)})[1]"


def with_private_names(sql: str) -> str:
    """Give the parameters of lambdas names that no column has.

    DuckDB would take ``p.x`` for the field of a column ``p`` if there is one. In
    formulas they are single small letters; names of people always stand in quotes.
    """
    return _LETTER.sub(lambda found: f"_0{found[1]}" if found[1] else found[0], sql)


def whole_list(parts: Sequence[str]) -> str:
    """Give a list of numbers; NULL if any of them is."""
    inner = f"[{', '.join(parts)}]"
    return f"list_filter([{inner}], lambda l: list_count(l) = len(l))[1]"


# Angles


def _squared_sine(degrees: str) -> str:
    return f"pow(sin(radians({degrees}) / 2e0), 2e0)"


def haversine(lon: str, lat: str, lon_2: str, lat_2: str) -> str:
    """Give the squared sine of half the distance of two points."""
    cosines = f"cos(radians({lat})) * cos(radians({lat_2}))"
    across = _squared_sine(f"{lon} - {lon_2}")
    return f"({_squared_sine(f'{lat} - {lat_2}')} + {cosines} * {across})"


def distance(lon: str, lat: str, lon_2: str, lat_2: str) -> str:
    """Give the distance of two points in degrees, as exact at 180 as at 0."""

    def formula(parts: list[str]) -> str:
        one, up, two, up_2 = parts
        cosines = f"cos(radians({up})) * cos(radians({up_2}))"
        # The second is the first with the opposite point.
        opposite = f"pow(cos(radians({one} - {two}) / 2e0), 2e0)"
        rest = f"({_squared_sine(f'{up} + {up_2}')} + {cosines} * {opposite})"
        near = haversine(one, up, two, up_2)
        return f"degrees(2e0 * atan2(sqrt({near}), sqrt({rest})))"

    return named([lon, lat, lon_2, lat_2], formula)


def turned(frame: str, lon: str, lat: str) -> str:
    """Turn a point of another frame into ICRS, as a list of two numbers."""

    def formula(parts: list[str]) -> str:
        x, y, z = vertex(*parts)
        sums = [
            " + ".join(
                f"{real_sql(n)} * {t}" for n, t in zip(row, (x, y, z), strict=True)
            )
            for row in ROTATIONS[frame]
        ]
        vector = ", ".join(f"'{n}': {s}" for n, s in zip("xyz", sums, strict=True))
        return f"list_transform([{{{vector}}}], lambda c: {coordinates('c')})[1]"

    return named([lon, lat], formula)


def coordinates(c: str) -> str:
    """Give longitude (0 to 360) and latitude of a vector, as a list."""
    up = f"degrees(atan2({c}.z, sqrt({c}.x * {c}.x + {c}.y * {c}.y)))"
    around = f"degrees(atan2({c}.y, {c}.x))"
    return f"[CASE WHEN {c}.y < 0e0 THEN {around} + 3.6e2 ELSE {around} END, {up}]"


# Vectors


def vertex(lon: str, lat: str) -> Texts:
    """Give the unit vector of a point."""
    return (
        f"(cos(radians({lat})) * cos(radians({lon})))",
        f"(cos(radians({lat})) * sin(radians({lon})))",
        f"sin(radians({lat}))",
    )


def parts(name: str) -> Texts:
    """Give the parts of a struct."""
    return f"{name}.x", f"{name}.y", f"{name}.z"


def ends(edge: str) -> tuple[Texts, Texts]:
    """Give the two vectors of an edge."""
    first = f"{edge}.fx", f"{edge}.fy", f"{edge}.fz"
    return first, (f"{edge}.tx", f"{edge}.ty", f"{edge}.tz")


def minus(one: Texts, other: Texts) -> Texts:
    """Subtract."""
    x, y, z = (f"({a} - {b})" for a, b in zip(one, other, strict=True))
    return x, y, z


def cross(one: Texts, other: Texts) -> Texts:
    """Give the cross product."""
    (a, b, c), (x, y, z) = one, other
    return (
        f"({b} * {z} - {c} * {y})",
        f"({c} * {x} - {a} * {z})",
        f"({a} * {y} - {b} * {x})",
    )


def dot(one: Texts, other: Texts) -> str:
    """Give the scalar product."""
    products = (f"{a} * {b}" for a, b in zip(one, other, strict=True))
    return f"({' + '.join(products)})"


def length(vector: Texts) -> str:
    """Give the length."""
    return f"sqrt({dot(vector, vector)})"


def struct(vector: Texts) -> str:
    """Write a vector as a struct."""
    return (
        "{" + ", ".join(f"'{n}': {t}" for n, t in zip("xyz", vector, strict=True)) + "}"
    )


def angle(one: str, other: str) -> str:
    """Give the angle between two unit vectors in radians."""
    a, b = parts(one), parts(other)
    x, y, z = (f"({p} + {q})" for p, q in zip(a, b, strict=True))
    return f"(2e0 * atan2({length(minus(a, b))}, {length((x, y, z))}))"

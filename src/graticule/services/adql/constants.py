"""Geometry of what is written as numbers: done here, once, before any row is read.

Unit vectors on the sphere, coordinates in degrees. Knows no SQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import (
    asin,
    atan2,
    cos,
    degrees,
    fsum,
    hypot,
    pi,
    radians,
    remainder,
    sin,
    sqrt,
    tan,
)

Vector = tuple[float, float, float]

# Rotations into ICRS: of FK5 at J2000 (Feissel and Mignard 1998) and of galactic
# coordinates (IAU 1958, their pole in FK5 at J2000), as Astropy has them.
ROTATIONS: dict[str, tuple[Vector, Vector, Vector]] = {
    "FK5": (
        (0.9999999999999928, 1.1102233738475023e-07, 4.41180342992963e-08),
        (-1.1102233290551095e-07, 0.9999999999999891, -9.64779274502609e-08),
        (-4.411804498096775e-08, 9.647792246010133e-08, 0.9999999999999943),
    ),
    "GALACTIC": (
        (-0.05487565771259218, 0.49410943719272665, -0.8676661375596585),
        (-0.8734370519556162, -0.4448297212232957, -0.19807633727300056),
        (-0.4838350736167156, 0.7469821839866677, 0.45598381368730206),
    ),
}


def unit_vector(longitude: float, latitude: float) -> Vector:
    """Give the direction of a point."""
    a, d = radians(longitude), radians(latitude)
    return cos(d) * cos(a), cos(d) * sin(a), sin(d)


def coordinates(vector: Vector) -> tuple[float, float]:
    """Give longitude (0 to 360) and latitude of a direction of any length."""
    x, y, z = vector
    return degrees(atan2(y, x)) % 360, degrees(atan2(z, hypot(x, y)))


def in_icrs(frame: str, longitude: float, latitude: float) -> tuple[float, float]:
    """Turn a point of another frame."""
    vector = unit_vector(longitude, latitude)
    x, y, z = (fsum(map(_product, row, vector)) for row in ROTATIONS[frame])
    return coordinates((x, y, z))


def box_corners(
    longitude: float, latitude: float, width: float, height: float
) -> list[float]:
    """Give the corners of a box as longitudes and latitudes in turn.

    Its sides are great circles that meet the ends of a cross at right angles (ADQL
    2.0, section 2.4.7), so in the tangent plane it is a rectangle. From north-west
    over north-east, as polygons are wound (DALI 1.1, section 3.3.7).
    """
    a, d = radians(longitude), radians(latitude)
    east, north = tan(radians(width) / 2), tan(radians(height) / 2)
    corners: list[float] = []
    for right, up in ((-east, north), (east, north), (east, -north), (-east, -north)):
        along = cos(d) - up * sin(d)
        x = along * cos(a) - right * sin(a)
        y = along * sin(a) + right * cos(a)
        corners += coordinates((x, y, sin(d) + up * cos(d)))
    return corners


def vertices(numbers: Sequence[float]) -> list[Vector]:
    """Give the directions of longitudes and latitudes in turn."""
    return [
        unit_vector(longitude, latitude)
        for longitude, latitude in zip(numbers[::2], numbers[1::2], strict=True)
    ]


def signed_area(ring: Sequence[Vector]) -> float:
    """Give the area of a polygon in steradian, negative if it is wound clockwise.

    Of the two parts of the sphere it is the smaller one.
    """
    first = ring[0]
    closed = [*ring, first]
    excess = fsum(_triangle(first, a, b) for a, b in pairwise(closed))
    return remainder(excess, 4 * pi)


def wound(ring: list[Vector]) -> list[Vector]:
    """Give a polygon wound anticlockwise, as seen from outside the sphere."""
    return ring if signed_area(ring) >= 0 else ring[::-1]


def inward_normals(ring: Sequence[Vector]) -> list[Vector] | None:
    """Give the normals of the edges of a convex polygon, wound anticlockwise.

    A point lies within if it is on the inner side of every edge. ``None`` for a
    polygon that is not convex.
    """
    normals: list[Vector] = []
    for one, other in pairwise([*ring, ring[0]]):
        along = tuple(b - a for a, b in zip(one, other, strict=True))
        x = one[1] * along[2] - one[2] * along[1]
        y = one[2] * along[0] - one[0] * along[2]
        z = one[0] * along[1] - one[1] * along[0]
        length = sqrt(x * x + y * y + z * z)
        if length > 0:
            normals.append((x / length, y / length, z / length))
    convex = all(_dot(normal, vertex) > -1e-14 for normal in normals for vertex in ring)
    return normals if convex and len(normals) > 2 else None


def bounding_circle(ring: Sequence[Vector]) -> tuple[float, float, float] | None:
    """Give a circle around a polygon, in degrees; ``None`` if it is too large."""
    total = tuple(map(sum, zip(*ring, strict=True)))
    x, y, z = total
    length = sqrt(x * x + y * y + z * z)
    if length < 1e-6:
        return None
    middle = (x / length, y / length, z / length)
    radius = max(distance(middle, vertex) for vertex in ring)
    if radius >= 89:
        return None
    return (*coordinates(middle), radius * (1 + 1e-9) + 1e-9)


def distance(one: Vector, other: Vector) -> float:
    """Give the angle between two directions in degrees."""
    half = sqrt(sum((a - b) ** 2 for a, b in zip(one, other, strict=True))) / 2
    return degrees(2 * asin(min(half, 1.0)))


def _product(one: float, other: float) -> float:
    return one * other


def _triangle(first: Vector, second: Vector, third: Vector) -> float:
    """Give the signed area of a triangle (Van Oosterom and Strackee 1983)."""
    u = tuple(a - b for a, b in zip(second, first, strict=True))
    w = tuple(a - b for a, b in zip(third, first, strict=True))
    volume = (
        first[0] * (u[1] * w[2] - u[2] * w[1])
        + first[1] * (u[2] * w[0] - u[0] * w[2])
        + first[2] * (u[0] * w[1] - u[1] * w[0])
    )
    products = (_dot(first, second), _dot(second, third), _dot(third, first))
    return 2 * atan2(volume, 1 + fsum(products))


def _dot(one: Vector, other: Vector) -> float:
    return fsum(map(_product, one, other))

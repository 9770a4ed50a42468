"""The outline of an image on the sky, exact to a tenth of its pixels.

Sides are great circles, as ``POLYGON`` means them (DALI 1.1, 3.3.7); where the edge of
the picture bends away from one, further points are taken. Knows no header and no table.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graticule.services.observatory.directions import (
    Numbers,
    angles_between,
    degrees_of,
)
from graticule.services.observatory.sky import Sky

TOLERANCE_PIXELS = 0.1
MAX_POINTS_PER_EDGE = 128
"""Together with the tolerance: an edge that wants more points has a larger error."""
WIDEST_DEG = 80.0
"""Radius beyond which an outline is not told: a polygon has no clear inside there."""

# Three places of each piece: one alone would miss an edge bent like an S.
_LOOKED_AT = np.array([0.25, 0.5, 0.75])
_COARSE = 65
_PLACES = 1000


@dataclass(frozen=True)
class Footprint:
    """Where an image lies.

    Attributes
    ----------
    ra, dec
        Of the middle of the picture, in degrees.
    diameter
        Of the smallest circle around the middle that holds all of it, in degrees.
    corners
        Right ascension and declination of the outline's points, shape ``(n, 2)``,
        counter-clockwise as seen from inside the sphere; ``None`` for images that are
        wider than half the sky, almost.
    is_disk
        Whether such a wide image shows all that is in the circle: half of the sky, or
        the whole.
    """

    ra: float
    dec: float
    diameter: float
    corners: Numbers | None
    is_disk: bool = False

    @property
    def region(self) -> str:
        """The outline as STC-S writes it; empty where there is none."""
        # A hundredth of a milliarcsecond.
        if self.corners is not None:
            numbers = " ".join(f"{number:.8f}" for number in self.corners.ravel())
            return f"POLYGON ICRS {numbers}"
        if self.is_disk:
            return f"CIRCLE ICRS {self.ra:.8f} {self.dec:.8f} {self.diameter / 2:.8f}"
        return ""


def footprint(sky: Sky) -> Footprint | None:
    """Find the outline of an image; ``None`` if nothing of it is on the sky."""
    edge = _outline(sky)
    if not np.isfinite(edge).all():
        return _around(sky)
    middle = sky.directions((sky.width - 1) / 2, (sky.height - 1) / 2)
    if not np.isfinite(middle).all():
        return _around(sky)
    ra, dec = degrees_of(middle)
    radius = float(angles_between(edge, middle).max())
    if radius > WIDEST_DEG:
        return _around(sky)
    corners = np.stack(degrees_of(_counter_clockwise(edge, middle)), axis=-1)
    return Footprint(float(ra), float(dec), 2 * radius, corners)


def _outline(sky: Sky) -> Numbers:
    """Take points along the outer edges of the outermost pixels, once around."""
    left, top, right, bottom = -0.5, -0.5, sky.width - 0.5, sky.height - 0.5
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    inward = [(0.0, 1.0), (-1.0, 0.0), (0.0, -1.0), (1.0, 0.0)]
    edges = [
        _edge(sky, np.array(start), np.array(end), np.array(inner))
        for start, end, inner in zip(
            corners, [*corners[1:], corners[0]], inward, strict=True
        )
    ]
    points = np.concatenate([edge[:-1] for edge in edges])
    apart = angles_between(points, np.roll(points, 1, axis=0))
    # An edge that lies on a pole is one point.
    return points[~(apart < 1e-10)]


def _edge(sky: Sky, start: Numbers, end: Numbers, inner: Numbers) -> Numbers:
    """Take points of one edge, until great circles between them are close enough."""

    def at(places: Numbers, offset: float = 0.0) -> Numbers:
        pixels = start + places[:, None] * (end - start) + offset * inner
        return sky.directions(pixels[:, 0], pixels[:, 1])

    places = np.array([0.0, 1.0])
    points = at(places)
    while len(places) < MAX_POINTS_PER_EDGE:
        steps = np.diff(places)[:, None] * _LOOKED_AT
        looked = places[:-1, None] + steps
        exact = at(looked.ravel())
        pixel = angles_between(exact, at(looked.ravel(), 1.0))
        count = len(_LOOKED_AT)
        bend = _off_great_circle(
            np.repeat(points[:-1], count, axis=0),
            np.repeat(points[1:], count, axis=0),
            exact,
        )
        # What is not on the sky compares as not bent.
        bent = (bend > TOLERANCE_PIXELS * pixel).reshape(-1, count).any(axis=1)
        if not bent.any():
            break
        places = np.sort(np.concatenate([places, looked[bent, count // 2]]))
        points = at(places)
    return points


def _off_great_circle(one: Numbers, other: Numbers, point: Numbers) -> Numbers:
    """Find how far points lie from the great circles through two others, in degrees."""
    normal = np.cross(one, other)
    length = np.linalg.norm(normal, axis=-1)
    there = length > 0
    sine = np.sum(normal * point, axis=-1) / np.where(there, length, 1.0)
    off = np.degrees(np.arcsin(np.clip(np.abs(sine), 0, 1)))
    return np.where(there, off, angles_between(one, point))


def _counter_clockwise(edge: Numbers, middle: Numbers) -> Numbers:
    """Order points so that they go around the middle as seen from inside."""
    turning = np.cross(edge, np.roll(edge, -1, axis=0)).sum(axis=0)
    # From outside, where the vector product counts, it is the other way round.
    return edge[::-1] if turning @ middle > 0 else edge


def _around(sky: Sky) -> Footprint | None:
    """Find a circle around an image whose edges are not on the sky, or too far apart.

    From a grid over the picture, with a margin of one of its meshes.
    """
    x, y = np.meshgrid(
        np.linspace(-0.5, sky.width - 0.5, _COARSE),
        np.linspace(-0.5, sky.height - 0.5, _COARSE),
    )
    grid = sky.directions(x, y)
    there = grid[np.isfinite(grid).all(axis=-1)]
    if not len(there):
        return None
    middle = sky.directions((sky.width - 1) / 2, (sky.height - 1) / 2)
    if not np.isfinite(middle).all():
        middle = there.mean(axis=0)
        middle /= max(float(np.linalg.norm(middle)), 1e-12)
    ra, dec = degrees_of(middle)
    meshes = angles_between(grid[:-1, :-1], grid[1:, 1:])
    margin = float(np.nanmax(meshes)) if np.isfinite(meshes).any() else 0.0
    farthest = float(angles_between(there, middle).max())
    radius = farthest + margin
    if radius > WIDEST_DEG:
        reach = 180.0 if radius >= 180.0 else farthest
        is_disk = _shows_all(sky, middle, farthest - margin)
        return Footprint(float(ra), float(dec), 2 * reach, None, is_disk)
    ring = _ring(middle, radius)
    corners = np.stack(degrees_of(_counter_clockwise(ring, middle)), axis=-1)
    return Footprint(float(ra), float(dec), 2 * radius, corners)


def _shows_all(sky: Sky, middle: Numbers, radius: float) -> bool:
    """Say whether all that lies within a circle is in the picture.

    Looked at are places everywhere, about as far from each other as a thousand can be.
    """
    number = np.arange(_PLACES) + 0.5
    height = 1 - 2 * number / _PLACES
    turn = np.pi * (1 + np.sqrt(5)) * number
    across = np.sqrt(1 - height**2)
    places = np.stack([across * np.cos(turn), across * np.sin(turn), height], axis=-1)
    near = places[angles_between(places, middle) <= radius]
    x, y = sky.pixels(*degrees_of(near))
    inside = (
        (x >= -0.5) & (x <= sky.width - 0.5) & (y >= -0.5) & (y <= sky.height - 0.5)
    )
    return bool(len(near) and inside.all())


def _ring(middle: Numbers, radius: float) -> Numbers:
    """Take points of a polygon whose sides touch a circle from outside."""
    count = 64
    angle = np.arctan(np.tan(np.radians(radius)) / np.cos(np.pi / count))
    aside = np.cross(middle, np.eye(3)[np.argmin(np.abs(middle))])
    aside /= np.linalg.norm(aside)
    above = np.cross(middle, aside)
    turn = 2 * np.pi * np.arange(count)[:, None] / count
    around = np.cos(turn) * aside + np.sin(turn) * above
    found: Numbers = np.cos(angle) * middle + np.sin(angle) * around
    return found

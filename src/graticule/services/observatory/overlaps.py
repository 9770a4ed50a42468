"""Whether an outline on the sky and a shape that is asked for have a place in common.

Exact: by where their edges cross, or because one lies in the other. Sides of outlines
and polygons are great circles. Knows no images and no tables.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graticule.services.observatory.cutout_words import Circle, Polygon, Range, Shape
from graticule.services.observatory.directions import (
    Numbers,
    angles_between,
    unit_vectors,
)

_NOISE = 1e-12
_NOISE_DEG = 1e-10


def corners_of(region: str) -> Numbers | None:
    """Read the corners of an outline, as unit vectors; ``None`` if it has none.

    Parameters
    ----------
    region
        ``POLYGON ICRS ra dec …``, as observations have it; a circle, or nothing, for
        images of half of the sky or more.
    """
    kind, *words = region.split() or [""]
    if kind != "POLYGON":
        return None
    numbers = np.array(words[1:], float).reshape(-1, 2)
    return unit_vectors(numbers[:, 0], numbers[:, 1])


def overlaps(shape: Shape, outline: Numbers) -> bool:
    """Say whether a shape and an outline have a place in common.

    Parameters
    ----------
    outline
        Corners, unit vectors of shape ``(n, 3)``, in either direction; within half of
        the sphere.
    """
    if isinstance(shape, Circle):
        centre = unit_vectors(shape.lon, shape.lat)
        if _holds(outline, centre[None])[0]:
            return True
        return bool(_distance(outline, centre) <= shape.radius + _NOISE_DEG)
    if isinstance(shape, Polygon):
        lon, lat = np.array(shape.corners).T
        return _polygons_overlap(unit_vectors(lon, lat), outline)
    return _range_overlaps(shape, outline)


def latitudes_of(shape: Shape) -> tuple[float, float]:
    """Give parallels that a shape lies between, not always the nearest ones."""
    if isinstance(shape, Circle):
        return shape.lat - shape.radius, shape.lat + shape.radius
    if isinstance(shape, Range):
        return shape.south, shape.north
    lon, lat = np.array(shape.corners).T
    corners = unit_vectors(lon, lat)
    # Sides bend towards the poles, by less than half of their length.
    slack = angles_between(corners, np.roll(corners, -1, axis=0)).max() / 2
    holds_pole = [
        bool(_holds(corners, np.array([[0.0, 0.0, pole]]))[0]) for pole in (1.0, -1.0)
    ]
    north = 90.0 if holds_pole[0] else float(lat.max() + slack)
    south = -90.0 if holds_pole[1] else float(lat.min() - slack)
    return south, north


def _sides(corners: Numbers) -> tuple[Numbers, Numbers]:
    return corners, np.roll(corners, -1, axis=0)


def _holds(corners: Numbers, points: Numbers) -> npt.NDArray[np.bool_]:
    """Say which points lie in a polygon: it turns around them once."""
    start, stop = _sides(corners)
    at = points[:, None, :]
    to_start = start - np.sum(start * at, -1, keepdims=True) * at
    to_stop = stop - np.sum(stop * at, -1, keepdims=True) * at
    turned = np.arctan2(
        np.sum(np.cross(to_start, to_stop) * at, -1), np.sum(to_start * to_stop, -1)
    )
    # What lies opposite to a polygon is turned around, too.
    near = points @ corners.mean(axis=0) > 0
    found: npt.NDArray[np.bool_] = (np.abs(turned.sum(axis=1)) > np.pi) & near
    return found


def _distance(corners: Numbers, point: Numbers) -> float:
    """Find how far it is to the nearest side, in degrees."""
    start, stop = _sides(corners)
    normal = np.cross(start, stop)
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    normal = normal / np.maximum(length, _NOISE)
    height = normal @ point
    foot = point - height[:, None] * normal
    beside = (np.sum(np.cross(start, foot) * normal, 1) >= 0) & (
        np.sum(np.cross(foot, stop) * normal, 1) >= 0
    )
    to_side = np.degrees(np.arcsin(np.clip(np.abs(height), 0, 1)))
    to_end = angles_between(start, point)
    return float(np.where(beside, np.minimum(to_side, to_end), to_end).min())


def _polygons_overlap(one: Numbers, other: Numbers) -> bool:
    if _holds(one, other).any() or _holds(other, one).any():
        return True
    start, stop = _sides(one)
    begin, end = _sides(other)
    normal = np.cross(start, stop)[:, None]
    facing = np.cross(begin, end)[None]
    crossing = np.cross(normal, facing)
    length = np.linalg.norm(crossing, axis=-1, keepdims=True)
    crossing = crossing / np.maximum(length, _NOISE)
    for point in (crossing, -crossing):
        on_one = _between(start[:, None], stop[:, None], normal, point)
        on_other = _between(begin[None], end[None], facing, point)
        if (on_one & on_other & (length[..., 0] > _NOISE)).any():
            return True
    return False


def _between(
    start: Numbers, stop: Numbers, normal: Numbers, point: Numbers
) -> npt.NDArray[np.bool_]:
    """Say whether points of great circles lie on the arc between two others."""
    after = np.sum(np.cross(start, point) * normal, -1) >= -_NOISE
    before = np.sum(np.cross(point, stop) * normal, -1) >= -_NOISE
    found: npt.NDArray[np.bool_] = after & before
    return found


def _in_range(shape: Range, points: Numbers) -> npt.NDArray[np.bool_]:
    lon = np.degrees(np.arctan2(points[..., 1], points[..., 0]))
    lat = np.degrees(
        np.arctan2(points[..., 2], np.hypot(points[..., 0], points[..., 1]))
    )
    east = (lon - shape.lon + _NOISE_DEG) % 360.0
    around = (east <= shape.width + 2 * _NOISE_DEG) | (np.abs(lat) > 90 - _NOISE_DEG)
    within = (lat >= shape.south - _NOISE_DEG) & (lat <= shape.north + _NOISE_DEG)
    found: npt.NDArray[np.bool_] = around & within
    return found


def _range_overlaps(shape: Range, outline: Numbers) -> bool:
    east = shape.lon + shape.width
    ends = unit_vectors(
        [shape.lon, shape.lon, east, east],
        [shape.south, shape.north, shape.south, shape.north],
    )
    if _in_range(shape, outline).any() or _holds(outline, ends).any():
        return True
    start, stop = _sides(outline)
    normal = np.cross(start, stop)
    normal = normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), _NOISE)
    ahead = np.cross(normal, start)
    length = np.radians(angles_between(start, stop))
    crossings = [_at_parallel(start, ahead, lat) for lat in (shape.south, shape.north)]
    crossings += [_at_meridian(start, ahead, lon) for lon in (shape.lon, east)]
    for turn in (each for pair in crossings for each in pair):
        part = turn % (2 * np.pi)
        on_side = part <= length
        points = np.cos(part)[:, None] * start + np.sin(part)[:, None] * ahead
        if (on_side & _in_range(shape, points)).any():
            return True
    return False


def _at_parallel(start: Numbers, ahead: Numbers, lat: float) -> tuple[Numbers, Numbers]:
    """Find how far along great circles a parallel is met; NaN where it is not."""
    highest = np.hypot(start[:, 2], ahead[:, 2])
    with np.errstate(invalid="ignore", divide="ignore"):
        aside = np.arccos(np.sin(np.radians(lat)) / highest)
    top = np.arctan2(ahead[:, 2], start[:, 2])
    return top + aside, top - aside


def _at_meridian(start: Numbers, ahead: Numbers, lon: float) -> tuple[Numbers, Numbers]:
    """Find how far along great circles the plane of a meridian is met."""
    across = np.array([-np.sin(np.radians(lon)), np.cos(np.radians(lon)), 0.0])
    turn = np.arctan2(-start @ across, ahead @ across)
    return turn, turn + np.pi

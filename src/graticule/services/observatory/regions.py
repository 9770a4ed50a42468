"""Regions of the sky as curves and as sets: their outline, and what is in them.

Positions are unit vectors (ICRS) along the last axis. Knows no image.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from graticule.errors import RequestError
from graticule.services.observatory.cutout_words import Circle, Polygon, Range, Shape

Numbers = npt.NDArray[np.float64]

# What rounding may do to a position, as a part of the whole sphere's radius.
_NOISE = 1e-13


def unit_vectors(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Numbers:
    """Turn degrees into unit vectors along the last axis."""
    lon, lat = np.radians(lon), np.radians(lat)
    return np.stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1
    )


def degrees(vectors: Numbers) -> tuple[Numbers, Numbers]:
    """Turn vectors into longitude (0 to 360) and latitude."""
    x, y, z = np.moveaxis(vectors, -1, 0)
    return np.degrees(np.arctan2(y, x)) % 360.0, np.degrees(
        np.arctan2(z, np.hypot(x, y))
    )


def angles(one: Numbers, other: Numbers) -> Numbers:
    """Find the angles between unit vectors, in radians, exact for small ones too."""
    apart = np.linalg.norm(one - other, axis=-1)
    found: Numbers = 2 * np.arcsin(np.minimum(apart / 2, 1.0))
    return found


class Region:
    """A shape on the sphere.

    Raises
    ------
    graticule.errors.RequestError
        If the shape is a polygon that does not fit into half of the sky.
    """

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._curve: Curve
        if isinstance(shape, Circle):
            self._curve = _CircleCurve(shape)
        elif isinstance(shape, Range):
            self._curve = _RangeCurve(shape)
        else:
            self._curve = _PolygonCurve(shape)

    @property
    def sides(self) -> int:
        """How many smooth pieces the outline has."""
        return self._curve.sides

    def outline(self, along: Numbers) -> Numbers:
        """Give points of the outline.

        Parameters
        ----------
        along
            From 0 to ``sides``: corners are at the whole numbers.
        """
        return self._curve.points(along)

    def holds(self, vectors: Numbers) -> npt.NDArray[np.bool_]:
        """Say which positions are in it; those on the edge are, NaN is not."""
        return self._curve.holds(vectors)


class Curve(Protocol):
    """The outline of a shape and what is in it."""

    sides: int

    def points(self, along: Numbers) -> Numbers:
        """Give points of the outline."""
        ...

    def holds(self, vectors: Numbers) -> npt.NDArray[np.bool_]:
        """Say what is in it."""
        ...


class _CircleCurve:
    sides = 1

    def __init__(self, shape: Circle) -> None:
        self._centre = unit_vectors(shape.lon, shape.lat)
        self._radius = np.radians(shape.radius)
        lon, lat = np.radians(shape.lon), np.radians(shape.lat)
        self._east = np.array([-np.sin(lon), np.cos(lon), 0.0])
        self._north = np.array(
            [-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)]
        )

    def points(self, along: Numbers) -> Numbers:
        turn = 2 * np.pi * along[..., None]
        across = np.cos(turn) * self._east + np.sin(turn) * self._north
        found: Numbers = np.cos(self._radius) * self._centre + (
            np.sin(self._radius) * across
        )
        return found

    def holds(self, vectors: Numbers) -> npt.NDArray[np.bool_]:
        found: npt.NDArray[np.bool_] = (
            angles(vectors, self._centre) <= self._radius + _NOISE
        )
        return found


class _RangeCurve:
    sides = 4

    def __init__(self, shape: Range) -> None:
        self._shape = shape

    def points(self, along: Numbers) -> Numbers:
        shape = self._shape
        side = np.floor(along).astype(int) % 4
        part = along % 1.0
        lon = np.choose(side, [part, np.ones_like(part), 1 - part, 0 * part])
        lat = np.choose(side, [0 * part, part, np.ones_like(part), 1 - part])
        return unit_vectors(
            shape.lon + shape.width * lon,
            shape.south + (shape.north - shape.south) * lat,
        )

    def holds(self, vectors: Numbers) -> npt.NDArray[np.bool_]:
        shape = self._shape
        lon, lat = degrees(vectors)
        noise = np.degrees(_NOISE)
        # Near a pole, a position has hardly a longitude.
        east = (lon - shape.lon + noise) % 360.0
        slack = 2 * noise / np.maximum(np.cos(np.radians(lat)), noise)
        around = (east <= shape.width + slack) | (east >= 360.0 - slack)
        found: npt.NDArray[np.bool_] = (
            around & (lat >= shape.south - noise) & (lat <= shape.north + noise)
        )
        return found


class _PolygonCurve:
    def __init__(self, shape: Polygon) -> None:
        lon, lat = np.array(shape.corners).T
        self._corners = unit_vectors(lon, lat)
        self.sides = len(self._corners)
        following = np.roll(self._corners, -1, axis=0)
        self._lengths = angles(self._corners, following)
        middle = self._corners.sum(axis=0)
        area = np.cross(self._corners, following).sum(axis=0)
        if not (self._corners @ middle > 0).all() or self._lengths.max() > np.pi - 1e-9:
            raise RequestError(
                "POLYGON: it does not fit into half of the sky; ask for parts of it."
            )
        self._middle = middle / np.linalg.norm(middle)
        self._turns = 1.0 if area @ middle >= 0 else -1.0

    def points(self, along: Numbers) -> Numbers:
        side = np.floor(along).astype(int) % self.sides
        part = (along % 1.0)[..., None]
        start = self._corners[side]
        stop = self._corners[(side + 1) % self.sides]
        length = self._lengths[side][..., None]
        flat = length < 1e-9
        with np.errstate(divide="ignore", invalid="ignore"):
            found = (
                np.sin((1 - part) * length) * start + np.sin(part * length) * stop
            ) / np.sin(length)
        found = np.where(flat, (1 - part) * start + part * stop, found)
        norm: Numbers = found / np.linalg.norm(found, axis=-1, keepdims=True)
        return norm

    def holds(self, vectors: Numbers) -> npt.NDArray[np.bool_]:
        """Count how often the outline goes around a position.

        Seen from it, the directions to the corners turn by a whole circle in all if
        it is inside, by nothing if it is not.
        """
        flat = vectors.reshape(-1, 3)
        total = np.zeros(len(flat))
        on_edge = np.zeros(len(flat), bool)
        following = np.roll(self._corners, -1, axis=0)
        sides = zip(self._corners, following, self._lengths, strict=True)
        for start, stop, length in sides:
            # Both corners, on the plane that touches the sphere at the position.
            a = start - (flat @ start)[:, None] * flat
            b = stop - (flat @ stop)[:, None] * flat
            sine = np.einsum("ij,ij->i", np.cross(a, b), flat)
            cosine = np.einsum("ij,ij->i", a, b)
            total += np.arctan2(sine, cosine)
            on_edge |= (np.abs(sine) <= _NOISE * length) & (cosine <= 0)
        inside = total * self._turns > np.pi
        found: npt.NDArray[np.bool_] = (inside | on_edge) & (flat @ self._middle > 0)
        return found.reshape(vectors.shape[:-1])

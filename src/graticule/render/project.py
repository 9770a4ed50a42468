"""Projections along z, plane by plane in bounded memory (contract rendering 10).

Results equal the original's, its odd rules included: mean and sum leave out the
last plane of the range, max starts at 0. Knows nothing of channels or colours:
what comes out is a plane of raw values like any other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from graticule.errors import OutOfRangeError, RequestError
from graticule.pixels.model import PixelType
from graticule.render.quantize import type_range
from graticule.render.settings import Projection, ProjectionKind

Plane = npt.NDArray[Any]


def projected_planes(projection: Projection, size_z: int) -> range:
    """Which z a projection reads.

    Raises
    ------
    graticule.errors.OutOfRangeError
        If start or end is not a plane of the stack.
    """
    for z in (projection.start, projection.end):
        if not 0 <= z < size_z:
            raise OutOfRangeError(
                f"Plane {z} of the projection is not within 0 to {size_z - 1}."
            )
    last_counts = projection.kind is ProjectionKind.MAX
    return range(projection.start, projection.end + int(last_counts))


def clamped_projection(
    kind: ProjectionKind, size_z: int, start: int | None = None, end: int | None = None
) -> Projection:
    """Make a projection as the gateway does: bounds moved into the stack.

    Missing bounds mean the first and the last plane.
    """
    last = size_z - 1
    return Projection(
        kind,
        max(0, 0 if start is None else start),
        min(last, last if end is None else end),
    )


class Projector:
    """Takes planes one by one and holds only their running sum or maximum.

    Parameters
    ----------
    shape
        Height and width of the planes.
    """

    def __init__(
        self, kind: ProjectionKind, pixel_type: PixelType, shape: tuple[int, int]
    ) -> None:
        self._kind = kind
        self._pixel_type = pixel_type
        is_max = kind is ProjectionKind.MAX
        self._running: Plane = np.zeros(
            shape, pixel_type.dtype if is_max else np.float64
        )
        self._count = 0

    def add(self, plane: Plane) -> None:
        """Take one plane.

        Raises
        ------
        graticule.errors.RequestError
            If it has another shape.
        """
        if plane.shape != self._running.shape:
            raise RequestError(
                f"A plane of shape {plane.shape} does not belong to a stack of "
                f"{self._running.shape}."
            )
        if self._kind is ProjectionKind.MAX:
            # fmax passes over NaN, as comparing with NaN does.
            np.fmax(self._running, plane, out=self._running)
        else:
            with np.errstate(invalid="ignore", over="ignore"):
                np.add(self._running, plane, out=self._running, dtype=np.float64)
        self._count += 1

    def result(self) -> Plane:
        """Give the projected plane, of the pixel type of the stack."""
        values = self._running.astype(np.float64)
        if self._kind is not ProjectionKind.MAX:
            with np.errstate(invalid="ignore", divide="ignore"):
                if self._kind is ProjectionKind.MEAN:
                    values = values / self._count
                highest = type_range(self._pixel_type)[1]
                values = np.where(values > highest, highest, values)
        return _stored(values, self._pixel_type)


def project(
    planes: Iterable[Plane],
    kind: ProjectionKind,
    pixel_type: PixelType,
    shape: tuple[int, int],
) -> Plane:
    """Project the planes that :func:`projected_planes` names, in their order.

    Parameters
    ----------
    planes
        Raw planes of ``shape``; taken one at a time, none is kept.

    Returns
    -------
    numpy.ndarray
        Shape ``shape``, of the pixel type's dtype. Without planes: 0, except the
        mean of floating types, which is NaN.

    Raises
    ------
    graticule.errors.RequestError
        If a plane has another shape.
    """
    projector = Projector(kind, pixel_type, shape)
    for plane in planes:
        projector.add(plane)
    return projector.result()


def _stored(values: npt.NDArray[np.float64], pixel_type: PixelType) -> Plane:
    """Store doubles the way Java does: saturate at 32 bits, keep the low ones."""
    if pixel_type.is_float:
        with np.errstate(over="ignore"):
            return values.astype(pixel_type.dtype)
    limits = np.iinfo(np.int32)
    whole = np.clip(np.nan_to_num(values, nan=0.0), limits.min, limits.max)
    return whole.astype(np.int64).astype(pixel_type.dtype)

"""What the pixels under a shape, or around a place, are: exact, from raw values.

Read at full size through the pool of open files, piece by piece, so that memory
stays bounded however large a shape is. Knows no HTTP.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graticule.catalog.access import visible_to
from graticule.catalog.models import Image, Person
from graticule.catalog.models import Shape as ShapeRow
from graticule.errors import LimitError, OutOfRangeError
from graticule.pixels.annotations import Shape, ShapeKind
from graticule.pixels.model import Window
from graticule.pixels.reader import Pixels, Source
from graticule.services.engine import engine
from graticule.services.scenes import Scene, find_scene, open_scene
from graticule.services.shape_pixels import Coverage, coverage

NEIGHBOURS = 25
"""How far around a place values are given: 25 pixels on each side."""
_ROWS_AT_ONCE = 20  # masks may be large


@dataclass(frozen=True, slots=True)
class Statistics:
    """What the pixels under a shape are, in one channel.

    ``deviation`` is the standard deviation of a sample (divided by n - 1), 0 for
    a single pixel. ``total`` of whole numbers is exact.
    """

    points: int
    minimum: float
    maximum: float
    total: float
    mean: float
    deviation: float


class _Gathering:
    """Values that come in pieces; what is no finite number is left out."""

    def __init__(self) -> None:
        self._count = 0
        self._least, self._most = math.inf, -math.inf
        self._totals: list[float] = []
        self._mean = self._squares = 0.0

    def add(self, values: npt.NDArray[np.generic]) -> None:
        if values.dtype.kind == "f":
            values = values[np.isfinite(values)]
        if not len(values):
            return
        exact = np.float64 if values.dtype.kind == "f" else np.int64
        total = values.sum(dtype=exact).item()
        self._totals.append(total)
        self._least = min(self._least, values.min().item())
        self._most = max(self._most, values.max().item())
        # Means and squares of two parts, joined (Chan, Golub and LeVeque 1979).
        mean = total / len(values)
        squares = float(((values.astype(np.float64) - mean) ** 2).sum())
        count = self._count + len(values)
        step = mean - self._mean
        self._squares += squares + step**2 * self._count * len(values) / count
        self._mean += step * len(values) / count
        self._count = count

    def statistics(self) -> Statistics | None:
        if not self._count:
            return None
        whole = all(isinstance(total, int) for total in self._totals)
        total = sum(self._totals) if whole else math.fsum(self._totals)
        return Statistics(
            points=self._count,
            minimum=self._least,
            maximum=self._most,
            total=total,
            mean=total / self._count,
            deviation=math.sqrt(self._squares / max(1, self._count - 1)),
        )


def shape_statistics(
    person: Person | None,
    shape_ids: Iterable[int],
    *,
    z: int,
    t: int,
    channels: Sequence[int],
) -> dict[int, tuple[Statistics | None, ...]]:
    """Measure shapes.

    Parameters
    ----------
    shape_ids
        Those that are not there, or not for this person, are left out.
    z, t
        The plane of shapes that are on every plane; others are measured on theirs.

    Returns
    -------
    dict
        One entry for each channel by the shape's id; ``None`` where no pixel with
        a finite value belongs to the shape.

    Raises
    ------
    graticule.errors.OutOfRangeError
        If an image has no such plane or channel.
    graticule.errors.LimitError
        If there is more to look at than ``max_measured_pixels``.
    graticule.errors.FileError
        If a file vanished, changed or is damaged.
    """
    images = visible_to(person, Image.objects.all())
    rows = visible_to(person, ShapeRow.objects.filter(roi__image__in=images))
    asked = list(dict.fromkeys(shape_ids))
    found = rows.filter(pk__in=asked).select_related("roi").order_by("roi__image")
    measured: dict[int, tuple[Statistics | None, ...]] = {}
    left = engine().max_measured_pixels
    for row in found.iterator(_ROWS_AT_ONCE):
        scene = find_scene(person, row.roi.image_id)
        _check_channels(scene, channels)
        plane = z if row.z is None else row.z, t if row.t is None else row.t
        _check_plane(scene, *plane)
        pixels = _coverage(row, scene)
        left -= pixels.cost * len(channels)
        _check_cost(left)
        with open_scene(scene) as source:
            measured[row.pk] = _measure(source, scene, pixels, plane, channels)
    return {each: measured[each] for each in asked if each in measured}


def _coverage(row: ShapeRow, scene: Scene) -> Coverage:
    transform = None if row.transform is None else tuple(row.transform)
    shape = Shape(
        kind=ShapeKind(row.kind),
        geometry=row.geometry,
        points=row.points,
        mask_bits=None if row.mask_bits is None else bytes(row.mask_bits),
        transform=transform,
    )
    return coverage(shape, scene.width, scene.height)


def _check_plane(scene: Scene, z: int, t: int) -> None:
    for axis, number, size in (("z", z, scene.size_z), ("t", t, scene.size_t)):
        if not 0 <= number < size:
            raise OutOfRangeError(f"{axis} {number} is outside 0 to {size - 1}.")


def _check_channels(scene: Scene, channels: Sequence[int]) -> None:
    for channel in channels:
        if not 0 <= channel < scene.size_c:
            raise OutOfRangeError(
                f"Channel {channel} is outside 0 to {scene.size_c - 1}."
            )


def _check_cost(left: int) -> None:
    limit = engine().max_measured_pixels
    if left < 0:
        raise LimitError("max_measured_pixels", limit, limit - left, "A measurement")


def _measure(
    source: Source,
    scene: Scene,
    shape: Coverage,
    plane: tuple[int, int],
    channels: Sequence[int],
) -> tuple[Statistics | None, ...]:
    gathered = [_Gathering() for _ in channels]
    for window in shape.windows():
        inside = shape.inside(window)
        if not inside.any():
            continue
        for channel, gathering in zip(channels, gathered, strict=True):
            [values] = source.read(scene.index, 0, *plane, [channel], window)
            gathering.add(values[inside])
    return tuple(gathering.statistics() for gathering in gathered)


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Raw values around a place: by channel, the pixels of ``window``."""

    window: Window
    values: Mapping[int, Pixels]


def values_around(
    scene: Scene, *, z: int, t: int, x: int, y: int, channels: Sequence[int]
) -> Neighbourhood:
    """Read the raw values around a pixel, cut to the image.

    Raises
    ------
    graticule.errors.OutOfRangeError
        If there is no such plane, pixel or channel.
    graticule.errors.FileError
        If the file vanished, changed or is damaged.
    """
    _check_plane(scene, z, t)
    _check_channels(scene, channels)
    for axis, place, length in (("x", x, scene.width), ("y", y, scene.height)):
        if not 0 <= place < length:
            raise OutOfRangeError(f"{axis} {place} is outside 0 to {length - 1}.")
    square = Window(
        x - NEIGHBOURS, y - NEIGHBOURS, x + NEIGHBOURS + 1, y + NEIGHBOURS + 1
    )
    window = square.clipped(scene.width, scene.height)
    with open_scene(scene) as source:
        values = source.read(scene.index, 0, z, t, channels, window)
    return Neighbourhood(window, dict(zip(channels, values, strict=True)))

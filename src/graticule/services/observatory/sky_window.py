"""The smallest box of pixels that holds what an image and a region have in common.

The extremes of what both have lie on the region's outline or on the image's border:
both are walked along, and walked again more closely where they turn or cross, until
nothing of a pixel's width is left open. Where a projection has edges or poles of its
own, the inside is looked at, too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graticule.pixels.model import Window
from graticule.services.observatory.regions import Region, angles
from graticule.services.observatory.sky_plane import SkyPlane

Numbers = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]

_STEPS = 180
"""Parts of the whole outline at first."""

_FINER = 16
_ROUNDS = 5
_MOST_STEPS = 8192
_GRID = 256
_STRIP = 1024
# Pixels touched by less than this are not wanted: rounding touches them, too.
_TOUCHED = 1e-6


def sky_window(plane: SkyPlane, region: Region) -> Window | None:
    """Find the box of pixels of a region.

    Parameters
    ----------
    plane
        The sky of an image; rows of the box are those of the file.

    Returns
    -------
    Window or None
        Every pixel of which a part is in the region is in the box; ``None`` if there
        is none.
    """
    found = [_on_outline(plane, region), _on_border(plane, region)]
    if plane.is_wide:
        found.append(_inside(plane, region))
    points = np.concatenate(found)
    if not len(points):
        return None
    low, high = points.min(axis=0), points.max(axis=0)
    x0, x1 = _pixels(low[0], high[0], plane.width)
    y0, y1 = _pixels(low[1], high[1], plane.height)
    return Window(x0, y0, x1, y1)


def _pixels(low: float, high: float, size: int) -> tuple[int, int]:
    """Turn coordinates into first and last pixel, at least one."""
    first = int(np.floor(low + 0.5 + _TOUCHED))
    last = int(np.ceil(high + 0.5 - _TOUCHED)) - 1
    first = min(max(first, 0), size - 1)
    return first, min(max(last, first), size - 1) + 1


@dataclass(slots=True)
class _Walk:
    """Points along a line, in order: where each is, and whether it counts."""

    along: Numbers
    points: Numbers
    counts: Truths

    def where_it_changes(self) -> npt.NDArray[np.intp]:
        """Give the places before a change."""
        return np.flatnonzero(self.counts[1:] != self.counts[:-1])

    def where_it_turns(self) -> npt.NDArray[np.intp]:
        """Give the places beside the extremes of what counts."""
        if not self.counts.any():
            return np.empty(0, np.intp)
        numbers = np.flatnonzero(self.counts)
        there = self.points[numbers]
        turning = numbers[[*there.argmin(axis=0), *there.argmax(axis=0)]]
        beside = np.concatenate([turning - 1, turning])
        return beside[(beside >= 0) & (beside < len(self.along) - 1)]


def _walked(
    along: Numbers,
    look: Callable[[Numbers], tuple[Numbers, Truths]],
    *,
    to_extremes: bool,
) -> Numbers:
    """Walk along a line, ever more closely; give the points that count."""
    walk = _Walk(along, *look(along))
    kept = [walk.points[walk.counts]]
    for _ in range(_ROUNDS):
        places = walk.where_it_changes()
        if to_extremes:
            places = np.union1d(places, walk.where_it_turns())
        if not len(places):
            break
        start, stop = walk.along[places], walk.along[places + 1]
        parts = np.linspace(0, 1, _FINER + 1)
        # Every place with both of its ends: what is between two places is skipped.
        finer = np.unique(start[:, None] + (stop - start)[:, None] * parts)
        walk = _Walk(finer, *look(finer))
        kept.append(walk.points[walk.counts])
    return np.concatenate(kept)


def _on_outline(plane: SkyPlane, region: Region) -> Numbers:
    """Find the points of the region's outline that are in the image."""

    def look(along: Numbers) -> tuple[Numbers, Truths]:
        vectors = region.outline(along)
        points = np.full((len(along), 2), np.nan)
        near = angles(vectors, plane.centre) <= plane.radius * 1.01 + 1e-9
        if plane.is_wide:
            near[:] = True
        if near.any():
            points[near] = np.stack(plane.pixels(vectors[near]), axis=1)
        with np.errstate(invalid="ignore"):
            counts = (
                (points[:, 0] >= -0.5)
                & (points[:, 0] <= plane.width - 0.5)
                & (points[:, 1] >= -0.5)
                & (points[:, 1] <= plane.height - 0.5)
            )
        return points, counts

    return _walked(_steps(plane, region), look, to_extremes=True)


def _steps(plane: SkyPlane, region: Region) -> Numbers:
    """Choose points along an outline: close to each other where the image is."""
    each = max(4, -(-_STEPS // region.sides))
    along = np.linspace(0, region.sides, region.sides * each + 1)
    vectors = region.outline(along)
    lengths = angles(vectors[1:], vectors[:-1])
    apart = angles(vectors, plane.centre)
    near = np.minimum(apart[1:], apart[:-1]) <= plane.radius + lengths
    parts = np.ones(len(lengths), int)
    parts[near] = np.ceil(lengths[near] / (plane.radius / 16 + 1e-12)).astype(int)
    parts = np.maximum(parts, 1)
    most = max(1, _MOST_STEPS // max(1, int(near.sum())))
    starts = np.repeat(along[:-1], np.minimum(parts, most))
    width = np.repeat(np.diff(along) / np.minimum(parts, most), np.minimum(parts, most))
    number = np.concatenate([np.arange(n) for n in np.minimum(parts, most)])
    return np.append(starts + number * width, float(region.sides))


def _on_border(plane: SkyPlane, region: Region) -> Numbers:
    """Find the points of the image's border that are in the region."""
    wide, high = plane.width, plane.height

    def look(along: Numbers) -> tuple[Numbers, Truths]:
        side = np.floor(along).astype(int) % 4
        part = along % 1.0
        whole, none = np.ones_like(part), np.zeros_like(part)
        x = np.choose(side, [part, whole, 1 - part, none]) * wide - 0.5
        y = np.choose(side, [none, part, whole, 1 - part]) * high - 0.5
        return np.stack([x, y], axis=1), region.holds(plane.vectors(x, y))

    return _walked(np.linspace(0, 4, 4 * 32 + 1), look, to_extremes=False)


def _inside(plane: SkyPlane, region: Region) -> Numbers:
    """Find pixels whose centres are in the region, all over the image.

    On a grid first, then in the strips between what the grid found and what it did
    not.
    """
    x = np.unique(np.linspace(0, plane.width - 1, _GRID).round())
    y = np.unique(np.linspace(0, plane.height - 1, _GRID).round())
    held = _held(plane, region, x, y)
    if not held.any():
        return np.empty((0, 2))
    held_x, held_y = np.asarray(held.any(axis=0)), np.asarray(held.any(axis=1))
    columns, rows = _with_strips(x, held_x), _with_strips(y, held_y)
    some_x = np.unique(np.linspace(0, plane.width - 1, _STRIP).round())
    some_y = np.unique(np.linspace(0, plane.height - 1, _STRIP).round())
    in_columns = _held(plane, region, columns, some_y).any(axis=0)
    in_rows = _held(plane, region, some_x, rows).any(axis=1)
    across = np.append(columns[in_columns], x[held_x])
    up = np.append(rows[in_rows], y[held_y])
    # A pixel next to one that is held may be touched, though its centre is not.
    return np.array(
        [[across.min() - 1, up.min() - 1], [across.max() + 1, up.max() + 1]]
    )


def _held(plane: SkyPlane, region: Region, x: Numbers, y: Numbers) -> Truths:
    return region.holds(plane.vectors(*np.meshgrid(x, y)))


def _with_strips(places: Numbers, held: Truths) -> Numbers:
    """Give all places from before the first that is held, and after the last."""
    numbers = np.flatnonzero(held)
    first, last = numbers[0], numbers[-1]
    before = np.arange(places[max(first - 1, 0)], places[first] + 1)
    after = np.arange(places[last], places[min(last + 1, len(places) - 1)] + 1)
    return np.concatenate([before, after])

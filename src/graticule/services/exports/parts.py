"""A part of an image, seen as an image of its own: ranges of z, c and t, a window.

What writers of files are given where not everything is wanted. Copies nothing:
pixels are read where they are. Knows no file format.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graticule.errors import OutOfRangeError
from graticule.pixels.model import Level, Window
from graticule.pixels.reader import Pixels, Source, TileCoding, TileLender
from graticule.services.exports.facts import ImageFacts
from graticule.services.scenes import Scene

Span = tuple[int, int]
"""First and last, from 0, both included."""


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of an image is wanted; what is unset is wanted whole.

    Ranges may reach beyond the image: they are cut to it. ``window`` is in pixels
    of full size, inside the image; with it, reduced levels are left out.
    """

    z: Span | None = None
    c: Span | None = None
    t: Span | None = None
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class _Ranges:
    z: range
    c: range
    t: range


def cut_scene(scene: Scene, part: Part) -> Scene:
    """Describe a part of a scene as a scene.

    Raises
    ------
    graticule.errors.OutOfRangeError
        If the image holds nothing of a range or not all of the window.
    """
    ranges = _ranges(scene, part)
    channels = slice(ranges.c.start, ranges.c.stop)
    return replace(
        scene,
        size_z=len(ranges.z),
        size_c=len(ranges.c),
        size_t=len(ranges.t),
        levels=_levels(scene, part.window),
        statistics=scene.statistics[channels],
        limits=scene.limits[channels],
        labels=scene.labels[channels],
        rendering=replace(scene.rendering, channels=scene.rendering.channels[channels]),
        default_z=_moved(scene.default_z, ranges.z),
        default_t=_moved(scene.default_t, ranges.t),
    )


def cut_facts(scene: Scene, facts: ImageFacts, part: Part) -> ImageFacts:
    """Describe a part of an image by what is known of the image.

    ``scene`` is that of the whole image.
    """
    ranges = _ranges(scene, part)
    offset = facts.offset if part.window is None else (part.window.x0, part.window.y0)
    return replace(
        facts,
        offset=offset,
        channels=facts.channels[ranges.c.start : ranges.c.stop],
        seconds={
            (z - ranges.z.start, c - ranges.c.start, t - ranges.t.start): seconds
            for (z, c, t), seconds in facts.seconds.items()
            if z in ranges.z and c in ranges.c and t in ranges.t
        },
    )


class PartSource:
    """A source that shows a part of one image of another; closes nothing."""

    def __init__(self, source: Source, scene: Scene, part: Part) -> None:
        self.fileset = source.fileset
        self._source = source
        self._ranges = _ranges(scene, part)
        self._window = part.window

    def read(
        self,
        image: int,
        level: int,
        z: int,
        t: int,
        channels: Sequence[int],
        window: Window,
    ) -> Pixels:
        """Read as :meth:`graticule.pixels.reader.Source.read` does."""
        ranges, at = self._ranges, self._window
        if at is not None:
            window = Window(
                window.x0 + at.x0,
                window.y0 + at.y0,
                window.x1 + at.x0,
                window.y1 + at.y0,
            )
        there = [ranges.c[c] for c in channels]
        return self._source.read(image, level, ranges.z[z], ranges.t[t], there, window)

    def stored_tile(
        self, image: int, level: int, z: int, t: int, window: Window
    ) -> None:
        """Give none: what shows a part is drawn."""

    def tile_coding(self, image: int, level: int) -> TileCoding | None:
        """Say how tiles are coded, where they are those of the whole plane."""
        if self._window is not None or not isinstance(self._source, TileLender):
            return None
        return self._source.tile_coding(image, level)

    def coded_tile(
        self, image: int, level: int, z: int, t: int, channel: int, place: int
    ) -> bytes:
        """Read a tile as it is stored."""
        assert isinstance(self._source, TileLender)
        ranges = self._ranges
        return self._source.coded_tile(
            image, level, ranges.z[z], ranges.t[t], ranges.c[channel], place
        )

    def close(self) -> None:
        """Leave the other open: who lent it closes it."""


def _ranges(scene: Scene, part: Part) -> _Ranges:
    return _Ranges(
        _cut("z", part.z, scene.size_z),
        _cut("c", part.c, scene.size_c),
        _cut("t", part.t, scene.size_t),
    )


def _cut(axis: str, span: Span | None, size: int) -> range:
    if span is None:
        return range(size)
    first, last = span
    found = range(max(0, first), min(last, size - 1) + 1)
    if not found:
        raise OutOfRangeError(
            f"{axis} {first} to {last} is outside 0 to {size - 1}, all that the "
            "image has."
        )
    return found


def _levels(scene: Scene, window: Window | None) -> tuple[Level, ...]:
    if window is None:
        return scene.levels
    stored = scene.levels[0]
    inside = window.clipped(stored.width, stored.height)
    if inside != window or window.width <= 0 or window.height <= 0:
        raise OutOfRangeError(
            f"The box from x {window.x0}, y {window.y0} to x {window.x1}, y "
            f"{window.y1} is not inside the image of {stored.width} x "
            f"{stored.height} pixels."
        )
    return (Level(window.width, window.height, stored.tile_width, stored.tile_height),)


def _moved(number: int, there: range) -> int:
    return min(max(number, there.start), there.stop - 1) - there.start

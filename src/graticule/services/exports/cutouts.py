"""Many boxes of one image, read so that every stored tile is read once.

Boxes that share tiles are filled together: not box by box, but tile by tile. Small
ones are held in memory, as many as ``HELD_BYTES``, and given away in the order of
their tiles. Knows no file format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from graticule.errors import OutOfRangeError
from graticule.pixels.model import Window
from graticule.pixels.reader import Fileset, Pixels, Source
from graticule.services.exports.parts import Part, cut_scene
from graticule.services.scenes import Scene

HELD_BYTES = 64 << 20
"""Pixels of boxes that are held at once; larger boxes are not for this."""

_READ_BYTES = 32 << 20
"""What is read at once of a stored tile that is larger."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A box: all z, channels and times are said; ``number`` is its maker's own."""

    number: int
    window: Window
    z: range
    c: range
    t: range

    @property
    def part(self) -> Part:
        """The same as a part of the image."""
        z, c, t = ((r.start, r.stop - 1) for r in (self.z, self.c, self.t))
        return Part(z, c, t, self.window)

    @property
    def pixels(self) -> int:
        """Values of all planes."""
        planes = len(self.z) * len(self.c) * len(self.t)
        return planes * self.window.area


class ArraySource:
    """A source of one image of one level that is held in memory, ``tczyx``."""

    def __init__(self, fileset: Fileset, pixels: Pixels) -> None:
        self.fileset = fileset
        self._pixels = pixels

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
        del image, level
        rows, columns = slice(window.y0, window.y1), slice(window.x0, window.x1)
        return self._pixels[t, list(channels), z, rows, columns]

    def stored_tile(
        self, image: int, level: int, z: int, t: int, window: Window
    ) -> None:
        """Give none: nothing is stored."""

    def close(self) -> None:
        """Do nothing: there is nothing to close."""


def cut_box(scene: Scene, number: int, part: Part) -> Wanted:
    """Cut a box to an image.

    Raises
    ------
    graticule.errors.OutOfRangeError
        If nothing of it is inside.
    """
    assert part.window is not None
    window = part.window
    inside = window.clipped(scene.width, scene.height)
    if inside.x0 >= inside.x1 or inside.y0 >= inside.y1:
        raise OutOfRangeError(
            f"The box from x {window.x0}, y {window.y0} is outside of the image of "
            f"{scene.width} x {scene.height} pixels."
        )
    cut = cut_scene(scene, replace(part, window=inside))
    firsts = (0 if span is None else span[0] for span in (part.z, part.c, part.t))
    z, c, t = (
        range(first, first + size)
        for first, size in zip(
            firsts, (cut.size_z, cut.size_c, cut.size_t), strict=True
        )
    )
    return Wanted(number, inside, z, c, t)


def by_place(scene: Scene, boxes: Iterable[Wanted]) -> list[Wanted]:
    """Sort boxes so that those that share tiles follow each other."""
    level = scene.levels[0]

    def place(box: Wanted) -> tuple[int, int, int]:
        window = box.window
        return window.y0 // level.tile_height, window.x0 // level.tile_width, window.y0

    return sorted(boxes, key=place)


def read_boxes(
    source: Source, scene: Scene, boxes: Iterable[Wanted]
) -> Iterator[tuple[Wanted, Pixels]]:
    """Read boxes, each as an array ``tczyx``; those that are neighbours together.

    Parameters
    ----------
    boxes
        Of less than ``HELD_BYTES`` each.
    """
    itemsize = scene.pixel_type.dtype.itemsize
    held: list[Wanted] = []
    held_bytes = 0
    for box in by_place(scene, boxes):
        size = box.pixels * itemsize
        if held and held_bytes + size > HELD_BYTES:
            yield from _filled(source, scene, held)
            held, held_bytes = [], 0
        held.append(box)
        held_bytes += size
    if held:
        yield from _filled(source, scene, held)


def _filled(
    source: Source, scene: Scene, boxes: Sequence[Wanted]
) -> Iterator[tuple[Wanted, Pixels]]:
    arrays = [
        np.empty(
            (len(box.t), len(box.c), len(box.z), box.window.height, box.window.width),
            scene.pixel_type.dtype,
        )
        for box in boxes
    ]
    for tile, touching in _by_tile(scene, boxes).items():
        planes = {(t, z) for n in touching for t in boxes[n].t for z in boxes[n].z}
        for t, z in sorted(planes):
            here = [n for n in touching if t in boxes[n].t and z in boxes[n].z]
            channels = sorted({c for n in here for c in boxes[n].c})
            parts = [_common(tile, boxes[n].window) for n in here]
            for window in _reads(scene, parts, len(channels)):
                pixels = source.read(scene.index, 0, z, t, channels, window)
                for n in here:
                    _paste(arrays[n], boxes[n], (t, z), channels, window, pixels)
    yield from zip(boxes, arrays, strict=True)


def _by_tile(scene: Scene, boxes: Sequence[Wanted]) -> dict[Window, list[int]]:
    """Find which boxes touch each stored tile, by their numbers in the sequence."""
    level = scene.levels[0]
    width, height = level.tile_width, level.tile_height
    found: dict[Window, list[int]] = {}
    for number, box in enumerate(boxes):
        window = box.window
        for y in range(window.y0 // height * height, window.y1, height):
            for x in range(window.x0 // width * width, window.x1, width):
                tile = Window(x, y, x + width, y + height)
                found.setdefault(tile, []).append(number)
    return found


def _reads(scene: Scene, parts: Sequence[Window], channels: int) -> list[Window]:
    """Choose what to read of a tile: all that is wanted at once, if it is not much."""
    bounds = Window(
        min(part.x0 for part in parts),
        min(part.y0 for part in parts),
        max(part.x1 for part in parts),
        max(part.y1 for part in parts),
    )
    size = bounds.area * channels * scene.pixel_type.dtype.itemsize
    return [bounds] if size <= _READ_BYTES else list(dict.fromkeys(parts))


def _common(one: Window, other: Window) -> Window:
    return Window(
        max(one.x0, other.x0),
        max(one.y0, other.y0),
        min(one.x1, other.x1),
        min(one.y1, other.y1),
    )


def _paste(
    array: Pixels,
    box: Wanted,
    plane: tuple[int, int],
    channels: Sequence[int],
    window: Window,
    pixels: Pixels,
) -> None:
    """Copy what a box wants of pixels that were read."""
    common = _common(window, box.window)
    if common.x1 <= common.x0 or common.y1 <= common.y0:
        return
    t, z = plane
    at = box.window
    rows = slice(common.y0 - at.y0, common.y1 - at.y0)
    columns = slice(common.x0 - at.x0, common.x1 - at.x0)
    read_rows = slice(common.y0 - window.y0, common.y1 - window.y0)
    read_columns = slice(common.x0 - window.x0, common.x1 - window.x0)
    for number, c in enumerate(channels):
        if c in box.c:
            array[t - box.t.start, c - box.c.start, z - box.z.start, rows, columns] = (
                pixels[number, read_rows, read_columns]
            )

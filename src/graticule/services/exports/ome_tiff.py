"""An image as an OME-TIFF: every plane, every level, bit for bit.

Large images and those with levels are written in tiles, the levels as SubIFDs of
the plane they belong to; small ones in strips. Compressed with deflate; tiles that
are so already are copied unopened. Pixels go through tile by tile: memory stays at
a few times ``READ_BYTES``. Knows no request and no job.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from graticule.pixels.model import Level, PixelType, Window
from graticule.pixels.reader import Pixels, Source, TileCoding, TileLender
from graticule.services.exports.aside import Progress, appearing_file
from graticule.services.exports.facts import ImageFacts
from graticule.services.exports.ome_xml import ome_xml
from graticule.services.exports.parts import Part, PartSource, cut_facts, cut_scene
from graticule.services.scenes import Scene, open_scene

READ_BYTES = 16 << 20
"""What is read at once, and what waits to be compressed."""

STRIPS_PIXELS = 1 << 20
"""Images of one level and no more pixels than this are written in strips."""

_TILE = 512
_LARGEST_TILE = 1024
_CLASSIC_BYTES = (1 << 32) - (64 << 20)
_RGB = 3


@dataclass(frozen=True, slots=True)
class OmeTiffOptions:
    """How an OME-TIFF is written.

    ``effort`` is deflate's, 0 (stored as it is) to 9; ``workers`` how many
    threads compress, by default half as many as the machine has processors.
    Without ``pyramid`` reduced levels are left out.
    """

    effort: int = 1
    workers: int | None = None
    pyramid: bool = True


def raw_bytes(scene: Scene) -> int:
    """Say how many bytes all pixels of an image have, reduced levels too."""
    pixels = sum(level.width * level.height for level in scene.levels)
    planes = scene.size_z * scene.size_c * scene.size_t
    return pixels * planes * scene.pixel_type.dtype.itemsize


def write_ome_tiff(
    scene: Scene,
    facts: ImageFacts,
    path: Path,
    *,
    options: OmeTiffOptions = OmeTiffOptions(),
    progress: Progress | None = None,
    part: Part | None = None,
) -> None:
    """Write an image as an OME-TIFF.

    Parameters
    ----------
    path
        Appears when it is whole; replaces what was there.
    progress
        Called with the pieces done and the pieces in all.
    part
        Write only this part of it.

    Raises
    ------
    graticule.errors.FileError
        If the image cannot be read or the file not be written.
    graticule.errors.OutOfRangeError
        If the image has nothing of the part.
    """
    with open_scene(scene) as whole, appearing_file(path) as aside:
        source: Source = whole
        if part is not None:
            source = PartSource(whole, scene, part)
            facts, scene = cut_facts(scene, facts, part), cut_scene(scene, part)
        if not options.pyramid:
            scene = replace(scene, levels=scene.levels[:1])
        _Writer(source, scene, facts, options, progress).write(aside)


def write_source(
    source: Source,
    scene: Scene,
    facts: ImageFacts,
    path: Path,
    *,
    options: OmeTiffOptions = OmeTiffOptions(),
    progress: Progress | None = None,
) -> None:
    """Write what a source gives as an OME-TIFF.

    Parameters
    ----------
    source
        Gives the pixels of the image ``scene.index``.
    scene
        Describes them: sizes, levels and type are taken from it.
    path, progress
        As for :func:`write_ome_tiff`.

    Raises
    ------
    graticule.errors.FileError
        If the image cannot be read or the file not be written.
    """
    with appearing_file(path) as aside:
        _Writer(source, scene, facts, options, progress).write(aside)


class _Writer:
    """Writes one file; lives only that long."""

    def __init__(
        self,
        source: Source,
        scene: Scene,
        facts: ImageFacts,
        options: OmeTiffOptions,
        progress: Progress | None,
    ) -> None:
        self.source = source
        self.scene = scene
        self.facts = facts
        self.options = options
        self.progress = progress
        rgb = (
            facts.graphics
            and scene.size_c == _RGB
            and scene.pixel_type is PixelType.UINT8
        )
        self.samples = _RGB if rgb else 1
        self.tiled = len(scene.levels) > 1 or (
            scene.width * scene.height > STRIPS_PIXELS
        )
        self.planes = scene.size_t * scene.size_z * scene.size_c // self.samples
        self.done = 0
        self.total = sum(
            self.planes * (_tile_count(level) if self.tiled else 1)
            for level in scene.levels
        )

    def write(self, path: Path) -> None:
        scene = self.scene
        large = raw_bytes(scene) > _CLASSIC_BYTES
        with tifffile.TiffWriter(path, bigtiff=large, ome=False) as tif:
            for number, level in enumerate(scene.levels):
                first = number == 0
                reduced = {"subfiletype": 1}
                head = {"description": self._xml(), "subifds": len(scene.levels) - 1}
                coding = self._coding(number)
                tif.write(
                    self._pieces(number, coding),
                    shape=self._shape(level),
                    **(head if first else reduced),
                    **self._layout(level, coding),
                )

    def _coding(self, number: int) -> TileCoding | None:
        """Say how a level's tiles are coded, if they can be copied."""
        if not isinstance(self.source, TileLender) or not self.options.effort:
            return None
        coding = self.source.tile_coding(self.scene.index, number)
        if coding is None or coding.samples != self.samples or not self.tiled:
            return None
        alike = (coding.tile_height, coding.tile_width) == _tile_size(
            self.scene.levels[number]
        )
        return coding if alike else None

    def _pieces(
        self, number: int, coding: TileCoding | None
    ) -> Iterator[Pixels] | Iterator[bytes]:
        if coding is not None:
            return self._copies(number)
        return self._tiles(number) if self.tiled else self._pages()

    def _xml(self) -> bytes:
        scene = self.scene
        return ome_xml(
            self.facts,
            pixel_type=scene.pixel_type,
            significant_bits=scene.significant_bits,
            size=(scene.width, scene.height, scene.size_z, scene.size_c, scene.size_t),
            samples=self.samples,
        )

    def _shape(self, level: Level) -> tuple[int, ...]:
        last = (self.samples,) if self.samples > 1 else ()
        return (self.planes, level.height, level.width, *last)

    @property
    def _dtype(self) -> np.dtype[Any]:
        bit = self.scene.pixel_type is PixelType.BIT
        return np.dtype(bool) if bit else self.scene.pixel_type.dtype

    def _layout(self, level: Level, coding: TileCoding | None) -> dict[str, Any]:
        dtype = self._dtype
        layout: dict[str, Any] = {
            "dtype": dtype,
            "photometric": "rgb" if self.samples > 1 else "minisblack",
            "metadata": None,
            "software": "Graticule",
            "maxworkers": self.options.workers,
            "buffersize": READ_BYTES,
        }
        if self.samples > 1:
            layout["planarconfig"] = "contig"
        if self.tiled:
            layout["tile"] = _tile_size(level)
        # Few programs know the predictor of floating point numbers; tifffile
        # packs bits but does not compress them then.
        if self.options.effort and dtype.kind != "b":
            layout["compression"] = "zlib"
            layout["compressionargs"] = {"level": self.options.effort}
            layout["predictor"] = dtype.kind in "iu"
        if coding is not None:
            layout["predictor"] = coding.predictor
        return layout

    def _places(self) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """Name z, t and channels of each page, in the order ``XYZCT``."""
        scene = self.scene
        for t in range(scene.size_t):
            for c in range(0, scene.size_c, self.samples):
                for z in range(scene.size_z):
                    yield z, t, tuple(range(c, c + self.samples))

    def _pages(self) -> Iterator[Pixels]:
        whole = self.scene.levels[0].whole
        for z, t, channels in self._places():
            page = self._read(0, z, t, channels, whole)
            self._advance()
            yield page

    def _copies(self, number: int) -> Iterator[bytes]:
        assert isinstance(self.source, TileLender)
        count = _tile_count(self.scene.levels[number])
        for z, t, channels in self._places():
            for place in range(count):
                self._advance()
                yield self.source.coded_tile(
                    self.scene.index, number, z, t, channels[0], place
                )

    def _tiles(self, number: int) -> Iterator[Pixels]:
        level = self.scene.levels[number]
        height, width = _tile_size(level)
        for z, t, channels in self._places():
            for window in _blocks(level, self.samples * self._dtype.itemsize):
                block = self._read(number, z, t, channels, window)
                for x in range(0, window.width, width):
                    self._advance()
                    yield _filled(block[:, x : x + width], height, width)

    def _read(
        self, level: int, z: int, t: int, channels: tuple[int, ...], window: Window
    ) -> Pixels:
        read = self.source.read(self.scene.index, level, z, t, channels, window)
        pixels = read[0] if self.samples == 1 else np.moveaxis(read, 0, -1)
        return np.ascontiguousarray(pixels, self._dtype)

    def _advance(self) -> None:
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, self.total)


def _tile_size(level: Level) -> tuple[int, int]:
    """Keep the tiles of the source where TIFF allows them (multiples of 16)."""
    stored = (level.tile_height, level.tile_width)
    if all(side % 16 == 0 and 64 <= side <= _LARGEST_TILE for side in stored):
        return stored
    return (_TILE, _TILE)


def _tile_count(level: Level) -> int:
    height, width = _tile_size(level)
    return -(-level.height // height) * -(-level.width // width)


def _blocks(level: Level, pixel_bytes: int) -> Iterator[Window]:
    """Cut a level into rows of tiles, as many side by side as may be read at once."""
    height, width = _tile_size(level)
    step = width * max(1, READ_BYTES // (height * width * pixel_bytes))
    for y in range(0, level.height, height):
        y1 = min(y + height, level.height)
        for x in range(0, level.width, step):
            yield Window(x, y, min(x + step, level.width), y1)


def _filled(tile: Pixels, height: int, width: int) -> Pixels:
    """Fill a tile that hangs over the edge with zeros."""
    missing = (height - tile.shape[0], width - tile.shape[1])
    if not any(missing):
        return np.ascontiguousarray(tile)
    rest = [(0, 0)] * (tile.ndim - 2)
    return np.pad(tile, [(0, missing[0]), (0, missing[1]), *rest])

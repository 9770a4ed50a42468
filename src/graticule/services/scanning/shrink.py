"""Make the pyramid of one image; runs in a worker process, without Django."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graticule.errors import GraticuleError
from graticule.pixels.cache import ChunkCache
from graticule.pixels.pyramid import build_pyramid
from graticule.pixels.reader import ReadContext, ReadLimits
from graticule.pixels.registry import open_source
from graticule.pixels.zarr.reader import ZarrReader

_SECONDS_BETWEEN_NEWS = 0.2

Levels = tuple[tuple[int, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class ShrinkTask:
    """Which image of which file, and where its reduced levels go."""

    entry: str
    index: int
    target: str


@dataclass(frozen=True, slots=True)
class Shrinker:
    """Makes pyramids within limits; travels to the workers as it is."""

    limits: ReadLimits
    chunk_cache_bytes: int

    def __call__(self, task: ShrinkTask, tell: Callable[[Any], None]) -> Levels | str:
        """Build a pyramid.

        Returns
        -------
        tuple or str
            ``(width, height, tile_width, tile_height)`` of the levels made, or
            why there are none. ``tell`` hears the share done, 0 to 1.
        """
        context = ReadContext(self.limits, ChunkCache(self.chunk_cache_bytes))
        told = time.monotonic()

        def progress(done: int, total: int) -> None:
            nonlocal told
            if time.monotonic() - told > _SECONDS_BETWEEN_NEWS:
                told = time.monotonic()
                tell(done / total)

        try:
            source = open_source(Path(task.entry), context)
            try:
                target = Path(task.target)
                build_pyramid(source, task.index, target, progress=progress)
                return self._levels(target, context)
            finally:
                source.close()
        except GraticuleError as error:
            return str(error)
        except MemoryError:
            return "It takes more memory than there is."

    @staticmethod
    def _levels(target: Path, context: ReadContext) -> Levels:
        pyramid = ZarrReader().open(target, context)
        try:
            return tuple(
                (level.width, level.height, level.tile_width, level.tile_height)
                for level in pyramid.fileset.images[0].levels
            )
        finally:
            pyramid.close()

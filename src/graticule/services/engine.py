"""What one process holds to draw pictures: open files, chunks, tables, bytes.

Made once per process from the settings. Knows no request and no person.
"""

from __future__ import annotations

import atexit
import time
from collections.abc import Callable, Hashable, Mapping
from functools import cache
from threading import Lock
from typing import Any

from cachetools import LRUCache
from django.conf import settings

from graticule.pixels.cache import ChunkCache
from graticule.pixels.pool import SourcePool
from graticule.pixels.reader import ReadContext, ReadLimits
from graticule.pixels.registry import readers
from graticule.render import kernels, thumbnail
from graticule.render.lut import SHIPPED, LutLibrary
from graticule.services.caching.rendered import RenderedCache, Slot

WORTH_CPU_SECONDS = 0.010
WORTH_SECONDS = 0.250
"""What took a processor, or its reader, this long is kept on disk, too. A tile costs
some 4 ms: it is drawn again before the disk has many of them."""


class PictureCache:
    """Rendered pictures, bounded in bytes; safe between threads.

    Parameters
    ----------
    keep_house
        Called when something was kept on disk.
    """

    def __init__(
        self, max_bytes: int, keep_house: Callable[[], object] = lambda: None
    ) -> None:
        self._keep_house = keep_house
        self._pictures: LRUCache[Hashable, bytes] = LRUCache(max_bytes, len)
        self._lock = Lock()

    def get(
        self,
        key: Hashable,
        draw: Callable[[], bytes],
        slot: Callable[[], Slot] | None = None,
        *,
        always: bool = False,
    ) -> bytes:
        """Find a picture, or draw and keep it.

        Parameters
        ----------
        slot
            Gives its place on disk, for pictures that have one.
        always
            Keep it there however little it cost.
        """
        with self._lock:
            found = self._pictures.get(key)
        if found is not None:
            return found
        picture = (
            draw() if slot is None else self._from_disk(slot(), draw, always=always)
        )
        with self._lock:
            if len(picture) <= self._pictures.maxsize:
                self._pictures[key] = picture
        return picture

    def _from_disk(
        self, slot: Slot, draw: Callable[[], bytes], *, always: bool
    ) -> bytes:
        found = slot.get()
        if found is not None:
            return found
        begun, cpu = time.monotonic(), time.thread_time()
        picture = draw()
        if (
            always
            or time.thread_time() - cpu >= WORTH_CPU_SECONDS
            or time.monotonic() - begun >= WORTH_SECONDS
        ) and slot.keep(picture):
            self._keep_house()
        return picture

    def clear(self) -> None:
        """Forget everything that is in memory."""
        with self._lock:
            self._pictures.clear()


class Engine:
    """The parts that draw, with the limits they keep.

    Parameters
    ----------
    values
        The settings by name.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.limits = ReadLimits.of(values)
        self.context = ReadContext(self.limits, ChunkCache(values["chunk_cache_bytes"]))
        self.pool = SourcePool(self.context, values["open_sources"])
        self.luts = LutLibrary((SHIPPED, *values["lut_folders"]))
        self.rendered = RenderedCache.of(values)
        self.pictures = PictureCache(
            values["tile_cache_bytes"], self.rendered.keep_house
        )
        self.max_render_pixels: int = values["max_render_pixels"]
        self.max_projection_bytes: int = values["max_projection_bytes"]
        self.max_measured_pixels: int = values["max_measured_pixels"]
        self.max_plane_pixels: int = values["max_plane_pixels"]
        self.max_thumbnail_length: int = values["max_thumbnail_length"]
        self.thumbnail_length: int = values["thumbnail_length"]

    def warm_up(self) -> None:
        """Compile or load what draws, and find the readers of all formats."""
        kernels.warm_up()
        thumbnail.warm_up()
        readers()


@cache
def engine() -> Engine:
    """Give this process's engine, made at the first call.

    Its files are closed when the process ends.
    """
    found = Engine(settings.GRATICULE.values)
    atexit.register(found.pool.close)
    return found

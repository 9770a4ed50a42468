"""What one process holds to draw pictures: open files, chunks, tables, bytes.

Made once per process from the settings. Knows no request and no person.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import timedelta
from functools import cache
from threading import Lock

from cachetools import LRUCache
from django.conf import settings

from graticule.pixels.cache import ChunkCache
from graticule.pixels.pool import SourcePool
from graticule.pixels.reader import ReadContext, ReadLimits
from graticule.pixels.registry import readers
from graticule.render import kernels, thumbnail
from graticule.render.lut import SHIPPED, LutLibrary


class PictureCache:
    """Rendered pictures, bounded in bytes; safe between threads."""

    def __init__(self, max_bytes: int) -> None:
        self._pictures: LRUCache[Hashable, bytes] = LRUCache(max_bytes, len)
        self._lock = Lock()

    def get(self, key: Hashable, draw: Callable[[], bytes]) -> bytes:
        """Find a picture, or draw and keep it."""
        with self._lock:
            found = self._pictures.get(key)
        if found is not None:
            return found
        picture = draw()
        with self._lock:
            if len(picture) <= self._pictures.maxsize:
                self._pictures[key] = picture
        return picture

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._pictures.clear()


class Engine:
    """The parts that draw, with the limits they keep.

    Parameters
    ----------
    values
        The settings by name.
    """

    def __init__(self, values: dict[str, object]) -> None:
        def number(name: str) -> int:
            value = values[name]
            assert isinstance(value, int)
            return value

        age = values["rights_age"]
        folders = values["lut_folders"]
        assert isinstance(age, timedelta)
        assert isinstance(folders, tuple)
        self.limits = ReadLimits(
            max_chunk_bytes=number("max_chunk_bytes"),
            max_read_bytes=number("max_read_bytes"),
            max_axis_pixels=number("max_axis_pixels"),
            max_planes=number("max_planes"),
        )
        self.context = ReadContext(self.limits, ChunkCache(number("chunk_cache_bytes")))
        self.pool = SourcePool(self.context, number("open_sources"))
        self.luts = LutLibrary((SHIPPED, *folders))
        self.pictures = PictureCache(number("tile_cache_bytes"))
        self.rights_age_seconds = age.total_seconds()
        self.max_render_pixels = number("max_render_pixels")
        self.max_projection_bytes = number("max_projection_bytes")
        self.max_plane_pixels = number("max_plane_pixels")
        self.max_thumbnail_length = number("max_thumbnail_length")
        self.thumbnail_length = number("thumbnail_length")

    def warm_up(self) -> None:
        """Compile or load what draws, and find the readers of all formats."""
        kernels.warm_up()
        thumbnail.warm_up()
        readers()


@cache
def engine() -> Engine:
    """Give this process's engine, made at the first call."""
    return Engine(dict(settings.GRATICULE.values))

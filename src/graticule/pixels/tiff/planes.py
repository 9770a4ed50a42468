"""Which stored page holds which plane of an image.

The table of an image goes from (t, z, outer channel) to a *slot*; its pages go
from level and slot to a :class:`StoredPage`. An outer channel is what a page
holds: a page of RGB samples is one outer channel and three channels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from graticule.pixels.cache import ChunkCache
from graticule.pixels.model import ImageInfo, Window
from graticule.pixels.tiff.file import StoredFile
from graticule.pixels.tiff.layout import PageLayout, StoredPage
from graticule.pixels.tiff.window import read_window

Pixels = npt.NDArray[Any]


class Pages(Protocol):
    """The pages of one image."""

    def page(self, level: int, slot: int) -> StoredPage | None:
        """Find a page; ``None`` for planes that the file leaves out."""
        ...


class ListedPages:
    """Pages that were all found at opening, by level.

    With a ``depth`` above 1 (SGI) each page holds so many slots.
    """

    def __init__(self, levels: Sequence[Sequence[StoredPage | None]]) -> None:
        self._levels = tuple(tuple(pages) for pages in levels)

    def page(self, level: int, slot: int) -> StoredPage | None:
        """Find a page, or the part of one that is a plane."""
        first = next((page for page in self._levels[level] if page is not None), None)
        depth = 1 if first is None else first.layout.depth
        found = self._levels[level][slot // depth]
        if found is None or depth == 1:
            return found
        plane = found.layout.rows * found.layout.columns
        return StoredPage(
            found.layout,
            found.file,
            found.ident,
            found.offsets,
            found.counts,
            found.jpeg_tables,
            first_chunk=slot % depth * plane,
        )


class ContiguousPages:
    """Uncompressed planes that follow each other; pages made as they are asked."""

    def __init__(self, layout: PageLayout, file: StoredFile, offset: int) -> None:
        self._layout = layout.contiguous()
        self._file = file
        self._offset = offset

    @property
    def plane_bytes(self) -> int:
        """Stored bytes of one slot."""
        planes = self._layout.samples if self._layout.separate else 1
        return self._layout.row_bytes * self._layout.height * planes

    def page(self, level: int, slot: int) -> StoredPage | None:  # noqa: ARG002 - there is one level
        """Make the page of a slot."""
        planes = self._layout.samples if self._layout.separate else 1
        size = self.plane_bytes // planes
        start = self._offset + slot * self.plane_bytes
        return StoredPage(
            layout=self._layout,
            file=self._file,
            ident=-start,
            offsets=start + size * np.arange(planes, dtype=np.int64),
            counts=np.full(planes, size, np.int64),
        )


@dataclass(frozen=True, slots=True, eq=False)
class StoredImage:
    """An image and the way to its pixels.

    Attributes
    ----------
    table
        Slots, shape ``(size_t, size_z, outer channels)``; -1 where there is
        no plane.
    channels
        Of each channel: its outer channel, and its sample there.
    """

    info: ImageInfo
    table: npt.NDArray[np.int32]
    channels: tuple[tuple[int, int], ...]
    pages: Pages

    def read(
        self,
        level: int,
        z: int,
        t: int,
        channels: Sequence[int],
        window: Window,
        chunks: ChunkCache,
    ) -> Pixels:
        """Read a window; everything has been checked."""
        shape = len(channels), window.height, window.width
        out: Pixels = np.empty(shape, self.info.pixel_type.dtype)
        wanted: dict[int, list[tuple[int, int]]] = {}
        for number, channel in enumerate(channels):
            outer, sample = self.channels[channel]
            wanted.setdefault(outer, []).append((number, sample))
        for outer, places in wanted.items():
            page = self.page(level, z, t, outer)
            if page is None:
                for number, _ in places:
                    out[number] = 0
                continue
            read_window(
                page,
                [sample for _, sample in places],
                window,
                [out[number] for number, _ in places],
                chunks,
            )
        return out

    def page(self, level: int, z: int, t: int, outer: int) -> StoredPage | None:
        """Find the page of a plane."""
        slot = int(self.table[t, z, outer])
        return None if slot < 0 else self.pages.page(level, slot)


def grouped_channels(samples: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """List the channels of outer channels with so many samples each."""
    return tuple(
        (outer, sample)
        for outer, count in enumerate(samples)
        for sample in range(count)
    )

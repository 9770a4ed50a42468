"""Pixels of Zarr arrays: windows read through TensorStore, chunk by chunk.

Whatever axes an array has and in whatever order, here it has the five ``tczyx``.
Knows chunks and codecs; must not know what OME says about an array.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorstore as ts

from graticule.errors import (
    ChangedFileError,
    CorruptFileError,
    FileError,
    MissingFileError,
)
from graticule.pixels.cache import ChunkCache
from graticule.pixels.model import Window
from graticule.pixels.reader import Pixels
from graticule.pixels.zarr.axes import AXES
from graticule.pixels.zarr.metadata import ZarrArrayHeader

BATCH_BYTES = 64 << 20
"""Chunks decoded side by side for one read, beyond its result."""

TENSORSTORE_ERRORS = (ValueError, OSError, RuntimeError, OverflowError)
"""What TensorStore raises, by the kind of its status."""

_IO_THREADS = 8


@functools.cache
def shared_context() -> ts.Context:
    """Make the pools that all arrays of this process share.

    TensorStore keeps no chunk of its own: :class:`ChunkCache` does. Made at
    first use, since its threads would not survive a fork.
    """
    return ts.Context(
        {
            "cache_pool": {"total_bytes_limit": 0},
            "file_io_concurrency": {"limit": _IO_THREADS},
        }
    )


def store_spec(folder: Path, zarr_format: int) -> dict[str, Any]:
    """Say to TensorStore where an array lies: the one place that knows."""
    return {
        "driver": "zarr3" if zarr_format == 3 else "zarr",
        "kvstore": {"driver": "file", "path": f"{folder.absolute()}/"},
    }


def library_message(error: Exception) -> str:
    """Cut a message of TensorStore down to what a person can use."""
    text = str(error).split(" [tensorstore_spec=")[0].split(" [source locations=")[0]
    return text.partition(": ")[2] or text


class _Box(NamedTuple):
    """A part of an array that is read at once: half-open along ``tczyx``."""

    lower: tuple[int, ...]
    upper: tuple[int, ...]

    @property
    def slices(self) -> tuple[slice, ...]:
        return tuple(map(slice, self.lower, self.upper))


class ZarrArray:
    """An array seen as ``tczyx``, opened when it is first read.

    Parameters
    ----------
    header
        The array's header.
    axes
        For each stored axis which of ``tczyx`` it is, e.g. ``"zyx"``.
    """

    def __init__(self, header: ZarrArrayHeader, axes: str) -> None:
        self.header = header
        self.axes = axes
        sizes = dict(zip(axes, header.shape, strict=True))
        chunks = dict(zip(axes, header.chunks, strict=True))
        self.shape = tuple(sizes.get(axis, 1) for axis in AXES)
        self.chunks = tuple(chunks.get(axis, 1) for axis in AXES)
        self.dtype = np.dtype("u1") if header.dtype.kind == "b" else header.dtype
        self._name = str(header.folder)
        self._store: ts.TensorStore | None = None

    def read(
        self,
        t: int,
        z: int,
        channels: Sequence[int],
        window: Window,
        cache: ChunkCache,
    ) -> Pixels:
        """Read a window; shape ``(len(channels), height, width)``, native order.

        Chunks are kept in ``cache`` whole, but those too large for it are read
        as far as the window goes. A chunk that is not stored has the fill value.

        Raises
        ------
        graticule.errors.CorruptFileError
            If stored bytes cannot be decoded.
        graticule.errors.MissingFileError, graticule.errors.ChangedFileError
            If the array's header is gone or another one.
        """
        out = np.empty((len(channels), window.height, window.width), self.dtype)
        chunk_bytes = math.prod(self.chunks) * self.dtype.itemsize
        whole = chunk_bytes <= cache.max_bytes // 4
        boxes = list(self._boxes(t, z, channels, window, whole=whole))
        batch = max(1, BATCH_BYTES // chunk_bytes)
        for first in range(0, len(boxes), batch):
            some = boxes[first : first + batch]
            for box, pixels in zip(some, self._decoded(some, cache), strict=True):
                self._copy(box, pixels, t, z, channels, window, out)
        return out

    def close(self) -> None:
        """Let go of the open array; a later read would open it again."""
        self._store = None

    def _boxes(
        self, t: int, z: int, channels: Sequence[int], window: Window, *, whole: bool
    ) -> Iterator[_Box]:
        """Name what is to be read: whole chunks, or the wanted part of each."""
        steps = self.chunks
        for group in dict.fromkeys(c // steps[1] for c in channels):
            wanted = [c for c in channels if c // steps[1] == group]
            for row in range(window.y0 // steps[3], -(-window.y1 // steps[3])):
                for column in range(window.x0 // steps[4], -(-window.x1 // steps[4])):
                    at = (t // steps[0], group, z // steps[2], row, column)
                    lower = tuple(n * s for n, s in zip(at, steps, strict=True))
                    upper = tuple(
                        min(n + s, size)
                        for n, s, size in zip(lower, steps, self.shape, strict=True)
                    )
                    if not whole:
                        low = (t, min(wanted), z, window.y0, window.x0)
                        high = (t + 1, max(wanted) + 1, z + 1, window.y1, window.x1)
                        lower = tuple(map(max, lower, low))
                        upper = tuple(map(min, upper, high))
                    yield _Box(lower, upper)

    def _decoded(self, boxes: Sequence[_Box], cache: ChunkCache) -> Iterator[Pixels]:
        """Get boxes, those that are not in the cache all at the same time."""
        keys = [(self._name, self.header.revision, *box) for box in boxes]
        missing = {
            key: box for key, box in zip(keys, boxes, strict=True) if key not in cache
        }
        futures: Mapping[Any, ts.Future[Any]] = {}
        if missing:
            self._check_unchanged()
            store = self._opened()
            futures = {key: store[box.slices].read() for key, box in missing.items()}
        for key, box in zip(keys, boxes, strict=True):
            yield cache.get(
                key, functools.partial(self._finished, futures.get(key), box)
            )

    def _finished(self, future: ts.Future[Any] | None, box: _Box) -> Pixels:
        try:
            if future is None:  # thrown out of the cache since it was looked for
                future = self._opened()[box.slices].read()
            pixels: Pixels = future.result()
        except TENSORSTORE_ERRORS as error:
            raise self._complaint(error) from error
        return pixels.view("u1") if pixels.dtype.kind == "b" else pixels

    def _copy(
        self,
        box: _Box,
        pixels: Pixels,
        t: int,
        z: int,
        channels: Sequence[int],
        window: Window,
        out: Pixels,
    ) -> None:
        """Put the part of a box that lies in the window where it belongs."""
        (t0, c0, z0, by0, bx0), (_, c1, _, by1, bx1) = box
        y0, y1 = max(by0, window.y0), min(by1, window.y1)
        x0, x1 = max(bx0, window.x0), min(bx1, window.x1)
        rows = slice(y0 - window.y0, y1 - window.y0)
        columns = slice(x0 - window.x0, x1 - window.x0)
        for slot, channel in enumerate(channels):
            if c0 <= channel < c1:
                plane = pixels[t - t0, channel - c0, z - z0]
                out[slot, rows, columns] = plane[
                    y0 - by0 : y1 - by0, x0 - bx0 : x1 - bx0
                ]

    def _opened(self) -> ts.TensorStore:
        """Open the array, seen as ``tczyx``; two threads may do it twice."""
        if self._store is None:
            spec = store_spec(self.header.folder, self.header.zarr_format)
            try:
                store = ts.open(
                    spec, context=shared_context(), open=True, read=True
                ).result()
            except TENSORSTORE_ERRORS as error:
                raise self._complaint(error) from error
            order = [self.axes.index(axis) for axis in AXES if axis in self.axes]
            there = tuple(
                slice(None) if axis in self.axes else ts.newaxis for axis in AXES
            )
            self._store = store.transpose(order)[there]
        return self._store

    def _check_unchanged(self) -> None:
        """Tell a vanished array from one that is empty: both have no chunks."""
        document = self.header.document
        try:
            revision = document.stat().st_mtime_ns
        except OSError as error:
            raise MissingFileError(document, "is not there any more.") from error
        if revision != self.header.revision:
            raise ChangedFileError(document, "has changed since it was scanned.")

    def _complaint(self, error: Exception) -> FileError:
        if str(error).startswith("PERMISSION_DENIED"):
            return FileError(self.header.folder, "may not be read.")
        return CorruptFileError(
            self.header.folder, f"cannot be decoded: {library_message(error)}."
        )

"""Decoded chunks, kept while they fit into a number of bytes.

One cache serves all sources of a process. Tiles of 256 pixels cut from stored
chunks of 512 would otherwise decode each chunk four times. Knows no format.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any

import numpy.typing as npt


class ChunkCache:
    """Least recently used arrays, bounded in bytes; safe between threads.

    Parameters
    ----------
    max_bytes
        The bound; 0 keeps nothing.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.held_bytes = 0
        self.hits = 0
        self.misses = 0
        self._chunks: OrderedDict[Hashable, npt.NDArray[Any]] = OrderedDict()
        self._lock = Lock()

    def get(
        self, key: Hashable, decode: Callable[[], npt.NDArray[Any]]
    ) -> npt.NDArray[Any]:
        """Find a chunk, or decode and keep it.

        Two threads that miss at the same moment both decode: cheaper than
        making every thread wait for a lock per chunk. Arrays are made
        read-only when they enter.
        """
        with self._lock:
            found = self._chunks.get(key)
            if found is not None:
                self._chunks.move_to_end(key)
                self.hits += 1
                return found
            self.misses += 1
        chunk = decode()
        chunk.flags.writeable = False
        if chunk.nbytes > self.max_bytes // 4:
            return chunk
        with self._lock:
            if key not in self._chunks:
                self._chunks[key] = chunk
                self.held_bytes += chunk.nbytes
                while self.held_bytes > self.max_bytes:
                    _, old = self._chunks.popitem(last=False)
                    self.held_bytes -= old.nbytes
        return chunk

    def __contains__(self, key: Hashable) -> bool:
        """Whether a chunk is held, without counting as a use of it."""
        with self._lock:
            return key in self._chunks

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._chunks.clear()
            self.held_bytes = 0

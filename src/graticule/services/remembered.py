"""Answers remembered for a short time, in one process.

What was looked up in the catalogue for a person may be used again for
``rights_age``: so old may a right or a name be. Where a change has been told
(:mod:`graticule.services.versions`) everything is forgotten sooner, in every
process. Bounded in entries; knows nothing of what it holds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakSet

from django.conf import settings

from graticule.services.versions import catalog_watch

V = TypeVar("V")

_all: WeakSet[Remembered[object]] = WeakSet()


class Remembered(Generic[V]):
    """Values by key, each for ``rights_age``; safe between threads.

    Parameters
    ----------
    max_entries
        When it is full, everything is forgotten: look-ups are cheap, and what
        is in use comes back at once.
    """

    def __init__(self, max_entries: int) -> None:
        self._max_entries = max_entries
        self._entries: dict[Hashable, tuple[float, V]] = {}
        self._forgotten = 0
        self._lock = Lock()
        _all.add(self)  # type: ignore[arg-type]

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        """Find a value no older than ``rights_age``, or make it."""
        catalog_watch.look(forget_all)
        age_seconds = settings.GRATICULE["rights_age"].total_seconds()
        now = time.monotonic()
        found = self._entries.get(key)
        if found is not None and now - found[0] < age_seconds:
            return found[1]
        forgotten = self._forgotten
        value = make()
        with self._lock:
            # What was looked up before a change must not outlive it.
            if forgotten != self._forgotten:
                return value
            if len(self._entries) >= self._max_entries:
                self._entries.clear()
            self._entries[key] = (now, value)
        return value

    def forget(self) -> None:
        """Forget everything, what is being looked up just now too."""
        with self._lock:
            self._forgotten += 1
            self._entries.clear()


def forget_all() -> None:
    """Forget everything that this process remembers, after a change."""
    for remembered in list(_all):
        remembered.forget()

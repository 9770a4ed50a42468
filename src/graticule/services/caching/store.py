"""A store on disk: values by key, with a life, a size and a number (contract 14).

Rules C1 to C14 of the gateway's contract. The library diskcache keeps the entries
safe between threads and processes. A store that is damaged, full or locked never
breaks an answer: what cannot be read is absent, what cannot be written is not kept.
Knows nothing of pictures.
"""

from __future__ import annotations

import logging
import random
import shutil
import sqlite3
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import Any, Protocol, TypeVar
from zlib import crc32

import diskcache

T = TypeVar("T")
logger = logging.getLogger(__name__)

_WAIT_SECONDS = 0.25
"""How long to wait for other processes that write."""
_PURGE_HOLDOFF_SECONDS = 4.0
_CHECK_BYTES = 4
_FAILURES = (OSError, sqlite3.Error, diskcache.Timeout)


class Store(Protocol):
    """What all stores can do."""

    def get(self, key: str, default: bytes | None = None) -> bytes | None:
        """Give a value, or the default if it is absent or its life is over."""

    def set(
        self,
        key: str,
        value: bytes,
        life: timedelta | None = None,
        invalidate_group: str | None = None,
    ) -> bool:
        """Keep a value; say whether it is kept."""

    def delete(self, key: str) -> bool:
        """Forget a key and all below it; say whether there was any."""

    def wipe(self) -> bool:
        """Forget everything."""


class NoStore:
    """Keeps nothing, so that nobody need ask whether there is a store (C1)."""

    def get(self, key: str, default: bytes | None = None) -> bytes | None:
        """Give the default."""
        del key
        return default

    def set(
        self,
        key: str,
        value: bytes,
        life: timedelta | None = None,
        invalidate_group: str | None = None,
    ) -> bool:
        """Keep nothing."""
        del key, value, life, invalidate_group
        return False

    def delete(self, key: str) -> bool:
        """Find nothing to forget."""
        del key
        return False

    def wipe(self) -> bool:
        """Find nothing to forget."""
        return False


class DiskStore:
    """Values in a folder.

    Parameters
    ----------
    folder
        Made if it is not there (C2).
    life
        How long an entry lives if nothing else is said; zero is for ever, and then
        no entry's own life is looked at (C4).
    max_entries, max_bytes
        Limits, 0 for none (C11).

    Raises
    ------
    OSError
        If the folder cannot be made.
    """

    def __init__(
        self,
        folder: Path,
        life: timedelta = timedelta(minutes=1),
        max_entries: int = 0,
        max_bytes: int = 0,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.life = life
        self.max_entries = max_entries
        self.max_bytes = max_bytes
        self._lock = Lock()
        self._purged = 0.0
        self._warned = 0.0
        self._cache: Any = None

    def get(self, key: str, default: bytes | None = None) -> bytes | None:
        """Give a value, or the default if it is absent, over or damaged (C5)."""
        _check(key)

        def look(cache: Any) -> object:
            found = cache.get(key)
            if found is None:
                self._purge(cache)
            return found

        found = self._try(look, None)
        if found is None:
            return default
        value = _unpacked(found)
        if value is None:
            self.delete(key)
            return default
        return value

    def set(
        self,
        key: str,
        value: bytes,
        life: timedelta | None = None,
        invalidate_group: str | None = None,
    ) -> bool:
        """Keep a value; say whether it is kept.

        Parameters
        ----------
        life
            In place of the store's own; up to a fifth is added, so that what was
            written together does not end together (C3).
        invalidate_group
            Means nothing (C14).
        """
        del invalidate_group
        return self._write(key, value, life, only_new=False)

    def add(self, key: str, value: bytes, life: timedelta | None = None) -> bool:
        """Keep a value if there is none; say whether it is kept (C6)."""
        return self._write(key, value, life, only_new=True)

    def has_key(self, key: str) -> bool:
        """Say whether there is an entry whose life is not over (C6)."""
        _check(key)
        return self._try(lambda cache: key in cache, otherwise=False)

    def delete(self, key: str) -> bool:
        """Forget a key and all keys below it; say whether there was any (C7)."""
        _check(key)

        def forget(cache: Any) -> int:
            count = int(cache.delete(key))
            if _tag(f"{key}/-") == key:
                return count + int(cache.evict(key))
            below = [other for other in cache if other.startswith(f"{key}/")]
            return count + sum(bool(cache.delete(other)) for other in below)

        return self._try(forget, 0) > 0

    def wipe(self) -> bool:
        """Forget everything; the store is usable afterwards (C8)."""

        def clear(cache: Any) -> bool:
            cache.clear()
            return True

        return self._try(clear, otherwise=False)

    def purge(self) -> None:
        """Drop what is over, at most once in four seconds (C12)."""
        self._try(self._purge, None)

    def num_entries(self) -> int:
        """Count the entries (C13)."""
        return self._try(len, 0)

    def size_bytes(self) -> int:
        """Say how much space all entries take."""
        return self._try(lambda cache: int(cache.volume()), 0)

    def configure(
        self,
        life: timedelta | None = None,
        max_entries: int | None = None,
        max_bytes: int | None = None,
    ) -> None:
        """Change limits while it is in use (C15)."""
        self.max_entries = self.max_entries if max_entries is None else max_entries
        self.max_bytes = self.max_bytes if max_bytes is None else max_bytes
        if life is None:
            return
        self.life = life
        if not life:
            # From now on nothing ends, what has been written neither (C4).
            self._try(lambda cache: [cache.touch(key, None) for key in cache], [])

    def close(self) -> None:
        """Close the files; they are opened again when needed."""
        with self._lock:
            if self._cache is not None:
                self._cache.close()
            self._cache = None

    def _write(
        self, key: str, value: bytes, life: timedelta | None, *, only_new: bool
    ) -> bool:
        _check(key)
        if not isinstance(value, bytes):
            raise TypeError(f"A store keeps bytes, not {type(value).__name__} (C9).")
        packed = crc32(value).to_bytes(_CHECK_BYTES, "big") + value

        def keep(cache: Any) -> bool:
            if only_new and key in cache:
                return False
            if self._is_full(cache, key):
                self._warn("full: what is drawn is not kept.")
                return False
            write = cache.add if only_new else cache.set
            return bool(write(key, packed, expire=self._seconds(life), tag=_tag(key)))

        return self._try(keep, otherwise=False)

    def _seconds(self, life: timedelta | None) -> float | None:
        if not self.life:
            return None
        seconds = (self.life if life is None else life).total_seconds()
        return seconds * random.uniform(1, 1.2) if seconds else None  # noqa: S311 -- no secret

    def _is_full(self, cache: Any, key: str) -> bool:
        """Look at the limits, and make room as far as that goes (C11)."""
        if not self._is_over(cache):
            return False
        self._purge(cache)
        if not self._is_over(cache):
            return False
        cache.delete(key)
        return self._is_over(cache)

    def _is_over(self, cache: Any) -> bool:
        if self.max_entries and len(cache) >= self.max_entries:
            return True
        return bool(self.max_bytes and cache.volume() >= self.max_bytes)

    def _purge(self, cache: Any) -> None:
        now = time.monotonic()
        if self._purged and now - self._purged < _PURGE_HOLDOFF_SECONDS:
            return
        self._purged = now
        cache.expire()

    def _try(self, work: Callable[[Any], T], otherwise: T) -> T:
        """Work with the files; what goes wrong with them is a warning."""
        try:
            return work(self._opened())
        except _FAILURES as error:
            self._warn(f"not usable: {error}")
            if _is_damaged(error):
                self._begin_anew()
            return otherwise

    def _opened(self) -> Any:
        with self._lock:
            if self._cache is None:
                self._cache = diskcache.Cache(
                    str(self.folder),
                    timeout=_WAIT_SECONDS,
                    eviction_policy="none",
                    cull_limit=0,
                    size_limit=1 << 60,
                    tag_index=True,
                )
            return self._cache

    def _begin_anew(self) -> None:
        """Throw a damaged store away."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _warn(self, said: str) -> None:
        """Write a line, but not for every request."""
        now = time.monotonic()
        if self._warned and now - self._warned < 60:
            return
        self._warned = now
        logger.warning("The cache %s is %s", self.folder, said)


def _is_damaged(error: BaseException) -> bool:
    """Say whether the index itself is no database (any more)."""
    damaged = isinstance(error, sqlite3.DatabaseError)
    return damaged and not isinstance(error, sqlite3.OperationalError)


def _check(key: str) -> None:
    """Refuse keys that are none (C10)."""
    if not key or key.startswith("/") or ".." in key:
        raise ValueError(f"{key!r} is no key: slash-separated, without .. (C10).")


def _tag(key: str) -> str | None:
    """Give the first three levels of a key: that of one object's entries."""
    parts = key.split("/")
    return "/".join(parts[:3]) if len(parts) > 3 else None


def _unpacked(found: object) -> bytes | None:
    """Take the value out of an entry; nothing if it is damaged."""
    if not isinstance(found, bytes) or len(found) < _CHECK_BYTES:
        return None
    value = found[_CHECK_BYTES:]
    return value if crc32(value).to_bytes(_CHECK_BYTES, "big") == found[:4] else None

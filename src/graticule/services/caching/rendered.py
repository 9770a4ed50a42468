"""The three stores of what was drawn: thumbnails, pictures, JSON (contract 14).

Rules C15 to C25. Keys say of which object an entry is, and hold a digest of all
that shows in its bytes (C22): the image's revision, the file as it is, the settings
that are drawn with, the lookup tables, the version of Graticule. So what has
changed is never found, in no process, and what is said here of an object only makes
room sooner. Who may see a thing is asked before anybody comes here (C23).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

from graticule import __version__
from graticule.services.caching.store import DiskStore, NoStore

SERVER = 1
"""Which server: there is one."""
STORES = ("thumb", "img", "json")


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a store where one picture is, or shall be."""

    store: DiskStore | NoStore
    key: str

    def get(self) -> bytes | None:
        """Find what is there."""
        return self.store.get(self.key)

    def keep(self, value: bytes) -> bool:
        """Put something there."""
        return self.store.set(self.key, value)


class RenderedCache:
    """Thumbnails, pictures and JSON on disk.

    Parameters
    ----------
    folder
        Where the stores are; ``None`` for a cache that keeps nothing (C1).
    life
        How long entries live; zero is for ever.
    max_bytes, max_entries
        Limits by name of the store. A store of 0 bytes keeps nothing.
    """

    def __init__(
        self,
        folder: Path | None,
        life: timedelta,
        max_bytes: Mapping[str, int],
        max_entries: Mapping[str, int],
    ) -> None:
        self.folder = folder
        self._locked: Path | None = None
        self.stores: dict[str, DiskStore | NoStore] = {
            name: DiskStore(folder / name, life, max_entries[name], max_bytes[name])
            if folder is not None and max_bytes[name]
            else NoStore()
            for name in STORES
        }

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> RenderedCache:
        """Make the one that the settings describe."""
        sizes = {name: values[f"{name}_cache_bytes"] for name in STORES}
        entries = {name: values[f"{name}_cache_entries"] for name in STORES}
        folder = values["home"] / "cache" if any(sizes.values()) else None
        return cls(folder, values["disk_cache_life"], sizes, entries)

    def thumbnail(self, image_id: int, *shows: object) -> Slot:
        """Give the place of a thumbnail; ``shows`` is all that shows in it."""
        return Slot(self.stores["thumb"], f"{_image('thumb', image_id)}/{_hash(shows)}")

    def picture(self, image_id: int, *shows: object) -> Slot:
        """Give the place of a picture; ``shows`` is all that shows in it."""
        return Slot(self.stores["img"], f"{_image('img', image_id)}/{_hash(shows)}")

    def answer(self, kind: str, thing_id: int, context: str, *says: object) -> Slot:
        """Give the place of an answer in JSON; ``says`` is all that it depends on."""
        key = f"json_{SERVER}/{kind}_{thing_id}/{context}/{_hash(says)}"
        return Slot(self.stores["json"], key)

    def invalidate_object(self, kind: str, thing_id: int) -> None:
        """Forget all of an object, for everybody (C17, C18)."""
        if kind == "Image":
            self.stores["img"].delete(_image("img", thing_id))
            self.stores["thumb"].delete(_image("thumb", thing_id))
        self.stores["json"].delete(f"json_{SERVER}/{kind}_{thing_id}")

    def clear(self) -> None:
        """Forget everything (C15)."""
        for store in self.stores.values():
            store.wipe()

    def close(self) -> None:
        """Close the files, and leave the lock to others."""
        for store in self.stores.values():
            if isinstance(store, DiskStore):
                store.close()
        self._unlock()

    def keep_house(self) -> bool:
        """Drop what is over, if no other process does it in this minute (C24)."""
        if not self.try_lock():
            return False
        for store in self.stores.values():
            if isinstance(store, DiskStore):
                store.purge()
        return True

    def try_lock(self) -> bool:
        """Say whether this process keeps house in the current minute (C24)."""
        if self.folder is None:
            return False
        path = self.folder / f"{datetime.now(UTC):%Y%m%d_%H%M}_lock"
        if self._locked == path:
            return True
        self._unlock()
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except OSError:
            return False
        self._locked = path
        for old in self.folder.glob("*_lock"):  # of processes that were killed
            if old.name < path.name:
                old.unlink(missing_ok=True)
        return True

    def _unlock(self) -> None:
        if self._locked is not None:
            with contextlib.suppress(OSError):
                self._locked.unlink()
        self._locked = None


def _image(store: str, image_id: int) -> str:
    """Give what all keys of an image begin with (C16); images share folders."""
    return f"{store}_{SERVER}/{image_id // 10_000}/{image_id}"


def _hash(shows: tuple[object, ...]) -> str:
    said = repr((__version__, *shows)).encode()
    return blake2b(said, digest_size=16).hexdigest()

"""How processes learn at once that the catalogue has changed.

A change is told by a counter in the catalogue, raised in the transaction of the
change. Every process reads it before it uses what it remembers, but at most
once in ``INTERVAL_SECONDS``. Who made the change waits as long before it
answers: when a client hears that it was saved, no process shows what was before.
Knows nothing of what is remembered.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import F, QuerySet

INTERVAL_SECONDS = 0.1


def tell_change() -> None:
    """Raise the counter: within the transaction that makes the change."""
    _row().update(number=F("number") + 1)


def wait_until_known() -> None:
    """Wait until every process must have looked, after the change is committed.

    Within a transaction nobody else can know yet, and there is no waiting.
    """
    if not connection.in_atomic_block:
        time.sleep(INTERVAL_SECONDS)


def read_version() -> int | None:
    """Read the counter; nothing within a transaction, which may yet be undone."""
    if connection.in_atomic_block:
        return None
    number: int = _row().values_list("number", flat=True).get()
    return number


def _row() -> QuerySet[Any]:
    # By name: what remembers may be imported before there are tables.
    return apps.get_model("catalog", "CatalogVersion").objects.all()


class Watch:
    """Looks whether a number has changed, now and then; safe between threads.

    Parameters
    ----------
    read
        Reads the number, or ``None`` where it cannot be said now.
    """

    def __init__(
        self,
        read: Callable[[], int | None],
        interval_seconds: float = INTERVAL_SECONDS,
    ) -> None:
        self._read = read
        self._interval_seconds = interval_seconds
        self._lock = Lock()
        self._looked = -interval_seconds
        self._known: int | None = None

    def look(self, changed: Callable[[], None]) -> None:
        """Call ``changed`` if the number is another than when last looked at.

        Who comes meanwhile waits: nobody goes on with what was before.
        """
        if time.monotonic() - self._looked < self._interval_seconds:
            return
        with self._lock:
            now = time.monotonic()
            if now - self._looked < self._interval_seconds:
                return
            number = self._read()
            if number is None:
                return
            if self._known is not None and number != self._known:
                changed()
            self._known = number
            self._looked = now


catalog_watch = Watch(read_version)
"""What this process knows of the catalogue's counter."""

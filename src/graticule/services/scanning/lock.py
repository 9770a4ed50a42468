"""One scan at a time for one catalogue.

SQLite: a lock on a file in the home folder. PostgreSQL, which many machines may
share: an advisory lock. Both end with the process that holds them, so a scan
that was killed blocks nobody.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

_ADVISORY_KEY = 0x67726174
_SECONDS_BETWEEN_TRIES = 0.25


@contextmanager
def scan_lock(home: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock; ``waiting`` is called now and then until it is free."""
    if connection.vendor == "postgresql":
        with _advisory_lock(waiting):
            yield
        return
    home.mkdir(parents=True, exist_ok=True)
    with (home / "scan.lock").open("w", encoding="ascii") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                waiting()
                time.sleep(_SECONDS_BETWEEN_TRIES)
        yield


@contextmanager
def _advisory_lock(waiting: Callable[[], None]) -> Iterator[None]:
    def asked(function: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [_ADVISORY_KEY])
            return bool(cursor.fetchone()[0])

    while not asked("pg_try_advisory_lock"):
        waiting()
        time.sleep(_SECONDS_BETWEEN_TRIES)
    try:
        yield
    finally:
        asked("pg_advisory_unlock")

"""Wakes a thread that waits for files, from another thread. Knows nothing of why."""

from __future__ import annotations

import os
from contextlib import suppress
from threading import Lock


class Wake:
    """A pipe to oneself; may be rung by anybody, also when it is closed."""

    def __init__(self) -> None:
        self._ear, self._bell = os.pipe()
        os.set_blocking(self._ear, False)
        os.set_blocking(self._bell, False)
        self._closed = False
        # A number that was closed may be another file's at once.
        self._lock = Lock()

    def fileno(self) -> int:
        """Give what is readable after :meth:`ring`."""
        return self._ear

    def ring(self) -> None:
        """Wake whoever waits."""
        with self._lock, suppress(BlockingIOError):
            if not self._closed:
                os.write(self._bell, b"!")

    def hush(self) -> None:
        """Forget that it was rung."""
        with suppress(BlockingIOError):
            while os.read(self._ear, 4096):
                pass

    def close(self) -> None:
        """Close it."""
        with self._lock:
            self._closed = True
            os.close(self._bell)
            os.close(self._ear)

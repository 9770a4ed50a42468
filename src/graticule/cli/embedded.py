"""The worker that `graticule serve` keeps beside itself.

A process of its own: what jobs do to it does not touch the server. It ends when
the server ends, however that goes, and is started again when it dies.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from threading import Event, Lock, Thread

logger = logging.getLogger(__name__)
_HEAD_START_SECONDS = 60.0
_ASK_AGAIN_SECONDS = 0.2
# What to ask where a server listens on all addresses.
_ITSELF = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- not bound here
_AGAIN_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 30.0
# One that has lived so long is started again at once.
_LIVED_SECONDS = 60.0
_STOP_SECONDS = 10.0


class EmbeddedWorker:
    """Keeps one worker running until it is closed.

    Parameters
    ----------
    host, port
        Where the server listens: it comes first, loading both at once would
        double the time to the first page.
    """

    def __init__(self, host: str, port: int) -> None:
        self._address = _ITSELF.get(host, host), port
        self._closing = Event()
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        # The system ends the worker when the thread that started it is gone: this
        # one is, with the server, whatever kills it.
        self._thread = Thread(target=self._keep, name="embedded worker", daemon=True)

    def start(self) -> None:
        """Start the worker soon, and whenever it is not there."""
        self._thread.start()

    def close(self) -> None:
        """Stop the worker and wait until it is gone."""
        with self._lock:
            self._closing.set()
            process = self._process
        if process is not None:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _keep(self) -> None:
        pause = _AGAIN_SECONDS
        self._let_server_begin()
        while True:
            with self._lock:
                if self._closing.is_set():
                    return
                self._process = _started()
            begun = time.monotonic()
            code = self._process.wait()
            if self._closing.is_set():
                return
            if time.monotonic() - begun > _LIVED_SECONDS:
                pause = _AGAIN_SECONDS
            logger.warning(
                "The worker for jobs has ended (%s); it is started again.",
                f"signal {-code}" if code < 0 else f"exit code {code}",
            )
            self._closing.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _let_server_begin(self) -> None:
        """Wait until the server gives any answer, but not for ever."""
        end = time.monotonic() + _HEAD_START_SECONDS
        while time.monotonic() < end and not self._closing.is_set():
            connection = HTTPConnection(*self._address, timeout=_HEAD_START_SECONDS)
            try:
                connection.request("HEAD", "/")
                connection.getresponse()
            except (OSError, HTTPException):
                self._closing.wait(_ASK_AGAIN_SECONDS)
            else:
                return
            finally:
                connection.close()


def _started() -> subprocess.Popen[bytes]:
    """Start a worker; what it logs goes where the server's log goes."""
    command = [sys.executable, "-m", "graticule.cli.main", "worker"]
    return subprocess.Popen(  # noqa: S603 -- nothing in it comes from outside
        [*command, "--embedded", str(os.getpid())],
        stdin=subprocess.DEVNULL,
        # Ctrl-C is for the server, which then stops it in order.
        start_new_session=True,
    )

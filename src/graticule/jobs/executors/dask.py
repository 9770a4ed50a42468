"""Executes jobs on the workers of a Dask cluster (U87).

They read and write the same home folder as the runner. Dask only decides where an
order goes and says when it has ended; :mod:`graticule.jobs.executors.remote` does
the rest there. Whoever is lost (process, worker, scheduler), the runner is told.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from graticule.errors import SettingError
from graticule.jobs.executors.base import Ended, Event, Order, Progress, Written
from graticule.jobs.executors.process import message_of
from graticule.jobs.executors.remote import BEGUN, LOST, STOP, Rules, execute
from graticule.jobs.executors.wake import Wake

try:
    from distributed import Client, Future, get_worker

    from graticule.jobs.executors.dask_crew import DaskCrew, outcome_of
except ImportError as error:
    raise SettingError(
        "dask_scheduler needs Dask: pip install 'graticule[dask]'."
    ) from error

logger = logging.getLogger(__name__)
_LOOK_SECONDS = 1.0
_CONNECT_SECONDS = 5.0
_CLOSE_SECONDS = 10.0
_AWAY = "The Dask scheduler was lost"
_ERRORS = (OSError, TimeoutError, RuntimeError, ValueError, asyncio.CancelledError)
# Pieces of a job that are asked for and not used yet: enough for all threads.
_FOR_EACH_THREAD = 2
_MOST_PIECES = 256


class DaskExecutor:
    """Executes orders on a cluster.

    Parameters
    ----------
    target
        ``package.module:function`` that does the work.
    address
        Of the scheduler, such as ``tcp://host:8786``.
    slots
        Orders at once; 0 for as many as the cluster has threads.
    preload, kill_grace, memory_bytes
        As :class:`graticule.jobs.executors.process.ProcessExecutor` has them.
    """

    def __init__(
        self,
        target: str,
        address: str,
        *,
        slots: int = 0,
        preload: Sequence[str] = (),
        kill_grace: timedelta = timedelta(seconds=5),
        memory_bytes: int = 0,
    ) -> None:
        grace = kill_grace.total_seconds()
        self._rules = Rules(target, tuple(preload), grace, memory_bytes)
        self._address = address
        self._slots = slots
        self._topic = f"graticule-{uuid4().hex}"
        self._orders: dict[tuple[str, int], tuple[Order, Future[Any]]] = {}
        # Filled by Dask's threads, which wake the runner.
        self._said: deque[Any] = deque()
        self._wake = Wake()
        self._threads: dict[str, int] = {}
        self._looked = 0.0
        self._client: Client | None = None
        self._look()

    @property
    def free(self) -> int:
        """How many more executions may begin now; none without a worker."""
        return min(self._slots or self._there, self._there) - len(self._orders)

    @property
    def _there(self) -> int:
        return sum(self._threads.values())

    def start(self, order: Order) -> None:
        """Give an order to the cluster.

        Raises
        ------
        OSError
            If the scheduler is away.
        """
        if self._client is None:
            raise ConnectionError(0, _AWAY)
        message = message_of(order, self._rules.memory_bytes)
        message["width"] = min(_MOST_PIECES, _FOR_EACH_THREAD * self._there)
        future = self._client.submit(
            _execute,
            message,
            self._rules,
            self._topic,
            key=f"{order.job_id}-{order.attempt}-{uuid4().hex}",
            pure=False,
            retries=0,
        )
        self._orders[order.key] = order, future
        future.add_done_callback(partial(self._arrived, order.key))

    def kill(self, job_id: str, attempt: int) -> None:
        """Tell whoever executes it by a file; take it back if nobody does."""
        found = self._orders.get((job_id, attempt))
        if found is None:
            return
        order, future = found
        with suppress(FileNotFoundError):
            (order.folder / STOP).touch()
        if not (order.folder / BEGUN).exists():
            future.cancel()

    def events(self) -> Sequence[Event]:
        """Take what has happened, and look whether everybody is still there."""
        self._wake.hush()
        found: list[Event] = []
        while self._said:
            what = self._said.popleft()
            if isinstance(what, Progress):
                found.append(what)
            else:
                found += self._ended(*what)
        if time.monotonic() - self._looked > _LOOK_SECONDS:
            self._look()
            found += self._lost()
        return found

    def filenos(self) -> Sequence[Any]:
        """Give the pipe that Dask's thread wakes us by."""
        return [self._wake]

    def close(self) -> None:
        """Stop everything and wait until it has ended, though not for ever."""
        end = time.monotonic() + self._rules.kill_grace_seconds + _CLOSE_SECONDS
        for key in list(self._orders):
            self.kill(*key)
        while self._orders and time.monotonic() < end:
            self.events()
            time.sleep(0.05)
        self._disconnect()
        self._wake.close()

    def _hear(self, what: Any) -> None:
        """Keep what Dask's thread says, and wake the runner."""
        self._said.append(what)
        self._wake.ring()

    def _told(self, event: tuple[float, dict[str, Any]]) -> None:
        _, said = event
        self._hear(Progress(**said["progress"]))

    def _arrived(self, key: tuple[str, int], future: Future[Any]) -> None:
        """Fetch an outcome in Dask's thread: the runner must not wait for a worker."""
        self._hear((key, outcome_of(future)))

    def _ended(self, key: tuple[str, int], answer: Any) -> list[Event]:
        if self._orders.pop(key, None) is None:
            return []
        if answer is None:
            # Cancelled before it began, or given up by Dask.
            return [Ended(*key, message=LOST, lost=True)]
        found: list[Event] = [
            Written(*key, **each | {"path": Path(each["path"])})
            for each in answer["written"]
        ]
        return [*found, Ended(*key, **answer["ended"])]

    def _look(self) -> None:
        """Ask who is there; connect where nobody is asked yet."""
        self._looked = time.monotonic()
        try:
            if self._client is None:
                self._client = Client(
                    self._address, timeout=_CONNECT_SECONDS, set_as_default=False
                )
                self._client.subscribe_topic(self._topic, self._told)
            self._threads = dict(self._client.nthreads())
        except _ERRORS as error:
            logger.error(  # noqa: TRY400 -- it will be said many times
                "The Dask scheduler %s does not answer: %s", self._address, error
            )
            self._threads = {}
            self._disconnect()

    def _disconnect(self) -> None:
        if self._client is not None:
            client, self._client = self._client, None
            with suppress(*_ERRORS):
                client.close(timeout=1)

    def _lost(self) -> list[Event]:
        """Give up what nobody executes any more."""
        found: list[Event] = []
        for key, (order, future) in list(self._orders.items()):
            if self._client is None:
                found.append(Ended(*key, message=_AWAY, lost=True))
            elif not self._was_lost(order):
                continue
            else:
                found.append(Ended(*key, message=LOST, lost=True))
                future.cancel()
            del self._orders[key]
        return found

    def _was_lost(self, order: Order) -> bool:
        try:
            worker = (order.folder / BEGUN).read_text(encoding="ascii")
        except FileNotFoundError:
            return False
        return bool(worker) and worker not in self._threads


def _execute(order: dict[str, Any], rules: Rules, topic: str) -> dict[str, Any]:
    """Execute an order on the Dask worker that this is called on."""
    worker = get_worker()
    mine = {"job_id": order["job_id"], "attempt": order["attempt"]}

    def tell(progress: dict[str, Any]) -> None:
        worker.log_event(topic, {"progress": mine | progress})

    crew = DaskCrew(order, rules)
    return execute(order, rules, worker.address, tell, crew)

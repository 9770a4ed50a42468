"""Executes jobs on the workers of a Dask cluster (U87).

They read and write the same home folder as the runner. Dask only decides where an
order goes and says when it has ended; :mod:`graticule.jobs.executors.remote` does
the rest there. Whoever is lost (process, worker, scheduler), the runner is told.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

from graticule.errors import SettingError
from graticule.jobs.executors.base import Ended, Order, Progress, Written
from graticule.jobs.executors.base import Event as Said
from graticule.jobs.executors.process import message_of
from graticule.jobs.executors.remote import BEGUN, LOST, STOP, Rules, execute
from graticule.jobs.executors.wake import Wake

try:
    from distributed import Client, Future, get_worker

    from graticule.jobs.executors.dask_crew import (
        ERRORS,
        DaskCrew,
        cancel,
        outcome_of,
    )
except ImportError as error:
    raise SettingError(
        "dask_scheduler needs Dask: pip install 'graticule[dask]'."
    ) from error

logger = logging.getLogger(__name__)
_LOOK_SECONDS = 1.0
_CONNECT_SECONDS = 5.0
_CLOSE_SECONDS = 10.0
_AWAY = "The Dask scheduler was lost"
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
        self._missing: set[tuple[str, int]] = set()
        # Filled by Dask's threads, which wake the runner.
        self._said: deque[Any] = deque()
        self._wake = Wake()
        self._threads: dict[str, int] = {}
        self._client: Client | None = None
        self._scheduler = ""
        # A scheduler that is away keeps one waiting: not the runner.
        self._looked = Event()
        self._closing = Event()
        self._look()
        self._looker = Thread(target=self._keep_looking, name="dask-look", daemon=True)
        self._looker.start()

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
        client = self._client
        if client is None:
            raise ConnectionError(0, _AWAY)
        message = message_of(order, self._rules.memory_bytes)
        message["width"] = min(_MOST_PIECES, _FOR_EACH_THREAD * self._there)
        try:
            future = client.submit(
                _execute,
                message,
                self._rules,
                self._topic,
                key=f"{order.job_id}-{order.attempt}-{uuid4().hex}",
                pure=False,
                retries=0,
            )
        except ERRORS as error:
            raise ConnectionError(0, _AWAY) from error
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
            cancel(future)

    def events(self) -> Sequence[Said]:
        """Take what has happened, and look whether everybody is still there."""
        self._wake.hush()
        found: list[Said] = []
        while self._said:
            what = self._said.popleft()
            if isinstance(what, Progress):
                found.append(what)
            else:
                found += self._ended(*what)
        if self._looked.is_set():
            self._looked.clear()
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
        self._closing.set()
        self._looker.join(_CONNECT_SECONDS)
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

    def _ended(self, key: tuple[str, int], answer: Any) -> list[Said]:
        if self._orders.pop(key, None) is None:
            return []
        if answer is None:
            # Cancelled before it began, or given up by Dask.
            return [Ended(*key, message=LOST, lost=True)]
        found: list[Said] = [
            Written(*key, **each | {"path": Path(each["path"])})
            for each in answer["written"]
        ]
        return [*found, Ended(*key, **answer["ended"])]

    def _keep_looking(self) -> None:
        while not self._closing.wait(_LOOK_SECONDS):
            self._look()

    def _look(self) -> None:
        """Ask who is there; connect where nobody is asked yet."""
        try:
            if self._client is None:
                self._client = Client(
                    self._address, timeout=_CONNECT_SECONDS, set_as_default=False
                )
            self._threads = self._ask(self._client)
        except (*ERRORS, AttributeError) as error:
            # A client that has closed itself has lost its parts.
            logger.error(  # noqa: TRY400 -- it will be said many times
                "The Dask scheduler %s does not answer: %s", self._address, error
            )
            self._threads = {}
            self._disconnect()
        self._looked.set()
        self._wake.ring()

    def _ask(self, client: Client) -> dict[str, int]:
        """List the threads of each worker; a new scheduler is told what we hear."""
        limit = {"callback_timeout": _CONNECT_SECONDS}
        scheduler: Any = client.scheduler
        said = client.sync(scheduler.identity, n_workers=0, **limit)
        if said["id"] != self._scheduler:
            client.subscribe_topic(self._topic, self._told)
            self._scheduler = said["id"]
        return dict(client.sync(scheduler.ncores, **limit))

    def _disconnect(self) -> None:
        if self._client is not None:
            client, self._client = self._client, None
            self._scheduler = ""
            with suppress(*ERRORS):
                client.close(timeout=1)

    def _lost(self) -> list[Said]:
        """Give up what nobody executes any more."""
        found: list[Said] = []
        missing = set()
        for key, (order, future) in list(self._orders.items()):
            if self._client is None or future.client is not self._client:
                found.append(Ended(*key, message=_AWAY, lost=True))
                del self._orders[key]
            elif self._was_lost(order):
                missing.add(key)
                # A worker may have come since we looked: two looks must agree.
                if key in self._missing:
                    found.append(Ended(*key, message=LOST, lost=True))
                    cancel(future)
                    del self._orders[key]
        self._missing = missing
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

"""Executes jobs in warm processes of this machine (U87).

Processes are forked by a server that has loaded what jobs need, wait for orders,
and are used again. Each leads a group of its own, so that all a job started can be
killed; one that takes more memory than allowed is.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from graticule.jobs.executors.base import Ended, Event, Order, Progress, Written
from graticule.jobs.executors.child import (
    execute_orders,
    memory_of,
    signal_tree,
)

logger = logging.getLogger(__name__)
# After so many orders a process is replaced: what libraries leak ends with it.
_MOST_ORDERS = 200
_LOOK_AT_MEMORY_SECONDS = 0.5
# Processes that cannot even begin are not forked again in a tight loop.
_FORK_AGAIN_SECONDS = 2.0


@dataclass
class _Child:
    process: ForkServerProcess
    pipe: Connection
    order: Order | None = None
    orders: int = 0
    killed: float | None = None
    forced: bool = False
    doomed: bool = False
    said: str = ""
    strays: list[int] = field(default_factory=list)


class ProcessExecutor:
    """Executes up to ``slots`` orders at once.

    Parameters
    ----------
    target
        ``package.module:function`` that does the work.
    preload
        Modules that the forking server loads once, for all.
    kill_grace
        How long a job may take to stop when asked politely.
    memory_bytes
        Most memory of one job with all its processes; 0 for no limit.
    """

    def __init__(
        self,
        target: str,
        *,
        slots: int,
        preload: Sequence[str] = (),
        kill_grace: timedelta = timedelta(seconds=5),
        memory_bytes: int = 0,
    ) -> None:
        self._target = target
        self._slots = slots
        self._grace_seconds = kill_grace.total_seconds()
        self._memory_bytes = memory_bytes
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(preload))
        self._children: list[_Child] = []
        self._events: list[Event] = []
        self._looked = 0.0
        self._fork_after = 0.0
        self._warm()

    @property
    def free(self) -> int:
        """How many more executions may begin now."""
        return self._slots - sum(child.order is not None for child in self._children)

    def start(self, order: Order) -> None:
        """Give an order to a process that waits for one."""
        data = json.dumps(message_of(order, self._memory_bytes)).encode()
        while not self._give(order, data):
            logger.warning("A waiting process of the job layer has died.")

    def _give(self, order: Order, data: bytes) -> bool:
        """Hand an order over, if the process that is to have it lives."""
        idle = (each for each in self._children if not (each.order or each.doomed))
        child = next(idle, None) or self._fork()
        try:
            child.pipe.send_bytes(data)
        except OSError:
            self._bury(child)
            if not child.orders:
                raise
            return False
        child.order = order
        child.orders += 1
        child.killed, child.forced, child.said = None, False, ""
        return True

    def kill(self, job_id: str, attempt: int) -> None:
        """Ask an execution to stop; :meth:`events` sees to it that it does."""
        child = self._executing(job_id, attempt)
        if child is not None and child.killed is None:
            child.killed = time.monotonic()
            _signal_group(child, signal.SIGTERM)

    def events(self) -> Sequence[Event]:
        """Take what has happened; kill what must be killed."""
        for child in list(self._children):
            self._listen(child)
        self._enforce()
        self._warm()
        found, self._events = self._events, []
        return found

    def filenos(self) -> Sequence[Any]:
        """List pipes and processes."""
        return [
            each
            for child in self._children
            for each in (child.pipe, child.process.sentinel)
        ]

    def close(self) -> None:
        """Kill everything and wait until it is gone."""
        for child in self._children:
            _signal_group(child, signal.SIGKILL)
        for child in self._children:
            child.process.join()
            child.pipe.close()
        self._children.clear()

    def _executing(self, job_id: str, attempt: int) -> _Child | None:
        for child in self._children:
            if child.order is not None and child.order.key == (job_id, attempt):
                return child
        return None

    def _warm(self) -> None:
        """Have as many processes as there are slots."""
        if time.monotonic() < self._fork_after:
            return
        while len(self._children) < self._slots:
            self._fork()

    def _fork(self) -> _Child:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=execute_orders, args=(theirs, self._target), daemon=True
        )
        process.start()
        theirs.close()
        child = _Child(process, ours)
        self._children.append(child)
        return child

    def _listen(self, child: _Child) -> None:
        # Something it has left may keep the pipe open when it is gone.
        alive = child.process.is_alive()
        try:
            while child.pipe.poll():
                self._hear(child, json.loads(child.pipe.recv_bytes()))
        except (EOFError, OSError):
            self._bury(child)
            return
        if not alive:
            self._bury(child)

    def _hear(self, child: _Child, said: dict[str, Any]) -> None:
        order = child.order
        if order is None:
            return
        job_id, attempt = order.key
        if "progress" in said:
            self._events.append(Progress(job_id, attempt, **said["progress"]))
        elif "written" in said:
            written = said["written"] | {"path": Path(said["written"]["path"])}
            self._events.append(Written(job_id, attempt, **written))
        else:
            ended = said["ended"] | ({"message": child.said} if child.said else {})
            self._events.append(Ended(job_id, attempt, **ended))
            child.order = None
            if child.killed is not None or child.orders >= _MOST_ORDERS:
                # What it may have left dies with it; another takes its place.
                child.doomed = True
                _signal_group(child, signal.SIGKILL)

    def _bury(self, child: _Child) -> None:
        """Take a process that is gone off the list; its job is lost."""
        if child.process.is_alive():
            _signal_group(child, signal.SIGKILL)
            child.process.join()
        for pid in child.strays:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if child.process.pid:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.process.pid, signal.SIGKILL)
        child.pipe.close()
        self._children.remove(child)
        if child.order is None:
            if not child.orders:
                logger.error("A process for jobs has died before its first job.")
                self._fork_after = time.monotonic() + _FORK_AGAIN_SECONDS
            return
        code = child.process.exitcode or 0
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        message = child.said or f"The process that executed the job ended by {how}"
        self._events.append(
            Ended(*child.order.key, message=message, lost=not child.said)
        )

    def _enforce(self) -> None:
        """Kill by force what did not stop when asked, or is too large."""
        moment = time.monotonic()
        for child in self._children:
            if child.killed is None or child.forced:
                continue
            if moment - child.killed > self._grace_seconds:
                child.forced = True
                child.said = child.said or "killed"
                _signal_group(child, signal.SIGKILL)
        if not self._memory_bytes or moment - self._looked < _LOOK_AT_MEMORY_SECONDS:
            return
        self._looked = moment
        for child in self._children:
            if child.order is None or child.forced:
                continue
            used = memory_of(child.process.pid or 0)
            if used > self._memory_bytes:
                child.forced = True
                child.killed = moment
                child.said = (
                    f"The job took {used >> 20} MiB of memory; "
                    f"job_memory_bytes allows {self._memory_bytes >> 20} MiB."
                )
                _signal_group(child, signal.SIGKILL)


def message_of(order: Order, memory_bytes: int) -> dict[str, Any]:
    """Write an order as the process that executes it reads it."""
    return {
        "job_id": order.job_id,
        "attempt": order.attempt,
        "service": order.service,
        "folder": str(order.folder),
        "given": [
            {
                "name": given.name,
                "value": given.value,
                "file": given.file,
                "media_type": given.media_type,
            }
            for given in order.given
        ],
        "run_id": order.run_id,
        "owner_id": order.owner_id,
        "seconds_left": order.time_left and order.time_left.total_seconds(),
        "memory_bytes": memory_bytes,
    }


def _signal_group(child: _Child, number: signal.Signals) -> None:
    """Signal a process, its group, and those that left the group."""
    if child.process.pid is not None:
        found = signal_tree(child.process.pid, number)
        child.strays = found or child.strays

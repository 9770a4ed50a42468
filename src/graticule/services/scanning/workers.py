"""Worker processes that survive what files do to them.

A decoder may crash, hang or eat all memory. Each worker is a program of its
own; it answers its tasks in order, so the first unanswered task of one that
died is the culprit: it gets a failure, the others go to a new worker.
``concurrent.futures`` would lose all of them and cannot say which one it was.
Knows nothing of what the work is.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar

from graticule.errors import GraticuleError
from graticule.services.scanning.worker import NEWS, READY

T = TypeVar("T")
R = TypeVar("R")
T_contra = TypeVar("T_contra", contravariant=True)
R_co = TypeVar("R_co", covariant=True)

MODULE = "graticule.services.scanning.worker"
DEEPEST_QUEUE = 32
"""Tasks a worker has in hand, so that it need not wait while we write."""
_LATE_RESULTS = 4096
"""Results kept back while one before them is missing."""


class Work(Protocol[T_contra, R_co]):
    """What workers do; picklable, as are its tasks, results and news."""

    def __call__(self, task: T_contra, tell: Callable[[Any], None], /) -> R_co:
        """Do a task; ``tell`` sends news of it to the parent at once."""
        ...


@dataclass(frozen=True, slots=True)
class Lost:
    """The answer to a task whose worker died or had to be stopped."""

    cause: str


@dataclass(slots=True)
class _Worker:
    """One process, and the numbers of the tasks it has in hand."""

    process: subprocess.Popen[bytes]
    pipe: Connection
    errors: Any
    ready: bool = False
    heard: float = field(default_factory=time.monotonic)
    in_hand: deque[int] = field(default_factory=deque)


class Workers(Generic[T, R]):
    """Some processes that do the same work on many tasks.

    Parameters
    ----------
    work
        What is done to a task.
    count
        Processes; they start when there is something to do.
    seconds_per_task
        A worker that is silent for longer is stopped.
    told
        Called with a task and the news of it.
    """

    def __init__(
        self,
        work: Work[T, R],
        count: int,
        seconds_per_task: float,
        told: Callable[[T, Any], None] = lambda _task, _news: None,
    ) -> None:
        self._work = work
        self._count = max(1, count)
        self._seconds = seconds_per_task
        self._told = told
        self._workers: list[_Worker] = []
        self._tasks: dict[int, T] = {}
        self._again: deque[int] = deque()
        self.depth = 1

    def __enter__(self) -> Workers[T, R]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop all processes, whatever they are doing."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            self._bury(worker)
        self._workers.clear()

    def run(
        self, next_task: Callable[[], T | None], arrived: Callable[[T, R | Lost], None]
    ) -> Iterator[tuple[T, R | Lost]]:
        """Do all tasks; results come in the order of the tasks.

        Parameters
        ----------
        next_task
            Asked when a worker has room; ``None`` says that there is nothing
            now, though there may be after a result has been dealt with.
        arrived
            Called at once with every result, in any order. It may set
            ``depth``, the number of tasks given to a worker ahead.

        Raises
        ------
        graticule.errors.GraticuleError
            If a worker does not even start.
        """
        results: dict[int, R | Lost] = {}
        given = due = 0
        while True:
            if given - due < _LATE_RESULTS:
                given = self._hand_out(next_task, given)
            if due == given:
                return
            for number, result in self._listen():
                results[number] = result
                arrived(self._tasks[number], result)
            while due in results:
                yield self._tasks.pop(due), results.pop(due)
                due += 1

    def _hand_out(self, next_task: Callable[[], T | None], given: int) -> int:
        """Give tasks to workers that have room, the emptiest first."""
        while True:
            worker = min(self._workers, key=lambda one: len(one.in_hand), default=None)
            full = worker is None or len(worker.in_hand) >= self.depth
            idle = worker is not None and not worker.in_hand
            if full and len(self._workers) >= self._count:
                return given
            if self._again:
                number = self._again.popleft()
            else:
                task = next_task()
                if task is None:
                    return given
                self._tasks[given] = task
                number, given = given, given + 1
            if worker is None or (len(self._workers) < self._count and not idle):
                worker = self._start()
            self._give(worker, number)

    def _give(self, worker: _Worker, number: int) -> None:
        if not worker.in_hand:
            worker.heard = time.monotonic()
        worker.in_hand.append(number)
        try:
            worker.pipe.send(self._tasks[number])
        except (BrokenPipeError, ConnectionResetError):
            # It has died: _listen finds out and deals with what it had.
            return

    def _start(self) -> _Worker:
        ours, theirs = Pipe()
        errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by _bury
        process = subprocess.Popen(  # noqa: S603 - ourselves, by absolute path
            [sys.executable, "-m", MODULE, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        theirs.close()
        worker = _Worker(process, ours, errors)
        self._workers.append(worker)
        try:
            ours.send(sys.path)
            ours.send(self._work)
        except (BrokenPipeError, ConnectionResetError):
            # It has died: _listen finds out.
            return worker
        return worker

    def _listen(self) -> list[tuple[int, R | Lost]]:
        """Wait until a worker says something or has been silent for too long."""
        busy = {worker.pipe: worker for worker in self._workers if worker.in_hand}
        longest = min(worker.heard for worker in busy.values())
        patience = max(0.0, longest + self._seconds - time.monotonic())
        results: list[tuple[int, R | Lost]] = []
        for pipe in wait(list(busy), patience):
            assert isinstance(pipe, Connection)
            results += self._receive(busy[pipe])
        now = time.monotonic()
        for worker in busy.values():
            if worker.in_hand and now - worker.heard > self._seconds:
                worker.process.kill()
                cause = f"Reading it took longer than {self._seconds:g} seconds."
                results.append(self._lose(worker, cause))
        return results

    def _receive(self, worker: _Worker) -> list[tuple[int, R | Lost]]:
        """Take all that a worker has said."""
        results: list[tuple[int, R | Lost]] = []
        try:
            while worker.in_hand and worker.pipe.poll():
                kind, value = worker.pipe.recv()
                worker.heard = time.monotonic()
                if kind == READY:
                    worker.ready = True
                elif kind == NEWS:
                    self._told(self._tasks[worker.in_hand[0]], value)
                else:
                    results.append((worker.in_hand.popleft(), value))
        except (EOFError, OSError):
            worker.process.wait()
            words = _last_words(worker)
            if not worker.ready:
                raise GraticuleError(
                    f"The scan's worker process does not start: {words}"
                ) from None
            results.append(self._lose(worker, words))
        return results

    def _lose(self, worker: _Worker, cause: str) -> tuple[int, Lost]:
        """Part with a worker: one task is lost, the others are done again."""
        culprit = worker.in_hand.popleft()
        self._again.extendleft(reversed(worker.in_hand))
        self._workers.remove(worker)
        self._bury(worker)
        return culprit, Lost(cause)

    @staticmethod
    def _bury(worker: _Worker) -> None:
        worker.pipe.close()
        worker.process.wait()
        worker.errors.close()


def _last_words(worker: _Worker) -> str:
    """Say why a process ended: its signal, or the last line of its traceback."""
    code = worker.process.returncode
    if code == -signal.SIGKILL:
        return "The reader was killed, most likely because memory ran out."
    if code < 0:
        return f"The reader crashed ({signal.strsignal(-code)})."
    worker.errors.seek(0)
    lines = worker.errors.read()[-10_000:].decode(errors="replace").strip().splitlines()
    said = lines[-1].strip() if lines else f"exit code {code}"
    return f"The reader failed unexpectedly ({said})."

"""One poller, many waiters (contract uws 7).

Who waits for a job to change registers its id and the revision of its phase; one
thread per process hears the bell, looks all of them up in one query, and wakes
those whose job moved. A change between looking and waiting is never missed: the
first look after registering is made by the poller. Knows no HTTP.
"""

from __future__ import annotations

import logging
import select
from collections import defaultdict
from collections.abc import Callable
from threading import Event, Lock, Thread

from django.db import DatabaseError, close_old_connections

from graticule.jobs import folders
from graticule.jobs.bell import Bell
from graticule.jobs.models import Job
from graticule.jobs.phases import Phase

# Without a bell (another machine's, a full socket) a change is seen this late.
POLL_SECONDS = 0.1

logger = logging.getLogger(__name__)

# Given the job as it is then, or nothing if it is gone.
Woken = Callable[[Job | None], None]


class Waiters:
    """Those who wait in this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[str, dict[int, tuple[Phase, Woken]]] = defaultdict(dict)
        self._next = 0
        self._thread: Thread | None = None
        self._bell: Bell | None = None
        self._somebody = Event()
        self._ended = False

    @property
    def ended(self) -> bool:
        """Whether nobody is let wait any more."""
        return self._ended

    def add(self, job_id: str, phase: Phase, woken: Woken) -> int:
        """Call somebody, once, when a job is not in a phase any more.

        Parameters
        ----------
        woken
            Called from the poller's thread; must return at once. When the process is
            about to stop, it is called although nothing has changed.

        Returns
        -------
        int
            The number to give to :meth:`remove`.
        """
        with self._lock:
            self._next += 1
            number = self._next
            self._waiting[job_id][number] = (phase, woken)
            if self._thread is None and not self._ended:
                self._bell = Bell(folders.bells())
                self._thread = Thread(target=self._poll, name="job waits", daemon=True)
                self._thread.start()
            self._somebody.set()
        if self._ended:
            self._wake_all()
        return number

    def remove(self, job_id: str, number: int) -> None:
        """Forget somebody who waits no longer."""
        with self._lock:
            waiting = self._waiting.get(job_id)
            if waiting is not None:
                waiting.pop(number, None)
                if not waiting:
                    del self._waiting[job_id]

    def end(self) -> None:
        """Wake everybody: the process is about to stop (U49)."""
        self._ended = True
        self._wake_all()

    def _wake_all(self) -> None:
        with self._lock:
            ids = list(self._waiting)
        try:
            self._wake(_whole(ids), ids)
        except DatabaseError:
            logger.exception("Those who wait cannot be told that the server stops.")

    def _poll(self) -> None:
        bell = self._bell
        assert bell is not None
        while True:
            with self._lock:
                ids = list(self._waiting)
                if not ids:
                    self._somebody.clear()
            if not ids:
                self._somebody.wait()
                bell.clear()
                continue
            try:
                self._look(ids)
            except DatabaseError:
                logger.exception("Cannot look whether jobs have moved; trying again.")
            select.select([bell], [], [], POLL_SECONDS)
            bell.clear()

    def _look(self, ids: list[str]) -> None:
        close_old_connections()
        phases = dict(Job.objects.filter(pk__in=ids).values_list("pk", "phase"))
        with self._lock:
            moved = [
                job_id
                for job_id in ids
                if any(
                    phases.get(job_id) != phase
                    for phase, _ in self._waiting.get(job_id, {}).values()
                )
            ]
        if moved:
            self._wake(_whole(moved), moved)

    def _wake(self, jobs: dict[str, Job], ids: list[str]) -> None:
        woken = []
        with self._lock:
            for job_id in ids:
                waiting = self._waiting.get(job_id, {})
                job = jobs.get(job_id)
                for number, (phase, call) in list(waiting.items()):
                    if self._ended or job is None or job.phase != phase:
                        woken.append((call, job))
                        del waiting[number]
                if not waiting:
                    self._waiting.pop(job_id, None)
        for call, job in woken:
            call(job)


def _whole(ids: list[str]) -> dict[str, Job]:
    """Read jobs with all that a document shows: once for all who wait for them."""
    rows = Job.objects.filter(pk__in=ids).select_related("owner")
    rows = rows.defer("log", "detail").prefetch_related("parameters", "results")
    return {job.pk: job for job in rows}


waiters = Waiters()
"""Those who wait in this process."""

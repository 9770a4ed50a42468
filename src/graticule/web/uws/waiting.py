"""Blocking GETs (contract uws 7): the answer comes when the phase changes.

The request's thread sleeps; one poller per process looks at the tables for all.
While it sleeps it holds no connection to the database and no turn to work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore, Event

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from graticule.errors import NotFoundError
from graticule.jobs.models import Job
from graticule.jobs.phases import ACTIVE, Phase
from graticule.jobs.wait import waiters
from graticule.web.turns import let_others_work
from graticule.web.uws import params
from graticule.web.uws.errors import BusyError


def wait_for_change(request: HttpRequest, job: Job) -> Job:
    """Wait as long as ``WAIT`` asks, at most ``max_wait``, and look again.

    Raises
    ------
    graticule.errors.NotFoundError
        If the job is destroyed meanwhile (U49).
    """
    asked = params.wait(request)
    phase = Phase(job.phase)
    if (
        asked is None
        or phase not in ACTIVE
        or (asked.phase is not None and asked.phase is not phase)
        or not asked.timeout
        # Answering early is legal: better than to keep others out.
        or not _places().acquire(blocking=False)
    ):
        return job
    try:
        return sleep(job, asked.timeout.total_seconds())
    finally:
        _places().release()


def sleep(job: Job, seconds: float) -> Job:
    """Sleep until a job is in another phase, or some time has passed.

    Raises
    ------
    graticule.errors.NotFoundError
        If it is destroyed meanwhile.
    """
    changed = Event()
    found: list[Job | None] = []

    def woken(now: Job | None) -> None:
        found.append(now)
        changed.set()

    number = waiters.add(job.pk, Phase(job.phase), woken)
    if not connection.in_atomic_block:
        connection.close()
    try:
        with let_others_work():
            changed.wait(seconds)
    finally:
        waiters.remove(job.pk, number)
    rows = Job.objects.select_related("owner").defer("log", "detail")
    again = found[0] if found else rows.filter(pk=job.pk).first()
    if again is None:
        raise NotFoundError(f"The job {job.pk} has been destroyed.")
    return again


@contextmanager
def place_to_wait() -> Iterator[None]:
    """Take one of the places for those who wait.

    Raises
    ------
    graticule.web.uws.errors.BusyError
        If all are taken.
    """
    if not _places().acquire(blocking=False):
        most = settings.GRATICULE["max_waiting"]
        raise BusyError(
            f"All {most} places of those who wait (setting max_waiting) are taken. "
            "Try again in a moment, or make an asynchronous job."
        )
    try:
        yield
    finally:
        _places().release()


@cache
def _places() -> BoundedSemaphore:
    return BoundedSemaphore(settings.GRATICULE["max_waiting"])

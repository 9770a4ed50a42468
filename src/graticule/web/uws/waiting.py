"""Blocking GETs (contract uws 7): the answer comes when the phase changes.

The request's thread sleeps; one poller per process looks at the tables for all.
While it sleeps it holds no connection to the database and no turn to work.
"""

from __future__ import annotations

from threading import Event

from django.db import connection
from django.http import HttpRequest

from graticule.errors import NotFoundError
from graticule.jobs.models import Job
from graticule.jobs.phases import ACTIVE, Phase
from graticule.jobs.wait import waiters
from graticule.web.turns import let_others_work
from graticule.web.uws import params


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
    ):
        return job
    changed = Event()
    number = waiters.add(job.pk, phase, changed.set)
    connection.close()
    try:
        with let_others_work():
            changed.wait(asked.timeout.total_seconds())
    finally:
        waiters.remove(job.pk, number)
    again = Job.objects.select_related("owner").filter(pk=job.pk).first()
    if again is None:
        raise NotFoundError(f"The job {job.pk} has been destroyed.")
    return again

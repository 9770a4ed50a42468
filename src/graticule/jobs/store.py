"""The only writer of a phase.

Every move is a conditional update with its event in the same transaction: of many
who want to move a job, one does (contract uws U23). What clients ask for stands in
:mod:`graticule.jobs.requests`, what runners do in :mod:`graticule.jobs.attempts`;
both move jobs through here. Knows no HTTP and no process.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from graticule.jobs.models import Job, JobEvent
from graticule.jobs.phases import ENDED, Phase, may_move
from graticule.jobs.times import now


def move(
    job_id: str,
    old: Iterable[Phase],
    new: Phase,
    *,
    cause: str = "",
    only: Q | None = None,
    fields: dict[str, Any] | None = None,
) -> bool:
    """Move a job from one of some phases to another, if it is in one of them.

    Parameters
    ----------
    old
        Phases it may be in now; the machine must allow the move from each.
    cause
        Why, for the log of events.
    only
        What else must hold, such as the attempt that speaks.
    fields
        What changes along with the phase.

    Returns
    -------
    bool
        Whether this call moved it.

    Raises
    ------
    ValueError
        If the machine forbids such a move: a mistake in the program.
    """
    phases = list(old)
    forbidden = [phase for phase in phases if not may_move(phase, new)]
    if forbidden:
        raise ValueError(f"A job may not go from {forbidden} to {new}.")
    changes = {"phase": new, "revision": F("revision") + 1} | (fields or {})
    moment = now()
    if new in ENDED:
        changes |= {"ended": moment, "runner": "", "lease": None}
    with transaction.atomic(savepoint=False):
        found: str | None = phases[0]
        if len(phases) > 1:
            query = Job.objects.select_for_update(no_key=True).filter(pk=job_id)
            found = query.values_list("phase", flat=True).first()
        if found not in phases:
            return False
        rows = Job.objects.filter(only or Q(), pk=job_id, phase=found).update(**changes)
        if not rows:
            return False
        JobEvent.objects.create(
            job_id=job_id, time=moment, old=found, new=new, cause=cause
        )
    return True


def record_creation(job: Job) -> None:
    """Insert a new job, PENDING, with its event."""
    with transaction.atomic():
        job.save(force_insert=True)
        JobEvent.objects.create(job_id=job.pk, time=job.created, new=Phase.PENDING)


def destroy(job_id: str, cause: str) -> bool:
    """Remove a job and all that belongs to it from the tables (U30).

    Returns
    -------
    bool
        Whether this call removed it. Its files are the caller's to remove, and
        whoever executes it notices that it is gone.
    """
    with transaction.atomic():
        found = Job.objects.select_for_update().filter(pk=job_id).first()
        if found is None:
            return False
        old = found.phase
        found.delete()
        JobEvent.objects.create(job_id=job_id, time=now(), old=old, cause=cause)
    return True


def touch(job_id: str, **fields: Any) -> bool:
    """Change what is not the phase; the document shows it at once."""
    changes = fields | {"revision": F("revision") + 1}
    return bool(Job.objects.filter(pk=job_id).update(**changes))

"""What clients ask of jobs, as the machine allows it (contract uws 5, 8, 11).

Every request is judged and done in one place, whichever door or command it came
through. Knows no HTTP.
"""

from __future__ import annotations

import base64
import math
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, Sum

from graticule.errors import LimitError, NotPermittedError, RequestError
from graticule.jobs import folders, store
from graticule.jobs.bell import ring
from graticule.jobs.models import Job, JobParameter, JobResult
from graticule.jobs.phases import FINAL, Phase, Reaction, Request, react
from graticule.jobs.times import now

_ID_BYTES = 10
_LONGEST_RUN_ID = 64
_IDEMPOTENT = timedelta(days=1)


class PhaseError(NotPermittedError):
    """The machine does not allow it in this phase."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a parameter: text, or a file that was uploaded.

    ``file`` is moved into the job's folder; ``text`` is then its own name.
    """

    name: str
    text: str
    file: Path | None = None
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class NewJob:
    """What a job is created from."""

    service: str
    owner_id: int | None
    mount: str = "async"
    browser: str = ""
    run_id: str = ""
    values: tuple[Value, ...] = ()
    duration: timedelta | None = None
    destruction: datetime | None = None
    idempotency_key: str | None = None
    multiple: frozenset[str] = field(default_factory=frozenset)


def create(new: NewJob) -> Job:
    """Create a job, PENDING; nothing is executed yet (U25).

    Returns
    -------
    Job
        The one made earlier, where the same owner used the same idempotency key
        within a day (U29).

    Raises
    ------
    graticule.errors.LimitError
        If the owner has as many jobs as allowed, or their files take too much.
    graticule.errors.RequestError
        For a run id that is too long, or a destruction time that has passed.
    """
    _check_run_id(new.run_id)
    moment = now()
    if new.destruction is not None:
        _check_destruction(new.destruction, moment)
    known = _made_before(new, moment)
    if known is not None:
        return known
    _check_quota(new)
    _check_storage(new)
    values = settings.GRATICULE
    job = Job(
        id=base64.b32encode(secrets.token_bytes(_ID_BYTES)).decode().lower(),
        service=new.service,
        mount=new.mount,
        owner_id=new.owner_id,
        browser=new.browser,
        run_id=new.run_id,
        created=moment,
        duration=_allowed_duration(new.duration),
        destruction=_allowed_destruction(
            new.destruction or moment + values["job_lifetime"], moment
        ),
        idempotency_key=new.idempotency_key,
    )
    try:
        with transaction.atomic():
            store.record_creation(job)
            _keep(job.pk, new.values, new.multiple)
    except IntegrityError:
        # The same key at the same moment: the other one was first.
        known = _made_before(new, moment)
        if known is None:
            raise
        return known
    return job


def set_parameters(
    job: Job,
    values: tuple[Value, ...],
    multiple: frozenset[str],
    *,
    replaced: frozenset[str] = frozenset(),
) -> None:
    """Add values to a job that has not run yet (U51).

    Parameters
    ----------
    multiple
        Names, in upper case, of parameters that collect values; the values of
        any other replace what was there.
    replaced
        Names, in upper case, whose values go first, whether there are new ones or
        not.

    Raises
    ------
    PhaseError
        If it is not PENDING any more.
    """
    with transaction.atomic():
        # Held, so that it is not run in between.
        _judge(job, Request.SET_PARAMETERS, hold=True)
        for name in replaced:
            _forget(job.pk, name)
        _keep(job.pk, values, multiple)
        store.touch(job.pk)


def set_run_id(job: Job, run_id: str) -> None:
    """Replace the run id while PENDING (U37)."""
    _check_run_id(run_id)
    with transaction.atomic():
        # Held, so that it is not run in between.
        _judge(job, Request.SET_PARAMETERS, hold=True)
        store.touch(job.pk, run_id=run_id)


def run(job: Job) -> None:
    """Queue a job; a repeated request is harmless (U24).

    Raises
    ------
    PhaseError
        If it has ended.
    """
    if _judge(job, Request.RUN) is Reaction.NOTHING:
        return
    moment = now()
    if store.move(
        job.pk,
        (Phase.PENDING, Phase.HELD),
        Phase.QUEUED,
        cause="asked to run",
        fields={"queued": moment},
    ):
        ring(folders.bells())


def refuse_to_run(job: Job, message: str) -> None:
    """Put a job that was asked to run into ERROR: its parameters are bad (U52)."""
    store.move(
        job.pk,
        (Phase.PENDING, Phase.HELD),
        Phase.ERROR,
        cause="its parameters are bad",
        fields={"fault": Job.Fault.FATAL, "message": message},
    )
    ring(folders.bells())


def abort(job: Job, cause: str) -> None:
    """Abort a job: the very next look says ABORTED (U72).

    Raises
    ------
    PhaseError
        If it is archived.
    """
    if _judge(job, Request.ABORT) is Reaction.NOTHING:
        return
    store.move(
        job.pk,
        set(Phase) - FINAL - {Phase.UNKNOWN},
        Phase.ABORTED,
        cause=cause,
        fields={"fault": Job.Fault.FATAL, "message": cause},
    )
    ring(folders.bells())


def hold(job: Job, cause: str) -> None:
    """Hold a queued job back until it is run again; for operators (U93).

    Raises
    ------
    PhaseError
        If it does not wait for its turn.
    """
    if not store.move(job.pk, (Phase.QUEUED,), Phase.HELD, cause=cause):
        job.refresh_from_db()
        raise PhaseError(f"The job is {job.phase}: only QUEUED ones can be held.")
    ring(folders.bells())


def set_duration(job: Job, duration: timedelta) -> None:
    """Set how long a job may execute; zero is as long as the service allows (U33)."""
    _judge(job, Request.SET_DURATION)
    store.touch(job.pk, duration=_allowed_duration(duration))
    ring(folders.bells())


def set_destruction(job: Job, moment: datetime) -> None:
    """Set when a job is destroyed; not later than the service allows (U34).

    Raises
    ------
    graticule.errors.RequestError
        For a time that has passed: that is what deleting is for.
    """
    _judge(job, Request.SET_DESTRUCTION)
    _check_destruction(moment, now())
    store.touch(job.pk, destruction=_allowed_destruction(moment, job.created))


def delete(job_id: str, cause: str) -> None:
    """Destroy a job, its files, and whatever executes it (U30, U76)."""
    if store.destroy(job_id, cause):
        folders.remove(job_id)
        ring(folders.bells())


def _judge(job: Job, request: Request, *, hold: bool = False) -> Reaction:
    """Look up the phase now, and what it makes of a request.

    Parameters
    ----------
    hold
        Whether it must stay so until the transaction ends.

    Raises
    ------
    PhaseError
        If it forbids it.
    """
    rows = Job.objects.select_for_update() if hold else Job.objects.all()
    found = rows.filter(pk=job.pk).values_list("phase", flat=True).first()
    phase = Phase(found or job.phase)
    reaction = react(request, phase)
    if reaction is Reaction.REFUSE:
        raise PhaseError(f"The job is {phase}: it is too late to {request.value}.")
    return reaction


def _keep(job_id: str, values: tuple[Value, ...], multiple: frozenset[str]) -> None:
    """Write values; those of a single-valued name replace the old ones."""
    renewed = {value.name for value in values if value.name.upper() not in multiple}
    for name in renewed:
        _forget(job_id, name)
    for value in values:
        row = JobParameter(job_id=job_id, name=value.name, value=value.text)
        if value.file is not None:
            row.size_bytes = value.file.stat().st_size
            row.media_type = value.media_type
            row.file = folders.keep_upload(job_id, value.file)
        row.save(force_insert=True)


def _forget(job_id: str, name: str) -> None:
    JobParameter.objects.filter(job_id=job_id, name__iexact=name).delete()


def _check_run_id(run_id: str) -> None:
    if len(run_id) > _LONGEST_RUN_ID:
        raise RequestError(f"RUNID has more than {_LONGEST_RUN_ID} characters.")


def _check_destruction(asked: datetime, moment: datetime) -> None:
    if asked <= moment:
        raise RequestError(
            "DESTRUCTION is in the past. To be rid of the job now, DELETE it."
        )


def _made_before(new: NewJob, moment: datetime) -> Job | None:
    if new.idempotency_key is None or new.owner_id is None:
        return None
    same = Job.objects.filter(
        owner_id=new.owner_id, idempotency_key=new.idempotency_key
    )
    found = same.first()
    if found is not None and found.created < moment - _IDEMPOTENT:
        same.update(idempotency_key=None)
        return None
    return found


def _check_quota(new: NewJob) -> None:
    """Refuse one job more than an owner may have (U28, U94)."""
    most = settings.GRATICULE["max_jobs_per_owner"]
    # All anonymous jobs share one quota, whoever made them.
    mine = Job.objects.filter(Q(owner_id=new.owner_id)).order_by()
    # The first is counted in the index alone; it is enough, nearly always.
    if mine.count() < most:
        return
    count = mine.exclude(phase=Phase.ARCHIVED).count()
    if count >= most:
        raise LimitError("max_jobs_per_owner", most, count + 1, "One more job")


def _check_storage(new: NewJob) -> None:
    """Refuse a job where those that are there take too much already (U94)."""
    most = settings.GRATICULE["max_job_storage_bytes"]
    if not most:
        return
    mine = Q(job__owner_id=new.owner_id)
    taken = sum(
        table.objects.filter(mine).aggregate(total=Sum("size_bytes"))["total"] or 0
        for table in (JobParameter, JobResult)
    )
    taken += sum(value.file.stat().st_size for value in new.values if value.file)
    if taken >= most:
        what = "Storage of jobs, some of which can be deleted,"
        raise LimitError("max_job_storage_bytes", most, taken, what)


def _allowed_duration(asked: timedelta | None) -> timedelta:
    """Cut to what is allowed, in whole seconds; zero asks for as much as there is."""
    values = settings.GRATICULE
    most: timedelta = values["max_job_duration"]
    if asked is None:
        asked = values["job_duration"]
    seconds = timedelta(seconds=math.ceil(asked.total_seconds()))
    return most if not seconds or (most and seconds > most) else seconds


def _allowed_destruction(asked: datetime, created: datetime) -> datetime:
    latest: datetime = created + settings.GRATICULE["max_job_lifetime"]
    return min(asked, latest)

"""What runners do to jobs: claim, report, end, and give up for lost (uws 13).

Each execution is an attempt with a number; what an attempt says that is not the
present one any more changes nothing (U73). Knows no process: that is the runner's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from graticule.jobs import folders, store
from graticule.jobs.bell import ring
from graticule.jobs.models import Job, JobResult
from graticule.jobs.phases import ENDED, Phase
from graticule.jobs.times import now

LOST = "The process that executed the job was lost"


@dataclass(frozen=True, slots=True)
class NewResult:
    """A file that an execution has finished writing.

    ``final`` ones stay even if the job fails later.
    """

    key: str
    path: Path
    name: str
    media_type: str
    final: bool = False


def claim(
    runner: str, lease: datetime, served: Mapping[int | None, float]
) -> Job | None:
    """Take the next queued job, if there is one and its owner may run one more.

    Owners take turns (U88): first comes who was served longest ago, then who
    asked first.

    Parameters
    ----------
    runner
        Who takes it.
    lease
        How long the runner is believed to live without another sign.
    served
        When this runner last took a job of an owner, in any rising number.
    """
    waiting = _by_owner(Phase.QUEUED).annotate(first=Min("queued"))
    turns = sorted(waiting, key=lambda turn: (served.get(turn[0] or None, 0), turn[1]))
    if not turns:
        return None
    running = dict(_by_owner(Phase.EXECUTING).annotate(Count("pk")))
    most = settings.GRATICULE["max_running_per_owner"]
    for owner, _ in turns:
        if running.get(owner, 0) < most:
            job = _claim_of(owner, runner, lease)
            if job is not None:
                return job
    return None


def _by_owner(phase: Phase) -> QuerySet[Job, Any]:
    """Group the jobs of a phase by owner; 0 is nobody.

    Not by the column itself: its index would be taken, with all jobs in it, and not
    the small one of those that wait or run.
    """
    rows = Job.objects.filter(phase=phase).order_by()
    return rows.annotate(who=Coalesce("owner_id", 0)).values_list("who")


def _claim_of(owner: int, runner: str, lease: datetime) -> Job | None:
    """Take an owner's oldest job; one that another takes just now is passed by."""
    with transaction.atomic():
        oldest = (
            Job.objects.select_for_update(skip_locked=True, of=("self",))
            .annotate(who=Coalesce("owner_id", 0))
            .filter(phase=Phase.QUEUED, who=owner)
            .order_by("queued", "pk")
            .first()
        )
        if oldest is None:
            return None
        # It is held: what is written is what it was, and one more.
        fields = {
            "started": oldest.started or now(),
            "attempt": oldest.attempt + 1,
            "runner": runner,
            "lease": lease,
        }
        cause = f"claimed by {runner}"
        if not store.move(
            oldest.pk, (Phase.QUEUED,), Phase.EXECUTING, cause=cause, fields=fields
        ):
            return None
    for name, value in {**fields, "phase": Phase.EXECUTING.value}.items():
        setattr(oldest, name, value)
    ring(folders.bells())
    return oldest


def renew(runner: str, lease: datetime) -> None:
    """Give a sign of life for everything a runner executes (U89)."""
    Job.objects.filter(phase=Phase.EXECUTING, runner=runner).update(lease=lease)


def executing(runner: str) -> dict[tuple[str, int], timedelta]:
    """List what a runner is to execute now, and how long it may take.

    What is not in it is to be killed.
    """
    rows = Job.objects.filter(phase=Phase.EXECUTING, runner=runner).order_by()
    return {
        (job_id, attempt): duration
        for job_id, attempt, duration in rows.values_list("pk", "attempt", "duration")
    }


def executing_anywhere() -> list[Job]:
    """List what any runner executes."""
    rows = Job.objects.filter(phase=Phase.EXECUTING).order_by()
    return list(rows.only("pk", "attempt", "runner", "lease"))


def report(
    job_id: str,
    attempt: int,
    *,
    done: float,
    total: float | None,
    message: str,
    log: str,
) -> None:
    """Write how far an execution is."""
    Job.objects.filter(pk=job_id, attempt=attempt, phase=Phase.EXECUTING).update(
        progress_done=done,
        progress_total=total,
        progress_message=_storable(message),
        log=_storable(log),
        revision=F("revision") + 1,
    )
    ring(folders.bells())


def add_result(job_id: str, attempt: int, result: NewResult) -> bool:
    """Show a result that is whole; all of it or nothing (U62).

    Returns
    -------
    bool
        Whether the attempt is still the present one.

    Raises
    ------
    OSError
        If the file is not there, or there is no room for it.
    """
    with transaction.atomic():
        mine = Job.objects.select_for_update().filter(
            pk=job_id, attempt=attempt, phase=Phase.EXECUTING
        )
        if not mine.exists():
            return False
        file = folders.keep_result(job_id, result.path)
        size = folders.result_path(job_id, file).stat().st_size
        JobResult.objects.update_or_create(
            job_id=job_id,
            key=result.key,
            defaults={
                "name": result.name,
                "media_type": result.media_type,
                "size_bytes": size,
                "created": now(),
                "file": file,
                "final": result.final,
            },
        )
        store.touch(job_id)
    ring(folders.bells())
    return True


def complete(job_id: str, attempt: int) -> bool:
    """End an execution well: COMPLETED, if its results are there and whole."""
    missing = [
        result.key
        for result in JobResult.objects.filter(job_id=job_id)
        if not _is_whole(result)
    ]
    if missing:
        return fail(
            job_id,
            attempt,
            Job.Fault.TRANSIENT,
            f"Results are not there although they were written: {', '.join(missing)}.",
        )
    moved = store.move(
        job_id,
        (Phase.EXECUTING,),
        Phase.COMPLETED,
        only=Q(attempt=attempt),
        fields={"progress_message": ""},
    )
    ring(folders.bells())
    return moved


def _is_whole(result: JobResult) -> bool:
    path = folders.result_path(result.job_id, result.file)
    return path.is_file() and path.stat().st_size == result.size_bytes


def fail(job_id: str, attempt: int, fault: str, message: str, detail: str = "") -> bool:
    """End an execution badly: ERROR, with what the user is told (U70, U71)."""
    with transaction.atomic():
        moved = store.move(
            job_id,
            (Phase.EXECUTING,),
            Phase.ERROR,
            cause=_storable(message),
            only=Q(attempt=attempt),
            fields={
                "fault": fault,
                "message": _storable(message),
                "detail": _storable(detail),
            },
        )
        kept = _hide_results(job_id) if moved else []
    if moved:
        folders.keep_only(job_id, kept)
    ring(folders.bells())
    return moved


def _hide_results(job_id: str) -> list[str]:
    """Show what is not final no more; give the files of what is."""
    rows = JobResult.objects.filter(job_id=job_id)
    rows.filter(final=False).delete()
    return list(rows.values_list("file", flat=True))


def _storable(text: str) -> str:
    """Replace what a database cannot hold, in texts for people."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def time_out(job: Job) -> bool:
    """End an execution that took longer than it may: ABORTED (U74)."""
    seconds = int(job.duration.total_seconds())
    cause = f"execution duration of {seconds} s exceeded"
    moved = store.move(
        job.pk,
        (Phase.EXECUTING,),
        Phase.ABORTED,
        cause=cause,
        only=Q(attempt=job.attempt),
        fields={"fault": Job.Fault.TRANSIENT, "message": cause},
    )
    ring(folders.bells())
    return moved


def lose(job_id: str, attempt: int, cause: str) -> bool:
    """Give up an execution whose process is gone: try again, or ERROR (U89)."""
    if attempt < settings.GRATICULE["max_attempts"]:
        with transaction.atomic():
            moved = store.move(
                job_id,
                (Phase.EXECUTING,),
                Phase.QUEUED,
                cause=cause,
                only=Q(attempt=attempt),
                fields={"runner": "", "lease": None, "queued": now()},
            )
            kept = _hide_results(job_id) if moved else []
        if moved:
            folders.keep_only(job_id, kept)
        ring(folders.bells())
    else:
        moved = fail(job_id, attempt, Job.Fault.TRANSIENT, f"{cause}.")
    folders.remove_work(job_id, attempt)
    return moved


def destroy_due(moment: datetime) -> int:
    """Destroy, or archive, the jobs whose time has come (U75).

    Returns
    -------
    int
        How many there were.
    """
    values = settings.GRATICULE
    due = Job.objects.filter(destruction__lte=moment).values_list("pk", "phase")
    count = 0
    for job_id, phase in due[:1000]:
        count += 1
        archived_until = moment + values["archive_period"]
        if values["archive_jobs"] and phase in {
            Phase.COMPLETED,
            Phase.ERROR,
            Phase.ABORTED,
        }:
            _archive(job_id, archived_until)
        elif store.destroy(job_id, "destruction time reached"):
            folders.remove(job_id)
    if count:
        ring(folders.bells())
    return count


def _archive(job_id: str, until: datetime) -> None:
    moved = store.move(
        job_id,
        ENDED,
        Phase.ARCHIVED,
        cause="destruction time reached",
        fields={"destruction": until},
    )
    if moved:
        JobResult.objects.filter(job_id=job_id).delete()
        folders.remove(job_id)


def known(job_ids: Iterable[str]) -> set[str]:
    """Say which of some ids are those of jobs."""
    rows = Job.objects.filter(pk__in=list(job_ids)).order_by()
    return set(rows.values_list("pk", flat=True))


def going_on(keys: Iterable[folders.Key]) -> set[folders.Key]:
    """Say which of some executions go on."""
    rows = Job.objects.filter(phase=Phase.EXECUTING).order_by()
    return set(rows.values_list("pk", "attempt")) & set(keys)


def lease_until(moment: datetime) -> datetime:
    """Say until when a sign of life holds."""
    lease: timedelta = settings.GRATICULE["job_lease"]
    return moment + lease

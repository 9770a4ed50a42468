"""The pages of jobs: services, lists, and a job (contract uws U10).

Fills templates; what may be done is decided where it is done. Addresses are paths
without a host, so that scripts may ask them wherever the page was opened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from graticule import __version__
from graticule.jobs.executors.base import Given
from graticule.jobs.folders import result_path
from graticule.jobs.models import Job, JobResult
from graticule.jobs.phases import ACTIVE, Phase, Reaction, Request, react
from graticule.services.tasks.allowed import may_use
from graticule.services.tasks.named_images import named_images
from graticule.services.tasks.registry import tasks
from graticule.services.tasks.task import Task
from graticule.web.uws.access import Caller, may_create
from graticule.web.uws.documents import timestamp
from graticule.web.uws.fields import complaints_about, fields_of, sections_of
from graticule.web.uws.mount import Mount
from graticule.web.uws.params import ListFilter
from graticule.web.uws.places import path_of

RUNNING = frozenset({Phase.QUEUED, Phase.EXECUTING, Phase.SUSPENDED, Phase.HELD})
SHOWN_ON_A_PAGE = 200
_PICTURES = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"}
)
_FILMS = frozenset({"video/mp4", "video/webm"})
_LARGEST_PICTURE = 25_000_000
_THINGS = frozenset({"PROJECT", "DATASET", "SCREEN", "PLATE", "WELL", "IMAGE"})
_LONGEST_ID = 19


def services_page(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Show which kinds of jobs there are for a caller."""
    rows = [
        {"title": task.title, "help": task.help, "url": _list_path(name)}
        for name, task in tasks().items()
        if may_use(caller.person, name)
    ]
    return _page(
        request,
        "services.html",
        {"services": rows, "trail": [("Jobs", reverse("uws_mine")), ("New job", "")]},
    )


def job_list(
    request: HttpRequest, mount: Mount, jobs: list[Job], asked: ListFilter
) -> HttpResponse:
    """Show a list with its filters, and a form for a new job.

    What the query says of the job's parameters stands in the form already: so
    links that offer a job are ready.
    """
    given = {name.upper(): texts for name, texts in request.GET.lists()}
    prefilled = any(given.get(name) for name in mount.task.fields)
    caller = Caller.of(request)
    fields = fields_of(mount.task, given)
    filling = {
        "task": mount.task,
        "owners": caller.person is not None and caller.person.is_administrator,
        "fields": fields,
        "sections": sections_of(mount.task, fields),
        "prefilled": prefilled,
        "asks": prefilled or not jobs,
        "may_create": may_create(request, caller),
        "action": _path(mount.base),
        "trail": [("Jobs", reverse("uws_mine")), (mount.task.title, "")],
    }
    return _page(request, "jobs.html", filling | list_filling(request, jobs, asked))


def list_filling(
    request: HttpRequest, jobs: Sequence[Job], asked: ListFilter
) -> dict[str, Any]:
    """Fill what lists share: rows and filters."""
    known = tasks()
    filtered = bool(asked.phases or asked.after or asked.last)
    first = _first_results(jobs)
    return {
        "jobs": [
            _row(job, known.get(job.service)) | {"result": first.get(job.pk)}
            for job in jobs
        ],
        "phases": [
            (phase.value, phase in asked.phases)
            for phase in Phase
            if phase is not Phase.UNKNOWN
        ],
        "after": "" if asked.after is None else timestamp(asked.after)[:16],
        "last": asked.last or "",
        "filtered": filtered,
        "cut": not asked.last and len(jobs) >= SHOWN_ON_A_PAGE,
        "back": request.get_full_path(),
    }


def _first_results(jobs: Sequence[Job]) -> dict[str, dict[str, Any]]:
    """Find the first result of each job that has some, and how many more it has."""
    pages = {job.pk: f"{_list_path(job.service)}/{job.pk}" for job in jobs}
    counted = (
        JobResult.objects.filter(job__in=list(pages))
        .order_by()
        .values("job")
        .annotate(count=Count("pk"), first=Min("pk"))
    )
    counts = {each["first"]: each["count"] for each in counted}
    return {
        row.job_id: {
            "name": row.name,
            "url": f"{pages[row.job_id]}/results/{quote(row.key, safe='')}",
            "more": counts[row.pk] - 1,
        }
        for row in JobResult.objects.filter(pk__in=list(counts))
    }


def job_page(request: HttpRequest, mount: Mount, job: Job) -> HttpResponse:
    """Show a job: what it does, what came of it, and what can be done."""
    phase = Phase(job.phase)
    parameters = list(job.parameters.all())
    given: dict[str, list[str]] = {}
    for each in parameters:
        if not each.file:
            given.setdefault(each.name.upper(), []).append(each.value)
    complaints = complaints_about(
        mount.task,
        [Given(row.name, row.value, row.file, row.media_type) for row in parameters],
    )
    pending = phase is Phase.PENDING
    fields = fields_of(mount.task, given, complaints)
    filling = {
        "task": mount.task,
        "job": job,
        "row": _row(job, mount.task),
        "can": {
            each.name.lower(): react(each, phase) is Reaction.DO for each in Request
        },
        "waits": phase in ACTIVE or phase in RUNNING,
        "fault": _fault(job, complaints)
        if phase in {Phase.ERROR, Phase.ABORTED}
        else None,
        "given": {
            name: [(text, _page_of(name, text)) for text in texts]
            for name, texts in given.items()
        },
        "uploads": [each for each in parameters if each.file],
        "results": [_result(row, mount, job, request) for row in job.results.all()],
        "times": _times(job),
        "took": _took(job),
        "duration_seconds": int(job.duration.total_seconds()),
        "destruction": "" if job.destruction is None else timestamp(job.destruction),
        "fields": fields,
        "sections": sections_of(mount.task, fields),
        "asks": bool(complaints) or phase is Phase.ERROR,
        "pending": pending,
        "may_create": may_create(request, Caller.of(request)),
        "action": _path(mount.address(job, "parameters") if pending else mount.base),
        "trail": [
            ("Jobs", reverse("uws_mine")),
            (mount.task.title, _path(mount.base)),
            (job.run_id or job.pk, ""),
        ],
    }
    return _page(request, "job.html", filling)


def _page_of(name: str, text: str) -> str:
    """Find the page of the thing that a parameter names by its id."""
    is_id = text.isascii() and text.isdecimal() and len(text) < _LONGEST_ID
    if not is_id or name not in _THINGS:
        return ""
    return reverse(name.lower(), args=[int(text)])


def _page(request: HttpRequest, template: str, filling: dict[str, Any]) -> HttpResponse:
    return render(request, f"graticule/{template}", {"version": __version__} | filling)


def _path(address: str) -> str:
    return urlsplit(address).path


def _list_path(service: str) -> str:
    return path_of("uws_list", service)


def _row(job: Job, task: Task | None) -> dict[str, Any]:
    total = job.progress_total
    phase = Phase(job.phase)
    list_path = _list_path(job.service)
    return {
        "job": job,
        "service": task.title if task else job.service,
        "service_url": list_path,
        "url": f"{list_path}/{job.pk}",
        "label": job.run_id or job.pk,
        "percent": None
        if not total
        else min(100, int(100 * job.progress_done / total)),
        "running": phase in RUNNING,
        "can_abort": react(Request.ABORT, phase) is Reaction.DO,
        "created": timestamp(job.created),
        "took": _took(job),
    }


def _fault(job: Job, complaints: Mapping[str, str]) -> dict[str, str]:
    """Say what went wrong, and what can be done about it."""
    message = job.message.removeprefix("UsageError: ")
    if job.phase == Phase.ABORTED:
        return {"title": "Aborted", "message": message, "remedy": ""}
    if complaints or job.message.startswith("UsageError"):
        remedy = "Change the parameters below and run it again."
    elif job.fault == Job.Fault.TRANSIENT:
        remedy = "This may pass: run it again in a while."
    elif job.owner_id is None:
        remedy = (
            "Run it again with other parameters, below, or log in first: a job has "
            "the rights of whoever made it."
        )
    else:
        remedy = "Run it again with other parameters, below."
    return {"title": "It failed", "message": message, "remedy": remedy}


def _result(
    row: JobResult, mount: Mount, job: Job, request: HttpRequest
) -> dict[str, Any]:
    kind = row.media_type.partition(";")[0].strip().lower()
    images: list[tuple[int, str]] = []
    if kind == "application/json":
        person = request.principal.person  # type: ignore[attr-defined]
        images = named_images(result_path(job.pk, row.file), person)
    return {
        "row": row,
        "kind": kind,
        "url": _path(mount.address(job, "results", row.key)),
        "is_picture": kind in _PICTURES and row.size_bytes <= _LARGEST_PICTURE,
        "is_film": kind in _FILMS,
        "images": [
            {"name": name, "url": reverse("image", args=[image_id])}
            for image_id, name in images
        ],
    }


def _times(job: Job) -> list[tuple[str, str]]:
    """Name the moments of a job's life that there are."""
    moments = (
        ("Created", job.created),
        ("Queued", job.queued),
        ("Started", job.started),
        ("Ended", job.ended),
    )
    return [(name, timestamp(moment)) for name, moment in moments if moment is not None]


def _took(job: Job) -> str:
    """Say how long it was executed."""
    if job.started is None or job.ended is None:
        return ""
    taken = job.ended - job.started
    seconds = taken.total_seconds()
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {seconds:02} s"

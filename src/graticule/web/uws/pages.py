"""The pages of jobs: list, and job (contract uws U10).

Fills templates; what may be done is decided where it is done.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie

from graticule.jobs.models import Job
from graticule.jobs.phases import ACTIVE, Phase, Reaction, Request, react
from graticule.services.tasks.task import is_list
from graticule.web.uws.documents import timestamp
from graticule.web.uws.mount import Mount
from graticule.web.uws.params import ListFilter

_ACTIVE = {Phase.QUEUED, Phase.EXECUTING, Phase.SUSPENDED}


@ensure_csrf_cookie
def job_list(
    request: HttpRequest, mount: Mount, jobs: list[Job], asked: ListFilter
) -> HttpResponse:
    """Show a list with its filters, and a form for a new job.

    What the query says of the job's parameters stands in the form already: so
    links that offer a job are ready.
    """
    given = {name.upper(): texts for name, texts in request.GET.lists()}
    return render(
        request,
        "graticule/jobs.html",
        {
            "title": mount.task.title,
            "help": mount.task.help,
            "mount": mount,
            "jobs": [_row(job, mount) for job in jobs],
            "phases": [(phase.value, phase in asked.phases) for phase in Phase],
            "fields": form_fields(mount, given),
            "trail": [(mount.task.title, "")],
        },
    )


@ensure_csrf_cookie
def job_page(request: HttpRequest, mount: Mount, job: Job) -> HttpResponse:
    """Show a job: what it does, what came of it, and what can be done."""
    phase = Phase(job.phase)
    given: dict[str, list[str]] = {}
    for row in job.parameters.all():
        given.setdefault(row.name, []).append(row.value)
    return render(
        request,
        "graticule/job.html",
        {
            "title": f"{mount.task.title} {job.run_id or job.pk}",
            "mount": mount,
            "row": _row(job, mount),
            "job": job,
            "can": {
                request_.name.lower(): react(request_, phase) is Reaction.DO
                for request_ in Request
            },
            "waits": phase in ACTIVE,
            "parameters": job.parameters.all(),
            "results": [
                {"row": row, "url": mount.address(job, "results", row.key)}
                for row in job.results.all()
            ],
            "fields": form_fields(mount, given),
            "trail": [(mount.task.title, mount.base), (job.run_id or job.pk, "")],
        },
    )


def _row(job: Job, mount: Mount) -> dict[str, Any]:
    total = job.progress_total
    return {
        "job": job,
        "url": mount.address(job),
        "active": job.phase in _ACTIVE,
        "percent": None if not total else round(100 * job.progress_done / total),
        "created": timestamp(job.created),
    }


def form_fields(mount: Mount, given: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Describe the fields of the form that makes a job."""
    fields = []
    for name, info in mount.task.fields.items():
        texts = given.get(name, [])
        required = info.is_required()
        default = "" if required or info.default is None else info.default
        many = is_list(info)
        fields.append(
            {
                "name": name,
                "help": info.description or "",
                "required": required,
                "many": many,
                "value": "\n".join(texts) if texts else ("" if many else default),
            }
        )
    return fields

"""Jobs and lists as JSON: the same content as the XML (contract uws U10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest

from graticule.catalog.models import Person
from graticule.jobs.models import Job, JobParameter, JobResult
from graticule.jobs.phases import ENDED
from graticule.services.tasks.allowed import may_use
from graticule.services.tasks.registry import tasks
from graticule.web.uws.documents import timestamp
from graticule.web.uws.mount import Mount
from graticule.web.uws.places import path_of

Json = dict[str, Any]


def services_answer(request: HttpRequest, person: Person | None) -> list[Json]:
    """Describe the kinds of jobs that a person may use, with their parameters.

    ``sync`` is null where there is none.
    """
    return [
        {
            "name": task.name,
            "title": task.title,
            "help": task.help,
            "async": Mount.of(request, task.name).base,
            "sync": request.build_absolute_uri(path_of("uws_sync", task.name))
            if task.sync
            else None,
            "parameters": {
                name.upper(): rule
                for name, rule in task.parameters.model_json_schema()
                .get("properties", {})
                .items()
                if name.upper() != task.address_parameter
            },
        }
        for task in tasks().values()
        if may_use(person, task.name)
    ]


def reference(job: Job, mount: Mount) -> Json:
    """Describe a job in a list."""
    return {
        "jobId": job.pk,
        "href": mount.address(job),
        "phase": job.phase,
        "runId": job.run_id or None,
        "ownerId": job.owner.username if job.owner else None,
        "creationTime": timestamp(job.created),
    }


def job_answer(job: Job, mount: Mount) -> Json:
    """Describe a job whole."""
    failed = job.phase in ENDED and bool(job.message)
    return reference(job, mount) | {
        "startTime": _time(job.started),
        "endTime": _time(job.ended),
        "executionDuration": int(job.duration.total_seconds()),
        "destruction": _time(job.destruction),
        "quote": None,  # nobody knows how long a job takes (U35)
        "parameters": [_parameter(row, job, mount) for row in job.parameters.all()],
        "results": [result_answer(row, job, mount) for row in job.results.all()],
        "errorSummary": {
            "type": job.fault or Job.Fault.FATAL,
            "message": job.message,
            "hasDetail": True,
        }
        if failed
        else None,
        "progress": {
            "done": job.progress_done,
            "total": job.progress_total,
            "message": job.progress_message,
            "log": job.log,
        },
    }


def result_answer(row: JobResult, job: Job, mount: Mount) -> Json:
    """Describe a result."""
    return {
        "id": row.key,
        "href": mount.address(job, "results", row.key),
        "name": row.name,
        "size": row.size_bytes,
        "mimeType": row.media_type,
    }


def _parameter(row: JobParameter, job: Job, mount: Mount) -> Json:
    if row.file:
        href = mount.address(job, "parameters", row.name)
        return {"id": row.name, "href": href, "name": row.value}
    return {"id": row.name, "value": row.value}


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else timestamp(moment)

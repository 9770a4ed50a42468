"""Jobs and services as a terminal shows them, and as JSON for scripts."""

from __future__ import annotations

import time
from typing import Any

import click
from django.db.models import Count, Min
from pydantic_core import PydanticUndefined
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from graticule.jobs import folders
from graticule.jobs.models import Job
from graticule.jobs.phases import FINAL, Phase
from graticule.jobs.times import now
from graticule.services.tasks.registry import tasks
from graticule.services.tasks.task import Task, is_list

_LOOK_SECONDS = 0.1
_WIDTH = 78
_COLOURS = {
    Phase.COMPLETED: "green",
    Phase.ERROR: "red",
    Phase.ABORTED: "yellow",
    Phase.EXECUTING: "cyan",
}


def described(job: Job) -> dict[str, Any]:
    """Describe a job whole, for JSON; times are ISO 8601 in UTC."""
    times = {
        name: moment and moment.isoformat()
        for name, moment in (
            ("created", job.created),
            ("queued", job.queued),
            ("started", job.started),
            ("ended", job.ended),
            ("destruction", job.destruction),
        )
    }
    return {
        "jobId": job.pk,
        "service": job.service,
        "owner": job.owner.username if job.owner else None,
        "runId": job.run_id or None,
        "phase": job.phase,
        **times,
        "durationSeconds": job.duration.total_seconds(),
        "fault": job.fault or None,
        "message": job.message,
        "progress": {
            "done": job.progress_done,
            "total": job.progress_total,
            "message": job.progress_message,
        },
        "attempt": job.attempt,
        "runner": job.runner or None,
        "log": job.log,
        "parameters": [
            {"name": row.name, "value": row.value} for row in job.parameters.all()
        ],
        "results": [
            {
                "id": row.key,
                "name": row.name,
                "mediaType": row.media_type,
                "sizeBytes": row.size_bytes,
                "path": str(folders.result_path(job.pk, row.file)),
            }
            for row in job.results.all()
        ],
    }


def line(job: Job) -> str:
    """Write a job in one line."""
    owner = job.owner.username if job.owner else "-"
    phase = click.style(f"{job.phase:9}", fg=_COLOURS.get(Phase(job.phase)))
    said = _share(job) if job.phase == Phase.EXECUTING else job.message
    text = f"{job.created:%Y-%m-%d %H:%M:%S}  {job.service:12} {owner:14} {said}"
    return f"{job.pk:16}  {phase}  {text}".rstrip()


def _share(job: Job) -> str:
    if not job.progress_total:
        return job.progress_message
    return f"{job.progress_done / job.progress_total:.0%} {job.progress_message}"


def summary() -> str:
    """Count what waits and executes, and say how old the queue is (uws U93)."""
    rows = Job.objects.order_by().values_list("phase")
    counts = [f"{count} {phase}" for phase, count in rows.annotate(Count("pk"))]
    oldest = Job.objects.filter(phase=Phase.QUEUED).aggregate(Min("queued"))
    first = oldest["queued__min"]
    age = f"; the first has waited for {now() - first}" if first else ""
    return ", ".join(counts or ["no jobs"]) + age


def whole(job: Job) -> str:
    """Write all that is known of a job."""
    lines = [line(job)]
    lines += [f"  {row.name}={row.value}" for row in job.parameters.all()]
    for row in job.results.all():
        path = folders.result_path(job.pk, row.file)
        lines.append(f"  result {row.key}: {row.name}, {row.size_bytes:,} B, {path}")
    lines += [f"  | {text}" for text in job.log.splitlines()]
    return "\n".join(lines)


def watch(job: Job, timeout: float | None) -> None:
    """Wait until a job has ended, and show how far it is."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("  {task.description}"),
        BarColumn(),
        TextColumn("{task.fields[said]}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    end = None if timeout is None else time.monotonic() + timeout
    with bar:
        shown = bar.add_task(job.phase, total=None, said="")
        while job.phase not in FINAL and (end is None or time.monotonic() < end):
            time.sleep(_LOOK_SECONDS)
            job.refresh_from_db()
            bar.update(
                shown,
                description=job.phase,
                completed=job.progress_done,
                total=job.progress_total,
                said=job.progress_message,
            )


def services() -> str:
    """List the services that are on."""
    lines = [f"  {task.name:16} {task.title}" for task in tasks().values()]
    return "\n".join(
        ["Services (`graticule jobs run SERVICE --help` tells more):", *lines]
    )


def manual(task: Task) -> str:
    """Explain a service and its parameters."""
    lines = [
        f"Usage: graticule jobs run {task.name} [NAME=VALUE]... [--wait] [--json]",
        "",
        click.wrap_text(task.help, _WIDTH, "  ", "  "),
        "",
        "Parameters:",
    ]
    for name, info in task.fields.items():
        notes = []
        if is_list(info):
            notes.append("repeatable")
        if info.is_required():
            notes.append("required")
        elif info.default not in (None, "", [], PydanticUndefined):
            notes.append(f"default: {info.default}")
        note = f" [{', '.join(notes)}]" if notes else ""
        text = f"{info.description or ''}{note}"
        lines += [f"  {name}", click.wrap_text(text, _WIDTH, "      ", "      ")]
    return "\n".join(lines)

"""What is said of a job that has ended: one value, in words and for programs.

Knows neither mail nor HTTP.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

from graticule.jobs.models import Job
from graticule.jobs.phases import Phase
from graticule.services.tasks.registry import tasks

_WORDS = {
    Phase.COMPLETED: "is done",
    Phase.ERROR: "has failed",
    Phase.ABORTED: "was aborted",
}


def letter_of(job: Job) -> dict[str, Any]:
    """Describe a job that has ended, as webhooks carry it in ``data``."""
    return {
        "jobId": job.pk,
        "service": job.service,
        "title": title_of(job.service),
        "runId": job.run_id,
        "phase": job.phase,
        "message": job.message,
        "creationTime": job.created.isoformat(),
        "endTime": job.ended.isoformat() if job.ended else None,
        "url": _address(job),
    }


def title_of(service: str) -> str:
    """Name a service as people do."""
    task = tasks().get(service)
    return task.title if task else service


def subject_of(letter: dict[str, Any]) -> str:
    """Write the subject of a mail: ``Movie is done: nuclei``; always one line."""
    said = _WORDS.get(Phase(letter["phase"]), "has ended")
    name = " ".join(letter["runId"].split())
    return f"{letter['title']} {said}" + (f": {name}" if name else "")


def text_of(letter: dict[str, Any]) -> str:
    """Write the text of a mail."""
    lines = [f"{subject_of(letter)}."]
    if letter["message"]:
        lines.append(letter["message"])
    if letter["url"]:
        lines.append(letter["url"])
    lines.append("You chose to hear of your jobs; your account page changes that.")
    return "\n\n".join(lines) + "\n"


def _address(job: Job) -> str:
    base = settings.GRATICULE["public_url"].rstrip("/")
    return f"{base}/services/{job.service}/async/{job.pk}" if base else ""

"""Jobs and lists as UWS 1.1 writes them in XML (contract uws 3).

Written by hand, in the schema's order: the document is small and asked for by the
thousand. Values that XML cannot hold are given by reference (U18). Knows no
request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from graticule.jobs.models import Job, JobParameter, JobResult
from graticule.jobs.phases import ENDED
from graticule.services.tasks.task import UPLOADED
from graticule.web.uws.mount import Mount

_NAMESPACES = (
    'xmlns:uws="http://www.ivoa.net/xml/UWS/v1.0" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_PROGRESS = "urn:graticule:progress"
# All that XML 1.0 cannot write, and what a reader would not give back as it was.
_UNWRITABLE = re.compile("[^\\t\\n\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def timestamp(moment: datetime) -> str:
    """Write a time with milliseconds, in UTC (U14)."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def job_document(job: Job, mount: Mount, owner: str | None) -> str:
    """Write a job (U15 to U19).

    Parameters
    ----------
    owner
        Its owner's name; ``None`` where it has none.
    """
    parts = [
        _DECLARATION,
        f'<uws:job {_NAMESPACES} version="1.1">',
        _element("jobId", job.pk),
        _element("runId", job.run_id) if job.run_id else "",
        _nillable("ownerId", owner),
        _element("phase", job.phase),
        _nillable("quote", None),
        _element("creationTime", timestamp(job.created)),
        _time("startTime", job.started),
        _time("endTime", job.ended),
        _element("executionDuration", str(int(job.duration.total_seconds()))),
        _time("destruction", job.destruction),
        _parameters(job, mount),
        _results(job, mount),
        _error(job),
        _progress(job),
        "</uws:job>\n",
    ]
    return "".join(parts)


def parameters_document(job: Job, mount: Mount) -> str:
    """Write the parameters alone (U15: without a version)."""
    return _DECLARATION + _parameters(job, mount, _NAMESPACES)


def results_document(job: Job, mount: Mount) -> str:
    """Write the results alone (U15: without a version)."""
    return _DECLARATION + _results(job, mount, _NAMESPACES)


def list_document(rows: Iterable[Job], mount: Mount) -> Iterator[str]:
    """Write a list piece by piece, however long it is (U20, U42)."""
    yield f'{_DECLARATION}<uws:jobs {_NAMESPACES} version="1.1">'
    for job in rows:
        owner = None if job.owner is None else job.owner.username
        address = quoteattr(mount.address(job))
        yield (
            f'<uws:jobref id={quoteattr(job.pk)} xlink:type="simple" '
            f"xlink:href={address}>{_element('phase', job.phase)}"
            f"{_element('runId', job.run_id) if job.run_id else ''}"
            f"{_nillable('ownerId', owner)}"
            f"{_element('creationTime', timestamp(job.created))}</uws:jobref>"
        )
    yield "</uws:jobs>\n"


def is_writable(text: str) -> bool:
    """Say whether XML can hold a text and give it back unchanged."""
    return _UNWRITABLE.search(text) is None


def writable(text: str) -> str:
    """Replace what XML cannot hold, in texts for people."""
    return _UNWRITABLE.sub("\ufffd", text)


def _element(name: str, text: str) -> str:
    return f"<uws:{name}>{escape(writable(text))}</uws:{name}>"


def _nillable(name: str, text: str | None) -> str:
    if text is None:
        return f'<uws:{name} xsi:nil="true"/>'
    return _element(name, text)


def _time(name: str, moment: datetime | None) -> str:
    return _nillable(name, None if moment is None else timestamp(moment))


def _parameters(job: Job, mount: Mount, namespaces: str = "") -> str:
    rows = list(job.parameters.all())
    attributes = f" {namespaces}" if namespaces else ""
    if not rows:
        return f"<uws:parameters{attributes}/>"
    inner = "".join(_parameter(row, job, mount) for row in rows)
    return f"<uws:parameters{attributes}>{inner}</uws:parameters>"


def _parameter(row: JobParameter, job: Job, mount: Mount) -> str:
    name = quoteattr(row.name)
    if row.name.startswith(UPLOADED):  # U58
        name = row.name.removeprefix(UPLOADED)
        where = mount.address(job, "parameters", row.name) if row.file else row.value
        return f'<uws:parameter id="UPLOAD">{escape(f"{name},{where}")}</uws:parameter>'
    if row.file or not is_writable(row.value):
        address = escape(mount.address(job, "parameters", row.name))
        return f'<uws:parameter id={name} byReference="true">{address}</uws:parameter>'
    return f"<uws:parameter id={name}>{escape(row.value)}</uws:parameter>"


def _results(job: Job, mount: Mount, namespaces: str = "") -> str:
    rows = list(job.results.all())
    attributes = f" {namespaces}" if namespaces else ""
    if not rows:
        return f"<uws:results{attributes}/>"
    inner = "".join(_result(row, job, mount) for row in rows)
    return f"<uws:results{attributes}>{inner}</uws:results>"


def _result(row: JobResult, job: Job, mount: Mount) -> str:
    address = mount.address(job, "results", row.key)
    return (
        f'<uws:result id={quoteattr(row.key)} xlink:type="simple" '
        f'xlink:href={quoteattr(address)} size="{row.size_bytes}" '
        f"mime-type={quoteattr(row.media_type)}/>"
    )


def _error(job: Job) -> str:
    """Write why a job failed or was aborted; of a job that is well, nothing (U70)."""
    if job.phase not in ENDED or not job.message:
        return ""
    return (
        f'<uws:errorSummary type="{job.fault or Job.Fault.FATAL}" hasDetail="true">'
        f"{_element('message', job.message)}</uws:errorSummary>"
    )


def _progress(job: Job) -> str:
    if job.progress_total is None:
        return ""
    said = (
        f" message={quoteattr(writable(job.progress_message))}"
        if job.progress_message
        else ""
    )
    return (
        f'<uws:jobInfo><progress xmlns="{_PROGRESS}" done="{job.progress_done:g}" '
        f'total="{job.progress_total:g}"{said}/></uws:jobInfo>'
    )

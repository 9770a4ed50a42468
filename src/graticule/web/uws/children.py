"""What a job shows: itself and its children (contract uws 1, 5, 9)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from graticule.errors import NotFoundError
from graticule.jobs import folders
from graticule.jobs.models import Job, JobParameter, JobResult
from graticule.jobs.phases import ENDED, Phase
from graticule.services.original_files import FoundFile
from graticule.web.sending import send_file
from graticule.web.uws import documents, pages
from graticule.web.uws.errors import VOTABLE, GoneError, error_document
from graticule.web.uws.formats import Format, wanted
from graticule.web.uws.json_answers import job_answer
from graticule.web.uws.mount import Mount
from graticule.web.uws.written import written_once

_TEXT = "text/plain; charset=utf-8"
_XML = "application/xml"


def job(request: HttpRequest, mount: Mount, found: Job) -> HttpResponseBase:
    """Show the job (U16)."""
    form = wanted(request)
    if form is Format.HTML:
        return pages.job_page(request, mount, found)
    if form is Format.JSON:
        return JsonResponse(job_answer(found, mount))
    owner = found.owner.username if found.owner else None
    return HttpResponse(_document(found, mount, owner), content_type=_XML)


def _document(found: Job, mount: Mount, owner: str | None) -> str:
    """Write the job; once it has ended, for all who look again."""

    def write() -> str:
        return documents.job_document(found, mount, owner)

    if Phase(found.phase) not in ENDED:
        return write()
    # Whatever the document shows, a change of it changes the revision, too.
    return written_once((found.pk, found.revision, mount.base, owner), write)


def _text(read: Callable[[Job], str]) -> Callable[..., HttpResponseBase]:
    """Make the view of a child that is one text."""

    def child(request: HttpRequest, mount: Mount, found: Job) -> HttpResponseBase:
        del request, mount
        return HttpResponse(read(found), content_type=_TEXT)

    return child


def parameters(request: HttpRequest, mount: Mount, found: Job) -> HttpResponseBase:
    """Show the parameters."""
    if wanted(request) is Format.JSON:
        return JsonResponse({"parameters": job_answer(found, mount)["parameters"]})
    return HttpResponse(documents.parameters_document(found, mount), content_type=_XML)


def results(request: HttpRequest, mount: Mount, found: Job) -> HttpResponseBase:
    """Show the results; none is an empty element (U64)."""
    if wanted(request) is Format.JSON:
        return JsonResponse({"results": job_answer(found, mount)["results"]})
    return HttpResponse(documents.results_document(found, mount), content_type=_XML)


def parameter(
    request: HttpRequest, mount: Mount, found: Job, name: str
) -> HttpResponseBase:
    """Show a parameter's value as it was sent, or the file (U58, U59)."""
    given = found.parameters.all()
    rows = [] if "\0" in name else list(given.filter(name__iexact=name))
    if not rows:
        raise NotFoundError(f"The job has no parameter {name[:80]}.")
    del mount
    row = rows[-1]
    if row.file:
        return _file(request, found, row)
    text = "\n".join(each.value for each in rows)
    return HttpResponse(text, content_type=_TEXT)


def _file(request: HttpRequest, found: Job, row: JobParameter) -> HttpResponseBase:
    file = measured(folders.upload_path(found.pk, row.file))
    answer = send_file(request, file, row.value, row.media_type)
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def measured(path: Path) -> FoundFile:
    """Measure a file of a job, as what sends files needs it.

    Raises
    ------
    graticule.errors.NotFoundError
        If it is not there: the job is being destroyed.
    """
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise NotFoundError("The file is gone.") from error
    identity = found.st_dev, found.st_ino
    return FoundFile(path, path.name, found.st_size, found.st_mtime_ns, identity)


def result(
    request: HttpRequest, mount: Mount, found: Job, key: str
) -> HttpResponseBase:
    """Give a result itself (U61 to U65)."""
    del mount
    row = None if "\0" in key else found.results.filter(key=key).first()
    if found.phase == Phase.ARCHIVED:
        raise GoneError(
            "The results of this job are gone; what is known of it is kept."
        )
    if row is None:
        raise NotFoundError(f"The job has no result {key[:80]}, or not yet.")
    return send_result(request, found, row)


def send_result(request: HttpRequest, found: Job, row: JobResult) -> HttpResponseBase:
    """Send a result, a part of it, or word that the client has it already (U63)."""
    file = measured(folders.result_path(found.pk, row.file))
    answer = send_file(request, file, row.name, row.media_type)
    answer["Cache-Control"] = "private"
    # What a job wrote is shown, but may do nothing in the reader's name (U65).
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    if answer["ETag"] in _known_to(request):
        answer.close()
        headers = {name: answer[name] for name in ("ETag", "Cache-Control")}
        return HttpResponse(status=304, headers=headers)
    return answer


def _known_to(request: HttpRequest) -> list[str]:
    known = request.headers.get("If-None-Match", "").split(",")
    return [tag.strip().removeprefix("W/") for tag in known]


def error(request: HttpRequest, mount: Mount, found: Job) -> HttpResponseBase:
    """Tell why a job failed or was aborted (U69)."""
    del mount
    if found.phase not in {Phase.ERROR, Phase.ABORTED}:
        raise NotFoundError("The job has no error.")
    said = documents.writable(found.message) or "aborted"
    form = wanted(request)
    if form is Format.TEXT:
        return HttpResponse(said, content_type=_TEXT)
    # Browsers would offer to save a VOTable (U67).
    kind = "text/xml" if form is Format.HTML else VOTABLE
    return HttpResponse(error_document(said), content_type=kind)


def _starttime(found: Job) -> str:
    return documents.timestamp(found.started) if found.started else ""


def _destruction(found: Job) -> str:
    return documents.timestamp(found.destruction) if found.destruction else ""


def _owner(found: Job) -> str:
    return found.owner.username if found.owner else ""


def _duration(found: Job) -> str:
    return str(int(found.duration.total_seconds()))


CHILDREN: dict[str, Callable[..., HttpResponseBase]] = {
    "phase": _text(lambda found: found.phase),
    "executionduration": _text(_duration),
    "destruction": _text(_destruction),
    "quote": _text(lambda _: ""),
    "owner": _text(_owner),
    "starttime": _text(_starttime),
    "startTime": _text(_starttime),
    "parameters": parameters,
    "results": results,
    "error": error,
}

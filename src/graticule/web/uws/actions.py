"""What changes jobs over HTTP: every one answers 303 (contract uws 5, U4)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import RawPostDataException

from graticule.errors import LimitError, RequestError
from graticule.jobs import requests
from graticule.jobs.executors.base import Given
from graticule.jobs.models import Job
from graticule.jobs.phases import Phase
from graticule.jobs.requests import Value
from graticule.web.uws import params
from graticule.web.uws.access import (
    Caller,
    check_may_create,
    listed,
    mark_browser,
    set_mark,
)
from graticule.web.uws.mount import Mount

# Following a redirect to a huge list makes clients appear to hang (U30).
_REDIRECT_LAST = 100
_LONGEST_KEY = 180


def see_other(address: str) -> HttpResponse:
    """Answer 303: where to look now (U4, U5)."""
    return HttpResponse(status=303, headers={"Location": address})


def create(request: HttpRequest, mount: Mount, caller: Caller) -> HttpResponseBase:
    """Create a job, and queue it where that is asked for (U25 to U29)."""
    check_may_create(request, caller)
    sent = params.sent(request, mount.task)
    try:
        job, secret = _created(request, mount, caller, sent)
    finally:
        params.forget_uploads(sent.values)
    answer = see_other(mount.address(job))
    set_mark(answer, secret)
    return answer


def _created(
    request: HttpRequest, mount: Mount, caller: Caller, sent: params.Sent
) -> tuple[Job, str | None]:
    phase, action = sent.one("PHASE"), sent.one("ACTION")
    if action is not None:
        raise RequestError("ACTION is posted to a job, not to the list.")
    if phase not in {None, "RUN"}:
        raise RequestError(f"A new job can be told PHASE=RUN, not {phase!r}.")
    duration, destruction = sent.one("EXECUTIONDURATION"), sent.one("DESTRUCTION")
    browser, secret = mark_browser(request, caller)
    job = requests.create(
        requests.NewJob(
            service=mount.task.name,
            owner_id=caller.person.pk if caller.person else None,
            browser=browser,
            run_id=sent.one("RUNID") or "",
            values=sent.values,
            multiple=mount.task.multiple,
            duration=None if duration is None else params.duration(duration),
            destruction=(
                None
                if destruction is None
                else params.moment(destruction, "DESTRUCTION")
            ),
            idempotency_key=_key(request, mount),
        )
    )
    if phase == "RUN" and job.phase == Phase.PENDING:
        run(mount, job)
    return job, secret


def _key(request: HttpRequest, mount: Mount) -> str | None:
    """Give the key by which a repeated creation is known, for this service (U29)."""
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > _LONGEST_KEY or not key.isprintable():
        raise RequestError(
            f"Idempotency-Key has at most {_LONGEST_KEY} printable characters."
        )
    return f"{mount.task.name} {key}" if key else None


def run(mount: Mount, job: Job) -> None:
    """Queue a job, or put it into ERROR where its parameters are bad (U52)."""
    if job.phase in {Phase.PENDING, Phase.HELD}:
        given = [
            Given(row.name, row.value, row.file, row.media_type)
            for row in job.parameters.all()
        ]
        try:
            mount.task.parse(given)
        except RequestError as error:
            requests.refuse_to_run(job, str(error))
            return
    requests.run(job)


def delete(request: HttpRequest, mount: Mount, job: Job) -> HttpResponseBase:
    """Destroy a job (U30)."""
    caller = Caller.of(request)
    requests.delete(job.pk, f"deleted by {caller.name}")
    seen = Job.objects.filter(listed(caller, mount.task)).order_by()
    is_long = seen[_REDIRECT_LAST : _REDIRECT_LAST + 1].exists()
    return see_other(mount.base + (f"?LAST={_REDIRECT_LAST}" if is_long else ""))


def post_to_job(request: HttpRequest, mount: Mount, job: Job) -> HttpResponseBase:
    """Destroy a job where ``ACTION=DELETE`` says so; nothing else (U31)."""
    action = params.sent(request, mount.task).one("ACTION")
    if action != "DELETE":
        raise RequestError(
            "Only ACTION=DELETE is posted to a job. PHASE goes to its child phase, "
            "parameters to its child parameters."
        )
    return delete(request, mount, job)


def _phase(request: HttpRequest, mount: Mount, job: Job) -> HttpResponseBase:
    """Run or abort (U24, U32)."""
    phase = params.sent(request, mount.task).one("PHASE")
    if phase == "RUN":
        run(mount, job)
    elif phase == "ABORT":
        requests.abort(job, f"aborted by {Caller.of(request).name}")
    else:
        raise RequestError(f"PHASE is RUN or ABORT, not {(phase or '')[:40]!r}.")
    return see_other(mount.address(job))


def _duration(request: HttpRequest, mount: Mount, job: Job) -> HttpResponseBase:
    text = params.sent(request, mount.task).one("EXECUTIONDURATION")
    if text is None:
        raise RequestError("EXECUTIONDURATION is missing.")
    requests.set_duration(job, params.duration(text))
    return see_other(mount.address(job))


def _destruction(request: HttpRequest, mount: Mount, job: Job) -> HttpResponseBase:
    text = params.sent(request, mount.task).one("DESTRUCTION")
    if text is None:
        raise RequestError("DESTRUCTION is missing.")
    requests.set_destruction(job, params.moment(text, "DESTRUCTION"))
    return see_other(mount.address(job))


def _parameters(request: HttpRequest, mount: Mount, job: Job) -> HttpResponseBase:
    """Add to the parameters (U51), or replace the run id (U37)."""
    sent = params.sent(request, mount.task)
    try:
        run_id = sent.one("RUNID")
        if run_id is not None:
            requests.set_run_id(job, run_id)
        if sent.values or sent.shown or run_id is None:
            requests.set_parameters(
                job, sent.values, mount.task.multiple, replaced=sent.shown
            )
    finally:
        params.forget_uploads(sent.values)
    return see_other(mount.address(job))


def put_parameter(
    request: HttpRequest, mount: Mount, job: Job, name: str
) -> HttpResponseBase:
    """Replace all values of one parameter by the body (U51)."""
    declared = {each.upper(): each for each in mount.task.fields}.get(name.upper())
    if declared is None:
        raise RequestError(f"{mount.task.name} has no parameter {name[:80]}.")
    try:
        text = request.body.decode()
    except (UnicodeDecodeError, RawPostDataException) as error:
        raise RequestError("A parameter is put as UTF-8 text.") from error
    most = params.longest_value()
    if len(text) > most:
        raise LimitError("max_job_parameter_length", most, len(text), declared)
    if "\0" in text:
        raise RequestError(f"{declared} holds a character NUL.")
    requests.set_parameters(job, (Value(declared, text),), frozenset())
    return see_other(mount.address(job))


POSTS: dict[str, Callable[..., HttpResponseBase]] = {
    "phase": _phase,
    "executionduration": _duration,
    "destruction": _destruction,
    "parameters": _parameters,
}

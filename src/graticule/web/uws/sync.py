"""Jobs that are answered in the request itself (contract uws 17, DALI sync).

The same parameters, the same executors: a short-lived job that no list shows, and
whose end is waited for; or, for what is quick, work in the request and no job at all.
A server of this kind cannot see a client hang up while it waits: the time limit ends
the work then.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from graticule.errors import GraticuleError, NotPermittedError, RequestError
from graticule.jobs import requests
from graticule.jobs.executors.base import Given
from graticule.jobs.models import Job
from graticule.jobs.phases import FINAL, Phase
from graticule.jobs.times import now
from graticule.jobs.wait import waiters
from graticule.web.uws import params
from graticule.web.uws.access import (
    Caller,
    check_may_change,
    check_may_create,
    check_may_use,
    mark_browser,
    name_caller,
    set_mark,
)
from graticule.web.uws.actions import see_other
from graticule.web.uws.at_once import asked_for, do_and_answer, too_long
from graticule.web.uws.children import send_result
from graticule.web.uws.errors import BusyError, MethodError, uws_view
from graticule.web.uws.mount import Mount
from graticule.web.uws.waiting import place_to_wait, sleep

_VERBS = ("GET", "HEAD", "POST", "OPTIONS")
# So long results can be fetched after the answer.
_KEPT = timedelta(minutes=10)


def _for_old_clients(
    view: Callable[[HttpRequest, str], HttpResponseBase],
) -> Callable[[HttpRequest, str], HttpResponseBase]:
    """Answer errors with 200 where the settings say so (Y3)."""

    @wraps(view)
    def wrapped(request: HttpRequest, service: str) -> HttpResponseBase:
        answer = view(request, service)
        is_error = answer.status_code >= 400 and answer.status_code != 401
        if is_error and settings.GRATICULE["legacy_sync_status"]:
            answer.status_code = 200
        return answer

    return wrapped


@_for_old_clients
@uws_view
def sync(request: HttpRequest, service: str) -> HttpResponseBase:
    """Do a job and answer with its result (Y1 to Y3)."""
    mount = Mount.of(request, service)
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": ", ".join(_VERBS)})
    if request.method not in _VERBS:
        raise MethodError(*_VERBS)
    caller = Caller.of(request)
    check_may_use(caller, mount.task)
    if not mount.task.sync:
        raise NotPermittedError(
            f"The service {service} changes what is kept here, and so is not done in "
            f"the request itself. Post the same to {mount.base} as an asynchronous job."
        )
    check_may_create(request, caller)
    # Also for GET: a job may change things, and a page's picture is a GET.
    check_may_change(request, caller)
    if mount.task.inline:
        return _finished(do_and_answer(request, mount, caller), caller)
    browser, secret = mark_browser(request, caller)
    with place_to_wait():
        sent = params.sent(request, mount.task)
        try:
            job = _begun(mount, caller, sent, browser)
        finally:
            params.forget_uploads(sent.values)
        job = _ended(mount, job)
    answer = _answer(request, mount, job)
    set_mark(answer, secret)
    return _finished(answer, caller)


def _finished(answer: HttpResponseBase, caller: Caller) -> HttpResponseBase:
    name_caller(answer, caller)
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _begun(mount: Mount, caller: Caller, sent: params.Sent, browser: str) -> Job:
    """Queue the job, if its parameters are good."""
    task = mount.task
    task.parse(
        Given(each.name, each.text, str(each.file or ""), each.media_type)
        for each in sent.values
    )
    duration: timedelta = settings.GRATICULE["sync_duration"]
    job = requests.create(
        requests.NewJob(
            service=task.name,
            owner_id=caller.person.pk if caller.person else None,
            mount=Job.SYNC,
            browser=browser,
            run_id=sent.one("RUNID") or "",
            values=sent.values,
            multiple=task.multiple,
            duration=duration,
            destruction=now() + duration + _KEPT,
        )
    )
    requests.run(job)
    job.refresh_from_db(fields=["phase"])
    return job


def _ended(mount: Mount, job: Job) -> Job:
    """Wait until the job has ended.

    Raises
    ------
    TimeOutError
        If that takes too long; the job is aborted.
    graticule.web.uws.errors.BusyError
        If the server is stopped meanwhile.
    """
    duration: timedelta = settings.GRATICULE["sync_duration"]
    end = time.monotonic() + duration.total_seconds()
    while job.phase not in FINAL and (left := end - time.monotonic()) > 0:
        job = sleep(job, left)
        if waiters.ended and job.phase not in FINAL:
            requests.abort(job, "the server was stopped")
            raise BusyError("The server is being stopped. Try again in a moment.")
    if job.phase not in FINAL:
        requests.abort(job, "it took too long to be waited for")
        raise too_long(mount)
    return job


def _answer(request: HttpRequest, mount: Mount, job: Job) -> HttpResponseBase:
    """Send the only result, or say where results are.

    Raises
    ------
    graticule.errors.GraticuleError
        As the job failed (Y3): whose fault it was decides about the class.
    """
    if job.phase != Phase.COMPLETED:
        if job.fault == Job.Fault.TRANSIENT or job.phase != Phase.ERROR:
            raise BusyError(job.message or "The job was aborted.")
        raise (GraticuleError if job.detail else RequestError)(job.message)
    results = asked_for(request, mount, list(job.results.all()))
    if len(results) == 1:
        return send_result(request, job, results[0])
    return see_other(mount.address(job, *(["results"] if results else [])))

"""All jobs of a caller over all services: page, JSON for scripts, several at once.

No part of UWS, which knows lists of single services only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

from graticule import __version__
from graticule.errors import RequestError
from graticule.jobs import requests
from graticule.jobs.models import Job
from graticule.jobs.phases import Phase, Reaction, Request, react
from graticule.services.tasks.registry import tasks
from graticule.web.errors import NotLoggedInError, login_needed
from graticule.web.principal import person_of
from graticule.web.uws import pages, params
from graticule.web.uws.access import (
    Caller,
    ChallengeError,
    check_may_change,
    find_job,
    own,
)
from graticule.web.uws.actions import see_other
from graticule.web.uws.errors import MethodError, uws_view
from graticule.web.uws.formats import Format, wanted
from graticule.web.uws.json_answers import reference, services_answer
from graticule.web.uws.mount import Mount

_MOST_IN_JSON = 500
_VERBS = ("GET", "HEAD", "POST", "OPTIONS")


@uws_view
def services(request: HttpRequest) -> HttpResponseBase:
    """Show which services there are: a page, or JSON for programs."""
    verbs = ("GET", "HEAD", "OPTIONS")
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": ", ".join(verbs)})
    if request.method not in verbs:
        raise MethodError(*verbs)
    is_page = wanted(request) is Format.HTML
    caller = Caller.of(request)
    try:
        person_of(request)
    except NotLoggedInError:
        if is_page:
            return login_needed(request)
        raise ChallengeError from None
    answer: HttpResponse
    if is_page:
        answer = pages.services_page(request, caller)
    else:
        answer = JsonResponse({"services": services_answer(request, caller.person)})
    patch_vary_headers(answer, ("Accept",))
    answer["Cache-Control"] = "no-cache"
    return answer


@uws_view
def mine(request: HttpRequest) -> HttpResponseBase:
    """Show all jobs of whoever asks, or abort or delete some of them."""
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": ", ".join(_VERBS)})
    try:
        person_of(request)
    except NotLoggedInError:
        return login_needed(request)
    caller = Caller.of(request)
    if request.method == "POST":
        check_may_change(request, caller)
        return _changed(request, caller)
    if request.method not in {"GET", "HEAD"}:
        raise MethodError(*_VERBS)
    answer = _shown(request, caller)
    patch_vary_headers(answer, ("Accept",))
    answer["Cache-Control"] = "no-cache"
    return answer


def _shown(request: HttpRequest, caller: Caller) -> HttpResponse:
    asked = params.list_filter(request)
    services = [name for name in request.GET.getlist("SERVICE") if name in tasks()]
    everybody = _is_administrator(caller) and request.GET.get("WHOSE") == "all"
    query = _filtered(own(caller) if not everybody else Q(), services, asked)
    if wanted(request) is not Format.HTML:
        return JsonResponse(
            _answer(request, caller, query[: asked.last or _MOST_IN_JSON])
        )
    jobs = list(query[: asked.last or pages.SHOWN_ON_A_PAGE])
    filling = pages.list_filling(request, jobs, asked)
    filling |= {
        "version": __version__,
        "trail": [("Jobs", "")],
        "services": [
            (name, task.title, name in services) for name, task in tasks().items()
        ],
        "mixed": True,
        "filtered": filling["filtered"] or bool(services),
        "may_see_all": _is_administrator(caller),
        "everybody": everybody,
        "owners": everybody,
    }
    return render(request, "graticule/my_jobs.html", filling)


def _is_administrator(caller: Caller) -> bool:
    return caller.person is not None and caller.person.is_administrator


def _filtered(whose: Q, services: list[str], asked: params.ListFilter) -> QuerySet[Job]:
    query = Job.objects.filter(
        whose, mount=Job.ASYNC, service__in=services or list(tasks())
    )
    if asked.phases:
        query = query.filter(phase__in=asked.phases)
    if Phase.ARCHIVED not in asked.phases:
        query = query.exclude(phase=Phase.ARCHIVED)
    if asked.after is not None:
        query = query.filter(created__gt=asked.after)
    query = query.select_related("owner").defer("log", "detail", "message")
    return query.order_by("-created", "-id")


def _answer(
    request: HttpRequest, caller: Caller, jobs: QuerySet[Job]
) -> dict[str, Any]:
    """Describe jobs for scripts; ``running`` counts the caller's own."""
    phases = [phase.value for phase in pages.RUNNING]
    running = Job.objects.filter(
        own(caller),
        mount=Job.ASYNC,
        phase__in=phases,
        service__in=list(tasks()),
    )
    mounts = {name: Mount.of(request, name) for name in tasks()}
    return {
        "running": running.count(),
        "jobs": [
            reference(job, mounts[job.service])
            | {
                "service": job.service,
                "progress": {
                    "done": job.progress_done,
                    "total": job.progress_total,
                    "message": job.progress_message,
                },
            }
            for job in jobs
        ],
    }


def _changed(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Abort or delete single jobs (``ABORT``, ``DELETE``) or those ticked (``ID``).

    ``ACTION=NONE`` does nothing: what Enter in a list means without scripts.
    """
    action = request.POST.get("ACTION", "")
    ticked = request.POST.getlist("ID") if action else []
    aborted = request.POST.getlist("ABORT") + (ticked if action == "ABORT" else [])
    deleted = request.POST.getlist("DELETE") + (ticked if action == "DELETE" else [])
    if action not in {"", "ABORT", "DELETE", "NONE"} or not (
        aborted or deleted or action
    ):
        raise RequestError(
            "Post ABORT or DELETE with the ids of jobs, or ACTION with one of these "
            "words and the ids as ID."
        )
    for job in _found(caller, aborted):
        if react(Request.ABORT, Phase(job.phase)) is Reaction.DO:
            requests.abort(job, f"aborted by {caller.name}")
    for job in _found(caller, deleted):
        requests.delete(job.pk, f"deleted by {caller.name}")
    back = request.POST.get("back", "")
    here = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(back, here) and back.startswith("/")
    return see_other(request.build_absolute_uri(back if safe else request.path))


def _found(caller: Caller, ids: list[str]) -> Iterator[Job]:
    """Find jobs that a caller may change; those that are gone already are no matter."""
    for job_id in ids:
        job = Job.objects.filter(pk=job_id).first()
        task = None if job is None else tasks().get(job.service)
        if task is not None:
            yield find_job(caller, task, job_id)

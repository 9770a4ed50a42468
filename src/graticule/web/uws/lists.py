"""Job lists (contract uws 6)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from django.db.models import QuerySet
from django.http import (
    HttpRequest,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)

from graticule.jobs.models import Job
from graticule.jobs.phases import Phase
from graticule.web.uws import documents, pages, params
from graticule.web.uws.access import Caller, ChallengeError, check_may_create, listed
from graticule.web.uws.formats import Format, wanted
from graticule.web.uws.json_answers import reference
from graticule.web.uws.mount import Mount

# Any value of these on a list asks for a login (U43).
_CHALLENGES = {"DACHS_AUTHENTICATE", "AUTHENTICATE"}
_AT_ONCE = 500
# What a list says of a job, on a page, too.
_SHOWN = (
    "service",
    "owner__username",
    "run_id",
    "phase",
    "created",
    "started",
    "ended",
    "progress_done",
    "progress_total",
    "progress_message",
)


def answer_list(request: HttpRequest, mount: Mount, caller: Caller) -> HttpResponseBase:
    """Answer the jobs that a caller may see, newest first."""
    check_may_create(request, caller)
    if caller.person is None and any(
        name.upper() in _CHALLENGES for name in request.GET
    ):
        raise ChallengeError
    asked = params.list_filter(request)
    query = _filtered(caller, mount, asked)
    form = wanted(request)
    if form is Format.HTML:
        jobs = list(query if asked.last else query[: pages.SHOWN_ON_A_PAGE])
        return pages.job_list(request, mount, jobs, asked)
    if form is Format.JSON:
        jobs = list(query)
        return JsonResponse({"jobs": [reference(job, mount) for job in jobs]})
    # Begun before it is sent: an error in the first rows is still an error.
    blocks = _in_blocks(documents.list_document(query.iterator(_AT_ONCE), mount))
    begun = chain([next(blocks)], blocks)
    return StreamingHttpResponse(begun, content_type="application/xml")


def _in_blocks(pieces: Iterator[str]) -> Iterator[bytes]:
    """Send many rows at a time."""
    block: list[str] = []
    for piece in pieces:
        block.append(piece)
        if len(block) >= _AT_ONCE:
            yield "".join(block).encode()
            block.clear()
    yield "".join(block).encode()


def _filtered(caller: Caller, mount: Mount, asked: params.ListFilter) -> QuerySet[Job]:
    query = Job.objects.filter(listed(caller, mount.task)).select_related("owner")
    if asked.phases:
        query = query.filter(phase__in=asked.phases)
    if Phase.ARCHIVED not in asked.phases:
        query = query.exclude(phase=Phase.ARCHIVED)  # U40
    if asked.after is not None:
        query = query.filter(created__gt=asked.after)
    query = query.only(*_SHOWN).order_by("-created", "-id")
    return query[: asked.last] if asked.last else query

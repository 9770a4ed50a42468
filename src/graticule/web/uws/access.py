"""Who may do what to jobs over HTTP (contract uws 12).

Decided before anything of a job is told. Jobs belong to whoever was logged in when
they were created; one without an owner belongs to whoever knows its address.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase

from graticule.catalog.models import Person
from graticule.errors import NotFoundError, NotPermittedError
from graticule.jobs.looking import look_up
from graticule.jobs.models import Job
from graticule.services.tasks.allowed import groups_of, may_use
from graticule.services.tasks.task import Task
from graticule.web.errors import NotLoggedInError
from graticule.web.principal import Principal, is_public, person_of, writer_of

_COOKIE = "graticule_jobs"
_COOKIE_SECONDS = 30 * 86_400


class ChallengeError(Exception):
    """Somebody who has not logged in asks for what belongs to somebody (401)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a person, or a browser that has not logged in."""

    person: Person | None
    browser: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Caller:
        """Find out who asks."""
        if not is_public(request):
            return cls(person_of(request))
        secret = request.COOKIES.get(_COOKIE, "")
        return cls(None, sha256(secret.encode()).hexdigest() if secret else "")

    @property
    def name(self) -> str:
        """How logs and messages name them."""
        return "anonymous" if self.person is None else self.person.username


def reader_of(request: HttpRequest) -> Person:
    """Give whoever reads what people may see.

    Raises
    ------
    ChallengeError
        If nobody is logged in and the public sees nothing.
    """
    try:
        return person_of(request)
    except NotLoggedInError:
        raise ChallengeError from None


def find_job(caller: Caller, task: Task, job_id: str) -> Job:
    """Find a job of a service that a caller may see, and so may change (U80, U81).

    Raises
    ------
    graticule.errors.NotFoundError
        If there is none.
    ChallengeError
        If it is somebody's and nobody is logged in.
    graticule.errors.NotPermittedError
        If it is somebody else's.
    """
    job = look_up(job_id, task.name)
    missing = NotFoundError(f"There is no job {job_id[:40]} of {task.name}.")
    if job is None or (job.owner_id is None and not _may_use(job, caller)):
        raise missing
    if job.owner_id is None or _owns(caller, job):
        if caller.person is not None and caller.person.pk == job.owner_id:
            job.owner = caller.person  # known, so it need not be looked up
        return job
    if settings.GRATICULE["hide_foreign_jobs"]:
        raise missing
    if caller.person is None:
        raise ChallengeError
    raise NotPermittedError("This job is somebody else's.")


def _owns(caller: Caller, job: Job) -> bool:
    person = caller.person
    return person is not None and (person.pk == job.owner_id or person.is_administrator)


def _may_use(job: Job, caller: Caller) -> bool:
    """Say whether a caller may use an anonymous job whose address they know."""
    return settings.GRATICULE["anonymous_jobs"] != "own" or _made_here(job, caller)


def _made_here(job: Job, caller: Caller) -> bool:
    if caller.person is not None and caller.person.is_administrator:
        return True
    return bool(job.browser) and secrets.compare_digest(job.browser, caller.browser)


def listed(caller: Caller, task: Task) -> Q:
    """Say which jobs of a service a caller's list holds (U82)."""
    query = Q(service=task.name, mount=Job.ASYNC)
    if caller.person is not None and caller.person.is_administrator:
        return query
    return query & own(caller)


def own(caller: Caller) -> Q:
    """Say which jobs are a caller's own, of whatever service (U82)."""
    if caller.person is not None:
        return Q(owner=caller.person)
    shown = settings.GRATICULE["anonymous_jobs"]
    if shown == "all":
        return Q(owner=None)
    if shown == "own" and caller.browser:
        return Q(owner=None, browser=caller.browser)
    return Q(pk__in=[])


def check_may_use(caller: Caller, task: Task) -> None:
    """Refuse services that are for members of a group (U83).

    Raises
    ------
    ChallengeError
        If nobody is logged in.
    graticule.errors.NotPermittedError
        If who is logged in is no member.
    """
    if may_use(caller.person, task.name):
        return
    if caller.person is None:
        raise ChallengeError
    groups = " or ".join(sorted(groups_of(task.name)))
    raise NotPermittedError(
        f"The service {task.name} is for members of the group {groups}. Ask whoever "
        "owns it, or an administrator."
    )


def name_caller(answer: HttpResponseBase, caller: Caller) -> None:
    """Say in an answer who was logged in (U83)."""
    if caller.person is not None:
        answer["X-VO-Authenticated"] = caller.person.username


def may_create(request: HttpRequest, caller: Caller) -> bool:
    """Say whether a caller's pages offer to make jobs."""
    if caller.person is not None:
        return True
    values = settings.GRATICULE
    principal = request.principal  # type: ignore[attr-defined]
    return (
        principal.person is not None
        and principal.share is None
        and values["anonymous_jobs"] != "none"
        and not values["public_get_only"]
    )


def check_may_create(request: HttpRequest, caller: Caller) -> None:
    """Refuse jobs to those who may not make any (U28, U83).

    Raises
    ------
    graticule.web.errors.NotLoggedInError
        If the public may use nothing here.
    ChallengeError
        If jobs are for people with a login.
    """
    if caller.person is None:
        reader_of(request)
        if settings.GRATICULE["anonymous_jobs"] == "none":
            raise ChallengeError


def check_may_change(request: HttpRequest, caller: Caller) -> None:
    """Refuse tokens that are for reading only, and pages of other sites.

    Raises
    ------
    graticule.errors.NotPermittedError
        If it is one of these.
    """
    if caller.person is not None:
        writer_of(request)
    check_origin(request)


def check_origin(request: HttpRequest) -> None:
    """Refuse what another site's page makes a browser send (U84).

    Programs send no such headers; browsers send them with everything that
    changes something.

    Raises
    ------
    graticule.errors.NotPermittedError
        If the request comes from another site.
    """
    principal: Principal = request.principal  # type: ignore[attr-defined]
    if principal.by_token:
        return  # no browser sends a token by itself
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if origin is None and site in {"same-origin", "none"}:
        return
    if origin is not None:
        values = settings.GRATICULE
        here = f"{request.scheme}://{request.get_host()}"
        if origin.lower() in {
            *values["trusted_origins"],
            *values["cors_origins"],
            here.lower(),
        }:
            return
        sends_secrets = request.COOKIES or "Authorization" in request.headers
        if "*" in values["cors_origins"] and not sends_secrets:
            return
    raise NotPermittedError("Jobs are not changed by pages of other sites.")


def mark_browser(request: HttpRequest, caller: Caller) -> tuple[str, str | None]:
    """Give the mark of the browser that creates a job, and the cookie to set."""
    if caller.person is not None:
        return "", None
    if caller.browser:
        return caller.browser, None
    del request
    secret = secrets.token_urlsafe(24)
    return sha256(secret.encode()).hexdigest(), secret


def set_mark(answer: HttpResponseBase, secret: str | None) -> None:
    """Let a browser keep the mark of its jobs."""
    if secret is not None:
        answer.set_cookie(
            _COOKIE,
            secret,
            max_age=_COOKIE_SECONDS,
            path=settings.SESSION_COOKIE_PATH,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )

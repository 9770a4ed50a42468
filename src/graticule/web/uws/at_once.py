"""Work that a request does itself and answers with (contract uws 17, 20 S2, S3).

No job is made, no process is asked: the files lie in a folder that is gone when the
answer is on its way. The same tasks as those of jobs, for those that say that they
are quick. Looks at no table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from threading import BoundedSemaphore
from typing import Protocol, TypeVar
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from graticule.errors import RequestError
from graticule.jobs.executors.base import Given, Order, Written
from graticule.jobs.executors.inline import (
    FailedForNowError,
    TookTooLongError,
    do_now,
)
from graticule.jobs.executors.work import Work
from graticule.services.tasks.registry import person_of
from graticule.services.temp_files import passing_folder
from graticule.web.attachment import attachment
from graticule.web.sending import send_file
from graticule.web.turns import let_others_work
from graticule.web.uws import params
from graticule.web.uws.access import Caller
from graticule.web.uws.children import measured
from graticule.web.uws.errors import BusyError, TimeOutError
from graticule.web.uws.mount import Mount
from graticule.web.uws.waiting import place_to_wait

# Longer answers are read while they are sent.
_SMALL_BYTES = 8 << 20
_PATIENCE_SECONDS = 5.0
_SHORT_NAMES = {
    "votable": "application/x-votable+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "fits": "application/fits",
    "text": "text/plain",
    "html": "text/html",
}


class HasMediaType(Protocol):
    """A result, kept or not."""

    @property
    def media_type(self) -> str:
        """What it is."""


R = TypeVar("R", bound=HasMediaType)


def do_and_answer(
    request: HttpRequest, mount: Mount, caller: Caller
) -> HttpResponseBase:
    """Do the work and send its result; 204 where there is nothing (S3).

    Raises
    ------
    TimeOutError
        If it takes too long.
    graticule.web.uws.errors.BusyError
        If too many are worked on, or files cannot be read just now.
    graticule.errors.GraticuleError
        As the work failed, or if it has several results (S2).
    """
    sent = params.sent(request, mount.task)
    try:
        with _place(), passing_folder() as folder:
            order = Order(
                job_id=uuid4().hex,
                attempt=1,
                service=mount.task.name,
                folder=folder,
                given=tuple(
                    Given(each.name, each.text, str(each.file or ""), each.media_type)
                    for each in sent.values
                ),
                run_id=sent.one("RUNID") or "",
                owner_id=caller.person.pk if caller.person else None,
                time_left=settings.GRATICULE["sync_duration"],
            )
            found = asked_for(request, mount, _done(mount, caller, order))
            if len(found) > 1:
                raise RequestError(
                    f"MultiValuedParamNotSupported: this has {len(found)} results, and "
                    "a request is answered with one. Post the same to "
                    f"{mount.base} as an asynchronous job."
                )
            return _sent(request, found[0]) if found else _nothing()
    finally:
        params.forget_uploads(sent.values)


def _nothing() -> HttpResponse:
    """Say that there is nothing of what is asked; nothing has no type."""
    answer = HttpResponse(status=204)
    del answer["Content-Type"]
    return answer


def _done(mount: Mount, caller: Caller, order: Order) -> Sequence[Written]:
    task = mount.task
    asked = task.parse(order.given)
    person = caller.person or person_of(None)

    def run(work: Work) -> None:
        task.run(work, asked, person)

    try:
        return do_now(order, run)
    except TookTooLongError as error:
        raise too_long(mount) from error
    except FailedForNowError as error:
        raise BusyError(f"{error} Try again in a moment.") from error


def too_long(mount: Mount) -> TimeOutError:
    """Say that it takes too long to be waited for, and what does not mind."""
    duration: timedelta = settings.GRATICULE["sync_duration"]
    return TimeOutError(
        f"The job takes longer than {duration.total_seconds():g} s, which is the "
        "most that a request waits for (setting sync_duration). Post the same to "
        f"{mount.base} as an asynchronous job."
    )


def _sent(request: HttpRequest, made: Written) -> HttpResponseBase:
    """Send a result; its file may go as soon as this returns: it is open then."""
    file = measured(made.path)
    answer: HttpResponseBase
    if file.size_bytes > _SMALL_BYTES or request.method == "HEAD":
        answer = send_file(request, file, made.name, made.media_type)
    else:
        answer = HttpResponse(made.path.read_bytes(), content_type=made.media_type)
        answer["Content-Disposition"] = attachment(made.name)
    # What was made of a request may do nothing in the reader's name (U65).
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def asked_for(request: HttpRequest, mount: Mount, results: Sequence[R]) -> list[R]:
    """Choose what ``RESPONSEFORMAT`` asks for, where the service knows none (Y2).

    Raises
    ------
    graticule.errors.RequestError
        If there is none of that type.
    """
    asked = params.one_of(request, "RESPONSEFORMAT")
    if asked is None or "RESPONSEFORMAT" in mount.task.fields:
        return list(results)
    wanted = _SHORT_NAMES.get(asked.lower(), _bare(asked))
    found = [each for each in results if _bare(each.media_type) == wanted]
    if not found:
        there = ", ".join(sorted({_bare(each.media_type) for each in results}))
        raise RequestError(
            f"RESPONSEFORMAT {asked[:80]} cannot be given; there is {there or 'none'}."
        )
    return found


def _bare(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


@contextmanager
def _place() -> Iterator[None]:
    """Take one of the places of those who work in requests.

    Raises
    ------
    graticule.web.uws.errors.BusyError
        If none is free for some seconds.
    """
    places = _places()
    if not places.acquire(blocking=False):
        with place_to_wait(), let_others_work():
            mine = places.acquire(timeout=_PATIENCE_SECONDS)
        if not mine:
            most = settings.GRATICULE["sync_works"]
            raise BusyError(
                f"All {most} places of requests that work (setting sync_works) are "
                "taken. Try again in a moment, or make an asynchronous job."
            )
    try:
        yield
    finally:
        places.release()


@cache
def _places() -> BoundedSemaphore:
    return BoundedSemaphore(settings.GRATICULE["sync_works"])

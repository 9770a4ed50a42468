"""Turns to work: so many requests are worked on at once, however many wait.

The server has a thread for every request that may wait (for a job, for a slow
client); those that work are as few as the setting ``threads`` says, so that
waiting ones cost nothing and working ones do not crowd each other out. Knows no
door.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, local

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

_state = local()


def turns_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Let ``threads`` requests work at once."""
    turns = BoundedSemaphore(max(1, settings.GRATICULE["threads"]))

    def middleware(request: HttpRequest) -> HttpResponseBase:
        with turns:
            _state.turns = turns
            try:
                return get_response(request)
            finally:
                _state.turns = None

    return middleware


@contextmanager
def let_others_work() -> Iterator[None]:
    """Give the turn back while this request waits."""
    turns: BoundedSemaphore | None = getattr(_state, "turns", None)
    if turns is None:
        yield
        return
    turns.release()
    try:
        yield
    finally:
        turns.acquire()

"""Has the pieces of one job done by the workers of the Dask cluster it runs on.

Used on the Dask worker that executes the job, by the thread that does so: each
piece becomes a Dask task. One whose process or worker was lost is given to another,
a few times. Knows no table and no task of ours.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distributed import Client, Future, get_client, secede
from distributed.client import ClosedClientError

from graticule.jobs.executors.remote import LOST, MARKS, STOP, Rules, execute_piece
from graticule.jobs.executors.wake import Wake

ERRORS = (
    *(OSError, TimeoutError, RuntimeError, ValueError),
    *(CancelledError, asyncio.CancelledError, ClosedClientError),
)
"""What Dask's client raises where the scheduler, or somebody else, is away."""

_MOST_TRIES = 3
_CONNECT_SECONDS = 5
_FETCH_SECONDS = 5.0
_LOOK_SECONDS = 1.0
_STOP_SECONDS = 2.0
# Whole jobs go before pieces: a small one need not wait for a large one.
_PRIORITY = -1


@dataclass
class _Asked:
    """A piece that has been asked for, and how often."""

    message: dict[str, Any]
    future: Future[Any] | None = None
    tries: int = 0


class DaskCrew:
    """Those who do pieces of one order.

    Parameters
    ----------
    order
        As the process reads it that executes it.
    """

    def __init__(self, order: dict[str, Any], rules: Rules) -> None:
        self._key = f"{order['job_id']}-{order['attempt']}"
        self._folder = Path(order["folder"])
        self._shared = {
            name: order[name] for name in ("job_id", "folder", "memory_bytes")
        }
        self._rules = rules
        self._client: Client | None = None
        self._asked: dict[str, _Asked] = {}
        # Filled by Dask's thread, which wakes ours.
        self._done: deque[str] = deque()
        self._lost: deque[str] = deque()
        self._wake = Wake()
        self._dropped = False
        self._looked = time.monotonic()

    def ask(self, piece: dict[str, Any]) -> None:
        """Have a piece done; it returns at once."""
        asked = _Asked({**self._shared, **piece})
        self._asked[piece["piece"]] = asked
        self._submit(asked)

    def drop(self, pieces: Sequence[str]) -> None:
        """Forget pieces whose outcome nobody wants any more."""
        self._dropped = True
        found = [self._asked.pop(each) for each in pieces if each in self._asked]
        for each in found:
            if each.future is not None:
                cancel(each.future)

    def answers(self) -> Sequence[dict[str, Any]]:
        """Take what has come back, and how far the others are."""
        self._wake.hush()
        found = []
        while self._done or self._lost:
            piece = self._done.popleft() if self._done else self._lost.popleft()
            asked = self._asked.get(piece)
            if asked is None:
                continue
            answer = self._outcome(asked)
            if answer is not None:
                del self._asked[piece]
                found.append({"piece": piece, **answer})
        if self._asked and time.monotonic() - self._looked > _LOOK_SECONDS:
            self._looked = time.monotonic()
            found += self._shares()
        return found

    def fileno(self) -> int:
        """Give what is readable when something has come back."""
        return self._wake.fileno()

    def close(self) -> None:
        """Stop all pieces and wait until nobody does any, though not for ever."""
        if self._asked or self._dropped:
            with suppress(OSError):
                (self._folder / STOP).touch()
            self.drop(list(self._asked))
            end = time.monotonic() + self._rules.kill_grace_seconds + _STOP_SECONDS
            while self._marks() and time.monotonic() < end:
                time.sleep(_STOP_SECONDS / 40)
        self._wake.close()

    def _submit(self, asked: _Asked) -> None:
        """Give a piece to the cluster; the first takes our thread out of the way."""
        asked.tries += 1
        piece = asked.message["piece"]
        try:
            if self._client is None:
                (self._folder / MARKS).mkdir()
                self._client = get_client(timeout=_CONNECT_SECONDS)
                secede()
            asked.future = self._client.submit(
                execute_piece,
                asked.message,
                self._rules,
                key=f"{self._key}-{piece}-{asked.tries}",
                pure=False,
                retries=0,
                priority=_PRIORITY,
            )
        except ERRORS:
            asked.future = None
            self._lost.append(piece)
            return
        asked.future.add_done_callback(lambda _: self._hear(piece))

    def _hear(self, piece: str) -> None:
        self._done.append(piece)
        self._wake.ring()

    def _outcome(self, asked: _Asked) -> dict[str, Any] | None:
        """Give what came of a piece; nothing if it is being done once more."""
        future, asked.future = asked.future, None
        answer = outcome_of(future) if future is not None else None
        if answer is None:
            answer = {"message": LOST, "lost": True}
        if not answer.get("lost"):
            return answer
        if asked.tries < _MOST_TRIES:
            self._submit(asked)
            return None
        return {"message": f"{answer['message']}, {asked.tries} times", "lost": True}

    def _shares(self) -> list[dict[str, Any]]:
        """Read how much has been done of those that somebody does now."""
        found = []
        for mark in self._marks():
            if mark.name in self._asked:
                with suppress(OSError, ValueError):
                    share = float(mark.read_text(encoding="ascii"))
                    found.append({"piece": mark.name, "share": share})
        return found

    def _marks(self) -> list[Path]:
        try:
            return list((self._folder / MARKS).iterdir())
        except FileNotFoundError:
            return []


def outcome_of(future: Future[Any]) -> Any:
    """Fetch what a task gave; nothing if it, or who has it, was lost."""
    if future.status != "finished":
        return None
    try:
        return future.result(timeout=_FETCH_SECONDS)
    except ERRORS:
        return None


def cancel(future: Future[Any]) -> None:
    """Forget a task, whoever is away."""
    with suppress(*ERRORS):
        future.cancel()

"""Pieces of a job: how they are asked for, what comes back, and in which order.

A task does something for each of many things. Where helpers are, as on a cluster,
several do so at once; else the job's own process does, one after the other, with
the same function and the same outcome. Knows no executor and no table.
"""

from __future__ import annotations

import base64
import pickle
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar
from uuid import uuid4

from graticule.errors import GraticuleError

T = TypeVar("T")
R = TypeVar("R")
Say = Callable[[dict[str, Any]], None]

# What is larger goes by a file in the job's folder, and not through Dask.
_MOST_SAID_BYTES = 64 << 10
_SHARE_SECONDS = 0.5


class PieceLostError(GraticuleError):
    """The processes that did a piece of a job were lost, several times."""


class Piece:
    """One piece of a job, as the function that does it sees it.

    Parameters
    ----------
    folder
        The job's: files for it, under names that no other piece uses.
    tell
        Is told how much of the piece has been done, from 0 to 1.
    elsewhere
        Whether another process does it than that of the job.
    """

    def __init__(
        self, folder: Path, tell: Callable[[float], None], *, elsewhere: bool = False
    ) -> None:
        self.folder = folder
        self.elsewhere = elsewhere
        self._tell = tell

    def report(self, done: float, total: float) -> None:
        """Say how far it is; may be called as often as one likes."""
        self._tell(done / total if total else 0.0)

    def new_path(self) -> Path:
        """Name a file that nobody else writes."""
        return self.folder / f"piece-{uuid4().hex}"


class Shares:
    """How much has been done of several pieces together."""

    def __init__(self, total: int, tell: Callable[[float, int], None]) -> None:
        self._total = total
        self._tell = tell
        self._done = 0
        self._begun: dict[int, float] = {}

    def of(self, number: int) -> Callable[[float], None]:
        """Give what tells the share of one piece that is being done."""

        def tell(share: float) -> None:
            self._begun[number] = min(1.0, max(0.0, share))
            self._tell(self._done + sum(self._begun.values()), self._total)

        return tell

    def end(self, number: int) -> None:
        """Note that a piece has been done."""
        self._begun.pop(number, None)
        self._done += 1
        self._tell(self._done + sum(self._begun.values()), self._total)


class Helpers:
    """Those who do pieces elsewhere, as the process of a job sees them.

    Parameters
    ----------
    say
        Takes what is asked of them.
    answers
        What comes back.
    width
        How many pieces are asked for and not used yet, at most.
    """

    def __init__(
        self, say: Say, answers: SimpleQueue[dict[str, Any]], folder: Path, width: int
    ) -> None:
        self._say = say
        self._answers = answers
        self._folder = folder
        self._width = width

    def map(
        self,
        function: Callable[[Piece, T], R],
        items: Sequence[T],
        shares: Shares,
    ) -> Iterator[R]:
        """Have something done for each item; give what came of each, in order.

        Raises
        ------
        Exception
            What the function has raised, when its turn comes.
        PieceLostError
            If nobody could do it.
        """
        asked: deque[str] = deque()
        numbers: dict[str, int] = {}
        there: dict[str, dict[str, Any]] = {}
        try:
            while len(numbers) < len(items) or asked:
                while len(numbers) < len(items) and len(asked) < self._width:
                    number = len(numbers)
                    asked.append(self._ask(function, items[number]))
                    numbers[asked[-1]] = number
                while asked[0] not in there:
                    self._hear(numbers, there, shares)
                yield opened(there.pop(asked.popleft()), self._folder)
        finally:
            if asked:
                self._say({"drop": list(asked)})

    def _ask(self, function: Callable[[Piece, T], R], item: T) -> str:
        piece = uuid4().hex
        self._say({"piece": {"piece": piece, "call": _packed((function, item))}})
        return piece

    def _hear(
        self,
        numbers: dict[str, int],
        there: dict[str, dict[str, Any]],
        shares: Shares,
    ) -> None:
        answer = self._answers.get()
        number = numbers.get(answer["piece"])
        if number is None:
            return  # of one that was dropped
        if "share" in answer:
            if answer["piece"] not in there:
                shares.of(number)(answer["share"])
            return
        there[answer["piece"]] = answer
        shares.end(number)


def do_piece(order: dict[str, Any], say: Say) -> dict[str, Any]:
    """Do what :class:`Helpers` asked for, in a process of its own.

    Returns
    -------
    dict
        What :func:`opened` makes the outcome of again: value or exception.
    """
    folder = Path(order["folder"])
    told = 0.0

    def tell(share: float) -> None:
        nonlocal told
        moment = time.monotonic()
        if moment - told > _SHARE_SECONDS:
            told = moment
            say({"progress": {"share": share}})

    try:
        function, item = _unpacked(order["call"])
        return _closed(function(Piece(folder, tell, elsewhere=True), item), folder)
    except Exception as error:  # noqa: BLE001 -- the job that asked will raise it
        return {"error": _packed(_portable(error))}


def opened(answer: dict[str, Any], folder: Path) -> Any:
    """Take the outcome of a piece out of an answer.

    Raises
    ------
    Exception
        If that is the outcome.
    PieceLostError
        If there is none.
    """
    if "error" in answer:
        raise _unpacked(answer["error"])
    if "value" in answer:
        return _unpacked(answer["value"])
    if "file" in answer:
        path = folder / answer["file"]
        data = path.read_bytes()
        path.unlink()
        return pickle.loads(data)  # noqa: S301 -- written by a process of ours
    if answer.get("lost"):
        raise PieceLostError(answer["message"])
    raise GraticuleError(answer["message"])


def _closed(value: Any, folder: Path) -> dict[str, Any]:
    data = pickle.dumps(value)
    if len(data) <= _MOST_SAID_BYTES:
        return {"value": base64.b64encode(data).decode()}
    name = f"value-{uuid4().hex}"
    (folder / name).write_bytes(data)
    return {"file": name}


def _portable(error: Exception) -> Exception:
    """Make an exception survive the way to the job, with where it came from."""
    where = "".join(traceback.format_exception(error))
    found: Exception = RuntimeError(f"{type(error).__name__}: {error}")
    with suppress(TypeError, AttributeError, pickle.PicklingError):
        found = _unpacked(_packed(error))
    found.add_note(where)
    return found


def _packed(what: Any) -> str:
    return base64.b64encode(pickle.dumps(what)).decode()


def _unpacked(text: str) -> Any:
    return pickle.loads(base64.b64decode(text))  # noqa: S301 -- of our own processes

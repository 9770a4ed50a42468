"""What a task is given: parameters, a folder, and ways to say what it does (U92).

The same for every executor and for requests that are answered at once. Knows no
table and no service.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar
from uuid import uuid4

from graticule.errors import GraticuleError
from graticule.jobs.executors.base import Given
from graticule.jobs.executors.pieces import Helpers, Piece, Say, Shares

T = TypeVar("T")
R = TypeVar("R")

# Progress is for people: more often than this nobody sees it.
_PROGRESS_SECONDS = 0.2


class Work:
    """One execution, seen from within.

    Parameters
    ----------
    say
        Takes what happens to the runner.
    lines
        The end of the log, shown with the progress.
    helpers
        Do pieces of it; without them it does all itself.
    """

    def __init__(
        self,
        *,
        job_id: str,
        service: str,
        folder: Path,
        given: tuple[Given, ...],
        say: Say,
        lines: deque[str] | None = None,
        run_id: str = "",
        owner_id: int | None = None,
        deadline: float | None = None,
        helpers: Helpers | None = None,
    ) -> None:
        self.job_id = job_id
        self.service = service
        self.folder = folder
        self.given = given
        self.run_id = run_id
        self.owner_id = owner_id
        self._deadline = deadline
        self._say = say
        self._lines = lines if lines is not None else deque()
        self._told = 0.0
        self._untold: dict[str, Any] | None = None
        self._keys: set[str] = set()
        self._helpers = helpers

    @classmethod
    def of(
        cls,
        order: dict[str, Any],
        pipe: Connection,
        lines: deque[str],
        answers: SimpleQueue[dict[str, Any]],
    ) -> Work:
        """Make it from an order that came through a pipe.

        Parameters
        ----------
        answers
            What comes of the pieces that it asks for, if others do them.
        """

        def say(what: dict[str, Any]) -> None:
            pipe.send_bytes(json.dumps(what).encode())

        left = order["seconds_left"]
        folder = Path(order["folder"])
        width = order.get("width")
        return cls(
            job_id=order["job_id"],
            service=order["service"],
            folder=folder,
            given=tuple(Given(**given) for given in order["given"]),
            say=say,
            lines=lines,
            run_id=order["run_id"],
            owner_id=order["owner_id"],
            deadline=None if left is None else time.monotonic() + left,
            helpers=Helpers(say, answers, folder, width) if width else None,
        )

    @property
    def seconds_left(self) -> float | None:
        """How long it may still take; ``None`` for no limit."""
        return None if self._deadline is None else self._deadline - time.monotonic()

    @property
    def asker_waits(self) -> bool:
        """Whether it is done in a request, to be answered with its one result."""
        return False

    def check_time(self) -> None:
        """Give up when the time is over, where nobody else ends it.

        A process is ended by its runner, and by a time limit that may have been
        changed since it began; work in a request has to look itself.
        """

    def report(
        self, done: float, total: float | None = None, message: str = ""
    ) -> None:
        """Say how far it is; may be called as often as one likes."""
        told = {
            "done": done,
            "total": total,
            "message": message,
            "log": "\n".join(self._lines),
        }
        moment = time.monotonic()
        if moment - self._told < _PROGRESS_SECONDS:
            self._untold = told
            return
        self._told, self._untold = moment, None
        self._say({"progress": told})

    def flush(self) -> None:
        """Say what :meth:`report` has kept back."""
        if self._untold is not None:
            self._say({"progress": self._untold})
            self._untold = None

    def map(
        self,
        function: Callable[[Piece, T], R],
        items: Iterable[T],
        tell: Callable[[float, int], None] | None = None,
    ) -> Iterator[R]:
        """Do something for each item, wherever there is room; results in order.

        No more are begun than a few for each processor before their results are
        used. With one item, or where nobody helps, this process does it.

        Parameters
        ----------
        function
            Of a module (or a ``partial`` of one), for other processes load it by
            name. Given a :class:`~graticule.jobs.executors.pieces.Piece` and an
            item; what it returns, like the item, must survive pickling.
        tell
            Takes how many have been done and how many there are; :meth:`report`
            by default.

        Raises
        ------
        Exception
            What the function has raised, when its turn comes.
        graticule.jobs.executors.pieces.PieceLostError
            If processes that did one of them were lost, several times.
        """
        todo = list(items)
        shares = Shares(len(todo), tell or self.report)
        if self._helpers is not None and len(todo) > 1:
            yield from self._helpers.map(function, todo, shares)
            return
        for number, item in enumerate(todo):
            value = function(Piece(self.folder, shares.of(number)), item)
            shares.end(number)
            yield value

    @contextmanager
    def result(
        self, key: str, name: str, media_type: str, *, final: bool = False
    ) -> Iterator[Path]:
        """Give a path to write a result to; it is shown when it is whole.

        Parameters
        ----------
        key
            Its id, unique within the job.
        name
            What a download is called.
        final
            Whether it stays even if the job fails afterwards.

        Raises
        ------
        graticule.errors.GraticuleError
            If the key was used before, or nothing was written.
        """
        if key in self._keys:
            raise GraticuleError(f"Two results are called {key}.")
        self._keys.add(key)
        path = self.folder / f"{uuid4().hex}-{Path(name).name}"
        yield path
        if not path.is_file():
            raise GraticuleError(f"The result {name} was not written.")
        self._say(
            {
                "written": {
                    "key": key,
                    "path": str(path),
                    "name": name,
                    "media_type": media_type,
                    "final": final,
                }
            }
        )

    def close(self) -> None:
        """Say no more progress: the end is said by whoever called the task."""
        self._untold = None

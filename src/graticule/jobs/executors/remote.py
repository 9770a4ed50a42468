"""What a Dask worker does with an order: has a process of its own execute it.

The process is the same as on the runner's machine, so it can be killed, with all
it has started. Files in the execution's folder, which all machines share, tell it
to stop: the file ``.stop``, or that the folder is gone. Pieces of a job are done in
the same way, with the job's folder. Knows no table.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing.connection import Connection, wait
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from graticule.jobs.executors.child import execute_orders, memory_of, signal_tree

STOP, BEGUN, MARKS = ".stop", ".begun", ".pieces"
"""Names in an execution's folder; a piece that is being done has a file in the last
of them, which says how much of it has been done."""

LOST = "The Dask worker that executed the job was lost"
_LOOK_SECONDS = 0.05
# After so many orders a process is replaced: what libraries leak ends with it.
_MOST_ORDERS = 200


@dataclass(frozen=True)
class Rules:
    """How orders are executed; the same for all of a runner."""

    target: str
    preload: Sequence[str]
    kill_grace_seconds: float
    memory_bytes: int


class Crew(Protocol):
    """Has pieces of one job done by others."""

    def ask(self, piece: dict[str, Any]) -> None:
        """Have a piece done; it returns at once."""

    def drop(self, pieces: Sequence[str]) -> None:
        """Forget pieces whose outcome nobody wants any more."""

    def answers(self) -> Sequence[dict[str, Any]]:
        """Take what has come back, and how far the others are."""

    def fileno(self) -> int:
        """Give what is readable when something has come back."""

    def close(self) -> None:
        """Stop all pieces and wait until nobody does any."""


@dataclass
class _Child:
    process: subprocess.Popen[bytes]
    pipe: Connection
    orders: int = 0


@dataclass
class _Course:
    """How an execution goes; ``said`` is why it was killed, if it was."""

    child: _Child
    folder: Path
    rules: Rules
    crew: Crew | None = None
    written: list[dict[str, Any]] = field(default_factory=list)
    killed: float | None = None
    forced: bool = False
    said: str = ""
    looked: float = 0.0

    @property
    def ears(self) -> list[int]:
        """What else to wait for than the process."""
        return [self.crew.fileno()] if self.crew else []


_idle: dict[tuple[str, ...], list[_Child]] = {}
_lock = Lock()
# A process dies with the thread that started it (execute_orders asks for that), and
# Dask's threads come and go: this one lives as long as the Dask worker.
_starter = ThreadPoolExecutor(1, thread_name_prefix="start-processes")


def execute(
    order: dict[str, Any],
    rules: Rules,
    here: str,
    tell: Callable[[Any], None],
    crew: Crew,
) -> dict[str, Any]:
    """Execute one order, to its end.

    Parameters
    ----------
    here
        The address of this Dask worker.
    tell
        Takes progress, as it comes.
    crew
        Those who do pieces of it.

    Returns
    -------
    dict
        ``written``, the results that are whole, and ``ended``, how it ended.
    """
    folder = Path(order["folder"])
    try:
        with (folder / BEGUN).open("x", encoding="ascii") as file:
            file.write(here)
    except FileExistsError:
        # Dask tries again by itself; whether jobs are is not its to decide.
        return {"written": [], "ended": {"message": LOST, "lost": True}}
    except FileNotFoundError:
        return {"written": [], "ended": {"message": "aborted"}}
    course = _Course(_take(rules), folder, rules, crew)
    try:
        ended = _carry_out(order, course, tell)
    finally:
        crew.close()
    return {"written": course.written, "ended": ended}


def execute_piece(order: dict[str, Any], rules: Rules) -> dict[str, Any]:
    """Do one piece of a job, to its end; twice does no harm.

    Returns
    -------
    dict
        As :func:`graticule.jobs.executors.pieces.do_piece` gives it, or with a
        ``message``, and ``lost`` if another try may help.
    """
    folder = Path(order["folder"])
    mark = folder / MARKS / order["piece"]

    def tell(progress: dict[str, Any]) -> None:
        with suppress(OSError):
            mark.write_text(str(progress["share"]), encoding="ascii")

    try:
        mark.write_text("0", encoding="ascii")
        # Whoever stops the job looks for marks afterwards.
        if (folder / STOP).exists():
            return {"message": "aborted"}
        return _carry_out(order, _Course(_take(rules), folder, rules), tell)
    except FileNotFoundError:
        return {"message": "aborted"}
    finally:
        with suppress(OSError):
            mark.unlink()


def _carry_out(
    order: dict[str, Any], course: _Course, tell: Callable[[Any], None]
) -> dict[str, Any]:
    """Have a process do it; keep the process for others if nothing is wrong."""
    child, rules = course.child, course.rules
    try:
        child.pipe.send_bytes(json.dumps(order).encode())
        ended = _follow(course, tell)
    except OSError:
        ended = _gone(course)
    child.orders += 1
    fresh = course.killed is None and child.orders < _MOST_ORDERS
    if fresh and child.process.poll() is None:
        with _lock:
            _idle.setdefault(_kind(rules), []).append(child)
    else:
        _end(child)
    return ended


def _kind(rules: Rules) -> tuple[str, ...]:
    return rules.target, *rules.preload


def _take(rules: Rules) -> _Child:
    with _lock:
        waiting = _idle.setdefault(_kind(rules), [])
        while waiting:
            child = waiting.pop()
            if child.process.poll() is None:
                return child
            child.pipe.close()
    return _starter.submit(_start, rules).result()


def _start(rules: Rules) -> _Child:
    ours, theirs = socket.socketpair()
    with theirs:
        number = theirs.fileno()
        own = [sys.executable, "-m", __name__, str(number), *_kind(rules)]
        process = subprocess.Popen(own, pass_fds=[number])  # noqa: S603 -- all ours
    return _Child(process, Connection(ours.detach()))


def _end(child: _Child) -> None:
    signal_tree(child.process.pid, signal.SIGKILL)
    child.process.wait()
    child.pipe.close()


def _follow(course: _Course, tell: Callable[[Any], None]) -> dict[str, Any]:
    """Pass on what is said, and kill what must be killed, until it has ended."""
    pipe = course.child.pipe
    while True:
        wait([pipe, *course.ears], _LOOK_SECONDS)
        if course.crew is not None:
            for answer in course.crew.answers():
                pipe.send_bytes(json.dumps({"answer": answer}).encode())
        if pipe.poll():
            try:
                said = json.loads(pipe.recv_bytes())
            except EOFError:
                return _gone(course)
            if "ended" in said:
                ended: dict[str, Any] = said["ended"]
                return ended | ({"message": course.said} if course.said else {})
            _pass_on(course, said, tell)
        elif course.child.process.poll() is not None:
            return _gone(course)
        moment = time.monotonic()
        if moment - course.looked > _LOOK_SECONDS:
            _enforce(course, moment)


def _pass_on(
    course: _Course, said: dict[str, Any], tell: Callable[[Any], None]
) -> None:
    if "progress" in said:
        tell(said["progress"])
    elif "written" in said:
        course.written.append(said["written"])
    elif course.crew is not None:
        if "piece" in said:
            course.crew.ask(said["piece"])
        else:
            course.crew.drop(said["drop"])


def _gone(course: _Course) -> dict[str, Any]:
    """Say how a process went away without a word."""
    signal_tree(course.child.process.pid, signal.SIGKILL)
    code = course.child.process.wait()
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    message = course.said or f"The process that executed the job ended by {how}"
    return {"message": message, "lost": not course.said}


def _enforce(course: _Course, moment: float) -> None:
    """Stop politely, then by force; stop what is too large at once."""
    pid, most = course.child.process.pid, course.rules.memory_bytes
    if course.killed is not None:
        late = moment - course.killed > course.rules.kill_grace_seconds
        if late and not course.forced:
            course.forced, course.said = True, course.said or "killed"
            signal_tree(pid, signal.SIGKILL)
        return
    course.looked = moment
    if (course.folder / STOP).exists() or not course.folder.exists():
        course.killed = moment
        signal_tree(pid, signal.SIGTERM)
    elif most and (used := memory_of(pid)) > most:
        course.killed, course.forced = moment, True
        course.said = (
            f"The job took {used >> 20} MiB of memory; "
            f"job_memory_bytes allows {most >> 20} MiB."
        )
        signal_tree(pid, signal.SIGKILL)


def _main(number: str, target: str, *preload: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "graticule.config.django")
    for module in preload:
        import_module(module)
    execute_orders(Connection(int(number)), target)


if __name__ == "__main__":
    _main(*sys.argv[1:])

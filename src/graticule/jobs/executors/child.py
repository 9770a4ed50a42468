"""The process that executes orders, one after another.

It is forked warm, says over a pipe what it does, and never touches the tables of
jobs. When the runner at the other end of the pipe is gone, it kills itself and all
its children: no job outlives its runner unseen.
"""

from __future__ import annotations

import ctypes
import json
import logging
import os
import queue
import resource
import signal
import threading
import traceback
from collections import deque
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

from graticule.errors import FileError, GraticuleError
from graticule.jobs.executors.pieces import PieceLostError, do_piece
from graticule.jobs.executors.work import Work

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LOG_LINES = 50
# What Python and its libraries need besides a job's own data.
_OWN_BYTES = 1 << 30
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

_Said = queue.SimpleQueue[dict[str, Any]]

logger = logging.getLogger("graticule.jobs")


class AbortedError(BaseException):
    """The runner has asked to stop; nothing in a task may catch it by accident."""


def execute_orders(pipe: Connection, target: str) -> None:
    """Execute orders until the pipe ends.

    Parameters
    ----------
    target
        ``package.module:function`` that does the work of any service, given a
        :class:`graticule.jobs.executors.work.Work`.
    """
    os.setsid()
    # If the process that forked us is killed, so are we: even if a library does
    # not let go of the interpreter for the thread below.
    system = ctypes.CDLL(None)
    system.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # What the children of a task leave behind becomes ours, and is found.
    system.prctl(_PR_SET_CHILD_SUBREAPER, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _abort)
    orders: _Said = queue.SimpleQueue()
    answers: _Said = queue.SimpleQueue()
    threading.Thread(
        target=_listen, args=(pipe, orders, answers), name="orders", daemon=True
    ).start()
    lines: deque[str] = deque(maxlen=_LOG_LINES)
    logging.getLogger().addHandler(_Tail(lines))
    module, name = target.split(":")
    function = getattr(import_module(module), name)
    while True:
        order = orders.get()
        lines.clear()
        _limit_memory(order["memory_bytes"])
        answer = _execute(order, function, pipe, lines, answers)
        _end_children()
        pipe.send_bytes(json.dumps({"ended": answer}).encode())


# A process that was asked once executes nothing any more: another takes its place.
_working, _asked_to_stop = threading.Event(), threading.Event()


def _abort(_signal: int, _frame: FrameType | None) -> None:
    _asked_to_stop.set()
    if _working.is_set():
        raise AbortedError


def _listen(pipe: Connection, orders: _Said, answers: _Said) -> None:
    """Pass on what comes; when the runner is gone, end with all children."""
    try:
        while True:
            said = json.loads(pipe.recv_bytes())
            if "answer" in said:
                answers.put(said["answer"])
            else:
                orders.put(said)
    except (EOFError, OSError):
        os.killpg(os.getpgid(0), signal.SIGKILL)


def _limit_memory(memory_bytes: int) -> None:
    if memory_bytes:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes + _OWN_BYTES, hard))


def _execute(
    order: dict[str, Any],
    function: Any,
    pipe: Connection,
    lines: deque[str],
    answers: _Said,
) -> dict[str, Any]:
    """Do the work; whatever goes wrong becomes an answer (U71)."""
    try:
        if "call" in order:
            return _piece(order, pipe)
        return _answer(order, function, Work.of(order, pipe, lines, answers))
    except AbortedError:
        return {"message": "aborted"}


def _begin() -> None:
    _working.set()
    if _asked_to_stop.is_set():
        raise AbortedError  # as if it had come a moment later


def _piece(order: dict[str, Any], pipe: Connection) -> dict[str, Any]:
    """Do a piece of the work of a job that another process does."""
    try:
        _begin()
        return do_piece(order, lambda what: pipe.send_bytes(json.dumps(what).encode()))
    finally:
        _working.clear()


def _answer(order: dict[str, Any], function: Any, work: Work) -> dict[str, Any]:
    try:
        _begin()
        function(work)
        work.flush()
    except GraticuleError as error:
        lost = {"lost": True} if isinstance(error, PieceLostError) else {}
        return {"message": _told(error), **lost}
    except MemoryError:
        return {"message": "The job needs more memory than a job may have."}
    except OSError as error:
        # A full disk or a mount that went away: nothing the user did.
        logger.exception("Job %s failed", order["job_id"])
        said = os.strerror(error.errno) if error.errno else "the system failed"
        return {"message": f"Cannot write or read: {said}.", "transient": True}
    except Exception:
        logger.exception("Job %s failed", order["job_id"])
        return {
            "message": "The job failed by an error in the program; the server's log "
            "has the details.",
            "detail": traceback.format_exc(),
        }
    finally:
        _working.clear()
        work.close()
    return {"message": ""}


def _told(error: GraticuleError) -> str:
    """Say what may be told: where files lie is the operator's business (U96)."""
    if isinstance(error, FileError):
        return f"{Path(error.path).name}: {error.cause}"
    return str(error)


def _end_children() -> None:
    """Kill what a task started and left: it must not outlive its job."""
    for pid in children_of(os.getpid()):
        for each in (*descendants_of(pid), pid):
            try:
                os.kill(each, signal.SIGKILL)
            except ProcessLookupError:
                continue
        try:
            os.waitpid(pid, 0)
        except ChildProcessError:
            continue


def children_of(pid: int) -> list[int]:
    """List the children of a process (Linux)."""
    found: list[int] = []
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (thread / "children").read_text().split())
    except (FileNotFoundError, ProcessLookupError):
        return found
    return found


def descendants_of(pid: int) -> list[int]:
    """List children, their children, and so on."""
    found = []
    for child in children_of(pid):
        found += [child, *descendants_of(child)]
    return found


def signal_tree(pid: int, number: signal.Signals) -> list[int]:
    """Signal a process, its group, and those that left the group.

    Returns
    -------
    list of int
        Its descendants, as they were.
    """
    found = descendants_of(pid)
    for each in found:
        with suppress(ProcessLookupError):
            os.kill(each, number)
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        # Not the leader of a group yet, or gone.
        with suppress(ProcessLookupError):
            os.kill(pid, number)
    return found


def memory_of(pid: int) -> int:
    """Add up the resident memory of a process and its descendants, in bytes."""
    total = 0
    for each in (pid, *descendants_of(pid)):
        try:
            pages = int(Path(f"/proc/{each}/statm").read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += pages * _PAGE_BYTES
    return total


class _Tail(logging.Handler):
    """Keeps the last lines of the log for the job's page."""

    def __init__(self, lines: deque[str]) -> None:
        super().__init__(logging.INFO)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line; tracebacks are for the operator's log only."""
        self._lines.append(f"{record.levelname} {record.getMessage()}")

"""What a runner and its executor say to each other: frozen values, one protocol.

Every executor passes the same tests. Knows no table and no task.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Given:
    """One value of a parameter; ``file`` is the path of one that was uploaded."""

    name: str
    value: str
    file: str = ""
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One execution.

    Parameters
    ----------
    folder
        Where it may write; results are files in it.
    time_left
        After which the runner ends it; ``None`` for no limit.
    """

    job_id: str
    attempt: int
    service: str
    folder: Path
    given: tuple[Given, ...] = ()
    run_id: str = ""
    owner_id: int | None = None
    time_left: timedelta | None = None
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, int]:
        """What it is known by."""
        return self.job_id, self.attempt


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an execution is, and the end of its log."""

    job_id: str
    attempt: int
    done: float
    total: float | None
    message: str
    log: str


@dataclass(frozen=True, slots=True)
class Written:
    """A result that is whole, as a file in the execution's folder."""

    job_id: str
    attempt: int
    key: str
    path: Path
    name: str
    media_type: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of an execution.

    ``message`` is empty where it went well. ``lost`` says that its process went
    away without a word.
    """

    job_id: str
    attempt: int
    message: str = ""
    detail: str = ""
    transient: bool = False
    lost: bool = False


Event = Progress | Written | Ended


class Executor(Protocol):
    """Something that executes orders, several at once."""

    def start(self, order: Order) -> None:
        """Begin an execution; it returns at once."""

    def kill(self, job_id: str, attempt: int) -> None:
        """End an execution: politely, then by force, with all its processes.

        ``Ended`` comes when nothing of it is alive any more.
        """

    def events(self) -> Sequence[Event]:
        """Take what has happened since the last call; returns at once."""

    def filenos(self) -> Sequence[Any]:
        """List what to wait for between calls of :meth:`events`."""

    @property
    def free(self) -> int:
        """How many more executions may begin now."""

    def close(self) -> None:
        """End everything and wait until nothing is alive."""

"""Work that is done in the thread of whoever asks, while they wait (contract uws 17).

For what is done sooner than a process could be told of it. The same tasks, given the
same kind of :class:`~graticule.jobs.executors.work.Work`; but nobody else ends them,
so they look themselves how much time is left. Knows no table and no service.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from graticule.errors import GraticuleError
from graticule.jobs.executors.base import Order, Written
from graticule.jobs.executors.work import Work

logger = logging.getLogger("graticule.jobs")


class TookTooLongError(GraticuleError):
    """The time for it is over, and it is not done."""


class FailedForNowError(GraticuleError):
    """It may go well in a moment."""


class InlineWork(Work):
    """Work whose asker waits: one result, and an eye on the clock."""

    @property
    def asker_waits(self) -> bool:
        """Say that somebody waits."""
        return True

    def check_time(self) -> None:
        """Give up when the time is over.

        Raises
        ------
        TookTooLongError
            If it is.
        """
        left = self.seconds_left
        if left is not None and left <= 0:
            raise TookTooLongError("The time for it is over.")


def do_now(order: Order, function: Callable[[Work], None]) -> tuple[Written, ...]:
    """Do the work of an order in this thread.

    Parameters
    ----------
    order
        Its folder is there; results are files in it, and the caller's to remove.
    function
        Does it.

    Returns
    -------
    tuple of Written
        The results, in the order in which they were written.

    Raises
    ------
    TookTooLongError
        If the work has seen that its time is over.
    FailedForNowError
        If files cannot be read or written just now.
    graticule.errors.GraticuleError
        As the work has raised it.
    """
    written: list[Written] = []

    def say(what: dict[str, Any]) -> None:
        told = what.get("written")
        if told is not None:
            told = {**told, "path": Path(told["path"])}
            written.append(Written(order.job_id, order.attempt, **told))

    left = order.time_left
    work = InlineWork(
        job_id=order.job_id,
        service=order.service,
        folder=order.folder,
        given=order.given,
        say=say,
        run_id=order.run_id,
        owner_id=order.owner_id,
        deadline=None if left is None else time.monotonic() + left.total_seconds(),
    )
    try:
        function(work)
    except OSError as error:
        logger.exception("Work of %s failed", order.service)
        said = os.strerror(error.errno) if error.errno else "the system failed"
        raise FailedForNowError(f"Cannot write or read: {said}.") from error
    except MemoryError as error:
        raise GraticuleError("It needs more memory than there is.") from error
    finally:
        work.close()
    return tuple(written)

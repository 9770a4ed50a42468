"""Shares the work of a job with whoever helps, with the rights of its person.

What each helper may see is asked anew where it works: a right that is taken away
ends there, too. Knows no kind of job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from django.db import close_old_connections

from graticule.catalog.models import Person
from graticule.jobs.executors.pieces import Piece
from graticule.jobs.executors.work import Work
from graticule.services.tasks.registry import person_of

T = TypeVar("T")
R = TypeVar("R")

Done = Callable[[Piece, Person, T], R]
"""What does one piece; of a module, or a ``partial`` of such a function."""


def map_for(
    work: Work,
    person: Person,
    function: Done[T, R],
    items: Sequence[T],
    *,
    what: str = "image",
    things: int | None = None,
) -> Iterator[R]:
    """Do something for each item; give what came of each, in order.

    Parameters
    ----------
    what, things
        What the people who look at the progress are told to be counted, and how
        many of them there are; unset, one for each item.

    Raises
    ------
    graticule.errors.NotPermittedError
        If the person may do nothing any more.
    Exception
        What the function has raised, when its turn comes.
    """
    of = len(items) if things is None else things

    def tell(done: float, total: int) -> None:
        told = done * of / total
        work.report(told, of, f"{what} {min(int(told) + 1, of)} of {of}")

    return work.map(partial(_do, function, person.pk), items, tell)


def batches(items: Sequence[T], size: int) -> list[Sequence[T]]:
    """Cut a sequence into parts that are worth the way to another process.

    >>> batches([1, 2, 3], 2)
    [[1, 2], [3]]
    """
    return [items[first : first + size] for first in range(0, len(items), size)]


def _do(function: Done[T, R], person_id: int, piece: Piece, item: T) -> R:
    if piece.elsewhere:
        # The server of the tables may have gone since this process last asked it.
        close_old_connections()
    return function(piece, person_of(person_id), item)

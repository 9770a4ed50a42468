"""Tables as people page through them: rows that fulfil a condition, in an order.

The numbers of the rows are found once and remembered, bounded in bytes; each page
then reads its own rows only, wherever in ten million it is. Knows no person and no
protocol.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
from cachetools import LRUCache
from django.conf import settings

from graticule.errors import RequestError
from graticule.services.tables.columns import ARRAY_KINDS, Kind, place
from graticule.services.tables.compiling import Sql, compile_condition
from graticule.services.tables.condition import Node
from graticule.services.tables.database import fetch_arrays
from graticule.services.tables.query import cut
from graticule.services.tables.store import Table

_ALL = Sql("TRUE", (), "BOOLEAN")


@dataclass(frozen=True, slots=True)
class Order:
    """The column to sort by; rows that are equal stay as the file has them."""

    index: int
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, one after the other, and how many there are in all.

    ``numbers`` are those of the rows in the file, from 0.
    """

    numbers: list[int]
    rows: list[tuple[Any, ...]]
    total: int


def page_of(
    table: Table,
    condition: Node | None,
    order: Order | None,
    indices: Sequence[int],
    offset: int,
    limit: int,
) -> Page:
    """Read a page of the rows that fulfil a condition.

    Parameters
    ----------
    condition
        ``None`` for all rows.
    order
        ``None`` for the order of the file.
    indices
        The columns, in the order wanted.

    Raises
    ------
    graticule.errors.RequestError
        If a column cannot be sorted by, or the condition does not fit the table.
    graticule.errors.LimitError
        If it takes too long or too much memory.
    """
    stop = offset + limit
    if condition is None and order is None:
        total = table.row_count
        some = np.arange(min(offset, total), min(stop, total), dtype=np.int64)
    else:
        numbers = _ordered(table, condition, order)
        total = len(numbers)
        some = numbers[offset:stop].astype(np.int64)
    if not some.size or not indices:
        return Page(some.tolist(), [() for _ in some], total)
    columns = cut(table, some, indices)
    return Page(some.tolist(), list(zip(*columns, strict=True)), total)


_lock = Lock()
_known: list[LRUCache[tuple[object, ...], npt.NDArray[np.unsignedinteger[Any]]]] = []


def _ordered(
    table: Table, condition: Node | None, order: Order | None
) -> npt.NDArray[np.unsignedinteger[Any]]:
    """Find the numbers of the rows in their order, or remember them."""
    key = (str(table.path), condition, order)
    with _lock:
        if not _known:
            most = settings.GRATICULE["table_order_bytes"]
            _known.append(LRUCache(most, getsizeof=lambda found: found.nbytes))
        found = _known[0].get(key)
    if found is not None:
        return found
    numbers = _sorted(table, condition, order)
    small = table.row_count < 1 << 32
    found = numbers.astype(np.uint32 if small else np.uint64)
    with _lock:
        if found.nbytes <= _known[0].maxsize:
            _known[0][key] = found
    return found


def _sorted(
    table: Table, condition: Node | None, order: Order | None
) -> npt.NDArray[np.int64]:
    sql = _ALL if condition is None else compile_condition(condition, table.columns)
    by = "file_row_number" if order is None else _by(table, order)
    question = (
        "SELECT file_row_number AS n FROM {table} "  # noqa: S608 -- text of ours alone
        f"WHERE {sql.text} ORDER BY {by}"
    )
    return fetch_arrays(table.path, question, list(sql.parameters))["n"]


def _by(table: Table, order: Order) -> str:
    """Write what to sort by; what is no number comes last either way."""
    column = table.columns[order.index]
    if column.kind in ARRAY_KINDS:
        raise RequestError(f"{column.name!r} holds arrays, which have no order.")
    name = place(order.index)
    direction = "DESC" if order.descending else "ASC"
    first = f"isnan({name}) ASC, " if column.kind == Kind.DOUBLE else ""
    return f"{first}{name} {direction} NULLS LAST, file_row_number ASC"

"""Questions to one stored table: rows by condition, cuts, ids as bits.

Rows come in the order of the file and are counted from 0. Knows no person and
no protocol.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from graticule.errors import LimitError, OutOfRangeError, RequestError
from graticule.services.tables.columns import ARRAY_KINDS, Kind, place
from graticule.services.tables.compiling import Sql, compile_condition
from graticule.services.tables.condition import ConditionError, Node
from graticule.services.tables.database import fetch_arrays, fetch_rows
from graticule.services.tables.store import Table

_ALL = Sql("TRUE", (), "BOOLEAN")
_FEW_RANGES = 32


@dataclass(frozen=True, slots=True)
class Hits:
    """Some of the rows that fulfil a condition, and how many do."""

    rows: list[tuple[Any, ...]]
    total: int


def find_rows(
    table: Table,
    condition: Node | None,
    indices: Sequence[int],
    *,
    offset: int,
    limit: int | None,
    max_rows: int,
) -> Hits:
    """Find the values of rows that fulfil a condition.

    Parameters
    ----------
    condition
        ``None`` for all rows.
    indices
        The columns, in the order wanted.
    offset, limit
        Which of the hits: so many are left out, and at most so many are given.

    Raises
    ------
    graticule.errors.LimitError
        If there are more than ``max_rows`` to give.
    graticule.services.tables.condition.ConditionError
        If the condition does not fit the table.
    """
    sql = _compiled(table, condition)
    wanted = max_rows + 1 if limit is None else min(limit, max_rows + 1)
    selected = ", ".join(map(place, indices))
    rows = fetch_rows(
        table.path,
        f"SELECT {selected} FROM {{table}} WHERE {sql.text} LIMIT ? OFFSET ?",  # noqa: S608 -- text of ours alone
        [*sql.parameters, wanted, offset],
    )
    # Whoever got fewer than wanted has seen the last one.
    seen_all = len(rows) < wanted and (rows or not offset)
    total = offset + len(rows) if seen_all else _count(table, condition, sql)
    left = max(0, total - offset)
    asked = left if limit is None else min(limit, left)
    if asked > max_rows:
        raise LimitError("max_table_download_rows", max_rows, asked, "a table query")
    return Hits(rows, total)


def _compiled(table: Table, condition: Node | None) -> Sql:
    return _ALL if condition is None else compile_condition(condition, table.columns)


def _count(table: Table, condition: Node | None, sql: Sql) -> int:
    if condition is None:
        return table.row_count
    question = f"SELECT count(*) FROM {{table}} WHERE {sql.text}"  # noqa: S608 -- text of ours alone
    return int(fetch_rows(table.path, question, sql.parameters)[0][0])


def matching_rows(
    table: Table, condition: Node, start: int, stop: int
) -> npt.NDArray[np.int64]:
    """Find the numbers of rows from ``start`` to before ``stop``, ascending.

    Raises
    ------
    graticule.services.tables.condition.ConditionError
        If the condition does not fit the table.
    """
    sql = compile_condition(condition, table.columns)
    question = (
        "SELECT file_row_number AS n FROM {table} WHERE "  # noqa: S608 -- text of ours alone
        f"file_row_number >= ? AND file_row_number < ? AND {sql.text}"
    )
    return fetch_arrays(table.path, question, [start, stop, *sql.parameters])["n"]


def cut(
    table: Table, rows: npt.NDArray[np.int64], indices: Sequence[int]
) -> list[list[Any]]:
    """Give the values of some columns in some rows, both in the order asked.

    Raises
    ------
    graticule.errors.OutOfRangeError
        If there is no such column or row.
    """
    if any(index >= len(table.columns) for index in indices):
        raise OutOfRangeError("Columns out of range")
    if rows.size and (rows.max() >= table.row_count or rows.min() < 0):
        raise OutOfRangeError("Rows out of range")
    distinct, where = np.unique(rows, return_inverse=True)
    within, parameters, given = _within(distinct)
    columns = list(dict.fromkeys(indices))
    selected = ", ".join(map(place, columns))
    arrays = fetch_arrays(
        table.path,
        f"SELECT file_row_number AS n, {selected} FROM {{table}} WHERE {within}",  # noqa: S608 -- text of ours alone
        parameters,
        given,
    )
    # Among others they are found in any order.
    where = np.argsort(arrays["n"])[where]
    values = {index: _plain(arrays[place(index)][where]) for index in columns}
    return [values[index] for index in indices]


def _within(
    rows: npt.NDArray[np.int64],
) -> tuple[str, list[int], dict[str, npt.NDArray[np.int64]]]:
    """Say that a row is among these, as ranges if they are few."""
    ends = np.flatnonzero(np.diff(rows) != 1)
    firsts = rows[np.concatenate(([0], ends + 1))]
    lasts = rows[np.concatenate((ends, [rows.size - 1]))]
    if firsts.size <= _FEW_RANGES:
        text = " OR ".join(["file_row_number BETWEEN ? AND ?"] * firsts.size)
        return text, np.stack([firsts, lasts], 1).ravel().tolist(), {}
    text = (
        "file_row_number BETWEEN ? AND ? AND file_row_number IN (SELECT n FROM given)"
    )
    return text, [int(rows[0]), int(rows[-1])], {"n": rows}


def _plain(values: npt.NDArray[Any]) -> list[Any]:
    """Make plain lists, those within too."""
    return [
        one.tolist() if isinstance(one, np.ndarray) else one for one in values.tolist()
    ]


def id_bits(
    table: Table, condition: Node | None, index: int, *, max_id: int
) -> npt.NDArray[np.uint8]:
    """Mark the whole numbers of a column in rows that fulfil a condition.

    Returns
    -------
    ndarray
        Bytes; bit n, counted from the top bit of the first byte, is number n.
        One byte if there is no row.

    Raises
    ------
    graticule.errors.RequestError
        If the column holds no whole numbers from 0 upwards.
    graticule.errors.LimitError
        If a number is larger than ``max_id``.
    """
    kind = table.columns[index].kind
    if kind == Kind.DOUBLE or kind in ARRAY_KINDS:
        raise RequestError("Specified column has invalid type")
    sql = _compiled(table, condition)
    try:
        found = fetch_arrays(
            table.path,
            f"SELECT DISTINCT CAST({place(index)} AS BIGINT) AS n "  # noqa: S608 -- text of ours alone
            f"FROM {{table}} WHERE {sql.text}",
            sql.parameters,
        )["n"]
    except ConditionError:
        if kind != Kind.STRING:
            raise
        raise RequestError("Specified column has invalid type") from None
    if not found.size:
        return np.zeros(1, np.uint8)
    if found.min() < 0:
        raise RequestError("Specified column has negative values")
    highest = int(found.max())
    if highest > max_id:
        raise LimitError("max_table_object_id", max_id, highest, "an id")
    return _packed(found, highest)


def _packed(ids: npt.NDArray[np.int64], highest: int) -> npt.NDArray[np.uint8]:
    """Pack a piece at a time: as bytes before that, ids would take eight times more."""
    ids = np.sort(ids)
    packed = np.zeros(highest // 8 + 1, np.uint8)
    step = 1 << 23
    for start in range(0, highest + 1, step):
        low, high = np.searchsorted(ids, (start, start + step))
        if low == high:
            continue
        bits = np.zeros(min(step, packed.size * 8 - start), bool)
        bits[ids[low:high] - start] = True
        packed[start // 8 : start // 8 + bits.size // 8] = np.packbits(bits)
    return packed

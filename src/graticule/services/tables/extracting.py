"""Rows of a stored table as a file of their own: CSV, Parquet or VOTable.

However many they are: what does not fit into ``table_memory_bytes`` goes through a
folder. Nothing here asks who may, and how long it may take.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings

from graticule.errors import LimitError, RequestError
from graticule.services.published.model import PublishedColumn
from graticule.services.tables.columns import Column, place
from graticule.services.tables.compiling import compile_condition
from graticule.services.tables.condition import ConditionError, Node
from graticule.services.tables.store import Table
from graticule.services.tables.vo_types import vo_type
from graticule.services.tables.workshop import Tell, Workshop, workshop
from graticule.services.votable.writing import Serialization, write_votable

_AT_ONCE = 20_000


class Format(StrEnum):
    """What rows are written as."""

    CSV = "csv"
    PARQUET = "parquet"
    VOTABLE = "votable"


@dataclass(frozen=True, slots=True)
class Extract:
    """Which rows and columns of a table; no condition means all rows.

    ``most`` is how many rows at most.
    """

    table: Table
    condition: Node | None
    indices: Sequence[int]
    most: int | None = None

    @property
    def columns(self) -> list[Column]:
        """The columns, in the order asked."""
        return [self.table.columns[index] for index in self.indices]


def write_rows(extract: Extract, path: Path, form: Format, tell: Tell) -> int:
    """Write rows in the order of the table.

    Returns
    -------
    int
        How many they are.

    Raises
    ------
    graticule.services.tables.condition.ConditionError
        If the condition does not fit the table.
    graticule.errors.RequestError
        If the format cannot tell two columns apart.
    graticule.errors.LimitError
        If it takes more than ``table_memory_bytes``.
    """
    if form is Format.PARQUET:
        _check_distinct(extract.columns)
    try:
        with workshop(tell) as shop:
            return _write(shop, extract, path, form)
    except (duckdb.OutOfRangeException, duckdb.ConversionException) as error:
        said = str(error).partition("\n")[0]
        raise ConditionError(f"A value cannot be calculated: {said}") from None
    except duckdb.OutOfMemoryException:
        limit = settings.GRATICULE["table_memory_bytes"]
        raise LimitError(
            "table_memory_bytes", limit, limit + 1, "a table query's memory"
        ) from None
    except duckdb.IOException as error:
        # A full disk, say: nothing the user did.
        raise OSError(str(error).partition("\n")[0]) from error


def _check_distinct(columns: Sequence[Column]) -> None:
    names = [column.name.lower() for column in columns]
    if len(set(names)) < len(names):
        raise RequestError(
            "Two columns differ in upper and lower case only, which Parquet cannot "
            "tell apart: ask for CSV or VOTable, or for one of them."
        )


def _write(shop: Workshop, extract: Extract, path: Path, form: Format) -> int:
    where, parameters = "TRUE", []
    if extract.condition is not None:
        sql = compile_condition(extract.condition, extract.table.columns)
        where, parameters = sql.text, list(sql.parameters)
    given = [shop.named(extract.table.path), *parameters]
    # Under the names of their places first: a condition may use any column.
    chosen = ", ".join(map(place, extract.indices))
    source = "read_parquet(?, file_row_number = true)"
    question = f"SELECT {chosen} FROM {source} WHERE {where}"  # noqa: S608 -- text of ours alone
    if extract.most is not None:
        # One more shows that there are more.
        question += f" LIMIT {extract.most + (form is Format.VOTABLE)}"
    if form is Format.VOTABLE:
        return _write_votable(shop, extract, path, question, given)
    if form is Format.CSV:
        return _write_csv(shop, extract, path, question, given)
    named = ", ".join(
        f"{place(index)} AS {_quoted(extract.table.columns[index].name)}"
        for index in extract.indices
    )
    question = f"SELECT {named} FROM ({question})"  # noqa: S608 -- names are quoted
    shop.write(question, given, path, extract.columns, extract.table.metadata)
    counted = "SELECT sum(num_rows) FROM parquet_file_metadata(?)"
    return int(shop.run("counting", counted, [str(path)])[0][0] or 0)


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _write_csv(
    shop: Workshop, extract: Extract, path: Path, question: str, given: list[Any]
) -> int:
    """Write rows below names of ours: DuckDB would rename A where there is an a."""
    text = io.StringIO()
    names = [column.name for column in extract.columns]
    csv.writer(text, lineterminator="\n").writerow(names)
    head = text.getvalue()
    target, quoted = (each.replace("'", "''") for each in (str(path), head))
    copy = (
        f"COPY ({question}) TO '{target}' "
        f"(FORMAT csv, HEADER false, PREFIX '{quoted}', SUFFIX '\n')"
    )
    total = int(shop.run("writing", copy, given)[0][0])
    if not total:
        path.write_text(head, encoding="utf-8")
    return total


def _write_votable(
    shop: Workshop, extract: Extract, path: Path, question: str, given: list[Any]
) -> int:
    """Write the rows aside first, then piece by piece as XML."""
    rows = shop.folder / "rows.parquet"
    target = str(rows).replace("'", "''")
    copy = f"COPY ({question}) TO '{target}' (FORMAT parquet)"
    there = int(shop.run("searching", copy, given)[0][0])
    with path.open("wb") as out:
        found = _Found(shop, extract, rows, there)
        return write_votable(out, found, Serialization.TABLEDATA)


@dataclass(frozen=True, slots=True)
class _Found:
    """Rows that lie aside; ``there`` is one more than wanted if there are more."""

    shop: Workshop
    extract: Extract
    rows: Path
    there: int

    @property
    def columns(self) -> tuple[PublishedColumn, ...]:
        """What is known of the columns."""
        return tuple(
            PublishedColumn(
                column.name, *vo_type(column.kind), description=column.description
            )
            for column in self.extract.columns
        )

    @property
    def total(self) -> int:
        """How many rows are wanted."""
        most = self.extract.most
        return self.there if most is None else min(self.there, most)

    @property
    def overflows(self) -> bool:
        """Whether there are more (contract uws Y4)."""
        return self.there > self.total

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        """Read them, many at once."""
        width = len(self.extract.indices)
        for first in range(0, self.total, _AT_ONCE):
            self.shop.tell("writing", first / self.total)
            last = min(first + _AT_ONCE, self.total)
            found = self.shop.database.execute(
                "SELECT * FROM read_parquet(?, file_row_number = true) "
                "WHERE file_row_number >= ? AND file_row_number < ? "
                "ORDER BY file_row_number",
                [str(self.rows), first, last],
            )
            yield from (row[:width] for row in found.fetchall())

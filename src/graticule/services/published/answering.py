"""Questions in ADQL, answered: rows of what a person may see, one after another.

Run by DuckDB in this process, locked down: no files but the copies and attached
tables, bounded memory, a deadline. Knows no format and no HTTP.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
from django.conf import settings

from graticule.catalog.models import Person
from graticule.errors import GraticuleError, LimitError, RequestError
from graticule.services.adql.compiling import compile_query
from graticule.services.published.copies import folder
from graticule.services.published.model import (
    Publication,
    PublishedColumn,
    PublishedSchema,
    PublishedTable,
)
from graticule.services.published.publication import Published, published_for
from graticule.services.published.views import append, make_table, make_views
from graticule.services.tables.database import deadline, locked_down

UPLOADED = "TAP_UPLOAD"
"""The schema of tables that came with a query."""
Row = tuple[Any, ...]
_AT_ONCE = 5_000
_LOOK_SECONDS = 0.5

_lock = threading.Lock()
_opened: dict[Path, duckdb.DuckDBPyConnection] = {}


@dataclass(frozen=True)
class Uploaded:
    """A table that came with a query; ``parts`` gives its rows, many at a time."""

    table: PublishedTable
    parts: Callable[[], Iterator[Sequence[Row]]]


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes
    ----------
    most
        How many rows at most; 0 for columns alone.
    base
        The address of this server, for links in rows; without a slash at its end.
    seconds
        How long it may take.
    spill
        A folder for what does not fit into memory.
    """

    text: str
    language: str
    most: int
    base: str
    seconds: float
    uploaded: tuple[Uploaded, ...] = ()
    spill: Path | None = None


class TimeOverError(GraticuleError):
    """The question took longer than it may."""


class Answer:
    """Columns, and rows that can be read once.

    ``overflows`` tells after the last row whether there are more than were asked for;
    ``links`` is the address of the service of links of images.
    """

    def __init__(
        self,
        columns: tuple[PublishedColumn, ...],
        rows: Callable[[], Iterator[Row]],
        most: int,
        links: str,
    ) -> None:
        self.columns = columns
        self.links = links
        self.overflows = False
        self._rows = rows
        self._most = most

    def __iter__(self) -> Iterator[Row]:
        """Give the rows."""
        found = self._rows()
        yield from islice(found, self._most)
        self.overflows = next(found, None) is not None or self._most == 0


@contextmanager
def answered(
    person: Person | None,
    question: Question,
    tell: Callable[[float], None] | None = None,
) -> Iterator[Answer]:
    """Answer a question; rows are read within.

    Parameters
    ----------
    tell
        Is told now and then how much is done, from 0 to 1, where that is known.

    Raises
    ------
    graticule.services.adql.errors.AdqlError
        If it is no ADQL, or asks for what is not there.
    TimeOverError
        If it takes too long.
    graticule.errors.LimitError
        If it takes too much memory.
    graticule.errors.RequestError
        If a value cannot be calculated.
    """
    published = published_for(person, question.text)
    publication = _with_uploads(published, question.uploaded)
    query = compile_query(question.text, publication, language=question.language)
    with (
        _errors(question),
        _place(question) as cursor,
        deadline(cursor, question.seconds),
        _watched(cursor, tell),
        ExitStack() as held,
    ):
        for each in question.uploaded:
            make_table(cursor, each.table, [])
            for part in each.parts():
                append(cursor, each.table, part)
        make_views(
            *(cursor, person, query.tables),
            *(Published(publication, published.attached), question.base, held),
        )

        def rows() -> Iterator[Row]:
            found = cursor.execute(query.limited(question.most + 1))
            while part := found.fetchmany(_AT_ONCE):
                yield from part

        links = f"{question.base}/datalink/links"
        yield Answer(tuple(query.columns), rows, question.most, links)


def _with_uploads(published: Published, uploaded: tuple[Uploaded, ...]) -> Publication:
    if not uploaded:
        return published.publication
    tables = tuple(each.table for each in uploaded)
    return Publication(
        (*published.publication.schemas, PublishedSchema(UPLOADED, tables))
    )


@contextmanager
def _place(question: Question) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a cursor with a database of its own, for the time of a question."""
    spill = question.spill
    database = _database() if spill is None else locked_down(_folders(), spill)
    name = f"q{uuid4().hex}"
    cursor = database.cursor()
    try:
        cursor.execute(f"ATTACH ':memory:' AS {name}")
        cursor.execute(f"USE {name}")
        yield cursor
    finally:
        cursor.close()
        if spill is None:
            with database.cursor() as other:
                other.execute(f"DETACH DATABASE IF EXISTS {name}")
        else:
            database.close()


def _database() -> duckdb.DuckDBPyConnection:
    with _lock:
        found = _opened.get(folder())
        if found is None:
            found = _opened[folder()] = locked_down(_folders())
        return found


def _folders() -> list[Path]:
    home: Path = settings.GRATICULE["home"]
    return [home / "attachments", folder()]


@contextmanager
def _errors(question: Question) -> Iterator[None]:
    """Say what DuckDB complains about in words for people, without paths."""
    try:
        yield
    except duckdb.InterruptException:
        raise TimeOverError(
            f"The query takes longer than {question.seconds:g} s."
        ) from None
    except duckdb.OutOfMemoryException:
        limit = settings.GRATICULE["table_memory_bytes"]
        raise LimitError(
            "table_memory_bytes", limit, limit + 1, "a query's memory"
        ) from None
    except (
        duckdb.OutOfRangeException,
        duckdb.ConversionException,
        duckdb.InvalidInputException,
    ) as error:
        said = str(error).partition("\n")[0]
        raise RequestError(f"A value cannot be calculated: {said}") from None
    except duckdb.IOException as error:
        raise OSError(str(error).partition("\n")[0]) from error


@contextmanager
def _watched(
    cursor: duckdb.DuckDBPyConnection, tell: Callable[[float], None] | None
) -> Iterator[None]:
    """Pass on how far DuckDB is."""
    if tell is None:
        yield
        return
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_LOOK_SECONDS):
            percent = cursor.query_progress()
            if percent >= 0:
                tell(percent / 100)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()

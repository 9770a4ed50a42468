"""What one person sees, as views for one query: rows are filtered before all else.

Each query has a database of its own in memory, beside those of other queries, gone
afterwards. Rows come from the copies and from attached tables; who sees which is the
rule of :mod:`graticule.catalog.access`, and stands in the view, so that no query can
come before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
from django.db.models import QuerySet

from graticule.catalog.access import Scope, scope_of, visible_to
from graticule.catalog.models import Person
from graticule.services.adql.names import bare
from graticule.services.observatory.identifiers import Named
from graticule.services.published import tap_schema
from graticule.services.published.arrays import STORED, as_array
from graticule.services.published.copies import copies_of
from graticule.services.published.model import PublishedColumn, PublishedTable
from graticule.services.published.publication import Published, own_sources
from graticule.services.published.source import Seen, Source
from graticule.services.published.user_tables import UserTable

_LINKS = "/datalink/links?ID="


def make_views(
    cursor: duckdb.DuckDBPyConnection,
    person: Person | None,
    tables: Iterable[PublishedTable],
    published: Published,
    base: str,
    held: ExitStack,
) -> None:
    """Make what a query reads, in the database that the cursor uses.

    Parameters
    ----------
    tables
        Those that the query names; all are of ``published``.
    base
        The address of this server, without a slash at its end.
    held
        As long as it is open, the views can be asked.
    """
    ours = own_sources()
    used = {table.qualified_name: table for table in tables}
    copies = copies_of([ours[name] for name in used if name in ours], held)
    scope = scope_of(person)
    for name, table in used.items():
        if name in ours:
            text = _view(ours[name], copies[name], person, scope, base)
        elif name in published.attached:
            text = _attached(published.attached[name])
        elif table.schema == tap_schema.NAME:
            rows = tap_schema.rows_of(table, published.publication)
            make_table(cursor, table, rows)
            continue
        else:
            continue  # uploaded: it is there already
        _make_schema(cursor, table.schema)
        cursor.execute(f"CREATE VIEW {name_of(table)} AS {text}")


def name_of(table: PublishedTable) -> str:
    """Write the name of a table for DuckDB."""
    return f"{_quoted(table.schema)}.{_quoted(table.name)}"


def make_table(
    cursor: duckdb.DuckDBPyConnection,
    table: PublishedTable,
    rows: Sequence[tuple[Any, ...]],
) -> None:
    """Make a table with its rows."""
    _make_schema(cursor, table.schema)
    fields = ", ".join(
        f"{_quoted(bare(each.name))} {stored(each)}" for each in table.columns
    )
    cursor.execute(f"CREATE TABLE {name_of(table)} ({fields})")
    append(cursor, table, rows)


def append(
    cursor: duckdb.DuckDBPyConnection,
    table: PublishedTable,
    rows: Sequence[tuple[Any, ...]],
) -> None:
    """Add rows to a table of this query."""
    if not rows:
        return
    values = list(zip(*rows, strict=True))
    arrays = {
        f"c{place}": as_array(column, values[place])
        for place, column in enumerate(table.columns)
    }
    cursor.register("rows_given", arrays)
    places = ", ".join(arrays)
    cursor.execute(f"INSERT INTO {name_of(table)} SELECT {places} FROM rows_given")  # noqa: S608 -- our own names
    cursor.unregister("rows_given")


def stored(column: PublishedColumn) -> str:
    """Say what DuckDB keeps a column in."""
    kind = STORED[column.datatype]
    is_text = column.datatype in {"char", "unicodeChar"}
    return kind if is_text or column.arraysize in {"", "1"} else f"{kind}[]"


def _make_schema(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
    cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {_quoted(name)}")


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _literal(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _view(
    source: Source,
    copy: Sequence[Path],
    person: Person | None,
    scope: Scope,
    base: str,
) -> str:
    did = Named("image", 1).did.removesuffix("1")
    words = {
        "did": _literal(did),
        "links": _literal(base + _LINKS + quote(did, safe="")),
    }
    columns = ", ".join(
        f"{source.computed[column.name].format(**words)} AS {_quoted(column.name)}"
        if column.name in source.computed
        else _quoted(column.name)
        for column in source.table.columns
    )
    conditions = [
        _condition(place, thing, person, scope)
        for place, thing in enumerate(source.seen)
    ]
    where = " AND ".join(each for each in conditions if each) or "TRUE"
    files = ", ".join(_literal(str(each)) for each in copy)
    return f"SELECT {columns} FROM read_parquet([{files}]) WHERE {where}"  # noqa: S608 -- quoted


def _condition(place: int, thing: Seen, person: Person | None, scope: Scope) -> str:
    """Write the rule of visibility for one thing that a row hangs on."""
    if scope.everything:
        return ""
    if scope.holds:
        rows: QuerySet[Any] = QuerySet(thing.model)
        ids = visible_to(person, rows).order_by().values_list("pk", flat=True)
        return f"id{place} IN ({_numbers(ids)})"
    if scope.owner_id is None:
        return "FALSE"
    own = f"owner{place} = {int(scope.owner_id)}"
    return f"({own} OR group{place} IN ({_numbers(scope.group_ids)}))"


def _numbers(numbers: Iterable[int]) -> str:
    return ", ".join(str(int(each)) for each in sorted(numbers)) or "NULL"


def _attached(found: UserTable) -> str:
    return f"SELECT {found.select()} FROM read_parquet({_literal(str(found.path))})"  # noqa: S608 -- quoted

"""Copies of published rows as Parquet files, for DuckDB; made anew when rows change.

A copy's name says which counts of changes it was made at
(:mod:`graticule.catalog.published_triggers`): as long as they stand, nobody reads the
catalogue. Copies hold the rows of everybody; who sees which is said where they are
asked (:mod:`graticule.services.published.views`). Bounded memory, whatever the
number of rows.
"""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import connection

from graticule.catalog.published_triggers import counts, gather
from graticule.services.published.model import PublishedColumn
from graticule.services.published.source import Source
from graticule.services.tables.workshop import Workshop, workshop
from graticule.services.votable.sizes import is_single

_AT_ONCE = 20_000
_MADE_BY = 1  # raised when copies are made in another way
_KEPT_SECONDS = 900.0
"""How long a copy is kept that is not true any more: somebody may be reading it."""

STORED = {
    "boolean": "BOOLEAN",
    "unsignedByte": "UTINYINT",
    "short": "SMALLINT",
    "int": "INTEGER",
    "long": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "char": "VARCHAR",
    "unicodeChar": "VARCHAR",
}
"""What DuckDB keeps each type of VOTable in."""
_WHOLE = {"unsignedByte": "u1", "short": "i2", "int": "i4", "long": "i8"}
_TEXTS = {"char", "unicodeChar"}


def folder() -> Path:
    """Give the folder of the copies."""
    home: Path = settings.GRATICULE["home"]
    return home / "cache" / "published"


def copies_of(wanted: Sequence[Source]) -> dict[str, Path]:
    """Give a true copy of each of some tables.

    Returns
    -------
    dict
        Files by the qualified names of the tables.
    """
    if not wanted:
        return {}
    # Within a transaction nothing is known for long: it may be undone yet.
    counted = None if connection.in_atomic_block else counts()
    return {each.table.qualified_name: _copy(each, counted) for each in wanted}


def _copy(source: Source, counted: Mapping[str, str] | None) -> Path:
    path = folder() / f"{_stem(source)}-{_token(source, counted)}.parquet"
    if path.is_file():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(source):
        if not path.is_file():
            _make(source, path)
            _forget_others(source, path)
            if not connection.in_atomic_block:
                gather()
    return path


def _stem(source: Source) -> str:
    return source.table.qualified_name


def _token(source: Source, counted: Mapping[str, str] | None) -> str:
    """Name the state of the rows, and how they are copied."""
    if counted is None:
        return uuid4().hex
    seen = [[each.model.__name__, each.prefix] for each in source.seen]
    types = [[each.name, each.datatype] for each in source.stored]
    told = [
        *(_MADE_BY, list(source.fields.items()), types, seen, source.order),
        [[name, counted.get(name)] for name in source.watches],
    ]
    return sha256(json.dumps(told).encode()).hexdigest()[:32]


@contextmanager
def _alone(source: Source) -> Iterator[None]:
    """Let one process at a time copy a table; others wait and find it done."""
    with (folder() / f"{_stem(source)}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _forget_others(source: Source, path: Path) -> None:
    oldest = time.time() - _KEPT_SECONDS
    for other in path.parent.glob(f"{_stem(source)}-*.parquet"):
        if other != path and other.stat().st_mtime < oldest:
            other.unlink(missing_ok=True)


def _make(source: Source, path: Path) -> None:
    columns = source.stored
    aside = path.with_suffix(f".{uuid4().hex}")
    rights = [
        f"{word}{place}"
        for place in range(len(source.seen))
        for word in ("id", "owner", "group")
    ]
    types = [STORED[each.datatype] for each in columns] + ["BIGINT"] * len(rights)
    fields = ", ".join(f"c{place} {kind}" for place, kind in enumerate(types))
    names = [each.name for each in columns] + rights
    chosen = ", ".join(f'c{place} AS "{name}"' for place, name in enumerate(names))
    order = f' ORDER BY "{source.order}"' if source.order else ""
    target = str(aside).replace("'", "''")
    try:
        with workshop(_tell_nobody) as shop:
            shop.database.execute(f"CREATE TABLE stage ({fields})")
            _fill(shop, source, columns, len(rights))
            shop.database.execute(
                f"COPY (SELECT {chosen} FROM stage{order}) TO '{target}' "  # noqa: S608 -- our own names
                "(FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 61440)"
            )
        aside.rename(path)
    finally:
        aside.unlink(missing_ok=True)


def _tell_nobody(phase: str, share: float | None) -> None:
    del phase, share


def _fill(
    shop: Workshop, source: Source, columns: Sequence[PublishedColumn], rights: int
) -> None:
    for rows in source.querysets():
        found = rows.iterator(_AT_ONCE)
        while part := list(islice(found, _AT_ONCE)):
            values = list(zip(*part, strict=True))
            arrays = {
                f"c{place}": as_array(column, values[place])
                for place, column in enumerate(columns)
            }
            for place in range(len(columns), len(columns) + rights):
                arrays[f"c{place}"] = _whole(values[place], "i8")
            shop.insert(arrays)


def as_array(column: PublishedColumn, values: Sequence[Any]) -> npt.NDArray[Any]:
    """Make an array of a column's values, missing ones marked as DuckDB reads it.

    Empty texts of the catalogue are missing ones.
    """
    kind = column.datatype
    if not is_single(column):
        lists = np.empty(len(values), dtype=object)
        lists[:] = [None if each is None else list(each) for each in values]
        return lists
    if kind in _WHOLE:
        return _whole(values, _WHOLE[kind])
    if kind in {"double", "float"}:
        numbers = [np.nan if each is None else _number(each) for each in values]
        return np.array(numbers, "f8" if kind == "double" else "f4")
    if kind == "boolean":
        return _whole(values, "?")
    return np.array([_text(each) for each in values] or [None], dtype=object)


def _whole(values: Sequence[Any], kind: str) -> npt.NDArray[Any]:
    missing = [each is None for each in values]
    numbers = [0 if each is None else each for each in values]
    masked: npt.NDArray[Any] = np.ma.masked_array(np.array(numbers, kind), missing)
    return masked


def _number(value: float | timedelta) -> float:
    return value.total_seconds() if isinstance(value, timedelta) else value


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return (
            f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03d}"
        )
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

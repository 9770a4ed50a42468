"""Parquet files of others as tables: kinds by type and name, nulls filled in.

One that was exported here keeps its kinds, descriptions and notes.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import duckdb

from graticule.errors import CorruptFileError, RequestError, UnsupportedFileError
from graticule.services.tables.columns import (
    WHOLE_KINDS,
    Column,
    Kind,
    check_names,
    from_json,
    kind_by_name,
    place,
)
from graticule.services.tables.store import COLUMNS_KEY, METADATA_KEY
from graticule.services.tables.workshop import Workshop, filled

_WHOLE = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?")
_FLOAT = re.compile(r"FLOAT|DOUBLE|DECIMAL\(.*\)")
_TEXT = re.compile(r"VARCHAR|UUID|DATE|TIME.*|ENUM\(.*\)")


def import_parquet(shop: Workshop, path: Path, target: Path) -> None:
    """Write a Parquet file as a table.

    Missing numbers become NaN, missing texts and arrays empty ones.

    Raises
    ------
    graticule.errors.CorruptFileError
        If it is broken, or a truth is missing.
    graticule.errors.UnsupportedFileError
        If a column holds something else than numbers, texts, truths, lists of
        numbers.
    """
    source = "read_parquet(?)"
    parameters = [shop.named(path)]
    try:
        notes = dict(
            shop.run(
                "reading", "SELECT key, value FROM parquet_kv_metadata(?)", parameters
            )
        )
        described = shop.run(
            "reading",
            f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {source})",  # noqa: S608 -- text of ours alone
            parameters,
        )
        columns = _columns(path, described, notes)
        places = ", ".join(map(place, range(len(columns))))
        source = f"(SELECT * FROM {source}) AS source({places})"  # noqa: S608 -- text of ours alone
        columns = _without_nulls(shop, path, columns, source, parameters)
        values = ", ".join(
            f"{filled(place(index), column)} AS {place(index)}"
            for index, column in enumerate(columns)
        )
        metadata = _metadata(notes)
        shop.write(
            f"SELECT {values} FROM {source}",  # noqa: S608 -- text of ours alone
            parameters,
            target,
            columns,
            metadata,
        )
    except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
        said = str(error).partition("\n")[0]
        raise CorruptFileError(path, f"a value does not fit: {said}") from None
    except (duckdb.InvalidInputException, duckdb.IOException) as error:
        said = str(error).partition("\n")[0].replace(parameters[0], path.name)
        raise CorruptFileError(path, f"it cannot be read as Parquet: {said}") from None


def _columns(
    path: Path, described: list[tuple[Any, ...]], notes: dict[bytes, bytes]
) -> list[Column]:
    try:
        noted = from_json(notes.get(COLUMNS_KEY.encode(), b"[]").decode())
    except ValueError:
        noted = ()
    if len(noted) == len(described):
        names = [column.name for column in noted]
    else:
        names, noted = [str(name) for name, _ in described], ()
    try:
        check_names(names)
    except RequestError as error:
        raise UnsupportedFileError(path, str(error)) from None
    columns = []
    for index, name in enumerate(names):
        kind = _kind(path, name, str(described[index][1]))
        description = ""
        if noted and _alike(noted[index].kind, kind):
            kind, description = noted[index].kind, noted[index].description
        columns.append(Column(name, kind, description))
    return columns


def _alike(one: Kind, other: Kind) -> bool:
    return one == other or {one, other} <= WHOLE_KINDS


def _kind(path: Path, name: str, stored: str) -> Kind:
    item = stored.partition("[")[0]
    if stored != item and stored.count("[") == 1:
        if _WHOLE.fullmatch(item):
            return Kind.LONG_ARRAY
        if _FLOAT.fullmatch(item):
            return Kind.FLOAT_ARRAY if item == "FLOAT" else Kind.DOUBLE_ARRAY
    elif stored == "BOOLEAN":
        return Kind.BOOL
    elif _WHOLE.fullmatch(stored):
        return kind_by_name(name)
    elif _FLOAT.fullmatch(stored):
        return Kind.DOUBLE
    elif _TEXT.fullmatch(stored):
        return Kind.STRING
    cause = f"the column {name!r} holds {stored}, which tables here do not."
    raise UnsupportedFileError(path, cause)


def _without_nulls(
    shop: Workshop, path: Path, columns: list[Column], source: str, given: list[str]
) -> list[Column]:
    """Look for what is missing; whole numbers with holes become floating ones."""
    counts = ", ".join(f"count({place(index)})" for index in range(len(columns)))
    rows, *filled = shop.run(
        "looking at the values",
        f"SELECT count(*), {counts} FROM {source}",  # noqa: S608 -- text of ours alone
        given,
    )[0]
    found = []
    for column, count in zip(columns, filled, strict=True):
        kind = column.kind
        if count < rows and kind == Kind.BOOL:
            cause = f"a truth is missing in the column {column.name!r}: fill it in."
            raise CorruptFileError(path, cause)
        if count < rows and kind in WHOLE_KINDS:
            kind = Kind.DOUBLE
        found.append(Column(column.name, kind, column.description))
    return found


def _metadata(notes: dict[bytes, bytes]) -> dict[str, Any]:
    try:
        metadata = json.loads(notes.get(METADATA_KEY.encode(), b"{}"))
    except ValueError:
        return {}
    return metadata if isinstance(metadata, dict) else {}

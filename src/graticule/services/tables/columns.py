"""What a column of a table is: its name, its kind, how it is stored.

Columns are stored as ``c0``, ``c1`` … in the order of the table, so that no name
that people made up is ever part of a query. Knows no file and no database.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from graticule.errors import RequestError


class Kind(StrEnum):
    """What the values of a column are; ids of things are whole numbers."""

    FILE = "file"
    IMAGE = "image"
    DATASET = "dataset"
    ROI = "roi"
    WELL = "well"
    PLATE = "plate"
    BOOL = "bool"
    DOUBLE = "double"
    LONG = "long"
    STRING = "string"
    FLOAT_ARRAY = "float_array"
    DOUBLE_ARRAY = "double_array"
    LONG_ARRAY = "long_array"


ID_KINDS = frozenset(
    {Kind.FILE, Kind.IMAGE, Kind.DATASET, Kind.ROI, Kind.WELL, Kind.PLATE}
)
WHOLE_KINDS = ID_KINDS | {Kind.LONG}
ARRAY_KINDS = frozenset({Kind.FLOAT_ARRAY, Kind.DOUBLE_ARRAY, Kind.LONG_ARRAY})
_STORED = {
    Kind.BOOL: "BOOLEAN",
    Kind.DOUBLE: "DOUBLE",
    Kind.STRING: "VARCHAR",
    Kind.FLOAT_ARRAY: "FLOAT[]",
    Kind.DOUBLE_ARRAY: "DOUBLE[]",
    Kind.LONG_ARRAY: "BIGINT[]",
}
MAX_COLUMNS = 2000
"""Most columns of a table; HDF5 and spreadsheets end far below."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column as people know it."""

    name: str
    kind: Kind
    description: str = ""

    @property
    def stored(self) -> str:
        """The type that DuckDB and Parquet keep it in."""
        return _STORED.get(self.kind, "BIGINT")


def place(index: int) -> str:
    """Name the column where it is stored."""
    return f"c{index}"


def kind_by_name(name: str) -> Kind:
    """Guess what the whole numbers of a column are from its name."""
    word = name.strip().lower()
    return Kind(word) if word in ID_KINDS else Kind.LONG


def check_names(names: Sequence[str]) -> None:
    """Refuse names that cannot be told apart, or too many.

    Raises
    ------
    graticule.errors.RequestError
        If a column has no name, or two have the same.
    """
    if not names:
        raise RequestError("The table has no columns.")
    if len(names) > MAX_COLUMNS:
        raise RequestError(
            f"The table has {len(names):,} columns; at most {MAX_COLUMNS:,} are kept."
        )
    if "" in names:
        number = names.index("") + 1
        raise RequestError(f"Column {number} has no name: give it one.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise RequestError(f"There are two columns {twice[0]!r}: rename one.")


def to_json(columns: Iterable[Column]) -> str:
    """Write columns for the notes of a Parquet file."""
    return json.dumps(
        [
            {"name": one.name, "kind": one.kind.value, "description": one.description}
            for one in columns
        ]
    )


def from_json(text: str) -> tuple[Column, ...]:
    """Read what :func:`to_json` wrote.

    Raises
    ------
    ValueError
        If it is something else.
    """
    try:
        rows: list[dict[str, Any]] = json.loads(text)
        return tuple(
            Column(str(row["name"]), Kind(row["kind"]), str(row["description"]))
            for row in rows
        )
    except (TypeError, KeyError, RecursionError) as error:
        raise ValueError("not a list of columns") from error

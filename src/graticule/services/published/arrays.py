"""Values of published columns as arrays, of the types that DuckDB keeps them in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from graticule.services.published.model import PublishedColumn
from graticule.services.votable.sizes import is_single

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
        return whole(values, _WHOLE[kind])
    if kind in {"double", "float"}:
        if isinstance(_first(values), timedelta):
            values = [None if each is None else each.total_seconds() for each in values]
        # NumPy makes NaN of None.
        return np.array(values, "f8" if kind == "double" else "f4")
    if kind == "boolean":
        return whole(values, "?")
    # Asked of every value of every text: a call would be half of the whole time.
    texts = [each if type(each) is str and each else _text(each) for each in values]
    return np.array(texts or [None], dtype=object)


def whole(values: Sequence[Any], kind: str) -> npt.NDArray[Any]:
    """Make an array of whole numbers, of which some may be missing."""
    if None not in values:
        return np.array(values, kind)
    missing = [each is None for each in values]
    numbers = [0 if each is None else each for each in values]
    masked: npt.NDArray[Any] = np.ma.masked_array(np.array(numbers, kind), missing)
    return masked


def _first(values: Iterable[Any]) -> Any:
    """Give the first that is not missing, which tells what the others are."""
    return next((each for each in values if each is not None), None)


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return (
            f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03d}"
        )
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

"""VOTables that people send: columns, and rows many at a time.

Read by astropy, which looks up nothing outside of the file. Documents that declare
entities are refused unread.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from graticule.errors import RequestError
from graticule.services.published.model import PublishedColumn, VoType
from graticule.services.votable.sizes import TEXTS, fixed_count

_LOOKED_AT_BYTES = 64 << 10
_AT_ONCE = 5_000
# Types that columns of ours do not have, and what holds their values.
_OTHERS: dict[str, tuple[VoType, str]] = {
    "floatComplex": ("float", "2"),
    "doubleComplex": ("double", "2"),
    "bit": ("boolean", ""),
}


@dataclass(frozen=True)
class ReadTable:
    """A table that was read."""

    columns: tuple[PublishedColumn, ...]
    row_count: int
    _array: Any

    def parts(self) -> Iterator[list[tuple[Any, ...]]]:
        """Give the rows, many at a time; what is missing is ``None``."""
        for first in range(0, self.row_count, _AT_ONCE):
            part = self._array[first : first + _AT_ONCE]
            columns = [
                _values(part[name], column)
                for name, column in zip(part.dtype.names, self.columns, strict=True)
            ]
            yield list(zip(*columns, strict=True))


def read_votable(path: Path, name: str) -> ReadTable:
    """Read the first table of a file.

    Parameters
    ----------
    name
        What the upload is called, for messages.

    Raises
    ------
    graticule.errors.RequestError
        If it is no VOTable, or one that cannot be read here.
    """
    import warnings  # noqa: PLC0415

    from astropy.io.votable import parse  # noqa: PLC0415 -- takes long to load
    from astropy.io.votable.exceptions import VOWarning  # noqa: PLC0415
    from astropy.utils.exceptions import AstropyWarning  # noqa: PLC0415

    with path.open("rb") as file:
        start = file.read(_LOOKED_AT_BYTES)
    if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
        raise RequestError(f"The upload {name} declares a document type: leave it out.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AstropyWarning)
            warnings.simplefilter("ignore", VOWarning)
            document = parse(str(path), verify="ignore")
            table = document.get_first_table()
    except (ValueError, IndexError, OSError, VOWarning, SyntaxError, KeyError) as error:
        said = str(error).partition("\n")[0].replace(str(path), name)[:200]
        raise RequestError(f"The upload {name} is no VOTable: {said}") from None
    columns = tuple(_column(each) for each in table.fields)
    return ReadTable(columns, len(table.array), table.array)


def _column(field: Any) -> PublishedColumn:
    datatype, size = str(field.datatype), str(field.arraysize or "")
    if datatype in _OTHERS:
        other, inner = _OTHERS[datatype]
        if inner:  # pairs of numbers
            size = inner if size in {"", "1"} else f"{inner}x{size}"
        datatype = other
    if size == "1":  # deprecated: one value needs no size
        size = ""
    if datatype in TEXTS and "x" in size:
        raise RequestError(
            f"The column {field.name} holds several texts in a cell, which tables here "
            "do not: make them one text."
        )
    return PublishedColumn(
        str(field.name or field.ID),
        cast("VoType", datatype),
        size,
        str(field.xtype or ""),
        str(field.unit or ""),
        str(field.ucd or ""),
        str(field.utype or ""),
        str(field.description or ""),
    )


def _values(array: Any, column: PublishedColumn) -> Sequence[Any]:
    single = column.datatype in TEXTS or fixed_count(column.arraysize) == 1
    if single and array.ndim == 1 and array.dtype != object:
        found = _plain(array, column)
    else:
        found = [_cell(array[place], column) for place in range(len(array))]
    return found


def _plain(array: Any, column: PublishedColumn) -> list[Any]:
    """Give one value a row; NaN is missing, as DuckDB has it here."""
    masked = np.ma.getmaskarray(array)
    values = np.ma.getdata(array).tolist()
    del column
    return [
        None if missing else value
        for value, missing in zip(values, masked, strict=True)
    ]


def _cell(value: Any, column: PublishedColumn) -> Any:
    if column.datatype in TEXTS:
        return None if value is None or value is np.ma.masked else str(value)
    if value is None or value is np.ma.masked:
        return None
    data = np.ma.getdata(value)
    if np.iscomplexobj(data):
        data = np.stack([data.real, data.imag], axis=-1)
    if fixed_count(column.arraysize) == 1:
        return data.reshape(-1)[0].item() if data.size else None
    return data.reshape(-1).tolist() if data.size else None

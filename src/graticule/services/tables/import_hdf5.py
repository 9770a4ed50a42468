"""OMERO.tables files as tables: HDF5 with one PyTables table in a group ``OME``.

``/OME/Measurements`` holds the rows, ``/OME/ColumnTypes`` and
``/OME/ColumnDescriptions`` a text for each column; what its makers noted are
attributes of the rows. Read a batch of rows at a time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from graticule.errors import CorruptFileError, RequestError, UnsupportedFileError
from graticule.services.tables.columns import (
    WHOLE_KINDS,
    Column,
    Kind,
    check_names,
    kind_by_name,
    place,
)
from graticule.services.tables.workshop import Workshop, filled, stage

_GROUP, _ROWS = "OME", "Measurements"
_TYPES, _DESCRIPTIONS = "ColumnTypes", "ColumnDescriptions"
_BATCH_BYTES = 32 << 20
_KINDS = {f"{kind.value.replace('_', '')}column": kind for kind in Kind}
# What PyTables notes for itself.
_OWN_NOTES = ("CLASS", "VERSION", "TITLE", "NROWS", "FIELD_", "FILTERS", "AUTO_INDEX")
_OTHER_NOTES = frozenset({"initialized", "DIRTY", "PYTABLES_FORMAT_VERSION"})


def import_hdf5(shop: Workshop, path: Path, target: Path) -> None:
    """Write an OMERO.tables file as a table.

    Raises
    ------
    graticule.errors.CorruptFileError
        If it is broken.
    graticule.errors.UnsupportedFileError
        If it is HDF5 but no such table, or holds columns of masks.
    """
    try:
        with h5py.File(path, "r") as file:
            rows = _rows(path, file)
            columns = _columns(path, file[_GROUP], rows)
            metadata = dict(_notes(rows))
            shop.database.execute(stage(columns))
            for done, batch in _batches(path, rows, columns):
                shop.tell("reading", done)
                shop.insert(batch)
    except (OSError, RuntimeError) as error:
        said = str(error).partition("\n")[0]
        raise CorruptFileError(path, f"it cannot be read as HDF5: {said}") from None
    values = ", ".join(
        f"{filled(place(index), column)} AS {place(index)}"
        for index, column in enumerate(columns)
    )
    shop.write(f"SELECT {values} FROM stage", (), target, columns, metadata)  # noqa: S608 -- text of ours alone


def _rows(path: Path, file: h5py.File) -> h5py.Dataset:
    group = file.get(_GROUP)
    rows = group.get(_ROWS) if isinstance(group, h5py.Group) else None
    if not isinstance(rows, h5py.Dataset) or rows.ndim != 1 or not rows.dtype.names:
        raise UnsupportedFileError(
            path, f"this HDF5 file has no table /{_GROUP}/{_ROWS} as OMERO writes it."
        )
    return rows


def _columns(path: Path, group: h5py.Group, rows: h5py.Dataset) -> list[Column]:
    names = [_name(rows, index) for index in range(len(rows.dtype.names))]
    try:
        check_names(names)
    except RequestError as error:
        raise UnsupportedFileError(path, str(error)) from None
    types = _texts(group.get(_TYPES), len(names))
    descriptions = _texts(group.get(_DESCRIPTIONS), len(names))
    stored = rows.id.get_type()
    columns = []
    for index, name in enumerate(names):
        is_bits = stored.get_member_type(index).get_class() == h5py.h5t.BITFIELD
        found = _kind(path, name, rows.dtype[index], is_bits=is_bits)
        # OMERO's own types may be written with their package before them.
        word = types[index].replace(":", ".").rpartition(".")[2].lower()
        said = _KINDS.get(word, found)
        kind = said if said == found or {said, found} <= WHOLE_KINDS else found
        columns.append(Column(name, kind, descriptions[index]))
    return columns


def _name(rows: h5py.Dataset, index: int) -> str:
    """Give the name of a column; PyTables notes it once more."""
    noted = rows.attrs.get(f"FIELD_{index}_NAME")
    return _text(noted) if noted is not None else str(rows.dtype.names[index])


def _kind(path: Path, name: str, dtype: np.dtype[Any], *, is_bits: bool) -> Kind:
    item, shape = dtype.subdtype or (dtype, ())
    if is_bits or item.kind == "b":
        kind = Kind.BOOL
    elif item.kind in "iu":
        kind = Kind.LONG_ARRAY if shape else kind_by_name(name)
    elif item.kind == "f" and shape:
        kind = Kind.FLOAT_ARRAY if item.itemsize <= 4 else Kind.DOUBLE_ARRAY
    elif item.kind == "f":
        kind = Kind.DOUBLE
    elif item.kind == "S":
        kind = Kind.STRING
    else:
        raise UnsupportedFileError(
            path, f"the column {name!r} holds {item}, which tables here do not."
        )
    if len(shape) > 1 or (shape and kind in {Kind.BOOL, Kind.STRING}):
        raise UnsupportedFileError(
            path, f"the column {name!r} holds arrays that tables here do not."
        )
    return kind


def _texts(dataset: Any, count: int) -> list[str]:
    """Read a text for each column; none where there are not as many."""
    if not isinstance(dataset, h5py.Dataset) or dataset.shape != (count,):
        return [""] * count
    return [_text(value) for value in dataset[:]]


def _text(value: Any) -> str:
    if isinstance(value, np.ndarray) and value.dtype.kind in "iu":
        value = value.astype(np.uint8).tobytes()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").rstrip("\0")
    return str(value)


def _notes(rows: h5py.Dataset) -> Iterator[tuple[str, Any]]:
    """Give what its makers noted; nothing is ever unpickled."""
    for name, value in rows.attrs.items():
        if name.startswith((*_OWN_NOTES, "__")) or name in _OTHER_NOTES:
            continue
        if isinstance(value, h5py.Empty):
            yield name, ""
        elif isinstance(value, (np.generic, np.ndarray)) and value.dtype.kind in "biuf":
            plain = value.tolist()
            yield name, plain if _is_json(plain) else str(plain)
        else:
            yield name, _text(value)


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True


def _batches(
    path: Path, rows: h5py.Dataset, columns: list[Column]
) -> Iterator[tuple[float, dict[str, npt.NDArray[Any]]]]:
    """Give a few rows after the other, with the share that is done by then."""
    size = max(1, _BATCH_BYTES // max(1, rows.dtype.itemsize))
    total = rows.shape[0]
    fields = list(rows.dtype.names)
    for start in range(0, total, size):
        part = rows[start : start + size]
        yield (
            min(1.0, (start + size) / total),
            {
                place(index): _values(path, column, part[fields[index]])
                for index, column in enumerate(columns)
            },
        )


def _values(path: Path, column: Column, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if values.dtype.kind == "u" and values.size and values.max() > 2**63 - 1:
        cause = f"a number in the column {column.name!r} does not fit into 64 bits."
        raise CorruptFileError(path, cause)
    if values.ndim == 2:
        typed = {Kind.LONG_ARRAY: np.int64, Kind.FLOAT_ARRAY: np.float32}
        lists = np.empty(len(values), object)
        lists[:] = list(values.astype(typed.get(column.kind, np.float64)))
        return lists
    if column.kind == Kind.BOOL:
        return values.astype(bool)
    if column.kind == Kind.DOUBLE:
        return values.astype(np.float64)
    if column.kind != Kind.STRING:
        return values.astype(np.int64)
    try:
        return np.char.decode(values, "utf-8").astype(object)
    except UnicodeDecodeError:
        cause = f"a text in the column {column.name!r} is not UTF-8."
        raise CorruptFileError(path, cause) from None

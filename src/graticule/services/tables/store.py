"""What there is to know of a stored table: columns, number of rows, notes.

The notes stand within the Parquet file, so that it is whole wherever it goes.
Knows no person.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from cachetools import LRUCache

from graticule.errors import CorruptFileError
from graticule.services.tables.columns import Column, from_json
from graticule.services.tables.database import fetch_rows

MEDIA_TYPE = "OMERO.tables"
NAMESPACE = "openmicroscopy.org/omero/bulk_annotations"
COLUMNS_KEY = "graticule.columns"
METADATA_KEY = "graticule.user_metadata"
_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Table:
    """A stored table.

    ``metadata`` is what its makers noted: any keys, texts or numbers.
    """

    path: Path
    columns: tuple[Column, ...]
    row_count: int
    metadata: dict[str, Any]


_known: LRUCache[str, Table] = LRUCache(_KEPT)
_lock = Lock()


def open_table(path: str) -> Table:
    """Read what a stored file says of itself; a file never changes.

    Raises
    ------
    graticule.errors.FileError
        If it is not there, or none of ours.
    """
    with _lock:
        table = _known.get(path)
    if table is None or not table.path.is_file():
        table = _read(Path(path))
        with _lock:
            _known[path] = table
    return table


def _read(path: Path) -> Table:
    # Both questions call the file by its path, which is their one parameter.
    notes = dict(fetch_rows(path, "SELECT key, value FROM parquet_kv_metadata(?)"))
    counts = fetch_rows(path, "SELECT sum(num_rows) FROM parquet_file_metadata(?)")
    try:
        columns = from_json(notes[COLUMNS_KEY.encode()].decode())
        metadata = json.loads(notes.get(METADATA_KEY.encode(), b"{}"))
    except (KeyError, ValueError):
        raise CorruptFileError(path, "this is not a table of Graticule.") from None
    return Table(path, columns, int(counts[0][0]), metadata)

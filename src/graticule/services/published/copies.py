"""Copies of published rows as Parquet files, for DuckDB; made anew where rows change.

A copy is in pieces, by a key of its rows. The name of a piece says which counts of
changes it was made at (:mod:`graticule.catalog.published_triggers`): as long as they
stand, nobody reads the catalogue, and when they move, only pieces that were touched
are written. A list of files says which pieces make a whole of one moment; who reads
them holds a lock on it, and what nobody reads and is not true is removed. Copies hold
the rows of everybody; who sees which is said where they are asked
(:mod:`graticule.services.published.views`). Bounded memory, whatever the number of
rows.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection

from graticule.catalog.published_triggers import (
    BEGIN,
    PIECE_BITS,
    SLOT_BITS,
    WATCHED,
    Counts,
    counts,
    slot_of,
)
from graticule.catalog.snapshots import snapshot
from graticule.services.published.arrays import STORED, as_array, whole
from graticule.services.published.source import Source
from graticule.services.tables.workshop import Workshop, workshop

_AT_ONCE = 20_000
_GROUP_ROWS = 4096
_MADE_BY = 2  # raised when copies are made in another way


def folder() -> Path:
    """Give the folder of the copies."""
    home: Path = settings.GRATICULE["home"]
    return home / "cache" / "published"


def copies_of(wanted: Sequence[Source], held: ExitStack) -> dict[str, tuple[Path, ...]]:
    """Give a true copy of each of some tables.

    Parameters
    ----------
    held
        As long as it is open, the files stay.

    Returns
    -------
    dict
        Files by the qualified names of the tables: all pieces, one at least.
    """
    if not wanted:
        return {}
    counted = _counted(wanted)
    return {each.table.qualified_name: _copy(each, counted, held) for each in wanted}


def _counted(wanted: Sequence[Source]) -> Counts:
    if connection.in_atomic_block:
        # Within a transaction nothing is known for long: it may be undone yet.
        return {(BEGIN, 0): uuid4().int}
    return counts({name for each in wanted for name in each.watches})


def _copy(source: Source, counted: Counts, held: ExitStack) -> tuple[Path, ...]:
    found = _listed(_list_of(source, counted), held)
    if found is not None:
        return found
    folder().mkdir(parents=True, exist_ok=True)
    with _alone(source), snapshot():
        # Perhaps others have made it meanwhile, or rows have changed again.
        counted = _counted([source])
        path = _list_of(source, counted)
        found = _listed(path, held)
        if found is None:
            _make(source, counted, path)
            found = _listed(path, held)
            _forget_others(source, path)
    assert found is not None
    return found


def _listed(path: Path, held: ExitStack) -> tuple[Path, ...] | None:
    """Give the pieces of a list, which is locked as long as they are read."""
    try:
        file = held.enter_context(path.open(encoding="ascii"))
    except FileNotFoundError:
        return None
    fcntl.flock(file, fcntl.LOCK_SH)
    if os.fstat(file.fileno()).st_nlink == 0:
        return None  # removed just before
    return _named(path, file.read())


def _named(path: Path, text: str) -> tuple[Path, ...]:
    return tuple(path.parent / name for name in json.loads(text))


def _list_of(source: Source, counted: Counts) -> Path:
    """Name the list of the pieces that are true at these counts."""
    names = {BEGIN, *source.watches}
    ours = sorted((key, far) for key, far in counted.items() if key[0] in names)
    return folder() / f"{_stem(source)}-{_token(source, ours)}.json"


def _piece_of(source: Source, counted: Counts, slot: int) -> Path:
    """Name a piece that is true at these counts."""
    far = [
        counted.get((name, slot if WATCHED[name].key else 0), 0)
        for name in source.watches
    ]
    token = _token(source, [counted[BEGIN, 0], far])
    return folder() / f"{_stem(source)}-{slot}-{token}.parquet"


def _stem(source: Source) -> str:
    return source.table.qualified_name


def _token(source: Source, counted: Sequence[Any]) -> str:
    """Name the state of rows, and how they are copied."""
    seen = [[each.model.__name__, each.prefix] for each in source.seen]
    types = [[each.name, each.datatype] for each in source.stored]
    how = [_MADE_BY, PIECE_BITS, SLOT_BITS, source.key, source.order, source.watches]
    told = [*how, list(source.fields.items()), types, seen, counted]
    return sha256(json.dumps(told).encode()).hexdigest()[:32]


@contextmanager
def _alone(source: Source) -> Iterator[None]:
    """Let one process at a time copy a table; others wait and find it done."""
    with (folder() / f"{_stem(source)}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(source: Source, counted: Counts, path: Path) -> None:
    """Write the pieces that are not there, then the list of all."""
    # What has no rows is not written, but for the first.
    keys: dict[int, list[range]] = {0: []}
    for piece in source.pieces(PIECE_BITS):
        found = range(piece << PIECE_BITS, (piece + 1) << PIECE_BITS)
        keys.setdefault(slot_of(found.start), []).append(found)
    pieces = {slot: _piece_of(source, counted, slot) for slot in keys}
    missing = {slot: file for slot, file in pieces.items() if not file.is_file()}
    if missing:
        with workshop(_tell_nobody) as shop:
            for slot, file in missing.items():
                _stage(shop, source)
                _fill(shop, source, keys[slot])
                _write(shop, source, file)
    names = [file.name for file in pieces.values()]
    aside = path.with_suffix(f".{uuid4().hex}")
    aside.write_text(json.dumps(names), encoding="ascii")
    aside.rename(path)


def _forget_others(source: Source, path: Path) -> None:
    """Remove what is not true any more, but for what somebody reads."""
    kept = {path, *_named(path, path.read_text(encoding="ascii"))}
    for other in path.parent.glob(f"{_stem(source)}-*.json"):
        if other != path:
            with other.open(encoding="ascii") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    kept |= {other, *_named(other, file.read())}
                else:
                    other.unlink()
    for other in path.parent.glob(f"{_stem(source)}-*"):
        if other not in kept:
            other.unlink()


def _stage(shop: Workshop, source: Source) -> None:
    """Make room for the rows of a piece."""
    types = [STORED[each.datatype] for each in source.stored]
    types += ["BIGINT"] * len(_rights(source))
    fields = ", ".join(f"c{place} {kind}" for place, kind in enumerate(types))
    shop.database.execute(f"CREATE OR REPLACE TEMP TABLE stage ({fields})")


def _rights(source: Source) -> list[str]:
    """Name the columns that say who sees a row, for each thing that it hangs on."""
    words = ("id", "owner", "group")
    return [f"{word}{place}" for place in range(len(source.seen)) for word in words]


def _fill(shop: Workshop, source: Source, keys: Sequence[range]) -> None:
    """Bring the rows with these keys."""
    columns, rights = source.stored, len(_rights(source))
    found = source.within(keys).iterator(_AT_ONCE)
    while part := list(islice(found, _AT_ONCE)):
        values = list(zip(*part, strict=True))
        arrays = {
            f"c{place}": as_array(column, values[place])
            for place, column in enumerate(columns)
        }
        for place in range(len(columns), len(columns) + rights):
            arrays[f"c{place}"] = whole(values[place], "i8")
        shop.insert(arrays)


def _write(shop: Workshop, source: Source, path: Path) -> None:
    names = [each.name for each in source.stored] + _rights(source)
    chosen = ", ".join(f'c{place} AS "{name}"' for place, name in enumerate(names))
    order = f' ORDER BY "{source.order}"' if source.order else ""
    aside = path.with_suffix(f".{uuid4().hex}")
    target = str(aside).replace("'", "''")
    try:
        shop.database.execute(
            f"COPY (SELECT {chosen} FROM stage{order}) TO '{target}' "  # noqa: S608 -- our own names
            f"(FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE {_GROUP_ROWS})"
        )
        aside.rename(path)
    finally:
        aside.unlink(missing_ok=True)


def _tell_nobody(phase: str, share: float | None) -> None:
    del phase, share

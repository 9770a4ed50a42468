"""Rows as a FITS binary table, however many (FITS 4.0, 7.3).

Rows go aside first, until the widest text of each column is known; lists of any length
and very long texts go to the heap.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any

from graticule.services.adql.names import bare
from graticule.services.published.model import PublishedColumn
from graticule.services.votable.sizes import TEXTS, fixed_count, is_single

_BLOCK = 2880
_WIDEST = 1000  # longer texts would make rows of mostly nothing
_CODES = {
    "boolean": ("L", "c"),
    "unsignedByte": ("B", "B"),
    "short": ("I", "h"),
    "int": ("J", "i"),
    "long": ("K", "q"),
    "float": ("E", "f"),
    "double": ("D", "d"),
}
_MISSING = {
    "unsignedByte": 255,
    "short": -(2**15),
    "int": -(2**31),
    "long": -(2**63),
    "float": float("nan"),
    "double": float("nan"),
}
_WHOLE = ("unsignedByte", "short", "int", "long")


class _Heap:
    """What has no place of fixed size: bytes aside, and where they are."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.size = 0

    def add(self, data: bytes, count: int) -> bytes:
        where = struct.pack(">qq", count, self.size)
        self.file.write(data)
        self.size += len(data)
        return where


class _Texts:
    """The texts of a column, aside; read again in the same order."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.width = 1

    def pack(self, value: Any) -> bytes:
        data = ("" if value is None else str(value)).encode("ascii", "replace")
        self.width = max(self.width, len(data))
        self.file.write(data)
        return struct.pack(">q", len(data))

    @property
    def is_short(self) -> bool:
        return self.width <= _WIDEST

    def settled(self, packed: bytes, heap: _Heap) -> bytes:
        """Give what stands in the row, now that the widest text is known."""
        data = self.file.read(struct.unpack(">q", packed)[0])
        return data.ljust(self.width) if self.is_short else heap.add(data, len(data))


def write_fits(
    rows: Iterable[Sequence[Any]], columns: Sequence[PublishedColumn], path: Path
) -> int:
    """Write a file with an empty primary unit and the table.

    Returns
    -------
    int
        How many rows there are.
    """
    with ExitStack() as files:

        def aside() -> IO[bytes]:
            return files.enter_context(TemporaryFile(dir=path.parent))

        heap, first = _Heap(aside()), aside()
        texts = [
            _Texts(aside()) if column.datatype in TEXTS else None for column in columns
        ]
        packers = [
            text.pack if text else _packer(column, heap)
            for column, text in zip(columns, texts, strict=True)
        ]
        count = 0
        for row in rows:
            for pack, value in zip(packers, row, strict=True):
                first.write(pack(value))
            count += 1
        for file in (first, *(text.file for text in texts if text)):
            file.seek(0)
        with path.open("w+b") as out:
            out.write(_header([("SIMPLE", True), ("BITPIX", 8), ("NAXIS", 0)]))
            begin = out.tell()
            out.write(_table_header(columns, texts, count, 0))
            _copy_rows(first, out, columns, texts, count, heap)
            heap.file.seek(0)
            copyfileobj(heap.file, out)
            out.write(b"\0" * (-out.tell() % _BLOCK))
            out.seek(begin)
            out.write(_table_header(columns, texts, count, heap.size))
    return count


def _copy_rows(
    first: IO[bytes],
    out: IO[bytes],
    columns: Sequence[PublishedColumn],
    texts: Sequence[_Texts | None],
    count: int,
    heap: _Heap,
) -> None:
    """Write the rows with their texts in place."""
    sizes = [
        8 if text else _form(column)[1]
        for column, text in zip(columns, texts, strict=True)
    ]
    for _ in range(count):
        for size, text in zip(sizes, texts, strict=True):
            packed = first.read(size)
            out.write(text.settled(packed, heap) if text else packed)


def _packer(column: PublishedColumn, heap: _Heap) -> Callable[[Any], bytes]:
    one = _one(column.datatype)
    count = fixed_count(column.arraysize)
    if is_single(column):
        return one
    if count is None:

        def varying(value: Any) -> bytes:
            values = value or ()
            return heap.add(b"".join(map(one, values)), len(values))

        return varying
    length = count
    return lambda value: b"".join(map(one, [None] * length if value is None else value))


def _one(datatype: str) -> Callable[[Any], bytes]:
    if datatype == "boolean":
        return lambda value: b"\0" if value is None else b"T" if value else b"F"
    packed = struct.Struct(f">{_CODES[datatype][1]}").pack
    empty = packed(_MISSING[datatype])
    return lambda value: empty if value is None else packed(value)


def _form(column: PublishedColumn, text: _Texts | None = None) -> tuple[str, int]:
    """Give the TFORM of a column, and its bytes in a row."""
    if text is not None:
        return (f"{text.width}A", text.width) if text.is_short else ("1QA", 16)
    code, packed = _CODES[column.datatype]
    count = fixed_count(column.arraysize)
    if count is None:
        return f"1Q{code}", 16
    return f"{count}{code}", count * struct.calcsize(f">{packed}")


def _table_header(
    columns: Sequence[PublishedColumn],
    texts: Sequence[_Texts | None],
    rows: int,
    heap: int,
) -> bytes:
    forms = [_form(column, text) for column, text in zip(columns, texts, strict=True)]
    cards: list[tuple[str, str | int | bool]] = [
        ("XTENSION", "BINTABLE"),
        ("BITPIX", 8),
        ("NAXIS", 2),
        ("NAXIS1", sum(size for _, size in forms)),
        ("NAXIS2", rows),
        ("PCOUNT", heap),
        ("GCOUNT", 1),
        ("TFIELDS", len(columns)),
    ]
    for place, (column, (form, _)) in enumerate(zip(columns, forms, strict=True), 1):
        cards += [(f"TTYPE{place}", bare(column.name)), (f"TFORM{place}", form)]
        if column.unit:
            cards.append((f"TUNIT{place}", column.unit))
        if column.ucd:
            cards.append((f"TUCD{place}", column.ucd))
        if column.datatype in _WHOLE and is_single(column):
            cards.append((f"TNULL{place}", int(_MISSING[column.datatype])))
    return _header(cards)


def _header(cards: Iterable[tuple[str, str | int | bool]]) -> bytes:
    lines = [f"{name:<8}= {_value(value)}"[:80].ljust(80) for name, value in cards]
    text = "".join([*lines, "END".ljust(80)]).encode("ascii", "replace")
    return text + b" " * (-len(text) % _BLOCK)


def _value(value: str | int | bool) -> str:  # noqa: FBT001 -- a card holds any of them
    if isinstance(value, bool):
        return f"{'T' if value else 'F':>20}"
    if isinstance(value, int):
        return f"{value:>20}"
    quoted = value.replace("'", "''")[:60]
    return f"'{quoted:<8}'"

"""Values of cells as VOTable writes them: packed (BINARY2) and as text (TABLEDATA)."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from graticule.services.published.model import PublishedColumn
from graticule.services.votable.sizes import TEXTS, fixed_count, is_single

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STRUCT = {
    "unsignedByte": "B",
    "short": "h",
    "int": "i",
    "long": "q",
    "float": "f",
    "double": "d",
}
_NAN = float("nan")

Pack = Callable[[Any], bytes]
Write = Callable[[Any], str]


def xml_text(text: str) -> str:
    """Write a text for XML; what XML cannot hold is replaced."""
    return escape(_NOT_IN_XML.sub("\ufffd", text), {"\r": "&#13;"})


def xml_attribute(text: str) -> str:
    """Write a text as the value of an attribute, between quotes."""
    return quoteattr(_NOT_IN_XML.sub("\ufffd", text))


def writer_of(column: PublishedColumn) -> Write:
    """Give what writes values of a column as the text of a TD; no value as nothing."""
    one = _one_as_text(column)
    if is_single(column):
        return lambda value: "" if value is None else one(value)
    return lambda value: "" if value is None else " ".join(map(one, value))


def _one_as_text(column: PublishedColumn) -> Write:
    kind = column.datatype
    if kind in TEXTS:
        return lambda value: xml_text(str(value))
    if kind == "boolean":
        return lambda value: "?" if value is None else "T" if value else "F"
    if kind == "double":
        return lambda value: "NaN" if value is None else _number(repr(float(value)))
    if kind == "float":
        return lambda value: "NaN" if value is None else _number(f"{value:.9g}")
    return lambda value: "0" if value is None else str(int(value))


def _number(text: str) -> str:
    """Write a number as VOTable does, infinities included."""
    return {"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}.get(text, text)


def packer_of(column: PublishedColumn) -> Pack:
    """Give what packs values of a column; what is missing has a place all the same."""
    kind, count = column.datatype, fixed_count(column.arraysize)
    if kind in TEXTS:
        return _text_packer(kind, count)
    pack, empty = _one_packed(kind)
    if is_single(column):
        return lambda value: empty if value is None else pack(value)
    if count is None:
        return lambda value: _counted(value or (), pack, empty)
    length = count

    def fixed(value: Sequence[Any] | None) -> bytes:
        if value is None:
            return empty * length
        return b"".join(empty if each is None else pack(each) for each in value)

    return fixed


def _counted(values: Sequence[Any], pack: Pack, empty: bytes) -> bytes:
    cells = b"".join(empty if each is None else pack(each) for each in values)
    return struct.pack(">i", len(values)) + cells


def _one_packed(kind: str) -> tuple[Pack, bytes]:
    if kind == "boolean":
        return (lambda value: b"T" if value else b"F"), b"?"
    packed = struct.Struct(f">{_STRUCT[kind]}").pack
    return packed, packed(_NAN if kind in {"float", "double"} else 0)


def _text_packer(kind: str, count: int | None) -> Pack:
    width = 2 if kind == "unicodeChar" else 1

    def encoded(value: Any) -> bytes:
        text = "" if value is None else str(value)
        if width == 2:
            return text.encode("utf-16-be", "replace")
        return text.encode("ascii", "replace")

    if count is None:

        def varying(value: Any) -> bytes:
            data = encoded(value)
            return struct.pack(">i", len(data) // width) + data

        return varying
    size = count * width
    return lambda value: encoded(value)[:size].ljust(size, b"\0")

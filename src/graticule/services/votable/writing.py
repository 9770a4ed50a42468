"""A table as VOTable, row by row: however many they are, memory stays the same.

What is known first stands before the table, what shows at the end after it (contract
uws Y4).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import IO, Any, Protocol

from graticule.services.published.model import PublishedColumn
from graticule.services.votable.cells import (
    packer_of,
    writer_of,
    xml_attribute,
    xml_text,
)
from graticule.services.votable.linking import identifying, links_service

_IMAGES = "images"
"""ID of the field that names images."""
_AT_ONCE = 3 * 16_384  # bytes; a multiple of 3, so that pieces of base64 join


class Serialization(Enum):
    """How rows are written."""

    BINARY2 = "binary2"
    TABLEDATA = "tabledata"


class Rows(Protocol):
    """Rows that know in the end whether there are more."""

    @property
    def columns(self) -> tuple[PublishedColumn, ...]:
        """Their columns."""

    @property
    def overflows(self) -> bool:
        """Whether there are more, told after the last one."""

    def __iter__(self) -> Any:
        """Give them."""


def write_votable(
    out: IO[bytes],
    rows: Rows,
    serialization: Serialization,
    infos: Mapping[str, str] | None = None,
    description: str = "",
    links: str = "",
) -> int:
    """Write a VOTable with one table.

    Parameters
    ----------
    infos
        Further INFOs before the table.
    links
        Address of the service that has links of images; a table with a column that
        names images says so.

    Returns
    -------
    int
        How many rows were written.
    """
    images = identifying(rows.columns) if links else None
    out.write(_head(rows.columns, infos or {}, description, images).encode())
    out.write(f"<DATA>\n<{serialization.name}>".encode())
    if serialization is Serialization.BINARY2:
        out.write(b'<STREAM encoding="base64">\n')
        count = _binary2(out, rows, rows.columns)
        out.write(b"</STREAM>")
    else:
        out.write(b"\n")
        count = _tabledata(out, rows, rows.columns)
    out.write(f"</{serialization.name}>\n</DATA>\n</TABLE>\n".encode())
    if rows.overflows:
        out.write(b'<INFO name="QUERY_STATUS" value="OVERFLOW"/>\n')
    out.write(b"</RESOURCE>\n")
    if images is not None:
        out.write(links_service(links, _IMAGES).encode())
    out.write(b"</VOTABLE>\n")
    return count


def _head(
    columns: Sequence[PublishedColumn],
    infos: Mapping[str, str],
    description: str,
    images: int | None,
) -> str:
    more = "".join(
        f"<INFO name={xml_attribute(name)} value={xml_attribute(text)}/>\n"
        for name, text in infos.items()
    )
    about = (
        f"<DESCRIPTION>{xml_text(description)}</DESCRIPTION>\n" if description else ""
    )
    fields = "".join(
        _field(column, _IMAGES if number == images else "")
        for number, column in enumerate(columns)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">\n'
        '<RESOURCE type="results">\n'
        f'<INFO name="QUERY_STATUS" value="OK"/>\n{more}<TABLE>\n{about}'
        f"{fields}"
    )


@lru_cache(maxsize=4096)
def _field(column: PublishedColumn, field_id: str) -> str:
    attributes = {
        "ID": field_id,
        "name": column.name,
        "datatype": column.datatype,
        "arraysize": column.arraysize,
        "xtype": column.xtype,
        "unit": column.unit,
        "ucd": column.ucd,
        "utype": column.utype,
    }
    given = "".join(
        f" {name}={xml_attribute(text)}" for name, text in attributes.items() if text
    )
    if not column.description:
        return f"<FIELD{given}/>\n"
    about = f"<DESCRIPTION>{xml_text(column.description)}</DESCRIPTION>"
    return f"<FIELD{given}>{about}</FIELD>\n"


def _tabledata(
    out: IO[bytes], rows: Iterable[Sequence[Any]], columns: Sequence[PublishedColumn]
) -> int:
    writers = [writer_of(column) for column in columns]
    count = 0
    for row in rows:
        cells = "</TD><TD>".join(
            write(value) for write, value in zip(writers, row, strict=True)
        )
        out.write(f"<TR><TD>{cells}</TD></TR>\n".encode())
        count += 1
    return count


def _binary2(
    out: IO[bytes], rows: Iterable[Sequence[Any]], columns: Sequence[PublishedColumn]
) -> int:
    packers = [packer_of(column) for column in columns]
    # One bit for each column, the first one highest, filled up to whole bytes.
    flag_bytes = (len(columns) + 7) // 8
    top = flag_bytes * 8 - 1
    bits = [1 << (top - place) for place in range(len(columns))]
    waiting = bytearray()
    count = 0
    for row in rows:
        missing = 0
        for bit, value in zip(bits, row, strict=True):
            if value is None:
                missing |= bit
        waiting += missing.to_bytes(flag_bytes, "big")
        for pack, value in zip(packers, row, strict=True):
            waiting += pack(value)
        count += 1
        if len(waiting) >= _AT_ONCE:
            whole = len(waiting) // 3 * 3
            out.write(b64encode(waiting[:whole]) + b"\n")
            del waiting[:whole]
    out.write(b64encode(waiting) + b"\n")
    return count

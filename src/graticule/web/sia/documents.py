"""Observations as a VOTable, row by row (SIA 2.0, section 4; contract uws Y4, 22).

Columns come from their one table. Knows no request and asks no tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from graticule.services.observatory.obscore_columns import OBSCORE_COLUMNS
from graticule.services.published.model import PublishedColumn
from graticule.services.votable.linking import links_service
from graticule.web.uws.documents import writable

STANDARD = "ivo://ivoa.net/std/SIA#query-2.0"
_NO_WHOLE_NUMBER = "-1"

Cell = str | int | float | None
Row = Sequence[Cell]


def observations_document(
    rows: Iterable[Row],
    *,
    most: int,
    echo: Iterable[tuple[str, str]],
    links: str,
) -> Iterator[str]:
    """Write a document piece by piece.

    Parameters
    ----------
    rows
        Values in the order of the columns; one more than ``most`` shows that there are
        more.
    echo
        Parameters, repeated in the document.
    links
        Address of the service of links.
    """
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">\n'
        '<RESOURCE type="results">\n'
        '<INFO name="QUERY_STATUS" value="OK"/>\n'
        f'<INFO name="standardID" value="{STANDARD}"/>\n'
    )
    for name, text in echo:
        yield f"<INFO name={_value(name)} value={_value(text)}/>\n"
    yield '<TABLE name="results">\n'
    yield from map(_field, OBSCORE_COLUMNS)
    yield "<DATA><TABLEDATA>\n"
    count = 0
    is_cut = most == 0
    if not is_cut:
        for row in rows:
            if count == most:
                is_cut = True
                break
            count += 1
            yield f"<TR>{''.join(map(_cell, OBSCORE_COLUMNS, row))}</TR>\n"
    yield "</TABLEDATA></DATA>\n</TABLE>\n"
    if is_cut:
        yield (
            '<INFO name="QUERY_STATUS" value="OVERFLOW">'
            f"There may be more: {most} rows are given (MAXREC).</INFO>\n"
        )
    yield f"</RESOURCE>\n{links_service(links, 'obs_publisher_did')}</VOTABLE>\n"


def _field(column: PublishedColumn) -> str:
    attributes = (
        ("ID", column.name),
        ("name", column.name),
        ("datatype", column.datatype),
        ("arraysize", column.arraysize),
        ("unit", column.unit),
        ("ucd", column.ucd),
        ("utype", column.utype),
        ("xtype", column.xtype),
    )
    written = "".join(f" {name}={_value(text)}" for name, text in attributes if text)
    null = f'<VALUES null="{_NO_WHOLE_NUMBER}"/>' if _is_whole(column) else ""
    return (
        f"<FIELD{written}><DESCRIPTION>{escape(column.description)}</DESCRIPTION>"
        f"{null}</FIELD>\n"
    )


def _is_whole(column: PublishedColumn) -> bool:
    return column.datatype in {"int", "long"}


def _cell(column: PublishedColumn, cell: Cell) -> str:
    if cell is None:
        text = _NO_WHOLE_NUMBER if _is_whole(column) else ""
    else:
        text = repr(cell) if isinstance(cell, float) else str(cell)
    return f"<TD>{escape(writable(text))}</TD>"


def _value(text: str) -> str:
    return quoteattr(writable(text))

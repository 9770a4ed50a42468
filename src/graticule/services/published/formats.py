"""What answers can be written as: media types, the words that ask for them, writers.

Each writer takes rows one after another, in bounded memory.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from graticule.errors import RequestError
from graticule.services.adql.names import bare
from graticule.services.published.answering import Answer
from graticule.services.published.arrays import as_array
from graticule.services.published.binary_table import write_fits
from graticule.services.published.views import stored
from graticule.services.tables.workshop import workshop
from graticule.services.votable.sizes import is_single
from graticule.services.votable.writing import Serialization, write_votable

_AT_ONCE = 5_000
_STANDARD = "ivo://ivoa.net/std/TAP"

Writer = Callable[[Answer, Path, str], int]


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """One way to write an answer.

    Attributes
    ----------
    media_types
        Those that ask for it; the first one is what it is called.
    words
        Short names that ask for it.
    ivoid
        Identifier of the format, for formats that have one (TAPRegExt 1.0).
    """

    media_types: tuple[str, ...]
    words: tuple[str, ...]
    suffix: str
    write: Writer
    ivoid: str = ""


def _votable(serialization: Serialization) -> Writer:
    def write(answer: Answer, path: Path, query: str) -> int:
        infos = {"standardID": _STANDARD, "QUERY": query}
        with path.open("wb") as out:
            return write_votable(out, answer, serialization, infos, links=answer.links)

    return write


def _plain(values: Sequence[Any], singles: Sequence[bool]) -> list[Any]:
    return [
        value if single or value is None else " ".join(map(str, value))
        for value, single in zip(values, singles, strict=True)
    ]


def _separated(separator: str) -> Writer:
    """Write lines: CSV with quotes where needed, TSV without tabs in values."""

    def write(answer: Answer, path: Path, query: str) -> int:
        del query
        singles = [is_single(column) for column in answer.columns]
        with path.open("w", encoding="utf-8", newline="") as out:
            lines = csv.writer(out, delimiter=separator, lineterminator="\r\n")
            lines.writerow([bare(column.name) for column in answer.columns])
            count = 0
            for row in answer:
                cells = _plain(row, singles)
                if separator == "\t":
                    cells = [_one_line(cell) for cell in cells]
                lines.writerow(cells)
                count += 1
        return count

    return write


def _one_line(cell: Any) -> Any:
    return " ".join(cell.split()) if isinstance(cell, str) else cell


def _json(answer: Answer, path: Path, query: str) -> int:
    del query
    described = [
        {
            "name": bare(column.name),
            "datatype": column.datatype,
            "arraysize": column.arraysize or None,
            "xtype": column.xtype or None,
            "unit": column.unit or None,
            "ucd": column.ucd or None,
            "utype": column.utype or None,
            "description": column.description or None,
        }
        for column in answer.columns
    ]
    with path.open("wb") as raw, TextIOWrapper(raw, encoding="utf-8") as out:
        out.write(f'{{"metadata": {json.dumps(described, ensure_ascii=False)},\n')
        out.write('"data": [')
        count = 0
        for row in answer:
            out.write(",\n" if count else "\n")
            out.write(json.dumps([_finite(each) for each in row], ensure_ascii=False))
            count += 1
        overflows = json.dumps(answer.overflows)
        out.write(f'\n],\n"overflow": {overflows}}}\n')
    return count


def _finite(value: Any) -> Any:
    """Write what JSON has no number for as no value."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return value


def _parquet(answer: Answer, path: Path, query: str) -> int:
    del query
    names = [bare(column.name) for column in answer.columns]
    if len({name.lower() for name in names}) < len(names):
        raise RequestError(
            "Two columns of the answer have the same name, which Parquet cannot tell "
            "apart: rename one with AS, or ask for another format."
        )
    fields = ", ".join(
        f"c{at} {stored(each)}" for at, each in enumerate(answer.columns)
    )
    chosen = ", ".join(
        'c{} AS "{}"'.format(place, name.replace('"', '""'))
        for place, name in enumerate(names)
    )
    target = str(path).replace("'", "''")
    count = 0
    with workshop(lambda _phase, _share: None) as shop:
        shop.database.execute(f"CREATE TABLE stage ({fields})")
        for part in _parts(answer):
            values = list(zip(*part, strict=True))
            shop.insert(
                {
                    f"c{place}": as_array(column, values[place])
                    for place, column in enumerate(answer.columns)
                }
            )
            count += len(part)
        shop.database.execute(
            f"COPY (SELECT {chosen} FROM stage) TO '{target}' (FORMAT parquet)"  # noqa: S608 -- quoted
        )
    return count


def _parts(rows: Iterable[Any]) -> Iterable[list[Any]]:
    part: list[Any] = []
    for row in rows:
        part.append(row)
        if len(part) >= _AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def _fits(answer: Answer, path: Path, query: str) -> int:
    del query
    return write_fits(answer, answer.columns, path)


_VOTABLE = "application/x-votable+xml"
_EXTENSIONS = "ivo://ivoa.net/std/TAPRegExt#output-votable-"
FORMATS: tuple[OutputFormat, ...] = (
    OutputFormat(
        (_VOTABLE, f"{_VOTABLE};serialization=binary2", "application/xml"),
        ("votable", "votable/b2", "votable/binary2"),
        "vot",
        _votable(Serialization.BINARY2),
        f"{_EXTENSIONS}binary2",
    ),
    OutputFormat(
        (f"{_VOTABLE};serialization=tabledata", "text/xml"),
        ("votable/td", "votable/tabledata"),
        "vot",
        _votable(Serialization.TABLEDATA),
        f"{_EXTENSIONS}td",
    ),
    OutputFormat(
        ("text/csv;header=present", "text/csv"), ("csv",), "csv", _separated(",")
    ),
    OutputFormat(
        ("text/tab-separated-values",), ("tsv", "text"), "tsv", _separated("\t")
    ),
    OutputFormat(("application/fits",), ("fits",), "fits", _fits),
    OutputFormat(
        ("application/vnd.apache.parquet",), ("parquet",), "parquet", _parquet
    ),
    OutputFormat(("application/json",), ("json",), "json", _json),
)


def format_for(asked: str) -> tuple[OutputFormat, str]:
    """Find the format that somebody asks for, and the media type to send it with.

    Raises
    ------
    graticule.errors.RequestError
        If there is none.
    """
    word = "".join(asked.lower().split())
    if not word:
        return FORMATS[0], FORMATS[0].media_types[0]
    for each in FORMATS:
        if word in each.words:
            return each, each.media_types[0]
        if word in each.media_types:
            return each, word if word != "text/csv" else each.media_types[0]
    with suppress(StopIteration):
        # Parameters that are not known here change nothing.
        kind = word.partition(";")[0]
        found = next(each for each in FORMATS if kind in each.media_types)
        if ";serialization=" not in word:
            return found, kind
    known = ", ".join(each.words[0] for each in FORMATS)
    raise RequestError(
        f"RESPONSEFORMAT {asked[:80]} cannot be given; there is {known}."
    )

"""CSV files as tables: types inferred, or named in a first row.

The file is read twice, a block at a time: once to see what each column holds,
once to write it. Types are named as by OMERO's own tool::

    # header s,d,l,image,well
    Name,Area,Count,Image,Well
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from graticule.errors import CorruptFileError, RequestError
from graticule.services.tables.columns import (
    WHOLE_KINDS,
    Column,
    Kind,
    check_names,
    kind_by_name,
    place,
)
from graticule.services.tables.workshop import Workshop

_TYPE_ROW = re.compile(r"#\s*header\s+", re.IGNORECASE)
_CODES = {
    **{kind.value: kind for kind in Kind if "array" not in kind},
    "s": Kind.STRING,
    "d": Kind.DOUBLE,
    "l": Kind.LONG,
    "b": Kind.BOOL,
}
_DELIMITERS = ",;\t|"
_BLOCK_CHARACTERS = 1 << 20
_MAX_LINE_BYTES = 16 << 20
_LINE = re.compile(r"CSV Error on Line: (\d+)")
_FOUND = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
_TRUTHS = "('true', 'false', '1', '0')"


@dataclass(frozen=True, slots=True)
class _Head:
    """What the first rows say: names, types if there are any, rows to skip."""

    names: tuple[str, ...]
    kinds: tuple[Kind, ...] | None
    rows: int
    delimiter: str


def import_csv(
    shop: Workshop,
    path: Path,
    target: Path,
    *,
    delimiter: str | None = None,
    encoding: str = "utf-8",
) -> None:
    """Write a CSV file as a table.

    Parameters
    ----------
    delimiter
        What separates values; found out if not given.
    encoding
        How characters are written.

    Raises
    ------
    graticule.errors.CorruptFileError
        If a row or value does not fit; it says which line.
    graticule.errors.RequestError
        If there is no such encoding, or the delimiter is not one character.
    """
    text = _as_utf8(shop, path, encoding)
    head = _head(path, text, delimiter)
    source, parameters = _source(shop, text, head)
    try:
        columns = _columns(shop, path, head, source, parameters)
        values = ", ".join(
            f"{_value(place(index), column.kind)} AS {place(index)}"
            for index, column in enumerate(columns)
        )
        shop.write(f"SELECT {values} FROM {source}", parameters, target, columns, {})  # noqa: S608 -- text of ours alone
    except duckdb.InvalidInputException as error:
        raise _malformed(path, text, head, str(error)) from None


def _as_utf8(shop: Workshop, path: Path, encoding: str) -> Path:
    """Give the file itself, or a copy of it in UTF-8."""
    try:
        codec = codecs.lookup(encoding).name
    except LookupError:
        raise RequestError(f"There is no encoding {encoding}.") from None
    if codec in {"utf-8", "utf-8-sig", "ascii"}:
        return path
    shop.tell(f"reading {encoding}")
    copy = shop.folder / "utf-8.csv"
    lines = 0
    try:
        with (
            path.open(encoding=encoding, newline="") as source,
            copy.open("w", encoding="utf-8", newline="") as target,
        ):
            while block := source.read(_BLOCK_CHARACTERS):
                target.write(block)
                lines += block.count("\n")
    except UnicodeError:
        raise CorruptFileError(
            path, f"this is not {encoding}, about line {lines + 1} or after."
        ) from None
    return copy


def _head(path: Path, text: Path, delimiter: str | None) -> _Head:
    """Read names and types."""
    if delimiter is not None and len(delimiter) != 1:
        raise RequestError("The delimiter must be one character.")
    try:
        with text.open(encoding="utf-8-sig", newline="") as lines:
            first = lines.readline(_MAX_LINE_BYTES)
            lines.seek(0)
            typed = _TYPE_ROW.match(first)
            if delimiter is None:
                line = first[typed.end() :] if typed else first
                delimiter = max(_DELIMITERS, key=line.count)
            rows = list(islice(csv.reader(lines, delimiter=delimiter), 2))
    except UnicodeDecodeError:
        raise CorruptFileError(
            path, "this is not UTF-8: save it so, or name its encoding by --encoding."
        ) from None
    except csv.Error as error:
        raise CorruptFileError(path, f"line 1: {error}.") from None
    if len(rows) < (2 if typed else 1):
        raise CorruptFileError(path, "there is no row with the names of columns.")
    names = tuple(name.strip() for name in rows[1 if typed else 0])
    try:
        check_names(names)
    except RequestError as error:
        raise CorruptFileError(path, f"line {1 + bool(typed)}: {error}") from None
    if not typed:
        return _Head(names, None, 1, delimiter)
    codes = [_TYPE_ROW.sub("", rows[0][0]), *rows[0][1:]]
    return _Head(names, _kinds(path, codes, len(names)), 2, delimiter)


def _kinds(path: Path, codes: Sequence[str], wanted: int) -> tuple[Kind, ...]:
    if len(codes) != wanted:
        cause = f"line 1: {len(codes)} types for {wanted} columns."
        raise CorruptFileError(path, cause)
    for code in codes:
        if code.strip().lower() not in _CODES:
            known = ", ".join(sorted(_CODES))
            cause = f"line 1: there is no type {code.strip()!r}, only {known}."
            raise CorruptFileError(path, cause)
    return tuple(_CODES[code.strip().lower()] for code in codes)


def _source(shop: Workshop, text: Path, head: _Head) -> tuple[str, list[str]]:
    """Make the words that read the file as texts, and their parameters."""
    fields = ", ".join(f"'{place(i)}': 'VARCHAR'" for i in range(len(head.names)))
    source = (
        "read_csv(?, auto_detect = false, header = false, strict_mode = true, "
        "delim = ?, quote = '\"', escape = '\"', null_padding = false, "
        f"skip = {head.rows}, max_line_size = {_MAX_LINE_BYTES}, "
        f"columns = {{{fields}}})"
    )
    return source, [shop.named(text), head.delimiter]


def _columns(
    shop: Workshop, path: Path, head: _Head, source: str, parameters: list[str]
) -> tuple[Column, ...]:
    """See what the columns hold, all values of them."""
    word = "(lower({c}) IN ('true', 'false'))"
    tests = ", ".join(
        f"count({c}), "
        + ", ".join(
            f"bool_and({test}) FILTER ({c} IS NOT NULL)"
            for test in (
                *(_is(c, kind) for kind in (Kind.LONG, Kind.DOUBLE, Kind.BOOL)),
                word.format(c=c),
            )
        )
        for c in map(place, range(len(head.names)))
    )
    found = shop.run(
        "looking at the values",
        f"SELECT count(*), {tests} FROM {source}",  # noqa: S608 -- text of ours alone
        parameters,
    )[0]
    rows = found[0]
    columns = []
    for index, name in enumerate(head.names):
        filled, whole, number, truth, word = found[1 + 5 * index : 6 + 5 * index]
        holds = {Kind.LONG: whole, Kind.DOUBLE: number, Kind.BOOL: truth}
        if head.kinds is None:
            full = filled == rows
            kind = _inferred(name, filled, holds | {Kind.BOOL: word}, full=full)
        else:
            kind = head.kinds[index]
            stored = Kind.LONG if kind in WHOLE_KINDS else kind
            needs_all = stored in {Kind.LONG, Kind.BOOL}
            fits = holds.get(stored, True) in {True, None}
            if not fits or (needs_all and filled < rows):
                raise _misfit(shop, path, head, index, stored, source, parameters)
        columns.append(Column(name, kind))
    return tuple(columns)


def _inferred(
    name: str, filled: int, holds: dict[Kind, bool | None], *, full: bool
) -> Kind:
    if not filled:
        return Kind.STRING
    if holds[Kind.LONG] and full:
        return kind_by_name(name)
    if holds[Kind.DOUBLE]:
        return Kind.DOUBLE
    if holds[Kind.BOOL] and full:
        return Kind.BOOL
    return Kind.STRING


def _is(c: str, kind: Kind) -> str:
    """Say that a text is a value of a kind."""
    if kind == Kind.LONG:
        return (
            f"(regexp_full_match(trim({c}), '[+-]?[0-9]+') "
            f"AND TRY_CAST(trim({c}) AS BIGINT) IS NOT NULL)"
        )
    if kind == Kind.DOUBLE:
        return f"(TRY_CAST({c} AS DOUBLE) IS NOT NULL AND NOT contains({c}, '_'))"
    return f"(lower(trim({c})) IN {_TRUTHS})"


def _value(c: str, kind: Kind) -> str:
    """Make the value of a text that was found to be one."""
    if kind in WHOLE_KINDS:
        return f"CAST(trim({c}) AS BIGINT)"
    if kind == Kind.DOUBLE:
        return f"coalesce(CAST({c} AS DOUBLE), 'NaN'::DOUBLE)"
    if kind == Kind.BOOL:
        return f"(lower(trim({c})) IN ('true', '1'))"
    return f"coalesce({c}, '')"


def _misfit(
    shop: Workshop,
    path: Path,
    head: _Head,
    index: int,
    kind: Kind,
    source: str,
    parameters: list[str],
) -> CorruptFileError:
    """Find the first value that is not what the type row says."""
    c = place(index)
    empty_is_bad = "true" if kind in {Kind.LONG, Kind.BOOL} else "false"
    every = " || ".join(f"coalesce({place(i)}, '')" for i in range(len(head.names)))
    breaks = f"length({every}) - length(replace({every}, chr(10), ''))"
    row = shop.run(
        "looking for the line",
        "SELECT n, before, value FROM (SELECT row_number() OVER () AS n, "  # noqa: S608 -- text of ours alone
        f"{c} AS value, coalesce(sum({breaks}) OVER (ROWS BETWEEN UNBOUNDED PRECEDING "
        f"AND 1 PRECEDING), 0) AS before FROM {source}) "
        f"WHERE CASE WHEN value IS NULL THEN {empty_is_bad} "
        f"ELSE NOT {_is('value', kind)} END LIMIT 1",
        parameters,
    )[0]
    line = head.rows + row[0] + int(row[1])
    said = "nothing" if row[2] is None else repr(row[2][:40])
    name = head.names[index]
    return CorruptFileError(path, f"line {line}: {said} in {name!r} is no {kind}.")


def _malformed(path: Path, text: Path, head: _Head, said: str) -> CorruptFileError:
    """Say in few words what DuckDB says in many."""
    line = _LINE.search(said)
    if line is None:
        return _found_again(path, text, head)
    found = _FOUND.search(said)
    if found:
        cause = f"{found[2]} values where {found[1]} columns are named"
    elif "unicode" in said:
        cause = "this is not UTF-8: name the encoding with --encoding"
    elif "unterminated quote" in said:
        cause = "a quotation mark is not closed"
    else:
        cause = said.splitlines()[2] if said.count("\n") > 1 else "it is malformed"
    return CorruptFileError(path, f"line {line[1]}: {cause}.")


def _found_again(path: Path, text: Path, head: _Head) -> CorruptFileError:
    """Find the line of an error that was told without one."""
    with text.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        reader = csv.reader(lines, delimiter=head.delimiter, strict=True)
        try:
            for row in reader:
                if row and len(row) != len(head.names):
                    break
        except csv.Error as error:
            return CorruptFileError(path, f"line {reader.line_num}: {error}.")
        return CorruptFileError(path, f"line {reader.line_num}: it is malformed.")

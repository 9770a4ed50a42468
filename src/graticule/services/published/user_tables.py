"""Tables that people attached, as published tables: ``tables.t_<number of the file>``.

The names of their columns are made such that queries can write them; what they were
called stands in the description.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from graticule.catalog.access import visible_to
from graticule.catalog.models import OriginalFile, Person
from graticule.errors import FileError
from graticule.services.adql.names import bare
from graticule.services.adql.words import RESERVED
from graticule.services.published.model import PublishedColumn, PublishedTable
from graticule.services.tables.columns import ID_KINDS, Column, place
from graticule.services.tables.store import MEDIA_TYPE, open_table
from graticule.services.tables.vo_types import vo_type

SCHEMA = "tables"
DESCRIPTION = "Tables that people attached to images, datasets, plates and the like."
NAMED = re.compile(r"\bt_[0-9]+\b", re.IGNORECASE)
"""How a query names one of them."""

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_]+")


def written(name: str) -> str:
    """Write the name of a column as a query must: words of ADQL between quotes."""
    return f'"{name}"' if name.upper() in RESERVED else name


@dataclass(frozen=True, slots=True)
class UserTable:
    """A published table and the file that holds it."""

    table: PublishedTable
    path: Path

    def select(self) -> str:
        """Write the question that gives its rows by their published names."""
        return ", ".join(
            f'{_value(index, column)} AS "{bare(column.name)}"'
            for index, column in enumerate(self.table.columns)
        )


def _value(index: int, column: PublishedColumn) -> str:
    stored = place(index)
    if column.datatype == "double" and not column.arraysize:
        # A missing number is kept as NaN there.
        return f"CASE WHEN isnan({stored}) THEN NULL ELSE {stored} END"
    return stored


def user_tables(person: Person | None) -> Iterator[UserTable]:
    """Give the tables that a person may see; what cannot be read is left out."""
    files = OriginalFile.objects.filter(media_type=MEDIA_TYPE, fileset=None)
    for file in visible_to(person, files).order_by("pk"):
        try:
            table = open_table(file.path)
        except FileError:
            continue
        columns = tuple(_columns(table.columns))
        about = f"{file.name}, {table.row_count:,} rows"
        yield UserTable(
            PublishedTable(SCHEMA, f"t_{file.pk}", columns, about), table.path
        )


def _columns(columns: tuple[Column, ...]) -> Iterator[PublishedColumn]:
    used: set[str] = set()
    for column in columns:
        datatype, arraysize = vo_type(column.kind)
        yield PublishedColumn(
            written(_legible(column.name, used)),
            datatype,
            arraysize,
            ucd="meta.id" if column.kind in ID_KINDS else "",
            description=column.description or column.name,
            is_principal=True,
        )


def _legible(name: str, used: set[str]) -> str:
    """Make a name that ADQL can write, unlike those used before."""
    plain = _NOT_IN_NAMES.sub("_", name).strip("_") or "column"
    if not plain[0].isalpha():
        plain = f"c_{plain}"
    chosen, number = plain, 1
    while chosen.lower() in used:
        number += 1
        chosen = f"{plain}_{number}"
    used.add(chosen.lower())
    return chosen

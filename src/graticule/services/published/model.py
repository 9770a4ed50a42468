"""What a published table is called and what its columns mean, as TAP_SCHEMA says it.

Frozen values alone: no rows, no file, no language, no HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

VoType = Literal[
    "boolean",
    "unsignedByte",
    "short",
    "int",
    "long",
    "float",
    "double",
    "char",
    "unicodeChar",
]
"""Names of types as VOTable has them (VOTable 1.4, 2.1)."""


@dataclass(frozen=True, slots=True)
class BoundingCircle:
    """A circle that holds the geometry of a column: other columns of the table tell it.

    Degrees, ICRS. Where one of them says nothing, nothing is known of the row. A query
    looks at the circle first, so a wrong one makes wrong answers.

    Attributes
    ----------
    longitude, latitude, diameter
        Names of columns that hold doubles.
    slack
        By which part of itself the circle may be too small.
    """

    longitude: str
    latitude: str
    diameter: str
    slack: float = 0.0


@dataclass(frozen=True, slots=True)
class PublishedColumn:
    """A column: type, unit and meaning (TAP 1.1, 4.3).

    Attributes
    ----------
    name
        As it is written in queries; compared without regard to case.
    arraysize
        As in VOTable: ``"*"`` for texts of any length, empty for one value.
    xtype
        DALI's type of what is written in it: ``timestamp``, ``point``, ``circle``,
        ``polygon``, ``adql:REGION``; empty for none.
    is_principal, is_standard, is_indexed
        The flags ``principal``, ``std`` and ``indexed``.
    bounded_by
        Of a geometry, where it lies at most; TAP_SCHEMA does not tell it.
    """

    name: str
    datatype: VoType
    arraysize: str = ""
    xtype: str = ""
    unit: str = ""
    ucd: str = ""
    utype: str = ""
    description: str = ""
    is_principal: bool = False
    is_standard: bool = False
    is_indexed: bool = False
    bounded_by: BoundingCircle | None = None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """How rows of one table point to rows of another.

    ``columns`` are pairs: the column here, the column there.
    """

    target: str
    columns: tuple[tuple[str, str], ...]
    description: str = ""


@dataclass(frozen=True)
class PublishedTable:
    """A table or view: its qualified name is ``schema.name``."""

    schema: str
    name: str
    columns: tuple[PublishedColumn, ...]
    description: str = ""
    utype: str = ""
    keys: tuple[ForeignKey, ...] = ()

    @property
    def qualified_name(self) -> str:
        """The name with its schema, as queries and TAP_SCHEMA write it."""
        return f"{self.schema}.{self.name}"

    @cached_property
    def by_name(self) -> dict[str, PublishedColumn]:
        """Columns by their names in lower case."""
        return {column.name.lower(): column for column in self.columns}


@dataclass(frozen=True)
class PublishedSchema:
    """Tables that belong together."""

    name: str
    tables: tuple[PublishedTable, ...]
    description: str = ""
    utype: str = ""


@dataclass(frozen=True)
class Publication:
    """All that somebody may ask for."""

    schemas: tuple[PublishedSchema, ...]

    def __iter__(self) -> Iterator[PublishedTable]:
        """Give every table, schema by schema."""
        return (table for schema in self.schemas for table in schema.tables)

    def find(self, schema: str, name: str) -> PublishedTable | None:
        """Find a table by its names, whatever their case.

        Without a schema, by the name alone, if only one table has it.
        """
        found = [
            table
            for table in self
            if table.name.lower() == name.lower()
            and (not schema or table.schema.lower() == schema.lower())
        ]
        return found[0] if len(found) == 1 else None

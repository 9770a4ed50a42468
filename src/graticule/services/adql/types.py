"""Values of the language: their SQL for DuckDB and what is known of their type.

Knows no table and no tree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from graticule.services.published.model import PublishedColumn, VoType


class Kind(Enum):
    """What can be done with a value; the word is that of messages."""

    BOOLEAN = "a condition"
    WHOLE = "a whole number"
    REAL = "a number"
    TEXT = "a text"
    SHAPE = "a geometry"
    LIST = "a list"
    NULL = "NULL"


NUMBERS = frozenset({Kind.WHOLE, Kind.REAL, Kind.NULL})
TEXTS = frozenset({Kind.TEXT, Kind.NULL})
_KINDS: dict[VoType, Kind] = {
    "boolean": Kind.BOOLEAN,
    "unsignedByte": Kind.WHOLE,
    "short": Kind.WHOLE,
    "int": Kind.WHOLE,
    "long": Kind.WHOLE,
    "float": Kind.REAL,
    "double": Kind.REAL,
    "char": Kind.TEXT,
    "unicodeChar": Kind.TEXT,
}
SHAPES = frozenset({"point", "circle", "polygon"})


@dataclass(frozen=True, slots=True)
class Bound:
    """A circle that columns tell, as SQL, in degrees; any of them may be NULL.

    ``wider`` is by how much its diameter may have to be multiplied.
    """

    longitude: str
    latitude: str
    diameter: str
    wider: float = 1.0

    @property
    def columns(self) -> tuple[str, str, str]:
        """What tells it."""
        return self.longitude, self.latitude, self.diameter

    @property
    def radius(self) -> str:
        """The SQL of its radius."""
        return f"({self.diameter} * {real_sql(self.wider / 2)})"


@dataclass(frozen=True, slots=True)
class Shape:
    """A geometry: degrees, as a list of numbers in DALI's order.

    Attributes
    ----------
    kind
        ``point`` (longitude, latitude), ``circle`` (longitude, latitude, radius),
        ``polygon`` (longitudes and latitudes in turn), or ``region``: which of these
        is known only when the row is read, from the length of the list.
    sql
        The list, ``DOUBLE[]``.
    parts
        Its numbers one by one; empty where their count is not known.
    frame
        ``ICRS``, ``FK5`` or ``GALACTIC``.
    bound
        A circle around it, if its table tells one.
    """

    kind: str
    sql: str
    parts: tuple[Value, ...] = ()
    frame: str = "ICRS"
    bound: Bound | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """The SQL of a value and its type.

    Attributes
    ----------
    number, text
        What a literal says.
    column
        The column, if the value is a column as it stands in its table.
    is_flag
        A condition that queries compare with 1 and 0: CONTAINS and INTERSECTS.
    exact
        Of a flag, SQL that is NULL wherever a coordinate is NULL; ``sql`` may be
        false there, which is the same to a condition, and quicker.
    distance
        The two points, of a distance between points.
    """

    sql: str
    kind: Kind
    datatype: VoType = "char"
    arraysize: str = ""
    xtype: str = ""
    unit: str = ""
    number: float | None = None
    text: str | None = None
    column: PublishedColumn | None = None
    shape: Shape | None = None
    is_flag: bool = False
    exact: str = ""
    distance: tuple[Shape, Shape] | None = None


NULL = Value("NULL", Kind.NULL, "char", "*")


def quoted(name: str) -> str:
    """Write a name as DuckDB wants names."""
    return '"' + name.replace('"', '""') + '"'


def number(value: float) -> Value:
    """Write a number; whole ones stay whole."""
    if isinstance(value, int):
        datatype: VoType = "int" if -(2**31) <= value < 2**31 else "long"
        sql = str(value) if value >= 0 else f"({value})"
        return Value(sql, Kind.WHOLE, datatype, number=value)
    return Value(real_sql(value), Kind.REAL, "double", number=value)


def real_sql(value: float) -> str:
    """Write a number with an exponent: DuckDB then reads a double, no decimal."""
    digits = repr(float(value))
    text = digits if "e" in digits else f"{digits}e0"
    return f"({text})" if text.startswith("-") else text


def text(value: str) -> Value:
    """Write a text."""
    sql = "'" + value.replace("'", "''") + "'"
    return Value(sql, Kind.TEXT, _char(value), "*", text=value)


def _char(value: str) -> VoType:
    return "char" if value.isascii() else "unicodeChar"


def whole(sql: str, datatype: VoType = "long") -> Value:
    """Give a whole number that was calculated."""
    return Value(sql, Kind.WHOLE, datatype)


def real(sql: str, unit: str = "") -> Value:
    """Give a number that was calculated."""
    return Value(sql, Kind.REAL, "double", unit=unit)


def condition(sql: str) -> Value:
    """Give a condition."""
    return Value(sql, Kind.BOOLEAN, "boolean")


def as_whole(value: Value) -> str:
    """Give the SQL of a whole number with 64 bits."""
    return f"CAST({value.sql} AS BIGINT)"


def as_real(value: Value) -> str:
    """Give the SQL of a number as a double."""
    if value.number is not None:
        return real_sql(value.number)
    if value.datatype == "double":
        return value.sql
    return f"CAST({value.sql} AS DOUBLE)"


def as_number(value: Value) -> Value:
    """Take a flag of geometry for the number 1 or 0."""
    if not value.is_flag:
        return value
    return whole(f"CAST({value.exact} AS INTEGER)", "int")


def kind_of(column: PublishedColumn) -> Kind:
    """Tell what can be done with the values of a column."""
    kind = _KINDS[column.datatype]
    if kind is Kind.TEXT:
        return kind
    if column.xtype in SHAPES and kind is Kind.REAL:
        return Kind.SHAPE
    return kind if column.arraysize in {"", "1"} else Kind.LIST


def described(value: Value, name: str) -> PublishedColumn:
    """Describe a value as a column of a result."""
    if value.column is not None:
        return replace(value.column, name=name)
    value = as_number(value)
    if value.kind is Kind.SHAPE and value.shape is not None:
        size = {"point": "2", "circle": "3"}.get(value.shape.kind, "*")
        xtype = value.shape.kind if value.shape.kind in SHAPES else ""
        return PublishedColumn(name, "double", size, xtype, "deg")
    return PublishedColumn(
        name, value.datatype, value.arraysize, value.xtype, value.unit
    )

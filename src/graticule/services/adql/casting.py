"""CAST: which types there are, and what becomes of a value (ADQL 2.1, section 4.4).

What cannot be converted is NULL. Knows no table and no query.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from graticule.services.adql.errors import did_you_mean, error_at
from graticule.services.adql.types import Kind, Value, as_number
from graticule.services.published.model import VoType


@dataclass(frozen=True, slots=True)
class _Target:
    sql: str
    kind: Kind
    datatype: VoType
    xtype: str = ""


_SMALL = _Target("SMALLINT", Kind.WHOLE, "short")
_INTEGER = _Target("INTEGER", Kind.WHOLE, "int")
_LONG = _Target("BIGINT", Kind.WHOLE, "long")
_FLOAT = _Target("FLOAT", Kind.REAL, "float")
_DOUBLE = _Target("DOUBLE", Kind.REAL, "double")
_TEXT = _Target("VARCHAR", Kind.TEXT, "unicodeChar")
TARGETS = {
    "SMALLINT": _SMALL,
    "INTEGER": _INTEGER,
    "INT": _INTEGER,
    "BIGINT": _LONG,
    "REAL": _FLOAT,
    "FLOAT": _DOUBLE,
    "DOUBLE": _DOUBLE,
    "DOUBLE PRECISION": _DOUBLE,
    "CHAR": _TEXT,
    "CHARACTER": _TEXT,
    "VARCHAR": _TEXT,
    "TIMESTAMP": _Target("TIMESTAMP", Kind.TEXT, "char", "timestamp"),
}
"""By how they are written."""


def cast(value: Value, node: exp.Cast) -> Value:
    """Convert a value."""
    wanted = node.args["to"]
    target = TARGETS.get(wanted.this)
    if target is None:
        hint = did_you_mean(wanted.this, TARGETS)
        raise error_at(wanted, f"there is no type {wanted.this}{hint}.")
    value = as_number(value)
    if value.kind in {Kind.SHAPE, Kind.LIST}:
        raise error_at(wanted, f"{value.kind.value} has no other type.")
    sizes = wanted.expressions
    if sizes and target is not _TEXT:
        raise error_at(wanted, f"{wanted.this} has no length.")
    sql = value.sql
    if value.kind is Kind.REAL and target.kind is Kind.WHOLE:
        sql = f"trunc({sql})"
    sql = f"TRY_CAST({sql} AS {target.sql})"
    if target.xtype:
        sql = f"strftime({sql}, '%Y-%m-%dT%H:%M:%S.%g')"
    if sizes:
        sql = f"left({sql}, {int(sizes[0].this)})"
    size = "*" if target.kind is Kind.TEXT else ""
    return Value(sql, target.kind, target.datatype, size, target.xtype)

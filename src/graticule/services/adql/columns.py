"""A column as a value of the language: of what kind, and whether it is a geometry."""

from __future__ import annotations

from graticule.services.adql.stcs import region_list
from graticule.services.adql.types import (
    SHAPES,
    Bound,
    Kind,
    Shape,
    Value,
    kind_of,
    real,
)
from graticule.services.published.model import PublishedColumn

_PARTS = {"point": 2, "circle": 3}
_TEXTS = frozenset({"adql:region", "adql:point", "stc"})
"""Xtypes of texts that are geometries."""


def column_value(
    sql: str, column: PublishedColumn, bound: Bound | None = None
) -> Value:
    """Give the value of a column that the SQL names so.

    ``bound`` is that of its geometry (see ``Shape``), where the columns that tell it
    can be named.
    """
    kind = kind_of(column)
    return Value(
        sql,
        kind,
        column.datatype,
        column.arraysize,
        column.xtype,
        column.unit,
        column=column,
        shape=_shape(sql, column, kind, bound),
    )


def _shape(
    sql: str,
    column: PublishedColumn,
    kind: Kind,
    bound: Bound | None,
) -> Shape | None:
    if kind is Kind.SHAPE and column.xtype in SHAPES:
        numbers = sql if column.datatype == "double" else f"CAST({sql} AS DOUBLE[])"
        count = _PARTS.get(column.xtype, 0)
        parts = tuple(real(f"{numbers}[{index + 1}]") for index in range(count))
        return Shape(column.xtype, numbers, parts, bound=bound)
    if kind is Kind.TEXT and column.xtype.lower() in _TEXTS:
        return Shape("region", region_list(sql), bound=bound)
    return None

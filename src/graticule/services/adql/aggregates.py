"""What is counted and summed over rows: COUNT, SUM, AVG, MIN, MAX.

Knows no table and no query.
"""

from __future__ import annotations

from dataclasses import replace

from graticule.services.adql.calls import Call
from graticule.services.adql.types import (
    Kind,
    Value,
    as_real,
    as_whole,
    real,
    whole,
)


def translated(call: Call, *, distinct: bool, star: bool) -> Value:
    """Translate an aggregate; ``star`` is that of ``COUNT(*)``."""
    if star:
        if call.name != "COUNT":
            call.refuse(f"only COUNT takes *, {call.name} takes a value.")
        return whole("count(*)")
    if len(call.arguments) != 1:
        call.refuse(f"{call.name} takes one argument.")
    word = "DISTINCT " if distinct else ""
    value = call.arguments[0]
    if call.name == "COUNT":
        return whole(f"count({word}{value.sql})")
    if call.name in {"MIN", "MAX"}:
        return _extreme(call, value)
    value = call.number(0)
    if call.name == "AVG":
        return real(f"avg({word}{as_real(value)})", value.unit)
    if value.kind is Kind.WHOLE:
        return whole(f"CAST(sum({word}{as_whole(value)}) AS BIGINT)")
    return real(f"sum({word}{as_real(value)})", value.unit)


def _extreme(call: Call, value: Value) -> Value:
    value = value if value.kind is Kind.TEXT else call.number(0)
    sql = f"{call.name.lower()}({value.sql})"
    plain = Value(sql, value.kind, value.datatype, value.arraysize, value.xtype)
    return replace(plain, unit=value.unit)


AGGREGATES = {
    "COUNT": ("COUNT(*), COUNT(x)", "how many rows; how many that are not NULL"),
    "SUM": ("SUM(x)", "sum"),
    "AVG": ("AVG(x)", "mean"),
    "MIN": ("MIN(x)", "smallest number or first text"),
    "MAX": ("MAX(x)", "largest number or last text"),
}
"""How they are written and what they mean; ``DISTINCT x`` counts each value once."""

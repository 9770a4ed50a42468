"""Functions of numbers and texts (ADQL 2.1, sections 2.3 and 4).

Where DuckDB would give NaN for what is not defined (the root of a negative number)
the value is NULL: DuckDB holds NaN to be larger than every number, and a condition
on it would be true. Knows no table and no query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from graticule.services.adql.calls import Call, Function
from graticule.services.adql.types import (
    Kind,
    Value,
    as_number,
    as_real,
    as_whole,
    real,
    real_sql,
    text,
    whole,
)

TRIGONOMETRY, MATHEMATICS, TEXTS = "Trigonometry", "Mathematics", "Texts and units"


def defined(sql: str) -> str:
    """Make NULL of NaN."""
    return f"nullif({sql}, CAST('NaN' AS DOUBLE))"


def _real(function: str) -> Callable[[Call], Value]:
    def translate(call: Call) -> Value:
        parts = ", ".join(call.real(index) for index in range(len(call.arguments)))
        return real(defined(f"{function}({parts})"))

    return translate


def _absolute(call: Call) -> Value:
    value = call.number(0)
    if value.kind is Kind.WHOLE:
        return whole(f"abs({as_whole(value)})")
    return real(f"abs({as_real(value)})", value.unit)


def _cotangent(call: Call) -> Value:
    return real(f"(1e0 / nullif(tan({call.real(0)}), 0e0))")


def _logarithm(function: str) -> Callable[[Call], Value]:
    def translate(call: Call) -> Value:
        return real(defined(f"{function}(nullif({call.real(0)}, 0e0))"))

    return translate


def _modulo(call: Call) -> Value:
    left, right = call.number(0), call.number(1)
    if call.is_whole:
        return whole(f"({as_whole(left)} % nullif({as_whole(right)}, 0))")
    return real(defined(f"({as_real(left)} % nullif({as_real(right)}, 0e0))"))


def _digits(call: Call) -> str:
    value = call.number(1)
    if value.kind is Kind.REAL:
        call.refuse(f"{call.name} takes a whole number of digits.", 1)
    if value.number is not None and abs(value.number) > 300:
        call.refuse(f"{call.name} takes at most 300 digits.", 1)
    return f"CAST({value.sql} AS INTEGER)"


def _round(call: Call) -> Value:
    value = call.number(0)
    if len(call.arguments) == 1:
        return real(f"round({as_real(value)})", value.unit)
    return real(f"round({as_real(value)}, {_digits(call)})", value.unit)


def _truncate(call: Call) -> Value:
    value = call.number(0)
    if len(call.arguments) == 1:
        return real(f"trunc({as_real(value)})", value.unit)
    # 0.29 * 100 is a little less than 29: what is as good as whole is not cut.
    scale = f"pow(1e1, {_digits(call)})"
    cut = "trunc(g.v * g.s + sign(g.v) * abs(g.v * g.s) * 4e-16) / g.s"
    value_and_scale = f"[{{'v': {as_real(value)}, 's': {scale}}}]"
    return real(f"list_transform({value_and_scale}, lambda g: {cut})[1]", value.unit)


def _random(call: Call) -> Value:
    for index in range(len(call.arguments)):
        call.number(index)
    return real("random()")


def _cased(function: str) -> Callable[[Call], Value]:
    def translate(call: Call) -> Value:
        sql = f"{function}({call.text(0)})"
        return Value(sql, Kind.TEXT, call.arguments[0].datatype, "*")

    return translate


def _in_unit(call: Call) -> Value:
    # Astropy's units take a while to load, and few queries convert.
    from astropy import units  # noqa: PLC0415

    value = call.number(0)
    target = call.arguments[1].text
    if target is None:
        call.refuse("IN_UNIT takes the name of a unit as a text, as in 'arcsec'.", 1)
    if not value.unit:
        call.refuse("IN_UNIT takes a column that has a unit.", 0)
    try:
        wanted = units.Unit(target, format="vounit")
    except ValueError:
        call.refuse(f"there is no unit {target[:40]!r} (VOUnits 1.1).", 1)
    try:
        factor = units.Unit(value.unit, format="vounit").to(wanted)
    except (units.UnitConversionError, ValueError):
        call.refuse(f"{value.unit} cannot be converted into {target}.", 1)
    return real(f"({as_real(value)} * {real_sql(factor)})", target)


def _character(value: Value) -> str:
    return as_number(value).sql


def _length(call: Call) -> Value:
    return whole(f"length({call.text(0)})")


def joined_texts(left: Value, right: Value) -> Value:
    """Put two texts one behind the other."""
    if left.text is not None and right.text is not None:
        return text(left.text + right.text)
    datatype = "unicodeChar" if "unicodeChar" in {left.datatype, right.datatype} else ""
    return Value(
        f"({_character(left)} || {_character(right)})",
        Kind.TEXT,
        "unicodeChar" if datatype else "char",
        "*",
    )


def _table() -> Iterable[Function]:
    for name, meaning in {
        "SIN": "sine of an angle in radians",
        "COS": "cosine of an angle in radians",
        "TAN": "tangent of an angle in radians",
        "ASIN": "arc sine, in radians",
        "ACOS": "arc cosine, in radians",
        "ATAN": "arc tangent, in radians",
    }.items():
        yield Function(f"{name}(x)", meaning, 1, 1, _real(name.lower()), TRIGONOMETRY)
    yield Function(
        "COT(x)", "cotangent of an angle in radians", 1, 1, _cotangent, TRIGONOMETRY
    )
    yield Function(
        "ATAN2(y, x)", "angle of (x, y), in radians", 2, 2, _real("atan2"), TRIGONOMETRY
    )
    yield Function(
        "DEGREES(x)", "radians as degrees", 1, 1, _real("degrees"), TRIGONOMETRY
    )
    yield Function(
        "RADIANS(x)", "degrees as radians", 1, 1, _real("radians"), TRIGONOMETRY
    )
    yield Function("PI()", "the number π", 0, 0, lambda _: real("pi()"), TRIGONOMETRY)
    yield Function("ABS(x)", "absolute value", 1, 1, _absolute, MATHEMATICS)
    yield Function(
        "CEILING(x)", "next whole number above", 1, 1, _real("ceil"), MATHEMATICS
    )
    yield Function(
        "FLOOR(x)", "next whole number below", 1, 1, _real("floor"), MATHEMATICS
    )
    yield Function("ROUND(x[, n])", "rounded, to n decimals", 1, 2, _round, MATHEMATICS)
    yield Function(
        "TRUNCATE(x[, n])", "cut off, after n decimals", 1, 2, _truncate, MATHEMATICS
    )
    yield Function(
        "MOD(x, y)",
        "what is left of x / y, with the sign of x; NULL if y is 0",
        2,
        2,
        _modulo,
        MATHEMATICS,
    )
    yield Function(
        "POWER(x, y)", "x to the power of y", 2, 2, _real("pow"), MATHEMATICS
    )
    yield Function("SQRT(x)", "square root", 1, 1, _real("sqrt"), MATHEMATICS)
    yield Function("EXP(x)", "e to the power of x", 1, 1, _real("exp"), MATHEMATICS)
    yield Function("LOG(x)", "natural logarithm", 1, 1, _logarithm("ln"), MATHEMATICS)
    yield Function(
        "LOG10(x)", "logarithm to base 10", 1, 1, _logarithm("log10"), MATHEMATICS
    )
    yield Function(
        "RAND([x])",
        "random number from 0 to 1; a seed is taken and ignored",
        0,
        1,
        _random,
        MATHEMATICS,
    )
    yield Function("LOWER(s)", "in small letters", 1, 1, _cased("lower"), TEXTS)
    yield Function("UPPER(s)", "in capitals", 1, 1, _cased("upper"), TEXTS)
    yield Function("CHAR_LENGTH(s)", "how many characters", 1, 1, _length, TEXTS)
    yield Function(
        "IN_UNIT(x, unit)",
        "the column x in another unit, as in IN_UNIT(em_min, 'nm')",
        2,
        2,
        _in_unit,
        TEXTS,
    )


FUNCTIONS: dict[str, Function] = {one.name: one for one in _table()}
"""By their names in capitals."""

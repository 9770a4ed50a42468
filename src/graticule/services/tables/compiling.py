"""Conditions as SQL for DuckDB, with the arithmetic of NumPy.

Values go along as parameters; what stands in the text is made here, and columns
are called by their place. DuckDB holds NaN to be the largest number and equal to
itself; NumPy holds every comparison with it to be false, and so does this.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

from graticule.services.tables.columns import (
    ARRAY_KINDS,
    Column,
    Kind,
    place,
)
from graticule.services.tables.condition import (
    ConditionError,
    Literal,
    Name,
    Node,
    Operation,
)

MAX_SQL_LENGTH = 2_000_000
"""Functions within functions need their values several times over."""

_BOOL, _WHOLE, _FLOAT, _TEXT = "BOOLEAN", "BIGINT", "DOUBLE", "VARCHAR"
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL, its parameters, and the type of its value.

    ``may_be_nan`` says whether it may be no number; ``columns`` whether any
    column takes part.
    """

    text: str
    parameters: tuple[bool | int | float | str, ...]
    kind: str
    may_be_nan: bool = False
    columns: bool = False


def compile_condition(node: Node, columns: Sequence[Column]) -> Sql:
    """Make the SQL of a condition on these columns.

    Raises
    ------
    graticule.services.tables.condition.ConditionError
        If a column is not there, types do not fit, or it is no condition.
    """
    places = {column.name: index for index, column in enumerate(columns)}

    def column(name: str) -> Sql:
        if name not in places:
            raise ConditionError(f"There is no column {name[:100]!r}.")
        index = places[name]
        kind = columns[index].kind
        if kind in ARRAY_KINDS:
            raise ConditionError(f"{name!r} holds arrays, which have no order.")
        stored = columns[index].stored
        return Sql(place(index), (), stored, kind == Kind.DOUBLE, columns=True)

    sql = _compile(node, column)
    if sql.kind != _BOOL:
        raise ConditionError("The condition is not true or false but a value.")
    if not sql.columns:
        raise ConditionError("No column takes part in the condition.")
    return sql


def _compile(node: Node, column: Callable[[str], Sql]) -> Sql:
    if isinstance(node, Name):
        return column(node.name)
    if isinstance(node, Literal):
        return _literal(node.value)
    first = node.parts[0]
    if node.name == "unary -" and isinstance(first, Literal):
        # Only so can the smallest of all whole numbers be written.
        if isinstance(first.value, (bool, str)):
            raise ConditionError("Only numbers can be negative.")
        return _literal(-first.value)
    sql = _operation(node, [_compile(part, column) for part in node.parts])
    if len(sql.text) > MAX_SQL_LENGTH:
        raise ConditionError("The condition is too complicated.")
    return sql


def _literal(value: bool | float | str) -> Sql:  # noqa: FBT001 -- a value of the language
    if isinstance(value, bool):
        return Sql("?::BOOLEAN", (value,), _BOOL)
    if isinstance(value, int):
        if not _SMALLEST <= value <= _LARGEST:
            raise ConditionError("A whole number does not fit into 64 bits.")
        return Sql("?::BIGINT", (value,), _WHOLE)
    if isinstance(value, float):
        return Sql("?::DOUBLE", (value,), _FLOAT)
    return Sql("?::VARCHAR", (value,), _TEXT)


def _operation(node: Operation, parts: list[Sql]) -> Sql:
    name = node.name
    if name in _COMPARISONS:
        return _comparison(name, *parts)
    if name in {"|", "&", "^"}:
        return _logical(name, parts)
    if name == "unary ~":
        return _inverted(parts[0])
    if name.startswith("unary "):
        _no_bool(parts[0])
        return _joined(f"({name[-1]}{{}})", parts, _number_kind(parts))
    if name in _ARITHMETIC:
        return _ARITHMETIC[name](*parts)
    return _FUNCTIONS[name](*parts)


def _joined(
    pattern: str, parts: Sequence[Sql], kind: str, order: Sequence[int] | None = None
) -> Sql:
    """Fill a pattern; ``order`` says which part comes where, if not each once."""
    used = [parts[index] for index in order] if order else parts
    return Sql(
        pattern.format(*(part.text for part in used)),
        tuple(value for part in used for value in part.parameters),
        kind,
        kind == _FLOAT,
        any(part.columns for part in parts),
    )


def _number_kind(parts: Sequence[Sql]) -> str:
    """Give the type of numbers that hold all of these."""
    if any(part.kind == _TEXT for part in parts):
        raise ConditionError("Texts cannot be calculated with.")
    return _FLOAT if any(part.kind == _FLOAT for part in parts) else _WHOLE


def _no_bool(part: Sql) -> None:
    if part.kind == _BOOL:
        raise ConditionError("Truths cannot be calculated with.")


def _as(kind: str, part: Sql) -> Sql:
    if part.kind == kind:
        return part
    cast = _joined(f"CAST({{}} AS {kind})", [part], kind)
    return Sql(cast.text, cast.parameters, kind, part.may_be_nan, cast.columns)


def _same(parts: Sequence[Sql]) -> list[Sql]:
    kind = _number_kind(parts)
    return [_as(kind, part) for part in parts]


_COMPARISONS = {"<": "<", "<=": "<=", "==": "=", "!=": "!=", ">=": ">=", ">": ">"}


def _comparison(name: str, left: Sql, right: Sql) -> Sql:
    kinds = {left.kind, right.kind}
    if _TEXT in kinds and len(kinds) > 1:
        raise ConditionError("A text can only be compared with a text.")
    if len(kinds) > 1:
        left, right = _same([left, right])
    plain = f"({{}} {_COMPARISONS[name]} {{}})"
    # The side that being NaN would make true; range filters skip whole blocks of a
    # file where isnan() must read them.
    both = left.may_be_nan and right.may_be_nan
    if name in {"<", "<="}:
        guarded = 1 if right.may_be_nan else None
    elif name in {">", ">="}:
        guarded = 0 if left.may_be_nan else None
    else:
        guarded = 0 if both else None
    if guarded is None:
        return _joined(plain, [left, right], _BOOL)
    if name == "!=":
        pattern = f"({plain} OR {{}} > 'Infinity'::DOUBLE)"
    else:
        pattern = f"({plain} AND {{}} <= 'Infinity'::DOUBLE)"
    return _joined(pattern, [left, right], _BOOL, (0, 1, guarded))


def _logical(name: str, parts: list[Sql]) -> Sql:
    kinds = {part.kind for part in parts}
    if kinds == {_BOOL}:
        word = {"|": " OR ", "&": " AND ", "^": " != "}[name]
        return _joined(f"({word.join(['{}'] * len(parts))})", parts, _BOOL)
    if kinds <= {_BOOL, _WHOLE}:
        whole = [_as(_WHOLE, part) for part in parts]
        pattern = "xor({}, {})" if name == "^" else f"({{}} {name} {{}})"
        return reduce(lambda a, b: _joined(pattern, [a, b], _WHOLE), whole)
    raise ConditionError(
        f"{name} joins truths or whole numbers: put each comparison into parentheses."
    )


def _inverted(part: Sql) -> Sql:
    if part.kind == _BOOL:
        return _joined("(NOT {})", [part], _BOOL)
    if part.kind == _WHOLE:
        return _joined("(~{})", [part], _WHOLE)
    raise ConditionError("~ stands before truths or whole numbers.")


def _plain(operator: str) -> Callable[..., Sql]:
    def calculate(left: Sql, right: Sql) -> Sql:
        if left.kind == right.kind:
            _no_bool(left)
        parts = _same([left, right])
        return _joined(f"({{}} {operator} {{}})", parts, parts[0].kind)

    return calculate


def _divided(left: Sql, right: Sql) -> Sql:
    return _plain("/")(_float(left), _float(right))


def _float(part: Sql) -> Sql:
    _number_kind([part])
    return _as(_FLOAT, part)


def _modulo(left: Sql, right: Sql) -> Sql:
    """Take the remainder with the sign of the divisor; whole numbers by 0 give 0."""
    if left.kind == right.kind:
        _no_bool(left)
    parts = _same([left, right])
    kind = parts[0].kind
    rest = "({} % {})"
    pattern = (
        f"WHEN {rest} != 0 AND (({rest} < 0) != ({{}} < 0)) "
        f"THEN {rest} + {{}} ELSE {rest} END)"
    )
    order = (0, 1, 0, 1, 1, 0, 1, 1, 0, 1)
    if kind == _WHOLE:
        zero = f"(CASE WHEN {{}} = 0 THEN 0 {pattern}"
        return _joined(zero, parts, kind, (1, *order))
    # Nothing left is a zero with the divisor's sign, as a later division shows.
    zero = f"(CASE WHEN {rest} = 0 THEN CASE WHEN {{}} < 0 THEN '-0'::DOUBLE "
    zero += f"ELSE '0'::DOUBLE END {pattern}"
    return _joined(zero, parts, kind, (0, 1, 1, *order))


def _power(left: Sql, right: Sql) -> Sql:
    return _joined("pow({}, {})", [_float(left), _float(right)], _FLOAT)


_ARITHMETIC: dict[str, Callable[..., Sql]] = {
    "+": _plain("+"),
    "-": _plain("-"),
    "*": _plain("*"),
    "/": _divided,
    "%": _modulo,
    "**": _power,
}


def _function(pattern: str, order: Sequence[int] | None = None) -> Callable[..., Sql]:
    def call(*parts: Sql) -> Sql:
        return _joined(pattern, [_float(part) for part in parts], _FLOAT, order)

    return call


def _where(condition: Sql, yes: Sql, no: Sql) -> Sql:
    if condition.kind != _BOOL:
        raise ConditionError("where begins with a condition.")
    parts = [yes, no] if yes.kind == no.kind == _BOOL else _same([yes, no])
    kind = parts[0].kind
    pattern = "(CASE WHEN {} THEN {} ELSE {} END)"
    return _joined(pattern, [condition, *parts], kind)


def _absolute(part: Sql) -> Sql:
    _no_bool(part)
    return _joined("abs({})", [part], _number_kind([part]))


def _conjugate(part: Sql) -> Sql:
    _number_kind([part])
    return part


def _contains(text: Sql, part: Sql) -> Sql:
    if not text.kind == part.kind == _TEXT:
        raise ConditionError("contains takes two texts.")
    return _joined("contains({}, {})", [text, part], _BOOL)


# Where 1 + x or exp(x) - 1 would lose digits, as Kahan taught.
_LOG1P = (
    "(CASE WHEN 1 + {} = 1 THEN {} WHEN {} > 1 THEN ln(1 + {}) "
    "ELSE ln(1 + {}) * ({} / ((1 + {}) - 1)) END)"
)
_EXPM1 = (
    "(CASE WHEN exp({}) = 1 THEN {} WHEN abs({}) > 1 THEN exp({}) - 1 "
    "ELSE (exp({}) - 1) * ({} / ln(exp({}))) END)"
)

_FUNCTIONS: dict[str, Callable[..., Sql]] = {
    "where": _where,
    "contains": _contains,
    "abs": _absolute,
    "conj": _conjugate,
    "arctan2": _function("atan2({}, {})"),
    "log": _function("ln({})"),
    "log1p": _function(_LOG1P, (0,) * 7),
    "expm1": _function(_EXPM1, (0,) * 7),
    **{
        name: _function(f"{sql}({{}})")
        for name, sql in {
            **{name: name for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
            **{name: name for name in ("log10", "exp", "sqrt", "floor", "ceil")},
            "arcsin": "asin",
            "arccos": "acos",
            "arctan": "atan",
            "arcsinh": "asinh",
            "arccosh": "acosh",
            "arctanh": "atanh",
        }.items()
    },
}

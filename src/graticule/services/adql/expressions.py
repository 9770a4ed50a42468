"""Values and conditions made into SQL: what has no case here is refused.

The list of cases is the whole of what can reach the database.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, ClassVar, Protocol

from sqlglot import exp

from graticule.services.adql import aggregates
from graticule.services.adql.calls import Call
from graticule.services.adql.casting import cast
from graticule.services.adql.columns import column_value
from graticule.services.adql.errors import did_you_mean, error_at, shortened
from graticule.services.adql.functions import FUNCTIONS, joined_texts
from graticule.services.adql.geometry import GEOMETRY, within_distance
from graticule.services.adql.names import Scope
from graticule.services.adql.types import (
    NULL,
    NUMBERS,
    TEXTS,
    Kind,
    Value,
    as_number,
    as_real,
    as_whole,
    condition,
    described,
    number,
    real,
    text,
    whole,
)

MAX_SQL_LENGTH = 1_000_000
"""Geometry within geometry needs its values several times over."""

_ARITHMETIC: dict[type[exp.Expr], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
}
_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_MEANINGS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_LARGEST = 2**63 - 1


class Subqueries(Protocol):
    """Whoever translates the queries within a query."""

    def subquery(self, node: exp.Expr, scope: Scope) -> tuple[str, list[Value]]:
        """Give the SQL of a query and its columns."""


class Expressions:
    """The expressions of one SELECT.

    Attributes
    ----------
    no_aggregates
        Names the clause where none may stand; empty where they may.
    has_aggregates
        Whether any was met.
    written
        The SQL of every node that was translated, by the identity of the node.
    """

    def __init__(self, scope: Scope, queries: Subqueries) -> None:
        self.scope = scope
        self.queries = queries
        self.no_aggregates = ""
        self.has_aggregates = False
        self.written: dict[int, str] = {}
        self.own_columns: set[int] = set()
        self._in_not = False

    def value(self, node: exp.Expr) -> Value:
        """Translate a value or condition.

        Raises
        ------
        graticule.services.adql.errors.AdqlError
            If names, types or functions do not fit.
        """
        translate = self._CASES.get(type(node))
        if translate is None:
            raise error_at(node, f"{node.key} is no part of ADQL.")
        value = translate(self, node)
        if len(value.sql) > MAX_SQL_LENGTH:
            raise error_at(node, "this is too complicated: ask for parts of it.")
        self.written[id(node)] = value.sql
        return value

    def condition(self, node: exp.Expr) -> str:
        """Translate what must be true or false."""
        value = self.value(node)
        if value.kind not in {Kind.BOOLEAN, Kind.NULL}:
            cause = f"a condition is wanted here, not {value.kind.value}: compare it."
            raise error_at(_first(node), cause)
        return value.sql

    def number(self, node: exp.Expr) -> Value:
        """Translate what must be a number."""
        value = as_number(self.value(node))
        if value.kind not in NUMBERS:
            cause = f"a number is wanted here, not {value.kind.value}."
            raise error_at(_first(node), cause)
        return value

    # Literals and names

    def _literal(self, node: exp.Literal) -> Value:
        if node.is_string:
            return text(node.this)
        if node.this.isdigit():
            if len(node.this) > 19 or int(node.this) > _LARGEST:
                raise error_at(node, f"{shortened(node.this)} is more than {_LARGEST}.")
            return number(int(node.this))
        value = float(node.this)
        if value == float("inf"):
            raise error_at(node, f"{shortened(node.this)} is too large for a double.")
        return number(value)

    def _boolean(self, node: exp.Boolean) -> Value:
        return condition("TRUE" if node.this else "FALSE")

    def _null(self, _node: exp.Null) -> Value:
        return NULL

    def _column(self, node: exp.Column) -> Value:
        if isinstance(node.this, exp.Star):
            raise error_at(node, "* stands only alone in the list of columns.")
        value, scope = self.scope.column(node)
        if scope is self.scope:
            self.own_columns.add(id(node))
        return value

    def _paren(self, node: exp.Paren) -> Value:
        return self.value(node.this)

    # Arithmetic

    def _negated(self, node: exp.Neg) -> Value:
        value = self.number(node.this)
        if value.number is not None:
            return number(-value.number)
        if value.kind is Kind.WHOLE:
            return whole(f"(-{as_whole(value)})")
        return real(f"(-{as_real(value)})", value.unit)

    def _arithmetic(self, node: exp.Binary) -> Value:
        sign = _ARITHMETIC[type(node)]
        left, right = self.number(node.this), self.number(node.expression)
        unit = left.unit if sign in "+-" and left.unit == right.unit else ""
        if left.kind is right.kind is Kind.WHOLE:
            one, other = as_whole(left), as_whole(right)
            if sign == "/":
                return whole(f"({one} // nullif({other}, 0))")
            return whole(f"({one} {sign} {other})")
        one, other = as_real(left), as_real(right)
        if sign == "/":
            other = f"nullif({other}, 0e0)"
        return real(f"({one} {sign} {other})", unit)

    def _texts(self, node: exp.DPipe) -> Value:
        sides = []
        for part in (node.this, node.expression):
            value = as_number(self.value(part))
            if value.kind not in TEXTS:
                cause = f"|| joins texts, not {value.kind.value}: use CAST."
                raise error_at(_first(part), cause)
            sides.append(value)
        return joined_texts(*sides)

    # Conditions

    def _comparison(self, node: exp.Binary) -> Value:
        sign = _COMPARISONS[type(node)]
        left, right = self.value(node.this), self.value(node.expression)
        flag = _flag(sign, left, right, exactly=self._in_not)
        if flag:
            return condition(flag)
        self._check_comparable(node, left, right)
        plain = f"({_comparable(left)} {sign} {_comparable(right)})"
        return condition(plain if self._in_not else _near(sign, left, right, plain))

    def _check_comparable(self, node: exp.Expr, *values: Value) -> None:
        kinds = {as_number(value).kind for value in values} - {Kind.NULL}
        if kinds <= NUMBERS or kinds <= TEXTS or kinds == {Kind.BOOLEAN}:
            return
        if Kind.SHAPE in kinds or Kind.LIST in kinds:
            cause = "geometries and lists cannot be compared: use CONTAINS or DISTANCE."
            raise error_at(node, cause)
        one, other = (value.kind.value for value in values[:2])
        raise error_at(node, f"{one} cannot be compared with {other}.")

    def _between(self, node: exp.Between) -> Value:
        nodes = (node.this, node.args["low"], node.args["high"])
        value, low, high = (self.value(one) for one in nodes)
        self._check_comparable(node, value, low)
        self._check_comparable(node, value, high)
        parts = (_comparable(one) for one in (value, low, high))
        return condition("({} BETWEEN {} AND {})".format(*parts))

    def _among(self, node: exp.In) -> Value:
        value = self.value(node.this)
        query = node.args.get("query")
        if query is not None:
            sql, columns = self.queries.subquery(query, self.scope)
            if len(columns) != 1:
                cause = f"the query after IN has {len(columns)} columns, not one."
                raise error_at(_first(query), cause)
            self._check_comparable(node, value, columns[0])
            return condition(f"({_comparable(value)} IN ({sql}))")
        parts = []
        for one in node.expressions:
            part = self.value(one)
            self._check_comparable(one, value, part)
            parts.append(_comparable(part))
        return condition(f"({_comparable(value)} IN ({', '.join(parts)}))")

    def _like(self, node: exp.Binary) -> Value:
        word = "ILIKE" if isinstance(node, exp.ILike) else "LIKE"
        sides = []
        for part in (node.this, node.expression):
            value = self.value(part)
            if value.kind not in TEXTS:
                cause = f"{word} compares texts, not {value.kind.value}."
                raise error_at(_first(part), cause)
            sides.append(value.sql)
        return condition(f"({sides[0]} {word} {sides[1]})")

    def _is_null(self, node: exp.Is) -> Value:
        return condition(f"({self.value(node.this).sql} IS NULL)")

    def _not(self, node: exp.Not) -> Value:
        # What is false instead of NULL would become true.
        before, self._in_not = self._in_not, True
        try:
            return condition(f"(NOT {self.condition(node.this)})")
        finally:
            self._in_not = before

    def _connected(self, node: exp.Connector) -> Value:
        word = "AND" if isinstance(node, exp.And) else "OR"
        one, other = self.condition(node.this), self.condition(node.expression)
        return condition(f"({one} {word} {other})")

    def _exists(self, node: exp.Exists) -> Value:
        sql, _ = self.queries.subquery(node.this, self.scope)
        return condition(f"EXISTS ({sql})")

    # Choices and types

    def _case(self, node: exp.Case) -> Value:
        conditions = [self._branch(node.this, one) for one in node.args["ifs"]]
        nodes = [one.args["true"] for one in node.args["ifs"]]
        if node.args.get("default") is not None:
            nodes.append(node.args["default"])
        results, common = self.unified(nodes)
        branches = "".join(
            f" WHEN {one} THEN {result}"
            for one, result in zip(conditions, results, strict=False)
        )
        rest = f" ELSE {results[-1]}" if node.args.get("default") is not None else ""
        return _like_value(f"CASE{branches}{rest} END", common)

    def _branch(self, subject: exp.Expr | None, branch: exp.If) -> str:
        if subject is None:
            return self.condition(branch.this)
        left, right = self.value(subject), self.value(branch.this)
        self._check_comparable(branch.this, left, right)
        return f"({_comparable(left)} = {_comparable(right)})"

    def unified(self, nodes: Iterable[exp.Expr]) -> tuple[list[str], Value]:
        """Translate values of which one is chosen: all of one type."""
        pairs = [(node, as_number(self.value(node))) for node in nodes]
        values = [value for _, value in pairs]
        known = [value for value in values if value.kind is not Kind.NULL] or [NULL]
        for node, value in pairs:
            if value.kind in {Kind.SHAPE, Kind.LIST}:
                raise error_at(_first(node), f"{value.kind.value} cannot stand here.")
            self._check_comparable(_first(node), known[0], value)
        if known[0].kind in NUMBERS and any(one.kind is Kind.REAL for one in known):
            return [as_real(one) for one in values], real("")
        if known[0].kind is Kind.WHOLE:
            return [as_whole(one) for one in values], whole("")
        return [one.sql for one in values], known[0]

    def _cast(self, node: exp.Cast) -> Value:
        return cast(self.value(node.this), node)

    def _coalesce(self, call: exp.Anonymous) -> Value:
        if not call.expressions:
            raise error_at(call, "COALESCE takes values.")
        parts, common = self.unified(call.expressions)
        return _like_value(f"coalesce({', '.join(parts)})", common)

    # Functions and queries

    def _call(self, node: exp.Anonymous) -> Value:
        name = node.this.upper()
        if name == "COALESCE":
            return self._coalesce(node)
        if name in aggregates.AGGREGATES:
            return self._aggregate(node, name)
        function = FUNCTIONS.get(name) or GEOMETRY.get(name)
        if function is None:
            known = [*FUNCTIONS, *GEOMETRY, *aggregates.AGGREGATES, "COALESCE", "CAST"]
            hint = did_you_mean(name, known)
            raise error_at(node, f"there is no function {shortened(node.this)}{hint}.")
        for argument in node.expressions:
            if isinstance(argument, (exp.Star, exp.Distinct)):
                raise error_at(argument, f"{name} takes values: {function.signature}.")
        arguments = tuple(self.value(one) for one in node.expressions)
        call = Call(node, name, arguments, tuple(node.expressions))
        function.check(call)
        return function.translate(call)

    def _aggregate(self, node: exp.Anonymous, name: str) -> Value:
        if self.no_aggregates:
            cause = f"{name} cannot stand in {self.no_aggregates}"
            hint = ": use HAVING" if self.no_aggregates == "WHERE" else ""
            raise error_at(node, f"{cause}{hint}.")
        self.has_aggregates = True
        self.no_aggregates = "another aggregate"
        distinct = star = False
        nodes = node.expressions
        if nodes and isinstance(nodes[0], exp.Distinct):
            distinct, nodes = True, nodes[0].expressions
        elif nodes and isinstance(nodes[0], exp.Star):
            star, nodes = True, []
        arguments = tuple(self.value(one) for one in nodes)
        self.no_aggregates = ""
        call = Call(node, name, arguments, tuple(nodes))
        return aggregates.translated(call, distinct=distinct, star=star)

    def _subquery(self, node: exp.Subquery) -> Value:
        sql, columns = self.queries.subquery(node.this, self.scope)
        if len(columns) != 1:
            cause = f"a query that is a value has one column, not {len(columns)}."
            raise error_at(node, cause)
        return _like_value(f"({sql})", columns[0])

    _CASES: ClassVar[dict[type[exp.Expr], Callable[[Expressions, Any], Value]]] = {
        exp.Literal: _literal,
        exp.Boolean: _boolean,
        exp.Null: _null,
        exp.Column: _column,
        exp.Paren: _paren,
        exp.Neg: _negated,
        **dict.fromkeys(_ARITHMETIC, _arithmetic),
        exp.DPipe: _texts,
        **dict.fromkeys(_COMPARISONS, _comparison),
        exp.Between: _between,
        exp.In: _among,
        exp.Like: _like,
        exp.ILike: _like,
        exp.Is: _is_null,
        exp.Not: _not,
        exp.And: _connected,
        exp.Or: _connected,
        exp.Exists: _exists,
        exp.Case: _case,
        exp.Cast: _cast,
        exp.Anonymous: _call,
        exp.Subquery: _subquery,
    }


def _first(node: exp.Expr) -> exp.Expr:
    """Find the part that stands first: where people see a value begin."""
    while isinstance(node, (exp.Binary, exp.Between, exp.In)) and node.this:
        node = node.this
    return node


def _like_value(sql: str, value: Value) -> Value:
    """Give other SQL for a value of the same type."""
    return replace(column_value(sql, described(value, "")), column=None)


def _comparable(value: Value) -> str:
    return as_number(value).sql


def _flag(sign: str, left: Value, right: Value, *, exactly: bool) -> str:
    """Take ``CONTAINS(...) = 1``, ``> 0`` and such for the condition they stand for.

    ``exactly`` if it must be NULL where a coordinate is.
    """
    compare = _MEANINGS[sign]
    flag, other = (left, right) if left.is_flag else (right, left)
    if not flag.is_flag or other.number is None:
        return ""
    no, yes = (
        compare(each, other.number) if flag is left else compare(other.number, each)
        for each in (0, 1)
    )
    if no == yes:
        return ""
    if no:
        return f"(NOT {flag.exact})"
    return flag.exact if exactly else flag.sql


def _near(sign: str, left: Value, right: Value, plain: str) -> str:
    """Put a cheap test before the condition that a distance is small."""
    if sign in {"<", "<="} and left.distance and right.kind in NUMBERS:
        return within_distance(left, right, plain)
    if sign in {">", ">="} and right.distance and left.kind in NUMBERS:
        return within_distance(right, left, plain)
    return plain

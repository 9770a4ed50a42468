"""Queries made into SQL: FROM, SELECT, GROUP BY, ORDER BY and what joins queries."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlglot import exp

from graticule.services.adql.columns import column_value
from graticule.services.adql.errors import error_at
from graticule.services.adql.expressions import Expressions
from graticule.services.adql.grouping import check_grouped
from graticule.services.adql.joining import Joining
from graticule.services.adql.names import (
    Field,
    Scope,
    Tables,
    bare,
    same,
)
from graticule.services.adql.types import Kind, Value, as_number, described, quoted
from graticule.services.published.model import PublishedColumn, VoType


@dataclass(frozen=True, slots=True)
class Output:
    """A column of a query: as it may be named, and as it is named in the SQL."""

    label: str
    column: PublishedColumn
    value: Value


@dataclass(slots=True)
class Query:
    """The SQL of a query without its LIMIT.

    ``order`` is the ORDER BY clause, empty for none.
    """

    body: str
    outputs: list[Output]
    order: str = ""
    top: int | None = None
    offset: int | None = None
    with_: str = ""

    def sql(self, most: int | None = None) -> str:
        """Write it all, with no more rows than ``most``."""
        rows = [one for one in (self.top, most) if one is not None]
        limit = f" LIMIT {min(rows)}" if rows else ""
        skip = f" OFFSET {self.offset}" if self.offset else ""
        return f"{self.with_}{self.body}{self.order}{limit}{skip}"


@dataclass(frozen=True, slots=True)
class Named:
    """A query of WITH: its name in the query and in the SQL."""

    name: exp.Identifier
    sql_name: str
    outputs: tuple[Output, ...]


@dataclass(slots=True)
class Queries:
    """Translates queries; remembers the names that WITH gave."""

    tables: Tables
    named: list[Named] = field(default_factory=list)

    def subquery(self, node: exp.Expr, scope: Scope) -> tuple[str, list[Value]]:
        """Give the SQL of a query within a query, and its columns."""
        query = self.query(node, scope)
        return query.sql(), [one.value for one in query.outputs]

    def query(self, node: exp.Expr, scope: Scope | None) -> Query:
        """Translate a query.

        Raises
        ------
        graticule.services.adql.errors.AdqlError
            If it asks for what is not there.
        """
        outer = len(self.named)
        with_ = self._with(node.args.get("with_"), scope)
        if isinstance(node, exp.Select):
            query = self._select(node, scope)
        elif isinstance(node, exp.SetOperation):
            query = self._set_operation(node, scope)
        elif isinstance(node, exp.Subquery):
            query = self._wrapped(node, scope)
        else:
            raise error_at(node, f"{node.key} is no query.")
        del self.named[outer:]
        offset = node.args.get("offset")
        if offset is not None:
            query.offset = int(offset.expression.this)
        query.with_ = with_
        return query

    def _with(self, node: exp.With | None, scope: Scope | None) -> str:
        if node is None:
            return ""
        parts = []
        for one in node.expressions:
            name = one.args["alias"].this
            if any(same(name, other.name.this) for other in self.named):
                raise error_at(name, f"there are two queries {name.name}: rename one.")
            query = self.query(one.this, scope)
            sql_name = quoted(self.tables.new_name())
            parts.append(f"{sql_name} AS ({query.sql()})")
            self.named.append(Named(name, sql_name, tuple(query.outputs)))
        return f"WITH {', '.join(parts)} "

    def _wrapped(self, node: exp.Subquery, scope: Scope | None) -> Query:
        inner = self.query(node.this, scope)
        name = quoted(self.tables.new_name())
        outputs = [_passed(one, name) for one in inner.outputs]
        listed = ", ".join(
            f"{one.value.sql} AS {quoted(one.column.name)}" for one in outputs
        )
        source = f" FROM ({inner.sql()}) AS {name}"
        query = Query(f"SELECT {listed}{source}", outputs)
        query.order = self._order_by_output(node, outputs)
        return query

    # One SELECT

    def _select(self, node: exp.Select, parent: Scope | None) -> Query:
        scope = Scope(parent)
        expressions = Expressions(scope, self)
        sources = ""
        from_ = node.args.get("from_")
        if from_ is not None:
            expressions.no_aggregates = "FROM"
            sources = f" FROM {Joining(self, expressions).source(from_.this)}"
        where = ""
        if node.args.get("where") is not None:
            expressions.no_aggregates = "WHERE"
            where = f" WHERE {expressions.condition(node.args['where'].this)}"
        grouped = self._group(node, expressions)
        expressions.no_aggregates = ""
        outputs, nodes = self._outputs(node, expressions)
        having = ""
        if node.args.get("having") is not None:
            nodes.append(node.args["having"].this)
            having = f" HAVING {expressions.condition(node.args['having'].this)}"
        order, ordered = self._order(node, outputs, expressions)
        if expressions.has_aggregates or grouped is not None or having:
            check_grouped(nodes + ordered, grouped or [], expressions)
        distinct = "DISTINCT " if node.args.get("distinct") is not None else ""
        listed = ", ".join(
            f"{as_number(one.value).sql} AS {quoted(one.column.name)}"
            for one in outputs
        )
        group = f" GROUP BY {', '.join(grouped)}" if grouped else ""
        body = f"SELECT {distinct}{listed}{sources}{where}{group}{having}"
        limit = node.args.get("limit")
        top = int(limit.expression.this) if limit is not None else None
        return Query(body, outputs, order, top)

    def _group(self, node: exp.Select, expressions: Expressions) -> list[str] | None:
        group = node.args.get("group")
        if group is None:
            return None
        expressions.no_aggregates = "GROUP BY"
        parts = []
        for one in group.expressions:
            value = expressions.value(one)
            if _is_constant(value):
                raise error_at(one, "GROUP BY names columns, not their positions.")
            parts.append(value.sql)
        return parts

    def _outputs(
        self, node: exp.Select, expressions: Expressions
    ) -> tuple[list[Output], list[exp.Expr]]:
        outputs: list[Output] = []
        nodes: list[exp.Expr] = []
        taken: set[str] = set()
        for item in node.expressions:
            is_all = isinstance(item, exp.Star)
            if is_all or isinstance(item.this, exp.Star):
                fields = self._starred(item, expressions.scope)
                nodes.append(item)
                pairs = [(one.name, one.value) for one in fields]
            else:
                inner = item.this if isinstance(item, exp.Alias) else item
                nodes.append(inner)
                value = expressions.value(inner)
                pairs = [(_label(item, value, len(outputs)), value)]
            for label, value in pairs:
                name = _unique(bare(label), taken)
                outputs.append(Output(label, described(value, name), value))
        return outputs, nodes

    def _starred(self, item: exp.Expr, scope: Scope) -> list[Field]:
        if isinstance(item, exp.Column):
            return list(scope.expanded(item))
        if not scope.relations:
            raise error_at(item, "* needs a table: there is no FROM.")
        return scope.visible

    # Order

    def _order(
        self, node: exp.Select, outputs: list[Output], expressions: Expressions
    ) -> tuple[str, list[exp.Expr]]:
        order = node.args.get("order")
        if order is None:
            return "", []
        parts, nodes = [], []
        for one in order.expressions:
            position = _position(one.this, outputs)
            if position is None:
                value = expressions.value(one.this)
                if _is_constant(value):
                    cause = "ORDER BY names columns or their positions, from 1."
                    raise error_at(one, cause)
                _check_orderable(one, value)
                selected = [output.value.sql for output in outputs]
                if node.args.get("distinct") is not None and value.sql not in selected:
                    cause = (
                        "after SELECT DISTINCT only what is selected can be ordered."
                    )
                    raise error_at(one, cause)
                nodes.append(one.this)
                parts.append(f"{value.sql}{_direction(one)}")
            else:
                _check_orderable(one, outputs[position].value)
                parts.append(f"{position + 1}{_direction(one)}")
        return f" ORDER BY {', '.join(parts)}", nodes

    def _order_by_output(self, node: exp.Expr, outputs: list[Output]) -> str:
        order = node.args.get("order")
        if order is None:
            return ""
        parts = []
        for one in order.expressions:
            position = _position(one.this, outputs)
            if position is None:
                cause = (
                    "here only columns of the result can be ordered, by name or number."
                )
                raise error_at(one, cause)
            _check_orderable(one, outputs[position].value)
            parts.append(f"{position + 1}{_direction(one)}")
        return f" ORDER BY {', '.join(parts)}"

    # Sets

    def _set_operation(self, node: exp.SetOperation, scope: Scope | None) -> Query:
        left, right = self.query(node.this, scope), self.query(node.expression, scope)
        if len(left.outputs) != len(right.outputs):
            counts = f"{len(left.outputs)} columns and {len(right.outputs)}"
            raise error_at(node, f"the queries have {counts}: they must have as many.")
        outputs = []
        for one, other in zip(left.outputs, right.outputs, strict=True):
            if not _compatible(one, other):
                kinds = f"{one.value.kind.value} and {other.value.kind.value}"
                raise error_at(node, f"column {one.column.name} holds {kinds}.")
            outputs.append(_unbound(_wider(one, other)))
        word = type(node).__name__.upper()
        every = "" if node.args.get("distinct") else " ALL"
        body = f"({left.sql()}) {word}{every} ({right.sql()})"
        return Query(body, outputs, self._order_by_output(node, outputs))


def _unbound(output: Output) -> Output:
    """Give a column whose rows come from several queries: no circle bounds them all."""
    shape = output.value.shape
    if shape is None or shape.bound is None:
        return output
    value = replace(output.value, shape=replace(shape, bound=None))
    return replace(output, value=value)


def _passed(output: Output, alias: str) -> Output:
    """Give a column of a query that stands in FROM as ``alias``."""
    value = column_value(f"{alias}.{quoted(output.column.name)}", output.column)
    return replace(output, value=value)


def _label(item: exp.Expr, value: Value, index: int) -> str:
    if isinstance(item, exp.Alias):
        return str(item.args["alias"].name)
    inner = item
    while isinstance(inner, exp.Paren):
        inner = inner.this
    if isinstance(inner, exp.Column):
        return value.column.name if value.column is not None else inner.name
    if isinstance(inner, exp.Anonymous):
        return str(inner.this.lower())
    return f"column_{index + 1}"


def _unique(name: str, taken: set[str]) -> str:
    unique, count = name, 1
    while unique.lower() in taken:
        count += 1
        unique = f"{name}_{count}"
    taken.add(unique.lower())
    return unique


def _position(node: exp.Expr, outputs: list[Output]) -> int | None:
    """Find the column of the result that ORDER BY means."""
    if isinstance(node, exp.Literal) and not node.is_string:
        position = int(node.this) if node.this.isdigit() and len(node.this) < 9 else 0
        if not 1 <= position <= len(outputs):
            raise error_at(node, f"there is no column {node.this[:20]} in the result.")
        return position - 1
    if isinstance(node, exp.Column) and not node.args.get("table"):
        found = [i for i, one in enumerate(outputs) if same(node.this, one.label)]
        values = {outputs[i].value.sql for i in found}
        if len(values) > 1:
            raise error_at(node, f"{node.this.name} is ambiguous in the result.")
        return found[0] if found else None
    return None


def _direction(node: exp.Ordered) -> str:
    return f" {'DESC' if node.args.get('desc') else 'ASC'} NULLS LAST"


def _is_constant(value: Value) -> bool:
    """Tell whether it is the same for all rows; DuckDB takes such for positions."""
    is_literal = value.number is not None or value.text is not None
    return is_literal or value.kind is Kind.NULL


def _check_orderable(node: exp.Expr, value: Value) -> None:
    if value.kind in {Kind.SHAPE, Kind.LIST}:
        raise error_at(node, f"{value.kind.value} has no order.")


def _compatible(one: Output, other: Output) -> bool:
    kinds = {one.value.kind, other.value.kind} - {Kind.NULL}
    if Kind.SHAPE in kinds or Kind.LIST in kinds:
        return len(kinds) == 1 and one.column.xtype == other.column.xtype
    return len(kinds) <= 1 or kinds == {Kind.WHOLE, Kind.REAL}


_WIDTHS: tuple[VoType, ...] = (
    "unsignedByte",
    "short",
    "int",
    "long",
    "float",
    "double",
    "unicodeChar",
)


def _wider(one: Output, other: Output) -> Output:
    """Give the column of a result that holds both."""
    if one.value.kind is Kind.NULL:
        one, other = replace(other, label=one.label), one
        name = other.column.name
        one = replace(one, column=replace(one.column, name=name))
    datatypes = {one.column.datatype, other.column.datatype}
    if len(datatypes) == 1 or other.value.kind is Kind.NULL:
        return one
    both: VoType = next(
        (name for name in reversed(_WIDTHS) if name in datatypes), "char"
    )
    if both == "float" and datatypes & {"int", "long"}:
        both = "double"
    column = PublishedColumn(
        one.column.name, both, one.column.arraysize, unit=one.column.unit
    )
    return replace(one, column=column, value=column_value(one.value.sql, column))

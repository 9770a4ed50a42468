"""FROM: tables, subqueries and joins, and what is visible after them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from graticule.services.adql.columns import column_value
from graticule.services.adql.errors import did_you_mean, error_at
from graticule.services.adql.expressions import Expressions
from graticule.services.adql.names import Field, Relation, bare, fields_of, same
from graticule.services.adql.types import Bound, Kind, Value, quoted

if TYPE_CHECKING:
    from graticule.services.adql.selecting import Output, Queries

_NUMERIC = {Kind.WHOLE, Kind.REAL}


class Joining:
    """Translates the FROM clause of one SELECT and fills its scope."""

    def __init__(self, queries: Queries, expressions: Expressions) -> None:
        self._queries = queries
        self._expressions = expressions
        self._scope = expressions.scope
        self._aliases: set[str] = set()

    def source(self, node: exp.Expr) -> str:
        """Translate a table, subquery or join."""
        if isinstance(node, exp.Paren):
            wrapped = self.source(node.this)
        elif isinstance(node, exp.Table):
            wrapped = self._table(node)
        elif isinstance(node, exp.Subquery):
            wrapped = self._derived(node)
        else:
            raise error_at(node, f"{node.key} cannot stand in FROM.")
        for join in node.args.get("joins") or ():
            wrapped = self._joined(wrapped, join)
        return wrapped

    def _add(self, relation: Relation, node: exp.Expr) -> None:
        alias = relation.alias.lower()
        if alias in self._aliases:
            cause = f"two tables are called {relation.alias}: give one another name."
            raise error_at(node, cause)
        if alias:
            self._aliases.add(alias)
        self._scope.relations.append(relation)
        self._scope.visible.extend(relation.fields)

    def _table(self, node: exp.Table) -> str:
        written = node.args.get("alias")
        alias = str(written.this.name) if written is not None else ""
        name = quoted(self._queries.tables.new_name())
        if not node.args.get("db"):
            for named in reversed(self._queries.named):
                if same(node.this, named.name.name):
                    fields = _passed_on(named.outputs, name)
                    label = named.name.name
                    self._add(Relation(label, fields, alias or label), node)
                    return f"{named.sql_name} AS {name}"
        table = self._queries.tables.find(node)
        fields = fields_of(table, name, column_value)
        label = table.qualified_name
        self._add(Relation(label, fields, alias, table), node)
        schema, own = quoted(bare(table.schema)), quoted(bare(table.name))
        return f"{schema}.{own} AS {name}"

    def _derived(self, node: exp.Subquery) -> str:
        # What stands beside it in FROM is not visible in it, what is around is.
        query = self._queries.query(node.this, self._scope.parent)
        name = quoted(self._queries.tables.new_name())
        alias = str(node.args["alias"].this.name)
        fields = _passed_on(query.outputs, name)
        self._add(Relation(alias, fields, alias), node.args["alias"].this)
        return f"({query.sql()}) AS {name}"

    def _joined(self, left_sql: str, join: exp.Join) -> str:
        scope = self._scope
        # Within parentheses only what is joined there can be named.
        left, left_relations = scope.visible, scope.relations
        scope.visible, scope.relations = [], []
        right_sql = self.source(join.this)
        if isinstance(join.this, exp.Paren) and join.this.find(exp.Join):
            right_sql = f"({right_sql})"
        right = scope.visible
        scope.visible = [*left, *right]
        scope.relations = [*left_relations, *scope.relations]
        if join.args.get("kind") == "CROSS":
            return f"{left_sql} CROSS JOIN {right_sql}"
        side = join.args.get("side") or ""
        word = f"{side} JOIN".strip() if side else "INNER JOIN"
        if join.args.get("on") is not None:
            on = self._expressions.condition(join.args["on"])
            return f"{left_sql} {word} {right_sql} ON {on}"
        pairs = self._pairs(join, left, right)
        scope.visible = _merged(pairs, left, right, side)
        equal = [f"{one.value.sql} = {other.value.sql}" for one, other in pairs]
        on = " AND ".join(equal) or "TRUE"
        return f"{left_sql} {word} {right_sql} ON ({on})"

    def _pairs(
        self, join: exp.Join, left: list[Field], right: list[Field]
    ) -> list[tuple[Field, Field]]:
        """Find the columns that USING or NATURAL say are equal."""
        using = join.args.get("using")
        if using is None:
            names = {bare(one.name).lower() for one in right}
            using = []
            for one in left:
                name = bare(one.name)
                if name.lower() in names:
                    written = exp.Identifier(this=name, quoted=False)
                    written.meta.update(join.meta)
                    using.append(written)
                    names.discard(name.lower())
        pairs = []
        for name in using:
            one, other = (_only(name, side) for side in (left, right))
            if not _equal(one.value, other.value):
                kinds = (
                    f"{one.value.kind.value} here and {other.value.kind.value} there"
                )
                raise error_at(name, f"{name.name} is {kinds}: they cannot be equal.")
            pairs.append((one, other))
        return pairs


def _only(name: exp.Identifier, fields: list[Field]) -> Field:
    found = [one for one in fields if same(name, one.name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise error_at(name, f"{name.name} is ambiguous: use ON.")
    hint = did_you_mean(name.name, (one.name for one in fields))
    raise error_at(name, f"there is no column {name.name} on both sides{hint}.")


def _passed_on(outputs: Sequence[Output], name: str) -> tuple[Field, ...]:
    """Give the columns of a query that is called ``name`` in the SQL."""
    by_sql = {one.value.sql: f"{name}.{quoted(one.column.name)}" for one in outputs}
    return tuple(
        Field(
            one.label,
            column_value(
                f"{name}.{quoted(one.column.name)}",
                one.column,
                _bound_within(one.value, by_sql),
            ),
        )
        for one in outputs
    )


def _bound_within(value: Value, by_sql: Mapping[str, str]) -> Bound | None:
    """Name the circle around a geometry, if the query passes on what tells it."""
    bound = value.shape.bound if value.shape is not None else None
    if bound is None or not by_sql.keys() >= set(bound.columns):
        return None
    longitude, latitude, diameter = (by_sql[each] for each in bound.columns)
    return Bound(longitude, latitude, diameter, bound.wider)


def _equal(one: Value, other: Value) -> bool:
    if one.kind in _NUMERIC and other.kind in _NUMERIC:
        return True
    return one.kind is other.kind and one.kind not in {Kind.SHAPE, Kind.LIST}


def _merged(
    pairs: list[tuple[Field, Field]], left: list[Field], right: list[Field], side: str
) -> list[Field]:
    """Give the columns after a join that showed some of them once."""
    merged = []
    for one, other in pairs:
        value = other.value if side == "RIGHT" else one.value
        if side == "FULL":
            sql = f"coalesce({one.value.sql}, {other.value.sql})"
            column = one.value.column
            value = column_value(sql, column) if column is not None else value
        merged.append(Field(one.name, value))
    gone = {id(field) for pair in pairs for field in pair}
    rest = [one for one in (*left, *right) if id(one) not in gone]
    return [*merged, *rest]

"""Which column a name means: tables, aliases, joins, and the queries around.

Regular identifiers are compared without regard to case, delimited ones exactly
(ADQL 2.1, section 2.1.2). In the SQL every table has a name of ours (``t1``), so
nothing of what was written can mean something else there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count

from sqlglot import exp

from graticule.services.adql.errors import did_you_mean, error_at
from graticule.services.adql.types import Bound, Value, quoted
from graticule.services.published.model import (
    Publication,
    PublishedColumn,
    PublishedTable,
)


def bare(name: str) -> str:
    """Take the quotes from a name that was published with them."""
    if len(name) > 2 and name[0] == name[-1] == '"':
        return name[1:-1].replace('""', '"')
    return name


def same(written: exp.Identifier, name: str) -> bool:
    """Tell whether an identifier means this name."""
    if written.args.get("quoted"):
        return bool(written.this == bare(name))
    return bool(written.this.lower() == bare(name).lower())


@dataclass(frozen=True, slots=True)
class Field:
    """A column that can be named."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class Relation:
    """What stands in FROM: its names and its columns.

    ``alias`` is empty for a table that has none.
    """

    label: str
    fields: tuple[Field, ...]
    alias: str = ""
    table: PublishedTable | None = None


@dataclass(eq=False, slots=True)
class Scope:
    """What names mean in one SELECT.

    ``visible`` are the columns in the order of ``SELECT *``; those that NATURAL or
    USING joined stand there once.
    """

    parent: Scope | None = None
    relations: list[Relation] = field(default_factory=list)
    visible: list[Field] = field(default_factory=list)

    def column(self, node: exp.Column) -> tuple[Value, Scope]:
        """Find a column, here or in the queries around, and where it was found.

        Raises
        ------
        graticule.services.adql.errors.AdqlError
            If there is none of the name, or several.
        """
        name = node.this
        scope: Scope | None = self
        while scope is not None:
            found = scope.found(node)
            if len(found) == 1:
                return found[0].value, scope
            if found:
                cause = f"{name.name} is ambiguous: write the table before it, as in "
                raise error_at(node, f"{cause}t.{name.name}.")
            scope = scope.parent
        raise error_at(node, self._missing(node))

    def found(self, node: exp.Column) -> list[Field]:
        """Find the columns here that a name may mean."""
        if not node.args.get("table"):
            return [one for one in self.visible if same(node.this, one.name)]
        return [
            one
            for relation in self.relations_of(node)
            for one in relation.fields
            if same(node.this, one.name)
        ]

    def relations_of(self, node: exp.Column) -> list[Relation]:
        """Find the tables here that the qualification of a column may mean."""
        table, schema = node.args["table"], node.args.get("db")
        if node.args.get("catalog"):
            return []
        if schema is None:
            aliased = [one for one in self.relations if same(table, one.alias)]
            if aliased:
                return aliased
        return [
            one
            for one in self.relations
            if one.table is not None
            and same(table, one.table.name)
            and (schema is None or same(schema, one.table.schema))
        ]

    def expanded(self, node: exp.Column) -> tuple[Field, ...]:
        """Give the columns of ``t.*``.

        Raises
        ------
        graticule.services.adql.errors.AdqlError
            If there is no table of the name, or several.
        """
        found = self.relations_of(node)
        if len(found) == 1:
            return found[0].fields
        qualifier = _qualifier(node)
        if found:
            raise error_at(node, f"{qualifier} is ambiguous: give the tables aliases.")
        hint = did_you_mean(qualifier, (one.label for one in self.relations))
        raise error_at(node, f"there is no table {qualifier} in FROM{hint}.")

    def _missing(self, node: exp.Column) -> str:
        name = node.this.name
        scopes = [self]
        while (parent := scopes[-1].parent) is not None:
            scopes.append(parent)
        relations = [one for scope in scopes for one in scope.relations]
        if node.args.get("table"):
            meant = [one for scope in scopes for one in scope.relations_of(node)]
            if not meant:
                qualifier = _qualifier(node)
                labels = [
                    one.alias or (one.table.name if one.table else one.label)
                    for one in relations
                ]
                hint = did_you_mean(qualifier, labels)
                return f"there is no table {qualifier} in FROM{hint}."
            relations = meant
        if not relations:
            return f"there is no column {name}: the query has no FROM."
        known = [bare(one.name) for relation in relations for one in relation.fields]
        place = ", ".join(dict.fromkeys(one.label for one in relations))
        exact = [one for one in known if one.lower() == name.lower()]
        hint = f'; write "{exact[0]}"' if exact else did_you_mean(name, known)
        return f"there is no column {name} in {place}{hint}."


def _qualifier(node: exp.Column) -> str:
    parts = (node.args.get(key) for key in ("catalog", "db", "table"))
    return ".".join(part.name for part in parts if part is not None)


class Tables:
    """The published tables, and which of them a query uses."""

    def __init__(self, publication: Publication) -> None:
        self._publication = publication
        self._count = count(1)
        self.used: dict[tuple[str, str], PublishedTable] = {}

    def new_name(self) -> str:
        """Give a name for a table in the SQL that nothing else has."""
        return f"t{next(self._count)}"

    def find(self, node: exp.Table) -> PublishedTable:
        """Find the published table.

        Raises
        ------
        graticule.services.adql.errors.AdqlError
            If there is none, or several schemas have one.
        """
        name, schema = node.this, node.args.get("db")
        written = f"{schema.name}.{name.name}" if schema else name.name
        if node.args.get("catalog"):
            cause = f"write {written}: tables here are schema.table."
            raise error_at(node, f"there are no catalogs: {cause}")
        found = [
            table
            for table in self._publication
            if same(name, table.name) and (schema is None or same(schema, table.schema))
        ]
        if len(found) == 1:
            self.used[(found[0].schema, found[0].name)] = found[0]
            return found[0]
        if found:
            names = " or ".join(table.qualified_name for table in found[:5])
            raise error_at(node, f"{written} is ambiguous: write {names}.")
        raise error_at(node, f"there is no table {written}{self._hint(written)}.")

    def _hint(self, written: str) -> str:
        names: Iterable[str] = (table.qualified_name for table in self._publication)
        if "." not in written:
            full = {
                table.name.lower(): table.qualified_name for table in self._publication
            }
            near = did_you_mean(written, (table.name for table in self._publication))
            known = near.removeprefix("; did you mean ").removesuffix("?").lower()
            return f"; did you mean {full[known]}?" if near else ""
        return did_you_mean(written, names)


def fields_of(
    table: PublishedTable, alias: str, value: Callable[..., Value]
) -> tuple[Field, ...]:
    """Give the columns of a published table that is called ``alias`` in the SQL."""

    def named(name: str) -> str:
        return f"{alias}.{quoted(bare(name))}"

    return tuple(
        Field(one.name, value(named(one.name), one, _bound(one, named)))
        for one in table.columns
    )


def _bound(column: PublishedColumn, named: Callable[[str], str]) -> Bound | None:
    circle = column.bounded_by
    if circle is None:
        return None
    return Bound(
        named(circle.longitude),
        named(circle.latitude),
        named(circle.diameter),
        1 + circle.slack,
    )

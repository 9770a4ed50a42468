"""What a query finds among the things that somebody may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from graticule.catalog.access import visible_to
from graticule.catalog.models import Dataset, Image, Person, Project
from graticule.catalog.models.owned import Named
from graticule.services.search.engines import Engine, engine, table
from graticule.services.search.index import catch_up_if_possible
from graticule.services.search.query import AllOf, AnyOf, Node, Not
from graticule.services.search.resolve import Phrases, Resolved, Scan, resolve

MOST_FOUND = 1_000
"""Things of each kind that are found at most (contract webgateway 8.5)."""

# Of so many at least as many as are wanted can be seen, mostly.
_GUESS = 2 * MOST_FOUND

NamedT = TypeVar("NamedT", bound=Named)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, each kind by name."""

    projects: list[Project]
    datasets: list[Dataset]
    images: list[Image]


def find(person: Person | None, query: Node | None, *, images_only: bool) -> Found:
    """Find projects, datasets and images, or images only.

    Of more than :data:`MOST_FOUND` of a kind those are taken that have been in the
    catalogue longest.

    Parameters
    ----------
    query
        ``None`` finds nothing.

    Raises
    ------
    graticule.services.search.query.QueryError
        If ``id:`` is given no number.
    """
    if query is None:
        return Found([], [], [])
    catch_up_if_possible()
    resolved = resolve(query)
    # What lists show; there are few owners, so they are fetched apart.
    shown = ("name", "description", "acquired", "created", "owner", "group")
    images = Image.objects.only(*shown).prefetch_related("owner")
    return Found(
        [] if images_only else _first(person, Project.objects.all(), resolved),
        [] if images_only else _first(person, Dataset.objects.all(), resolved),
        _first(person, images, resolved),
    )


def matching(
    person: Person | None, query: Node | None, things: QuerySet[NamedT]
) -> QuerySet[NamedT]:
    """Keep what a query finds, of things of one kind that a person may see.

    Raises
    ------
    graticule.services.search.query.QueryError
        If ``id:`` is given no number.
    """
    if query is None:
        return things.none()
    catch_up_if_possible()
    return visible_to(person, things).filter(_conditions(things).of(resolve(query)))


def first_matching(
    person: Person | None, query: Node, things: QuerySet[NamedT], most: int
) -> list[NamedT]:
    """Find a few, by name: those that have been in the catalogue longest.

    Raises
    ------
    graticule.services.search.query.QueryError
        If ``id:`` is given no number.
    """
    catch_up_if_possible()
    return _first(person, things.only("name"), resolve(query), most)


def _first(
    person: Person | None,
    things: QuerySet[NamedT],
    query: Resolved,
    most: int = MOST_FOUND,
) -> list[NamedT]:
    """Find the first by id: databases have them so, and need not sort all."""
    seen = visible_to(person, things).order_by("pk")
    conditions = _conditions(things)
    rows: list[NamedT] | None = None
    some = conditions.first_ids(query, _GUESS)
    if some is not None:
        rows = list(seen.filter(pk__in=some)[:most])
        if len(rows) < most and len(some) == _GUESS:
            rows = None  # many cannot be seen: ask for all
    if rows is None:
        rows = list(seen.filter(conditions.of(query))[:most])
    return sorted(rows, key=lambda row: (row.name.casefold(), row.pk))


def _conditions(things: QuerySet[Any]) -> _Conditions:
    kind = things.model._meta.model_name  # noqa: SLF001 -- Django's documented way
    return _Conditions(kind or "", engine())


class _Conditions:
    """Makes conditions on one kind of thing; as much as can be in one expression."""

    def __init__(self, kind: str, index: Engine) -> None:
        self.index = index
        self.table = table(kind)

    def of(self, query: Any) -> Q:
        expression = self.expression(query)
        if expression is not None:
            return self.ids(self.index.match, expression) if expression else _NOTHING
        match query:
            case Q():
                return query
            case Scan(regex):
                return self.ids(self.index.scan, regex)
            case Not(part):
                return ~self.of(part)
            case AllOf(parts):
                return self.joined(parts, Q.AND)
            case AnyOf(parts):
                return self.joined(parts, Q.OR)
        raise TypeError(f"{query!r} is no query.")

    def first_ids(self, query: Any, most: int) -> list[int] | None:
        """List the lowest ids of what fits, seen or not; None if that is no cheaper."""
        expression = self.expression(query)
        if expression == "":
            return []
        if expression is not None:
            sql, parameter = self.index.match, expression
        elif isinstance(query, Scan):
            sql, parameter = self.index.scan, query.regex
        else:
            return None
        with connection.cursor() as cursor:
            ordered = f"{sql.format(table=self.table)} ORDER BY 1 LIMIT %s"
            cursor.execute(ordered, [parameter, most])
            return [pk for (pk,) in cursor.fetchall()]

    def joined(self, parts: Iterable[Any], connector: str) -> Q:
        """Join conditions; those that can be are one expression."""
        inside = [part for part in parts if self.expression(part) is not None]
        outside = [part for part in parts if self.expression(part) is None]
        kind = AllOf if connector == Q.AND else AnyOf
        whole = [kind(tuple(inside))] if inside else []
        return Q(*map(self.of, [*whole, *outside]), _connector=connector)

    def ids(self, sql: str, parameter: str) -> Q:
        rows = RawSQL(sql.format(table=self.table), [parameter])  # noqa: S611 -- the text is a parameter
        return Q(pk__in=rows)

    def expression(self, query: Any) -> str | None:
        """Write a query in the engine's language; empty finds nothing, None cannot."""
        match query:
            case Phrases(phrases):
                parts = [self.index.phrase(phrase) for phrase in phrases]
                return self.index.any_of(parts) if parts else ""
            case AnyOf(parts):
                written = [self.expression(part) for part in parts]
                if None in written:
                    return None
                there = [text for text in written if text]
                return self.index.any_of(there) if there else ""
            case AllOf(parts):
                return self.all_of(parts)
        return None

    def all_of(self, parts: Iterable[Any]) -> str | None:
        wanted = [self.expression(p) for p in parts if not isinstance(p, Not)]
        unwanted = [self.expression(p.part) for p in parts if isinstance(p, Not)]
        if not wanted or None in wanted or None in unwanted:
            return None
        if "" in wanted:
            return ""
        expression = self.index.all_of([text for text in wanted if text])
        without = [text for text in unwanted if text]
        if not without:
            return expression
        return self.index.but(expression, self.index.any_of(without))


_NOTHING = Q(pk__in=[])

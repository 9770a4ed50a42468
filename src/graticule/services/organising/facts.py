"""What a change altered, as facts before and after, and how to go back.

A change is told as rows (before and after, either may be absent) and links
(added, removed). Going back looks first whether everything still is as the change
left it, and then puts what was before; so nothing that others did meanwhile is
lost. Rows come back under their old ids, hence addresses stay good. Knows nothing
of who may do what.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Model, QuerySet

from graticule.catalog.models import (
    Annotation,
    AnnotationLink,
    Dataset,
    DeletedSource,
    Image,
    Person,
    Plate,
    Project,
    Screen,
)
from graticule.errors import RequestError

Values = dict[str, Any]
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class LinkTable:
    """What holds what, and the table of who is in whom."""

    parent: str
    child: str
    rows: type[Model]
    parent_field: str
    child_field: str

    def links(self) -> QuerySet[Any]:
        """Choose all links."""
        found: QuerySet[Any] = QuerySet(self.rows)
        return found

    def of(self, parent: int) -> QuerySet[Any]:
        """Choose the links of one parent."""
        return self.links().filter(**{self.parent_field: parent})


TABLES: Mapping[str, type[Model]] = {
    "project": Project,
    "dataset": Dataset,
    "screen": Screen,
    "plate": Plate,
    "image": Image,
    "annotation link": AnnotationLink,
    "deleted source": DeletedSource,
}
"""The tables with rows that changes tell of, by their name in facts."""
LINKS: Mapping[str, LinkTable] = {
    table.parent: table
    for table in (
        LinkTable(
            "project", "dataset", Project.datasets.through, "project_id", "dataset_id"
        ),
        LinkTable("dataset", "image", Dataset.images.through, "dataset_id", "image_id"),
        LinkTable("screen", "plate", Screen.plates.through, "screen_id", "plate_id"),
    )
}
"""Who holds whom, by the kind of the parent."""


def rows_of(kind: str) -> QuerySet[Any]:
    """Choose all rows of a table."""
    found: QuerySet[Any] = QuerySet(TABLES[kind])
    return found


class ChangedMeanwhileError(RequestError):
    """What a change left is not as it was left: it cannot be undone."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"This cannot be undone any more: {what} since. Nothing was changed."
        )


@dataclass(frozen=True, slots=True)
class RowFact:
    """One row before and after; ``None`` where it was not there.

    Where it was there both times, only what differs.
    """

    table: str
    id: int
    before: Values | None
    after: Values | None


@dataclass(slots=True)
class LinkFact:
    """Children of one parent that were added or removed."""

    parent_kind: str
    parent: int
    added: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Facts:
    """All that a change altered, in the order it was done."""

    rows: list[RowFact] = field(default_factory=list)
    links: list[LinkFact] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.rows or self.links)

    @property
    def count(self) -> int:
        """How many rows and links were altered."""
        links = sum(len(fact.added) + len(fact.removed) for fact in self.links)
        return len(self.rows) + links

    def as_json(self) -> dict[str, Any]:
        """Write for the table of changes."""
        return {
            "rows": [asdict(fact) for fact in self.rows],
            "links": [asdict(fact) for fact in self.links],
        }

    @classmethod
    def of_json(cls, value: Mapping[str, Any]) -> Facts:
        """Read what :meth:`as_json` wrote."""
        return cls(
            [RowFact(**fact) for fact in value["rows"]],
            [LinkFact(**fact) for fact in value["links"]],
        )


def chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Cut ids into parts that every database takes in one query."""
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]


def written(row: Model, names: Iterable[str] | None = None) -> Values:
    """Write a row as plain JSON, by the names of its columns."""
    fields = row._meta.concrete_fields  # noqa: SLF001 -- Django's documented way in
    wanted = None if names is None else set(names)
    return {
        each.attname: _plain(getattr(row, each.attname))
        for each in fields
        if not each.primary_key and (wanted is None or each.attname in wanted)
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def link(fact: LinkFact) -> None:
    """Make the links of a fact as they are after it."""
    _unlink(fact.parent_kind, fact.parent, fact.removed)
    _link(fact.parent_kind, fact.parent, fact.added)


def _link(kind: str, parent: int, children: list[int]) -> None:
    table = LINKS[kind]
    table.links().bulk_create(
        table.rows(**{table.parent_field: parent, table.child_field: child})
        for child in children
    )


def _unlink(kind: str, parent: int, children: list[int]) -> None:
    table = LINKS[kind]
    for some in chunks(children):
        table.of(parent).filter(**{f"{table.child_field}__in": some}).delete()


def put_back(facts: Facts) -> None:
    """Undo a change, within a transaction of the caller.

    Raises
    ------
    ChangedMeanwhileError
        If anything is not as the change left it; nothing was written then.
    """
    for fact in facts.rows:
        _check_row(fact, facts)
    for links in facts.links:
        _check_links(links, facts)
    for links in facts.links:
        _unlink(links.parent_kind, links.parent, links.added)
    for fact in reversed(facts.rows):
        _put_row(fact)
    for links in facts.links:
        _link(links.parent_kind, links.parent, links.removed)


def _put_row(fact: RowFact) -> None:
    rows = rows_of(fact.table)
    if fact.before is None:
        rows.filter(pk=fact.id).delete()
        return
    values = _read(rows.model, fact.before)
    if fact.after is None:
        rows.bulk_create([rows.model(pk=fact.id, **values)])
    # Times that Django sets by itself are as they were, too.
    rows.filter(pk=fact.id).update(**values)


def _read(model: type[Model], values: Values) -> Values:
    by_name = {each.attname: each for each in model._meta.concrete_fields}  # noqa: SLF001 -- Django's documented way in
    return {
        name: by_name[name].to_python(value)
        if isinstance(by_name[name], models.DateTimeField)
        else value
        for name, value in values.items()
    }


def _check_row(fact: RowFact, facts: Facts) -> None:
    now = rows_of(fact.table).select_for_update().filter(pk=fact.id).first()
    what = _named(fact)
    if fact.after is None:
        if now is not None:
            raise ChangedMeanwhileError(f"{what} was made again")
        _check_free(fact, facts)
        return
    if now is None:
        raise ChangedMeanwhileError(f"{what} was deleted")
    if written(now, fact.after) != fact.after:
        raise ChangedMeanwhileError(f"{what} was changed")
    if fact.before is None:
        _check_bare(fact, facts, what)


def _named(fact: RowFact) -> str:
    values = fact.after or fact.before or {}
    name = values.get("name")
    return f"the {fact.table} “{name}”" if name else f"the {fact.table}"


def _check_free(fact: RowFact, facts: Facts) -> None:
    """See that a deleted row can come back: its key is free, its parents are there."""
    assert fact.before is not None
    model, what = TABLES[fact.table], _named(fact)
    source = fact.before.get("source")
    is_container = issubclass(model, Project | Dataset | Screen)
    if is_container and rows_of(fact.table).exclude(source=None).filter(source=source):
        raise ChangedMeanwhileError(f"{what} was made again by a scan")
    if not Person.objects.filter(pk=fact.before["owner_id"]).exists():
        raise ChangedMeanwhileError(f"the owner of {what} was deleted")
    if issubclass(model, AnnotationLink):
        _check_link_free(fact, facts)


def _check_link_free(fact: RowFact, facts: Facts) -> None:
    """See that a tag and what bore it are there, and that it was not put anew."""
    values = fact.before or {}
    key = ("annotation_id", "target_type_id", "target_id", "owner_id")
    if AnnotationLink.objects.filter(**{name: values[name] for name in key}).exists():
        raise ChangedMeanwhileError("an annotation was put back")
    returning = {(row.table, row.id) for row in facts.rows if row.after is None}
    if not Annotation.objects.filter(pk=values["annotation_id"]).exists():
        raise ChangedMeanwhileError("an annotation was deleted")
    target = tagged_thing(fact)
    if target not in returning:
        _check_exist(target[0], [target[1]])


def _check_bare(fact: RowFact, facts: Facts, what: str) -> None:
    """See that a new thing holds, hangs in and bears only what its change gave it."""
    told = {
        (links.parent_kind, links.parent, child)
        for links in facts.links
        for child in links.added
    }
    if set(_links_of(fact.table, fact.id)) - told:
        raise ChangedMeanwhileError(f"something was put into {what}, or it was moved,")
    if fact.table in LINKS and annotation_links(fact.table, [fact.id]).exists():
        raise ChangedMeanwhileError(f"{what} was annotated")


def _links_of(kind: str, thing: int) -> Iterator[tuple[str, int, int]]:
    """Yield all links that a container has, up and down."""
    for table in LINKS.values():
        for mine, other in (("parent", "child"), ("child", "parent")):
            if getattr(table, mine) != kind:
                continue
            found = table.links().filter(**{getattr(table, f"{mine}_field"): thing})
            for each in found.values_list(getattr(table, f"{other}_field"), flat=True):
                pair = (thing, each) if mine == "parent" else (each, thing)
                yield (table.parent, *pair)


def annotation_links(kind: str, ids: Iterable[int]) -> QuerySet[AnnotationLink]:
    """Choose the links of annotations on things of a kind."""
    target = ContentType.objects.get_for_model(TABLES[kind])
    return AnnotationLink.objects.filter(target_type=target, target_id__in=list(ids))


def _check_links(fact: LinkFact, facts: Facts) -> None:
    table = LINKS[fact.parent_kind]
    there = set(table.of(fact.parent).values_list(table.child_field, flat=True))
    if not there.issuperset(fact.added):
        raise ChangedMeanwhileError(f"a {table.child} was moved or removed")
    if not there.isdisjoint(fact.removed):
        raise ChangedMeanwhileError(f"a {table.child} was put back")
    returning = {(row.table, row.id) for row in facts.rows if row.after is None}
    _check_exist(
        table.child,
        [each for each in fact.removed if (table.child, each) not in returning],
    )
    if fact.removed and (table.parent, fact.parent) not in returning:
        _check_exist(table.parent, [fact.parent])


def _check_exist(kind: str, ids: list[int]) -> None:
    if len(there(kind, ids)) != len(ids):
        raise ChangedMeanwhileError(f"a {kind} was deleted")


def there(kind: str, ids: Sequence[int]) -> list[int]:
    """Say which of some things there are."""
    rows = rows_of(kind)
    return [
        pk
        for some in chunks(ids)
        for pk in rows.filter(pk__in=some).values_list("pk", flat=True)
    ]


def tagged_thing(fact: RowFact) -> tuple[str, int]:
    """Say what an annotation's link is on: its kind and id."""
    values = fact.after or fact.before or {}
    target = ContentType.objects.get_for_id(values["target_type_id"]).model_class()
    kind = next(name for name, model in TABLES.items() if model is target)
    return kind, values["target_id"]

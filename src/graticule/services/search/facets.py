"""What could narrow a search further: the values that what it found has, counted.

Of images only: they are what there is much of. Each facet is one query over the
images found. Knows no addresses.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, QuerySet

from graticule.catalog.access import visible_to
from graticule.catalog.models import (
    Annotation,
    AnnotationLink,
    Channel,
    Group,
    Image,
    Person,
)
from graticule.services.browse import Kind
from graticule.services.search.filters import Filters, found

MOST_VALUES = 30
"""Values of a facet that are given, the most frequent ones."""
MOST_PAIRS = 5_000
"""Links of key-value pairs that are looked at for their keys."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a facet: what is filtered by, how it is called, how often it is."""

    value: str
    label: str
    count: int


def counts(person: Person | None, asked: Filters) -> dict[Kind, int]:
    """Count what is found of each kind; whatever kind is asked for."""
    every = replace(asked, kind=None)
    return {kind: found(person, kind, every).order_by().count() for kind in Kind}


def facets(person: Person | None, asked: Filters) -> dict[str, list[Value]]:
    """List what images that are found could be narrowed down to, by facet.

    Of owners, groups and formats one is enough: so those not chosen are counted,
    too.
    """
    images = replace(asked, kind=Kind.IMAGE)
    ids = _images(person, images)
    return {
        "tag": _tags(person, ids),
        "key": _keys(person, ids),
        "owner": _owners(person, replace(images, owners=())),
        "group": _groups(person, replace(images, groups=())),
        "channel": _channels(ids),
        "format": _formats(person, replace(images, formats=())),
    }


def _images(person: Person | None, asked: Filters) -> QuerySet[Any]:
    return found(person, Kind.IMAGE, asked).order_by()


def _top(query: QuerySet[Any], column: str, of: str = "pk") -> list[tuple[Any, int]]:
    counted = query.values_list(column).annotate(n=Count(of, distinct=True))
    return list(counted.order_by("-n", column)[:MOST_VALUES])


def _texts(rows: list[tuple[Any, int]]) -> list[Value]:
    return [Value(text, text, count) for text, count in rows if text]


def _links(person: Person | None, ids: QuerySet[Any], kind: str) -> QuerySet[Any]:
    seen = visible_to(person, Annotation.objects.filter(kind=kind))
    return AnnotationLink.objects.filter(
        target_type=ContentType.objects.get_for_model(Image),
        target_id__in=ids.values("pk"),
        annotation__in=seen.order_by().values("pk"),
    ).order_by()


def _tags(person: Person | None, ids: QuerySet[Any]) -> list[Value]:
    links = _links(person, ids, Annotation.Kind.TAG)
    return _texts(_top(links, "annotation__text", "target_id"))


def _keys(person: Person | None, ids: QuerySet[Any]) -> list[Value]:
    links = _links(person, ids, Annotation.Kind.MAP)
    pairs = links.values_list("target_id", "annotation__pairs")[:MOST_PAIRS]
    counted: Counter[str] = Counter()
    for _, key in {(pk, key) for pk, rows in pairs for key, _ in rows or ()}:
        counted[key] += 1
    ordered = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    return _texts(ordered[:MOST_VALUES])


def _owners(person: Person | None, asked: Filters) -> list[Value]:
    rows = _top(_images(person, asked), "owner")
    people = Person.objects.in_bulk([pk for pk, _ in rows])
    return [Value(str(pk), people[pk].full_name, count) for pk, count in rows]


def _groups(person: Person | None, asked: Filters) -> list[Value]:
    rows = _top(_images(person, asked), "group")
    groups = Group.objects.in_bulk([pk for pk, _ in rows])
    return [Value(str(pk), groups[pk].name, count) for pk, count in rows]


def _channels(ids: QuerySet[Any]) -> list[Value]:
    channels = Channel.objects.filter(image__in=ids.values("pk")).order_by()
    return _texts(_top(channels, "name", "image"))


def _formats(person: Person | None, asked: Filters) -> list[Value]:
    return _texts(_top(_images(person, asked), "fileset__format"))

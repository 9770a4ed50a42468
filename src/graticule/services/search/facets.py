"""What could narrow a search further: the values that what it found has, counted.

Of images only: they are what there is much of. Each facet is one query over the
images found. Knows no addresses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
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
# Ids in one question: databases take so many.
_CHUNK = 5_000


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
    tags, keys = _annotated(person, ids)
    return {
        "tag": tags,
        "key": keys,
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


def _annotated(
    person: Person | None, ids: QuerySet[Any]
) -> tuple[list[Value], list[Value]]:
    """Count the images by their tags, and by the keys of their key-value pairs.

    Joined here: databases take ten times as long to plan around the rule of
    visibility of both.
    """
    images = _images_of(set(ids.values_list("pk", flat=True)))
    tags: dict[str, set[int]] = defaultdict(set)
    keys: dict[str, set[int]] = defaultdict(set)
    annotations = list(images)
    for start in range(0, len(annotations), _CHUNK):
        some = Annotation.objects.filter(
            pk__in=annotations[start : start + _CHUNK],
            kind__in=(Annotation.Kind.TAG, Annotation.Kind.MAP),
        )
        seen = visible_to(person, some).order_by()
        for pk, text, pairs in seen.values_list("pk", "text", "pairs"):
            if text:
                tags[text] |= images[pk]
            for key, _ in pairs or ():
                keys[key] |= images[pk]
    return _most(tags), _most(keys)


def _images_of(wanted: set[int]) -> dict[int, set[int]]:
    """Find which of some images each annotation is on."""
    links = AnnotationLink.objects.filter(
        target_type=ContentType.objects.get_for_model(Image)
    ).order_by()
    if len(wanted) <= _CHUNK:
        links = links.filter(target_id__in=wanted)
    found: dict[int, set[int]] = defaultdict(set)
    pairs = links.values_list("annotation_id", "target_id")
    for annotation, image in pairs.iterator():
        if image in wanted:
            found[annotation].add(image)
    return found


def _most(counted: Mapping[str, set[int]]) -> list[Value]:
    rows = [(text, len(images)) for text, images in counted.items()]
    return _texts(sorted(rows, key=lambda row: (-row[1], row[0]))[:MOST_VALUES])


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

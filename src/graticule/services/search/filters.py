"""Filters beside the words of a search: what things must be, one by one.

All filters must hold; of several owners, groups or formats, one must. The same on
both databases, and never more than somebody may see: tags count where the person
sees them, values of keys where the index has them (see
:mod:`graticule.services.search.texts`). Knows no addresses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Manager, QuerySet
from django.db.models.functions import Coalesce

from graticule.catalog.access import visible_to
from graticule.catalog.models import (
    Annotation,
    AnnotationLink,
    Channel,
    Dataset,
    Image,
    Person,
    Plate,
    Project,
    Screen,
)
from graticule.services.browse import Kind, searched
from graticule.services.observatory.cutout_words import Circle
from graticule.services.observatory.searching import Wanted, find_observations
from graticule.services.search.asking import matching
from graticule.services.search.query import Leaf, Node, field_query

TABLES: Mapping[Kind, Manager[Any]] = {
    Kind.PROJECT: Project.objects,
    Kind.DATASET: Dataset.objects,
    Kind.SCREEN: Screen.objects,
    Kind.PLATE: Plate.objects,
    Kind.IMAGE: Image.objects,
}
COLUMNS: Mapping[str, str] = {
    "width": "size_x",
    "height": "size_y",
    "z": "size_z",
    "t": "size_t",
    "channels": "size_c",
    "pixel": "pixel_width_um",
}
"""What images have a size of, by the name of its filter; ``pixel`` is in µm."""


MOST_NEAR = 10_000
"""Images near a place on the sky that are found at most."""


@dataclass(frozen=True, slots=True)
class Span:
    """From one number to another, both included; either may be open."""

    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """A place on the sky, ICRS, and how far around it; all in degrees."""

    ra: float
    dec: float
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Filters:
    """What is searched for.

    Attributes
    ----------
    text
        Words, in the language of searches.
    kind
        The only kind that is wanted.
    tags, channels
        All of them, as they are written.
    pairs
        Keys, with words in a row of their value, or empty for any value.
    owners, groups, formats
        One of them.
    since, until
        Days, both included: of acquisition, or of import where that is unknown.
    spans
        By the names in :data:`COLUMNS`.
    near
        A place that images of the sky show, or come near to.
    """

    text: str = ""
    kind: Kind | None = None
    tags: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    owners: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()
    formats: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    spans: Mapping[str, Span] = field(default_factory=dict)
    near: Near | None = None

    @property
    def only_images(self) -> bool:
        """Whether nothing but images can fit."""
        return bool(self.channels or self.formats or self.spans or self.near)

    @property
    def is_empty(self) -> bool:
        """Whether everything fits."""
        return self == Filters(kind=self.kind)


def found(person: Person | None, kind: Kind, asked: Filters) -> QuerySet[Any]:
    """List the things of a kind that fit and that a person may see, in no order."""
    things = TABLES[kind]
    if asked.kind not in {None, kind} or (asked.only_images and kind is not Kind.IMAGE):
        return things.none()
    query: QuerySet[Any] = (
        searched(person, kind, asked.text)
        if asked.text
        else visible_to(person, things.all())
    )
    for key, value in asked.pairs:
        query = query.filter(pk__in=_with_pair(person, things, key, value))
    for tag in asked.tags:
        query = query.filter(pk__in=_with_tag(person, things.model, tag))
    if asked.near is not None:
        query = query.filter(pk__in=_showing(person, asked.near))
    for conditions in (_belonging, _dated, _sized):
        query = conditions(query, asked)
    return query


def _showing(person: Person | None, near: Near) -> list[int]:
    """List the images whose outline holds a place, or comes near enough to it."""
    place = Circle(near.ra, near.dec, near.radius)
    rows = find_observations(person, Wanted(shapes=(place,)))
    return [row.image_id for row in islice(rows, MOST_NEAR)]


def _with_pair(
    person: Person | None, things: Manager[Any], key: str, value: str
) -> QuerySet[Any]:
    node: Node | None = Leaf(key, (("*",),))
    if value:
        node = field_query(key, value)
    return matching(person, node, things.all()).order_by().values("pk")


def _with_tag(person: Person | None, model: Any, tag: str) -> QuerySet[Any]:
    tags = Annotation.objects.filter(kind=Annotation.Kind.TAG, text=tag)
    links = AnnotationLink.objects.filter(
        target_type=ContentType.objects.get_for_model(model),
        annotation__in=visible_to(person, tags).order_by().values("pk"),
    )
    return links.values("target_id")


def _belonging(query: QuerySet[Any], asked: Filters) -> QuerySet[Any]:
    if asked.owners:
        query = query.filter(owner__in=asked.owners)
    if asked.groups:
        query = query.filter(group__in=asked.groups)
    return query


def _dated(query: QuerySet[Any], asked: Filters) -> QuerySet[Any]:
    if asked.since is None and asked.until is None:
        return query
    is_image = query.model is Image
    query = query.annotate(
        day=Coalesce("acquired", "created") if is_image else F("created")
    )
    if asked.since is not None:
        query = query.filter(day__gte=_midnight(asked.since))
    if asked.until is not None and asked.until < date.max:
        query = query.filter(day__lt=_midnight(asked.until + timedelta(days=1)))
    return query


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _sized(query: QuerySet[Any], asked: Filters) -> QuerySet[Any]:
    """Keep images of certain sizes, channels and formats."""
    for name, span in asked.spans.items():
        column = COLUMNS[name]
        if span.least is not None:
            query = query.filter(**{f"{column}__gte": span.least})
        if span.most is not None:
            query = query.filter(**{f"{column}__lte": span.most})
    for name in asked.channels:
        named = Channel.objects.filter(name=name).order_by()
        query = query.filter(pk__in=named.values("image"))
    if asked.formats:
        query = query.filter(fileset__format__in=asked.formats)
    return query

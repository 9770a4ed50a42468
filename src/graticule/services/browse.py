"""What people leaf through: containers with covers and counts, images, plates.

Everything passes the rule of visibility, and every list is cut to a page, so
that one answer never costs more than a page does. Knows no addresses and no
wording; lists in the gateway's shape are :mod:`graticule.services.containers`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import zip_longest
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    Manager,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Window,
)
from django.db.models.functions import Lower, RowNumber

from graticule.catalog.access import visible_to
from graticule.catalog.models import (
    Dataset,
    Image,
    Person,
    Plate,
    Project,
    Screen,
    Well,
    WellSample,
)
from graticule.services.plates import lay_out
from graticule.services.search.asking import matching
from graticule.services.search.query import QueryError, parse, plain_query

PAGE_SIZE = 200
COVERS = 4


class Kind(Enum):
    """What can be leafed through, in the order it is shown."""

    PROJECT = "project"
    DATASET = "dataset"
    SCREEN = "screen"
    PLATE = "plate"
    IMAGE = "image"


_TABLES: dict[Kind, Manager[Any]] = {
    Kind.PROJECT: Project.objects,
    Kind.DATASET: Dataset.objects,
    Kind.SCREEN: Screen.objects,
    Kind.PLATE: Plate.objects,
    Kind.IMAGE: Image.objects,
}
# What projects and screens hold, and how that reaches them.
_PARTS = {
    Kind.PROJECT: (Kind.DATASET, "projects"),
    Kind.SCREEN: (Kind.PLATE, "screens"),
}
_CHILDREN: dict[Kind, tuple[Manager[Any], str]] = {
    Kind.PROJECT: (Dataset.objects, "projects"),
    Kind.DATASET: (Image.objects, "datasets"),
    Kind.SCREEN: (Plate.objects, "screens"),
    Kind.PLATE: (Well.objects, "plate"),
}


@dataclass(frozen=True, slots=True)
class Container:
    """A container as it is shown among others.

    Attributes
    ----------
    children
        How many datasets, images, plates or wells it holds, by its kind.
    covers
        Ids of up to four of its images.
    """

    kind: Kind
    id: int
    name: str
    children: int
    covers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ImageEntry:
    """An image as it is shown among others; sizes in pixels and planes."""

    id: int
    name: str
    width: int
    height: int
    size_z: int
    size_c: int
    size_t: int
    is_missing: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list: which page (from 1), what is on it, how many in all."""

    number: int
    total: int
    entries: tuple[Container | ImageEntry, ...]
    size: int = PAGE_SIZE


@dataclass(frozen=True, slots=True)
class Place:
    """Where an image hangs, outermost first; containers as (kind, id, name)."""

    parents: tuple[tuple[Kind, int, str], ...]


@dataclass(frozen=True, slots=True)
class PlateField:
    """One field of every well of a plate.

    Attributes
    ----------
    rows, columns
        Size of the plate.
    images
        ``(image id, name)`` by ``(row, column)`` from 0.
    fields
        How many fields the richest well has.
    wells
        Where there is a well, with an image or not.
    """

    rows: int
    columns: int
    images: dict[tuple[int, int], tuple[int, str]]
    fields: int
    wells: frozenset[tuple[int, int]]


def top_level(person: Person | None, kind: Kind) -> QuerySet[Any]:
    """List what hangs in nothing that this person may see."""
    query = visible_to(person, _TABLES[kind].all())
    if kind is Kind.DATASET:
        return query.exclude(projects__in=visible_to(person, Project.objects.all()))
    if kind is Kind.PLATE:
        return query.exclude(screens__in=visible_to(person, Screen.objects.all()))
    if kind is Kind.IMAGE:
        return _orphaned(person)
    return query


def _orphaned(person: Person | None) -> QuerySet[Image]:
    """List images that hang nowhere.

    All images are looked at, so what is quickly said of each comes first.
    """
    datasets = visible_to(person, Dataset.objects.order_by())
    links = Dataset.images.through.objects
    hung = links.filter(dataset__in=datasets.values("pk")).values("image")
    in_wells = Exists(WellSample.objects.filter(image=OuterRef("pk")))
    return visible_to(person, Image.objects.filter(~Q(pk__in=hung), ~in_wells))


def searched(person: Person | None, kind: Kind, text: str) -> QuerySet[Any]:
    """List what a search finds; words stand for all that begin so.

    What is no query is taken for its words (:mod:`graticule.services.search`).
    """
    things = _TABLES[kind].all()
    try:
        query = parse(text, beginnings=True)
        return matching(person, query, things)
    except QueryError:
        return matching(person, plain_query(text, beginnings=True), things)


def children_of(person: Person | None, parent: Project | Dataset | Screen) -> Any:
    """List the datasets, images or plates in a container."""
    if isinstance(parent, Project):
        return visible_to(person, Dataset.objects.filter(projects=parent))
    if isinstance(parent, Dataset):
        return visible_to(person, Image.objects.filter(datasets=parent))
    return visible_to(person, Plate.objects.filter(screens=parent))


def page_of(
    person: Person | None,
    kind: Kind,
    query: QuerySet[Any],
    number: int = 1,
    size: int = PAGE_SIZE,
) -> Page:
    """Cut a page, by name, from things of one kind; past the end is the end."""
    ordered = query.order_by(Lower("name"), "id")
    number = max(number, 1)
    start = (number - 1) * size
    # One more tells whether there are more: mostly nothing needs to be counted.
    things = list(ordered[start : start + size + 1])
    total = start + len(things)
    if len(things) > size or (number > 1 and not things):
        total = query.order_by().count()
    if number > 1 and not things:
        number = max(1, -(-total // size))
        start = (number - 1) * size
        things = list(ordered[start : start + size])
    things = things[:size]
    entries: Iterable[Container | ImageEntry]
    if kind is Kind.IMAGE:
        entries = map(_image_entry, things)
    else:
        entries = _containers(person, kind, things)
    return Page(number, total, tuple(entries), size)


def _image_entry(image: Image) -> ImageEntry:
    return ImageEntry(
        id=image.pk,
        name=image.name,
        width=image.size_x,
        height=image.size_y,
        size_z=image.size_z,
        size_c=image.size_c,
        size_t=image.size_t,
        is_missing=image.vanished is not None,
    )


def _containers(
    person: Person | None, kind: Kind, things: Sequence[Any]
) -> list[Container]:
    ids = [thing.pk for thing in things]
    covers = _covers(person, kind, ids)
    counts = counts_of(person, kind, ids)
    return [
        Container(
            kind=kind,
            id=thing.pk,
            name=thing.name,
            children=counts.get(thing.pk, 0),
            covers=tuple(dict.fromkeys(covers.get(thing.pk, ()))),
        )
        for thing in things
    ]


def _covers(person: Person | None, kind: Kind, ids: list[int]) -> dict[int, list[int]]:
    """Find a few images of each container.

    Those of a project or screen are of its first datasets or plates in turn: never
    are all images looked at.
    """
    if kind not in _PARTS:
        return _first_images(person, kind, ids)
    part, path = _PARTS[kind]
    filled = _filled(part, visible_to(person, _TABLES[part].order_by()))
    ranked = (
        filled.filter(**{f"{path}__in": ids})
        .annotate(
            container=F(path),
            place=Window(RowNumber(), partition_by=F(path), order_by=F("pk").asc()),
        )
        .filter(place__lte=COVERS)
        .values_list("container", "pk")
    )
    parts: dict[int, list[int]] = {}
    for container, inner in ranked:
        parts.setdefault(container, []).append(inner)
    images = _first_images(person, part, [i for some in parts.values() for i in some])
    return {
        container: list(_in_turn([images.get(inner, []) for inner in some]))[:COVERS]
        for container, some in parts.items()
    }


def _filled(kind: Kind, containers: QuerySet[Any]) -> QuerySet[Any]:
    """Keep the datasets or plates that hold something."""
    inside = (
        Dataset.images.through.objects.filter(dataset=OuterRef("pk"))
        if kind is Kind.DATASET
        else Well.objects.filter(plate=OuterRef("pk"))
    )
    return containers.filter(Exists(inside))


def _first_images(
    person: Person | None, kind: Kind, ids: list[int]
) -> dict[int, list[int]]:
    """Find the first images of datasets or plates; indexes lead to them."""
    there = Image.objects.filter(pk=OuterRef("image"), vanished=None)
    seen = Exists(visible_to(person, there))
    first: QuerySet[Any, Any]
    if kind is Kind.DATASET:
        links = Dataset.images.through.objects.filter(seen, dataset=OuterRef("pk"))
        first = links.order_by("image").values("image")
    else:
        samples = WellSample.objects.filter(seen, well__plate=OuterRef("pk"))
        first = samples.order_by("well__row", "well__column", "index").values("image")
    places = {f"cover{n}": Subquery(first[n : n + 1]) for n in range(COVERS)}
    rows = _TABLES[kind].filter(pk__in=ids).order_by().annotate(**places)
    return {
        pk: [image for image in images if image is not None]
        for pk, *images in rows.values_list("pk", *places)
    }


def _in_turn(lists: Sequence[Sequence[int]]) -> Iterator[int]:
    """Give the first of each, then the second of each, and so on."""
    for some in zip_longest(*lists):
        yield from (one for one in some if one is not None)


def counts_of(person: Person | None, kind: Kind, ids: list[int]) -> dict[int, int]:
    """Count what containers of one kind hold: datasets, images, plates or wells."""
    children, path = _CHILDREN[kind]
    query = children.filter(**{f"{path}__in": ids})
    counted = visible_to(person, query).order_by().values_list(path)
    return dict(counted.annotate(count=Count("pk")))


def place_of(person: Person | None, image: Image) -> Place:
    """Find where an image hangs: project and dataset, or screen and plate.

    Of several, the first by name; nothing that the person may not see.
    """
    datasets = visible_to(person, Dataset.objects.filter(images=image))
    dataset = datasets.order_by(Lower("name"), "id").first()
    if dataset is not None:
        projects = Project.objects.filter(datasets=dataset)
        return _place(person, projects, Kind.PROJECT, Kind.DATASET, dataset)
    plates = visible_to(person, Plate.objects.filter(wells__samples__image=image))
    plate = plates.order_by(Lower("name"), "id").first()
    if plate is not None:
        screens = Screen.objects.filter(plates=plate)
        return _place(person, screens, Kind.SCREEN, Kind.PLATE, plate)
    return Place(())


def parent_of(person: Person | None, thing: Dataset | Plate) -> Place:
    """Find the project of a dataset, or the screen of a plate."""
    if isinstance(thing, Dataset):
        projects = Project.objects.filter(datasets=thing)
        place = _place(person, projects, Kind.PROJECT, Kind.DATASET, thing)
    else:
        screens = Screen.objects.filter(plates=thing)
        place = _place(person, screens, Kind.SCREEN, Kind.PLATE, thing)
    return Place(place.parents[:-1])


def _place(
    person: Person | None,
    outer: QuerySet[Any],
    outer_kind: Kind,
    inner_kind: Kind,
    inner: Dataset | Plate,
) -> Place:
    found = visible_to(person, outer).order_by(Lower("name"), "id").first()
    above = () if found is None else ((outer_kind, found.pk, found.name),)
    return Place((*above, (inner_kind, inner.pk, inner.name)))


def plate_field(
    person: Person | None, plate: Plate, field: int, run_id: int | None = None
) -> PlateField:
    """Lay out one field (from 0) of every well of a plate, or of one acquisition."""
    grid = lay_out(person, plate, field, run_id=run_id)
    images = {cell.image_id for cell in grid.cells.values()}
    named = Image.objects.only("name").in_bulk(images)
    return PlateField(
        rows=max(plate.rows or 0, grid.rows),
        columns=max(plate.columns or 0, grid.columns),
        images={
            place: (cell.image_id, named[cell.image_id].name)
            for place, cell in grid.cells.items()
        },
        fields=grid.fields,
        wells=grid.wells,
    )

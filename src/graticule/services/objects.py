"""Objects of every kind as pages of lists or singly, for doors that list all kinds.

Filters, orders, counts and what is loaded with each kind. The number of queries
depends on the kind alone, never on how many rows there are. Knows no JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Count, Model, Q, QuerySet
from django.db.models.functions import Lower

from graticule.catalog.access import visible_to
from graticule.catalog.models import (
    Dataset,
    Group,
    Image,
    Person,
    Plate,
    PlateAcquisition,
    Project,
    Roi,
    Screen,
    Shape,
    Well,
    WellSample,
)
from graticule.errors import NotFoundError

ModelT = TypeVar("ModelT", bound=Model)

_BY_NAME = (Lower("name"), "id")
_BELONGS = ("owner", "group")


@dataclass(frozen=True, slots=True)
class Link:
    """How a kind is found by something it is linked with."""

    path: str
    model: type[Model]


@dataclass(frozen=True, slots=True)
class Kind(Generic[ModelT]):
    """What lists of one kind of object need to know.

    ``belongs`` leads to owner and group (``None``: there are none); ``children``
    are counted, by their path back; ``parents`` are the paths to everything that
    makes an object no orphan (empty: there are no orphans).
    """

    name: str
    model: type[ModelT]
    order: tuple[Any, ...] = _BY_NAME
    belongs: str | None = ""
    related: tuple[str, ...] = _BELONGS
    links: Mapping[str, Link] | None = None
    children: Link | None = None
    parents: tuple[str, ...] = ()


KINDS: dict[str, Kind[Any]] = {
    kind.name: kind
    for kind in (
        Kind(
            "Project",
            Project,
            links={"dataset": Link("datasets", Dataset)},
            children=Link("projects", Dataset),
        ),
        Kind(
            "Dataset",
            Dataset,
            links={
                "project": Link("projects", Project),
                "image": Link("images", Image),
            },
            children=Link("datasets", Image),
            parents=("projects",),
        ),
        Kind(
            "Image",
            Image,
            links={"dataset": Link("datasets", Dataset)},
            parents=("datasets", "well_samples"),
        ),
        Kind(
            "Screen",
            Screen,
            links={"plate": Link("plates", Plate)},
            children=Link("screens", Plate),
        ),
        Kind(
            "Plate",
            Plate,
            links={"screen": Link("screens", Screen), "well": Link("wells", Well)},
            parents=("screens",),
        ),
        Kind(
            "PlateAcquisition",
            PlateAcquisition,
            links={"plate": Link("plate", Plate)},
        ),
        Kind(
            "Well",
            Well,
            order=("column", "row", "id"),
            links={
                "plate": Link("plate", Plate),
                "plateacquisition": Link("samples__acquisition", PlateAcquisition),
            },
        ),
        Kind("Roi", Roi, order=("id",), links={"image": Link("image", Image)}),
        Kind(
            "Shape",
            Shape,
            order=("id",),
            belongs="roi__",
            related=("roi__owner", "roi__group"),
        ),
        Kind(
            "Experimenter",
            Person,
            order=("last_name", "first_name", "id"),
            belongs=None,
            related=(),
            links={"experimentergroup": Link("memberships__group", Group)},
        ),
        Kind(
            "ExperimenterGroup",
            Group,
            belongs=None,
            related=(),
            links={"experimenter": Link("memberships__person", Person)},
            children=Link("memberships__group", Person),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list shall hold.

    ``within`` maps names of the kind's links to ids; ``sample`` keeps only wells
    with a sample of this index.
    """

    offset: int
    limit: int
    owner: int | None = None
    group: int | None = None
    orphaned: bool = False
    within: Mapping[str, int] | None = None
    sample: int | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[ModelT]):
    """Part of a list, and how many objects the whole list has."""

    rows: list[ModelT]
    total: int


Load = Callable[[QuerySet[Any]], QuerySet[Any]]


def list_objects(
    person: Person | None, kind: Kind[ModelT], asked: Asked, load: Load | None = None
) -> Page[ModelT]:
    """List those objects of a kind that a person may see.

    A parent that does not exist, or not for this person, has no children.

    Parameters
    ----------
    load
        Adds what shall be loaded with the rows.
    """
    query: QuerySet[ModelT] = visible_to(person, QuerySet(kind.model))
    for name, thing_id in (asked.within or {}).items():
        query = query.filter(pk__in=_linked(person, kind, name, thing_id))
    if asked.sample is not None:
        query = query.filter(pk__in=_sampled(person, asked, asked.sample))
    if asked.orphaned:
        query = query.filter(Q(**{f"{path}__isnull": True for path in kind.parents}))
    if kind.belongs is not None:
        if asked.owner is not None:
            query = query.filter(**{f"{kind.belongs}owner": asked.owner})
        if asked.group is not None:
            query = query.filter(**{f"{kind.belongs}group": asked.group})
    total = query.count()
    if not asked.limit or asked.offset >= total:
        return Page([], total)
    query = query.select_related(*kind.related).order_by(*kind.order)
    rows = (load(query) if load else query)[asked.offset : asked.offset + asked.limit]
    return Page(list(rows), total)


def _linked(
    person: Person | None, kind: Kind[Any], name: str, thing_id: int
) -> QuerySet[Any]:
    """Find the ids of what is linked with a thing that the person may see."""
    link = (kind.links or {})[name]
    things: QuerySet[Any] = visible_to(person, QuerySet(link.model).filter(pk=thing_id))
    linked: QuerySet[Any] = QuerySet(kind.model).filter(**{f"{link.path}__in": things})
    return linked.values("pk")


def _sampled(
    person: Person | None, asked: Asked, index: int
) -> QuerySet[WellSample, Any]:
    """Find the ids of wells that have a certain sample, of the run if one is asked."""
    samples = visible_samples(person).filter(index=index)
    run = (asked.within or {}).get("plateacquisition")
    if run is not None:
        samples = samples.filter(acquisition=run)
    return samples.values("well")


def visible_samples(person: Person | None) -> QuerySet[WellSample]:
    """Choose the fields of wells whose image a person may see."""
    images = visible_to(person, Image.objects.all())
    return WellSample.objects.filter(image__in=images)


def find_object(
    person: Person | None, kind: Kind[ModelT], thing_id: int, load: Load | None = None
) -> ModelT:
    """Find one object by id.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is none, or not for this person.
    """
    query: QuerySet[ModelT] = QuerySet(kind.model).filter(pk=thing_id)
    query = visible_to(person, query).select_related(*kind.related)
    thing: ModelT | None = (load(query) if load else query).first()
    if thing is None:
        raise NotFoundError(f"{kind.name} {thing_id} not found")
    return thing


def child_counts(
    person: Person | None, kind: Kind[ModelT], rows: list[ModelT]
) -> dict[int, int] | None:
    """Count the children of some objects that a person may see.

    Returns
    -------
    dict
        Counts by id, without those that are 0; ``None`` if the kind has no
        counted children.
    """
    if kind.children is None:
        return None
    back = kind.children.path
    children: QuerySet[Any] = QuerySet(kind.children.model).filter(
        **{f"{back}__in": rows}
    )
    counted = visible_to(person, children).order_by().values_list(back)
    return dict(counted.annotate(count=Count("pk", distinct=True)))

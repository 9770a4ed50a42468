"""The tree of what there is: projects and datasets, screens and plates, with counts.

A branch at a time, cut to a page; everything through the rule of visibility. Knows
no addresses and no wording.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.db.models.functions import Lower

from graticule.catalog.models import Person, Project, Screen
from graticule.catalog.models.owned import Named
from graticule.services import browse
from graticule.services.browse import Kind
from graticule.services.containers import find
from graticule.services.remembered import Remembered

BRANCHES = 500
"""How many branches one answer holds at most."""

ROOTS = (Kind.PROJECT, Kind.DATASET, Kind.SCREEN, Kind.PLATE)
_orphans: Remembered[int] = Remembered(10_000)


@dataclass(frozen=True, slots=True)
class Branch:
    """A container in the tree; ``children`` are what it holds by its kind."""

    kind: Kind
    id: int
    name: str
    children: int


@dataclass(frozen=True, slots=True)
class Branches:
    """Part of the containers of one kind that hang together."""

    kind: Kind
    total: int
    offset: int
    entries: tuple[Branch, ...]


def roots(person: Person | None, kind: Kind, offset: int = 0) -> Branches:
    """List what hangs in nothing."""
    return _branches(person, kind, browse.top_level(person, kind), offset)


def datasets_of(person: Person | None, project_id: int, offset: int = 0) -> Branches:
    """List the datasets of a project.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such project, or not for this person.
    """
    project = find(person, Project.objects.only("pk"), project_id)
    query = browse.children_of(person, project)
    return _branches(person, Kind.DATASET, query, offset)


def plates_of(person: Person | None, screen_id: int, offset: int = 0) -> Branches:
    """List the plates of a screen.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such screen, or not for this person.
    """
    screen = find(person, Screen.objects.only("pk"), screen_id)
    query = browse.children_of(person, screen)
    return _branches(person, Kind.PLATE, query, offset)


def orphans(person: Person | None) -> int:
    """Count the images that hang nowhere; the number may be ``rights_age`` old.

    All images are looked at for it, so it is remembered.
    """
    return _orphans.get(
        person.pk if person else None,
        lambda: browse.top_level(person, Kind.IMAGE).order_by().count(),
    )


def _branches(
    person: Person | None, kind: Kind, query: QuerySet[Named], offset: int
) -> Branches:
    ordered = query.order_by(Lower("name"), "pk").values_list("pk", "name")
    found = list(ordered[offset : offset + BRANCHES + 1])
    total = offset + len(found)
    if len(found) > BRANCHES or (offset and not found):
        total = query.order_by().count()
    counts = browse.counts_of(person, kind, [pk for pk, _ in found[:BRANCHES]])
    entries = tuple(
        Branch(kind, pk, name, counts.get(pk, 0)) for pk, name in found[:BRANCHES]
    )
    return Branches(kind, total, offset, entries)

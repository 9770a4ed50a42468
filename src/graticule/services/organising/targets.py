"""Containers that some things can be put into, and tags: what dialogs show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models.functions import Lower

from graticule.catalog.access import Verb, rights_of, visible_to
from graticule.catalog.models import (
    Annotation,
    Group,
    Person,
    Project,
)
from graticule.errors import RequestError
from graticule.services.organising.facts import annotation_links, chunks, rows_of
from graticule.services.organising.things import (
    PARENT,
    Thing,
    by_kind,
    find_all,
    one_kind,
)

MOST = 200


@dataclass(frozen=True, slots=True)
class Target:
    """A container; ``within`` are the names of what it hangs in itself."""

    kind: str
    id: int
    name: str
    within: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Targets:
    """What things can be put into; ``complete`` if there is no more of it."""

    kind: str
    targets: tuple[Target, ...]
    complete: bool


def targets(person: Person, things: Iterable[Thing], text: str = "") -> Targets:
    """List containers that all of some things can be put into, by name.

    Parameters
    ----------
    text
        Must be part of a container's name, or of that of its project.

    Raises
    ------
    graticule.errors.RequestError
        If nothing holds things of this kind, or they are of several.
    graticule.errors.NotFoundError, graticule.errors.NotPermittedError
        If one is not there, or not the person's to move.
    """
    kind, ids = one_kind(things, "move")
    if kind not in PARENT:
        raise RequestError(f"A {kind} is in nothing, so it cannot be moved.")
    groups = set(find_all(person, Verb.LINK, kind, ids).values())
    parent = PARENT[kind]
    rows = visible_to(person, rows_of(parent)).select_related("group")
    if len(groups) > 1:
        return Targets(parent, (), complete=True)
    rows = rows.filter(group__in=groups)
    if text:
        found = rows.filter(name__icontains=text)
        if parent == "dataset":
            projects = visible_to(person, Project.objects.all())
            named = projects.filter(name__icontains=text)
            found = found | rows.filter(projects__in=named)
        rows = found.distinct()
    rights = rights_of(person)
    allowed = (
        row
        for row in rows.order_by(Lower("name"), "pk").iterator(chunk_size=500)
        if rights.may(Verb.LINK, row)
    )
    first = [row for row, _ in zip(allowed, range(MOST + 1), strict=False)]
    above = _above(person, parent, [row.pk for row in first])
    return Targets(
        parent,
        tuple(
            Target(parent, row.pk, row.name, tuple(above.get(row.pk, ())))
            for row in first[:MOST]
        ),
        complete=len(first) <= MOST,
    )


def _above(person: Person, kind: str, ids: list[int]) -> dict[int, list[str]]:
    if kind != "dataset":
        return {}
    found: dict[int, list[str]] = {}
    projects = visible_to(person, Project.objects.filter(datasets__in=ids))
    for dataset, name in projects.order_by(Lower("name")).values_list(
        "datasets", "name"
    ):
        found.setdefault(dataset, []).append(name)
    return found


@dataclass(frozen=True, slots=True)
class UsedTag:
    """A tag, and how many of the things asked about bear it."""

    id: int
    text: str
    count: int


def tags_of(person: Person, things: Iterable[Thing]) -> list[UsedTag]:
    """List the tags that some things bear, most frequent first.

    Raises
    ------
    graticule.errors.NotFoundError
        If one of the things is not there, or not for this person.
    """
    tags = visible_to(person, Annotation.objects.filter(kind=Annotation.Kind.TAG))
    counts: dict[int, set[tuple[str, int]]] = {}
    for kind, ids in by_kind(things).items():
        visible = set(
            visible_to(person, rows_of(kind))
            .filter(pk__in=ids)
            .values_list("pk", flat=True)
        )
        for some in chunks(sorted(visible)):
            links = annotation_links(kind, some)
            for tag, target in links.filter(annotation__in=tags).values_list(
                "annotation", "target_id"
            ):
                counts.setdefault(tag, set()).add((kind, target))
    texts = dict(tags.filter(pk__in=counts).values_list("pk", "text"))
    used = [UsedTag(pk, texts[pk] or "", len(on)) for pk, on in counts.items()]
    return sorted(used, key=lambda tag: (-tag.count, tag.text.lower(), tag.id))


def groups_of(person: Person) -> list[Group]:
    """List the groups in which a person may make things, their default one first."""
    if person.is_administrator:
        found = list(Group.objects.order_by("name"))
    else:
        found = list(Group.objects.filter(memberships__person=person).order_by("name"))
    return sorted(found, key=lambda group: group.pk != person.default_group_id)

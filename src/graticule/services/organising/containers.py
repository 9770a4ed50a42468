"""Containers that people make, describe and delete; what is in them stays.

Images and plates are what files hold: they leave the catalogue when their files
do, never from here. A deleted container takes its links along, and with
``contents`` those containers that are in no other. Scans do not make it again
(:class:`~graticule.catalog.models.DeletedSource`), until it is undone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from graticule.catalog.access import Verb, may_create_in, visible_to
from graticule.catalog.models import DeletedSource, Group, Person
from graticule.errors import NotFoundError, NotPermittedError, RequestError
from graticule.services.organising import words
from graticule.services.organising.facts import (
    LINKS,
    TABLES,
    LinkFact,
    RowFact,
    annotation_links,
    chunks,
    link,
    rows_of,
    written,
)
from graticule.services.organising.things import (
    CONTAINERS,
    PARENT,
    Thing,
    by_kind,
    check_count,
    find_all,
    find_locked,
    lock,
)
from graticule.services.organising.undoing import Done, Recording, recorded
from graticule.services.saved_objects import note_deleted


def create(
    person: Person,
    kind: str,
    name: str,
    *,
    description: str = "",
    parent: Thing | None = None,
    group_id: int | None = None,
) -> Done:
    """Make a project, dataset or screen.

    Parameters
    ----------
    parent
        The project to make a dataset in.
    group_id
        The group it shall belong to; else the parent's, the person's default
        group, or the first they are in.

    Raises
    ------
    graticule.errors.NotFoundError, graticule.errors.NotPermittedError
        If there is no such parent or group, or nothing may be made there.
    graticule.errors.RequestError
        If the parent cannot hold it.
    """
    with recorded(person) as recording:
        above = _parent(person, kind, parent)
        group = above.group if above else _group(person, group_id)
        if not may_create_in(person, group):
            raise NotPermittedError(
                f"You may not make anything in the group {group.name}."
            )
        row = TABLES[kind](
            owner=person, group=group, name=name, description=description
        )
        row.save()
        told = written(row, ("owner_id", "group_id", "name", "description"))
        recording.facts.rows.append(RowFact(kind, row.pk, None, told))
        if parent:
            put = LinkFact(parent.kind, parent.id, added=[row.pk])
            link(put)
            recording.facts.links.append(put)
        recording.things = (Thing(kind, row.pk),)
        recording.said = f"The {kind} “{words.short(name)}” was made."
    return recording.done


def _parent(person: Person, kind: str, parent: Thing | None) -> Any:
    if parent is None:
        return None
    if parent.kind != PARENT.get(kind):
        raise RequestError(f"A {parent.kind} holds no {kind}s.")
    return find_locked(person, Verb.LINK, parent)


def _group(person: Person, group_id: int | None) -> Group:
    groups = visible_to(person, Group.objects.all())
    if group_id is not None:
        found = groups.filter(pk=group_id).first()
        if found is None:
            raise NotFoundError(f"There is no group {group_id}, or you are not in it.")
        return found
    group = person.default_group or groups.order_by("pk").first()
    if group is None:
        raise NotPermittedError(
            "You are in no group yet, and everything belongs to one: ask an "
            "administrator."
        )
    return group


def describe(
    person: Person, thing: Thing, name: str | None, description: str | None
) -> Done:
    """Rename or describe a container, an image or a plate; ``None`` leaves as is.

    Raises
    ------
    graticule.errors.NotFoundError, graticule.errors.NotPermittedError
        If there is none, or the person may not change it.
    """
    with recorded(person) as recording:
        row = find_locked(person, Verb.EDIT, thing)
        asked = {"name": name, "description": description}
        after = {
            key: value
            for key, value in asked.items()
            if value is not None and value != getattr(row, key)
        }
        if after:
            before = written(row, after)
            for key, value in after.items():
                setattr(row, key, value)
            row.save(update_fields=[*after, "modified"])
            recording.facts.rows.append(RowFact(thing.kind, thing.id, before, after))
        recording.said = _described(thing.kind, row.name, after)
    return recording.done


def _described(kind: str, name: str, after: Iterable[str]) -> str:
    if "name" in after:
        return f"The {kind} is called “{words.short(name)}” now."
    if "description" in after:
        return f"The description of “{words.short(name)}” was changed."
    return f"“{words.short(name)}” is as it was."


@dataclass(frozen=True, slots=True)
class Deletion:
    """What a deletion takes, and what it leaves.

    Attributes
    ----------
    taken
        Ids of the containers that go, by kind.
    inside
        Ids of containers within that are in no other.
    orphans
        How many images will be in no dataset, plates in no screen.
    """

    taken: dict[str, list[int]]
    inside: dict[str, list[int]]
    orphans: dict[str, int]


def plan_deletion(
    person: Person, things: Iterable[Thing], *, contents: bool
) -> Deletion:
    """Look what a deletion would take and leave; changes nothing.

    Raises
    ------
    graticule.errors.RequestError
        If one of the things is none that people delete.
    graticule.errors.NotFoundError, graticule.errors.NotPermittedError
        If there is none, or the person may not delete it.
    """
    taken = by_kind(things)
    if not taken:
        raise RequestError("Select what to delete first.")
    for kind, ids in taken.items():
        if kind not in CONTAINERS:
            raise RequestError(
                f"{kind.capitalize()}s are not deleted here: they are what files "
                f"hold. Take the file out of its folder, and they go with it."
            )
        find_all(person, Verb.DELETE, kind, ids)
    inside = {
        LINKS[kind].child: _only_in(kind, ids)
        for kind, ids in taken.items()
        if LINKS[kind].child in CONTAINERS
    }
    inside = {
        kind: [each for each in ids if each not in taken.get(kind, ())]
        for kind, ids in inside.items()
    }
    if contents:
        for kind, ids in inside.items():
            find_all(person, Verb.DELETE, kind, ids)
            taken.setdefault(kind, []).extend(ids)
    check_count(sum(map(len, taken.values())))
    orphans = {
        LINKS[kind].child: len(_only_in(kind, ids))
        for kind, ids in taken.items()
        if LINKS[kind].child not in CONTAINERS
    }
    return Deletion(taken, inside, orphans)


def _only_in(kind: str, ids: list[int]) -> list[int]:
    """List the children of some containers that are in no other of the kind."""
    table = LINKS[kind]
    links = table.links()
    held = {
        child
        for some in chunks(ids)
        for child in links.filter(**{f"{table.parent_field}__in": some}).values_list(
            table.child_field, flat=True
        )
    }
    leaving = set(ids)
    elsewhere = {
        child
        for some in chunks(sorted(held))
        for child, parent in links.filter(
            **{f"{table.child_field}__in": some}
        ).values_list(table.child_field, table.parent_field)
        if parent not in leaving
    }
    return sorted(held - elsewhere)


def delete(person: Person, things: Iterable[Thing], *, contents: bool) -> Done:
    """Delete containers, and with ``contents`` those that are only in them.

    Raises
    ------
    graticule.errors.RequestError, graticule.errors.NotFoundError
    graticule.errors.NotPermittedError
        As :func:`plan_deletion`.
    graticule.errors.LimitError
        If it were more than one change may touch.
    """
    with recorded(person) as recording:
        plan = plan_deletion(person, things, contents=contents)
        for kind, ids in plan.taken.items():
            lock(kind, ids)
        for kind, ids in plan.taken.items():
            _take_links(recording, kind, ids)
        for kind, ids in plan.taken.items():
            _take_rows(recording, kind, ids)
        recording.said = words.deleted(plan.taken, plan.orphans)
    return recording.done


def _take_links(recording: Recording, kind: str, ids: list[int]) -> None:
    """Take containers out of what holds them, and their children out of them."""
    facts: dict[tuple[str, int], LinkFact] = {}
    for table in LINKS.values():
        fields = {
            table.parent: table.parent_field,
            table.child: table.child_field,
        }
        if kind not in fields:
            continue
        links = table.links()
        for some in chunks(ids):
            found = links.filter(**{f"{fields[kind]}__in": some})
            for parent, child in found.values_list(
                table.parent_field, table.child_field
            ):
                key = (table.parent, parent)
                fact = facts.setdefault(key, LinkFact(table.parent, parent))
                fact.removed.append(child)
            check_count(
                recording.facts.count + sum(len(f.removed) for f in facts.values())
            )
            found.delete()
    recording.facts.links.extend(facts.values())


def _take_rows(recording: Recording, kind: str, ids: list[int]) -> None:
    rows = recording.facts.rows
    begun = timezone.now()
    for some in chunks(ids):
        things = list(rows_of(kind).filter(pk__in=some))
        rows.extend(RowFact(kind, row.pk, written(row), None) for row in things)
        links = annotation_links(kind, some)
        rows.extend(
            RowFact("annotation link", each.pk, written(each), None) for each in links
        )
        links.delete()
        for thing in things:
            note_deleted(thing)
        rows_of(kind).filter(pk__in=some).delete()
    noted = DeletedSource.objects.filter(
        kind=TABLES[kind].__name__,
        deleted__gte=begun,
        source__in=[
            fact.before["source"]
            for fact in rows
            if fact.table == kind and fact.before and fact.before["source"]
        ],
    )
    rows.extend(
        RowFact("deleted source", each.pk, None, written(each, ("kind", "source")))
        for each in noted
    )

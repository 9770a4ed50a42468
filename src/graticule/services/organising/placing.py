"""What is in which container: moved, linked, taken out.

Images hang in datasets, datasets in projects, plates in screens; each may hang in
several. Both ends must be the person's to link, and of one group. Moves no file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graticule.catalog.access import Verb
from graticule.catalog.models import Person
from graticule.errors import RequestError
from graticule.services.organising import words
from graticule.services.organising.facts import (
    LINKS,
    LinkFact,
    LinkTable,
    chunks,
    link,
)
from graticule.services.organising.things import (
    PARENT,
    Thing,
    find_all,
    find_locked,
    lock,
    one_kind,
)
from graticule.services.organising.undoing import Done, Recording, recorded


def move(
    person: Person, things: Iterable[Thing], to: Thing, origin: Thing | None = None
) -> Done:
    """Put things into a container, and take them out of where they were.

    Parameters
    ----------
    origin
        The container to take them out of; ``None``: all they are in.

    Raises
    ------
    graticule.errors.RequestError
        If they are of several kinds, hang in no such container, or belong to
        another group than it.
    graticule.errors.NotFoundError, graticule.errors.NotPermittedError
        If one of all this is not there, or not the person's to change.
    """
    with recorded(person) as recording:
        kind, ids = one_kind(things, "move")
        table, target = _target(person, kind, ids, to)
        if origin is not None and origin.kind != to.kind:
            raise RequestError(f"A {origin.kind} holds no {kind}s.")
        parents = [origin.id] if origin else _parents(table, ids)
        parents = [each for each in parents if each != to.id]
        find_all(person, Verb.LINK, table.parent, parents)
        lock(table.parent, parents)
        taken = _take(recording, table, parents, ids)
        put = _put(recording, table, to.id, ids)
        count = len(put | taken)
        recording.said = (
            f"{words.counted(kind, count)} moved to “{words.short(target.name)}”."
            if count
            else f"Everything is in “{words.short(target.name)}” already."
        )
    return recording.done


def copy(person: Person, things: Iterable[Thing], to: Thing) -> Done:
    """Put things into a further container; they stay where they are.

    Raises
    ------
    graticule.errors.RequestError, graticule.errors.NotFoundError
    graticule.errors.NotPermittedError
        As :func:`move`.
    """
    with recorded(person) as recording:
        kind, ids = one_kind(things, "link")
        table, target = _target(person, kind, ids, to)
        put = _put(recording, table, to.id, ids)
        recording.said = (
            f"{words.counted(kind, len(put))} added to “{words.short(target.name)}”."
            if put
            else f"Everything is in “{words.short(target.name)}” already."
        )
    return recording.done


def remove(person: Person, things: Iterable[Thing], origin: Thing) -> Done:
    """Take things out of a container; they stay in the catalogue.

    Raises
    ------
    graticule.errors.RequestError, graticule.errors.NotFoundError
    graticule.errors.NotPermittedError
        As :func:`move`.
    """
    with recorded(person) as recording:
        kind, ids = one_kind(things, "remove")
        table, container = _target(person, kind, ids, origin, into=False)
        taken = _take(recording, table, [origin.id], ids)
        name = words.short(container.name)
        recording.said = f"{words.counted(kind, len(taken))} removed from “{name}”."
    return recording.done


def _target(
    person: Person, kind: str, ids: list[int], to: Thing, *, into: bool = True
) -> tuple[LinkTable, Any]:
    """Find the container, locked, and see that both ends may be linked."""
    if PARENT.get(kind) != to.kind:
        raise RequestError(
            f"A {to.kind} holds no {kind}s; they go into {PARENT[kind]}s."
            if kind in PARENT
            else f"A {kind} is in nothing, so it cannot be moved."
        )
    groups = find_all(person, Verb.LINK, kind, ids)
    target = find_locked(person, Verb.LINK, to)
    if into and set(groups.values()) - {target.group_id}:
        raise RequestError(
            f"“{words.short(target.name)}” belongs to the group {target.group.name}, "
            f"and not all of these do: what hangs together is of one group."
        )
    return LINKS[to.kind], target


def _parents(table: LinkTable, ids: list[int]) -> list[int]:
    links = table.links()
    return sorted(
        {
            parent
            for some in chunks(ids)
            for parent in links.filter(
                **{f"{table.child_field}__in": some}
            ).values_list(table.parent_field, flat=True)
        }
    )


def _held(table: LinkTable, parent: int, ids: list[int]) -> set[int]:
    there = table.of(parent).values_list(table.child_field, flat=True)
    return set(there).intersection(ids)


def _take(
    recording: Recording, table: LinkTable, parents: list[int], ids: list[int]
) -> set[int]:
    taken: set[int] = set()
    for parent in parents:
        held = _held(table, parent, ids)
        if held:
            fact = LinkFact(table.parent, parent, removed=sorted(held))
            link(fact)
            recording.facts.links.append(fact)
            taken |= held
    return taken


def _put(
    recording: Recording, table: LinkTable, parent: int, ids: list[int]
) -> set[int]:
    missing = set(ids) - _held(table, parent, ids)
    if missing:
        fact = LinkFact(table.parent, parent, added=sorted(missing))
        link(fact)
        recording.facts.links.append(fact)
    return missing

"""The things that people arrange, found with the right to do so.

All or nothing: one that a person may not see or change refuses the whole request.
Knows no JSON and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from graticule.catalog.access import Verb, rights_of, visible_to
from graticule.catalog.models import Person
from graticule.errors import (
    LimitError,
    NotFoundError,
    NotPermittedError,
    RequestError,
)
from graticule.services.organising.facts import LINKS, chunks, rows_of

PARENT = {table.child: kind for kind, table in LINKS.items()}
"""What kind of container holds a kind of thing."""
CONTAINERS = tuple(LINKS)
"""The kinds that people make, rename and delete."""
KINDS = ("project", "dataset", "screen", "plate", "image")
_WORDS = {
    Verb.EDIT: "change",
    Verb.LINK: "move or link",
    Verb.DELETE: "delete",
    Verb.ANNOTATE: "tag",
}


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing, by kind and id."""

    kind: str
    id: int


def by_kind(things: Iterable[Thing]) -> dict[str, list[int]]:
    """Sort things by kind, each once.

    Raises
    ------
    graticule.errors.LimitError
        If there are more than one change may touch.
    """
    found: dict[str, dict[int, None]] = {}
    for thing in things:
        found.setdefault(thing.kind, {})[thing.id] = None
    check_count(sum(map(len, found.values())))
    return {kind: list(ids) for kind, ids in found.items()}


def one_kind(things: Iterable[Thing], verb: str) -> tuple[str, list[int]]:
    """Give the one kind that some things are of, and their ids.

    Raises
    ------
    graticule.errors.RequestError
        If there are none, or several kinds.
    """
    sorted_things = by_kind(things)
    if not sorted_things:
        raise RequestError(f"Select what to {verb} first.")
    if len(sorted_things) > 1:
        kinds = " and ".join(f"{kind}s" for kind in sorted_things)
        raise RequestError(
            f"{kinds} cannot be told to {verb} together: select things of one kind."
        )
    return next(iter(sorted_things.items()))


def check_count(count: int) -> None:
    """Refuse more than one change may touch.

    Raises
    ------
    graticule.errors.LimitError
        If it is more than ``max_organised``.
    """
    allowed = settings.GRATICULE["max_organised"]
    if count > allowed:
        raise LimitError("max_organised", allowed, count, "A change")


def find_all(
    person: Person, verb: Verb, kind: str, ids: Sequence[int]
) -> dict[int, int]:
    """Find things by id, of which a person may do something to every one.

    Returns
    -------
    dict
        The id of the group of each.

    Raises
    ------
    graticule.errors.NotFoundError
        If one is not there, or not for this person.
    graticule.errors.NotPermittedError
        If the person may not do that to one.
    """
    groups: dict[int, int] = {}
    owners: dict[tuple[int, int], int] = {}
    for some in chunks(ids):
        rows = visible_to(person, rows_of(kind)).filter(pk__in=some).order_by("pk")
        for pk, owner, group in rows.values_list("pk", "owner_id", "group_id"):
            groups[pk] = group
            owners.setdefault((owner, group), pk)
    missing = [each for each in ids if each not in groups]
    if missing:
        raise NotFoundError(
            f"There is no {kind} {missing[0]}, or none that you may see."
        )
    _check_rights(person, verb, kind, owners)
    return groups


def _check_rights(
    person: Person, verb: Verb, kind: str, owners: Mapping[tuple[int, int], int]
) -> None:
    """Ask the rule once for each owner and group, not for each thing."""
    rights = rights_of(person)
    for pk in owners.values():
        row = rows_of(kind).select_related("group").get(pk=pk)
        if not rights.may(verb, row):
            raise NotPermittedError(
                f"You may not {_WORDS[verb]} the {kind} “{row.name}”: it is "
                f"somebody else's. Ask its owner or an administrator."
            )


def find_locked(person: Person, verb: Verb, thing: Thing) -> Any:
    """Find one thing that a person may do something to, and keep others off it.

    Raises
    ------
    graticule.errors.NotFoundError, graticule.errors.NotPermittedError
        As :func:`find_all`.
    """
    find_all(person, verb, thing.kind, [thing.id])
    rows = rows_of(thing.kind)
    row = rows.select_for_update().filter(pk=thing.id).first()
    if row is None:  # deleted between the two questions
        raise NotFoundError(f"There is no {thing.kind} {thing.id}.")
    return row


def lock(kind: str, ids: Iterable[int]) -> None:
    """Keep others off some things until the transaction ends; always in one order."""
    for some in chunks(sorted(ids)):
        rows = rows_of(kind).filter(pk__in=some)
        list(rows.select_for_update().order_by("pk").values_list("pk"))

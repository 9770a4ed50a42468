"""Containers that people make, change and delete; runs, ROIs and shapes they delete.

Deleting takes the thing and its links away and nothing else: datasets of a
deleted project, images of a deleted dataset, plates of a deleted screen and
fields of a deleted run stay. What a scan had made is noted down, and no later
scan makes it again. Knows no JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet

from graticule.catalog.access import Verb, may, may_create_in, visible_to
from graticule.catalog.models import (
    DeletedSource,
    Group,
    Person,
    PlateAcquisition,
    Roi,
    Shape,
)
from graticule.errors import NotFoundError, NotPermittedError
from graticule.services.objects import KINDS, Load, find_object
from graticule.services.remembered import forget_all
from graticule.services.versions import tell_change, wait_until_known

T = TypeVar("T")

SAVED = ("Project", "Dataset", "Screen")
"""The kinds that people make and change."""
DELETED = (*SAVED, "PlateAcquisition", "Roi", "Shape")
"""The kinds that people delete."""


@dataclass(frozen=True, slots=True)
class Fields:
    """All that people say of a container; ``facts`` are a screen's further texts."""

    name: str
    description: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


def create_object(person: Person, kind: str, group_id: int, fields: Fields) -> Any:
    """Make a project, dataset or screen that belongs to a person.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such group, or not for this person.
    graticule.errors.NotPermittedError
        If the person is not a member of it.
    """
    group = visible_to(person, Group.objects.filter(pk=group_id)).first()
    if group is None:
        raise NotFoundError(f"ExperimenterGroup {group_id} not found")
    if not may_create_in(person, group):
        raise NotPermittedError(f"You may not make anything in the group {group.name}.")
    with told_change():
        thing = KINDS[kind].model(owner=person, group=group)
        _set(thing, fields)
        thing.save()
    return thing


def replace_object(
    person: Person, kind: str, thing_id: int, group_id: int, fields: Fields
) -> Any:
    """Give a project, dataset or screen other fields; what is not said is unset.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is none in this group, or not for this person.
    graticule.errors.NotPermittedError
        If the person may not edit it.
    """
    with told_change():
        thing = find_object(person, KINDS[kind], thing_id, _locked)
        if thing.group_id != group_id:
            raise NotFoundError(f"{kind} {thing_id} not found")
        if not may(person, Verb.EDIT, thing):
            raise NotPermittedError(f"You may not change {kind} {thing_id}.")
        _set(thing, fields)
        thing.save()
    return thing


def delete_object(
    person: Person,
    kind: str,
    thing_id: int,
    describe: Callable[[Any], T],
    load: Load | None = None,
) -> T:
    """Delete a thing and its links; what it held stays.

    Parameters
    ----------
    describe
        Called with the thing before it goes.
    load
        Adds what shall be loaded with it.

    Returns
    -------
    object
        What ``describe`` said.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is none, or not for this person.
    graticule.errors.NotPermittedError
        If the person may not delete it.
    """
    with told_change():
        thing = find_object(person, KINDS[kind], thing_id, load)
        owned = thing.roi if isinstance(thing, Shape) else thing
        if not may(person, Verb.DELETE, owned):
            raise NotPermittedError(f"You may not delete {kind} {thing_id}.")
        said = describe(thing)
        note_deleted(thing)
        thing.delete()
    return said


def _set(thing: Any, fields: Fields) -> None:
    thing.name, thing.description = fields.name, fields.description
    if hasattr(thing, "facts"):
        thing.facts = dict(fields.facts)


def _locked(query: QuerySet[Any]) -> QuerySet[Any]:
    return query.select_for_update(of=("self",))


def note_deleted(thing: Any) -> None:
    """Keep scans from making again what they made once."""
    if isinstance(thing, Shape):
        # The rest of the ROI is from now on as if somebody had drawn it.
        note_deleted(thing.roi)
        Roi.objects.filter(pk=thing.roi_id).update(source=None)
        return
    source: str | None
    parent = 0
    if isinstance(thing, PlateAcquisition):
        parent, source = thing.plate_id, thing.key
    elif isinstance(thing, Roi):
        parent, source = thing.image_id, thing.source
    else:
        source = thing.source
    if source is not None:
        DeletedSource.objects.get_or_create(
            kind=type(thing).__name__, parent=parent, source=source
        )


@contextmanager
def told_change() -> Iterator[None]:
    """Make a change as a whole, and have every process notice it."""
    with transaction.atomic():
        yield
        tell_change()
    forget_all()
    wait_until_known()

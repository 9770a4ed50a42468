"""The only rule of visibility: who sees what, and who may do what.

Every list and every look-up of every door goes through :func:`visible_to`
before any cache is asked and any byte is read; every change through
:func:`may`. The rule looks at nothing but owner and group.

============== ======= ============ ============ ============ =====
level          owner   member       group owner  administrator others
============== ======= ============ ============ ============ =====
private        all     -            sees         all          -
read-only      all     sees         all          all          -
read-annotate  all     annotates    all          all          -
read-write     all     all          all          all          -
============== ======= ============ ============ ============ =====

Who has not logged in is the person ``public``, like anybody else a member of
some groups, but may never change anything. Nobody (``None``) sees nothing.

Whoever holds a shared link sees of what their link's owner sees that one thing and
what is in it, may change nothing, and sees nothing once the link has expired.

Groups are seen by their members; people by themselves and by those who see
their things in a group. Nobody changes either through a door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from graticule.catalog.models import (
    Annotation,
    Channel,
    Dataset,
    Fileset,
    Group,
    Image,
    Membership,
    Observation,
    OriginalFile,
    Permissions,
    Person,
    Plate,
    PlateAcquisition,
    Project,
    Roi,
    Screen,
    Shape,
    Share,
    Well,
    WellSample,
)
from graticule.catalog.models.owned import Owned
from graticule.catalog.models.people import PUBLIC

ModelT = TypeVar("ModelT", bound=models.Model)

# How a table without owner and group reaches one that has them.
_PATHS: dict[type[models.Model], str] = {
    Channel: "image",
    Observation: "image",
    Shape: "roi",
    WellSample: "well",
    Fileset: "folder",
    OriginalFile: "fileset__folder",
}

# What is in a shared thing: by its kind, the tables and their path to it.
_SHARED: Mapping[str, Mapping[type[models.Model], str]] = {
    "image": {Image: "pk"},
    "dataset": {Dataset: "pk", Image: "datasets"},
    "project": {Project: "pk", Dataset: "projects", Image: "datasets__projects"},
    "plate": {
        Plate: "pk",
        PlateAcquisition: "plate",
        Well: "plate",
        Image: "well_samples__well__plate",
    },
    "screen": {
        Screen: "pk",
        Plate: "screens",
        PlateAcquisition: "plate__screens",
        Well: "plate__screens",
        Image: "well_samples__well__plate__screens",
    },
}
SHARED = tuple(_SHARED)
"""The kinds of things that can be shared by a link."""
# What an image has is seen with it.
_OF_IMAGES: Mapping[type[models.Model], str] = {
    Channel: "image",
    Observation: "image",
    Roi: "image",
    Shape: "roi__image",
    WellSample: "image",
}


class Verb(Enum):
    """What can be done to something visible."""

    ANNOTATE = "annotate"
    EDIT = "edit"
    DELETE = "delete"
    LINK = "link"


def visible_to(person: Person | None, query: QuerySet[ModelT]) -> QuerySet[ModelT]:
    """Keep only what a person may see.

    Parameters
    ----------
    person
        Who asks; ``None`` sees nothing.
    query
        Owned things (``Image.objects.all()``, say), or parts of them, or people
        or groups.
    """
    if person is None or not person.is_active:
        return query.none()
    if person.share is not None:
        return _held(person.share, query)
    if person.is_administrator:
        return query
    if query.model is Group:
        return query.filter(
            pk__in=Membership.objects.filter(person=person).values("group")
        )
    if query.model is Person:
        return query.filter(_knows(person))
    path = _PATHS.get(query.model, "")
    if not path and not issubclass(query.model, Owned):
        raise TypeError(f"{query.model.__name__} has no owner and no path to one")
    prefix = f"{path}__" if path else ""
    condition = _sees(person, prefix)
    if query.model is OriginalFile:
        # A file somebody attached belongs to no fileset: it is seen with its
        # annotation.
        attached = Annotation.objects.filter(file=OuterRef("pk"))
        condition |= Q(Exists(attached.filter(_sees(person, ""))))
    return query.filter(condition)


def _held(share: Share, query: QuerySet[ModelT]) -> QuerySet[ModelT]:
    """Keep what hangs in a shared thing and its owner may see; else nothing.

    Asked by ids: a thing that hangs there twice must not come twice.
    """
    if share.expires <= timezone.now():
        return query.none()
    inside = _SHARED[share.kind]
    model: type[models.Model] = query.model
    if model in inside:
        rows: QuerySet[models.Model] = QuerySet(model)
        found = rows.filter(**{inside[model]: share.thing_id})
        seen = query.filter(pk__in=found.order_by().values("pk"))
    elif model in _OF_IMAGES:
        images = _held(share, Image.objects.all())
        seen = query.filter(**{f"{_OF_IMAGES[model]}__in": images})
    else:
        return query.none()
    return visible_to(share.owner, seen)


def _sees(person: Person, prefix: str) -> Q:
    """Build the condition; memberships are asked per row's group."""
    shared = _memberships(person).filter(group=OuterRef(f"{prefix}group"))
    mine = Q(**{f"{prefix}owner": person})
    return mine | Q(Exists(shared))


def _memberships(person: Person) -> QuerySet[Membership]:
    """Find the memberships by which a person sees what is a group's."""
    return Membership.objects.filter(person=person).filter(
        Q(is_owner=True) | ~Q(group__permissions=Permissions.PRIVATE)
    )


def _knows(person: Person) -> Q:
    """Build the condition for people: oneself, and members whose things are seen."""
    groups = _memberships(person)
    members = Membership.objects.filter(group__in=groups.values("group"))
    return Q(pk=person.pk) | Q(pk__in=members.values("person"))


@dataclass(frozen=True, slots=True)
class Scope:
    """What :func:`visible_to` keeps of owned things, for rows that lie elsewhere.

    All of them, or those of an owner and of some groups, or, for who holds a link,
    what :func:`visible_to` itself says (``holds``).
    """

    everything: bool = False
    owner_id: int | None = None
    group_ids: frozenset[int] = frozenset()
    holds: bool = False


def scope_of(person: Person | None) -> Scope:
    """Say what a person sees of things by their owner and group; one query."""
    if person is None or not person.is_active:
        return Scope()
    if person.share is not None:
        return Scope(holds=True)
    if person.is_administrator:
        return Scope(everything=True)
    groups = _memberships(person).values_list("group_id", flat=True)
    return Scope(owner_id=person.pk, group_ids=frozenset(groups))


@dataclass(frozen=True, slots=True)
class Rights:
    """What a person may do, looked up once for any number of things.

    ``owns`` maps the person's groups to whether they own the group.
    """

    person: Person | None
    owns: Mapping[int, bool]

    def may(self, verb: Verb, thing: Owned) -> bool:
        """Say whether the person may do something to a thing they can see."""
        person = self.person
        if not _may_change(person):
            return False
        assert person is not None
        if person.is_administrator or thing.owner_id == person.pk:
            return True
        if thing.group_id not in self.owns:
            return False
        return verb in _verbs(thing.group, is_owner=self.owns[thing.group_id])


def rights_of(person: Person | None) -> Rights:
    """Look up what a person may do; one query."""
    memberships = Membership.objects.filter(person=person)
    owns = dict(memberships.values_list("group", "is_owner")) if person else {}
    return Rights(person, owns)


def may(person: Person | None, verb: Verb, thing: Owned) -> bool:
    """Say whether a person may do something to a thing they can see.

    A thing they cannot see they may not touch either.
    """
    return rights_of(person).may(verb, thing)


def may_create_in(person: Person | None, group: Group) -> bool:
    """Say whether a person may make new things in a group: members may."""
    if not _may_change(person):
        return False
    assert person is not None
    return person.is_administrator or group.pk in rights_of(person).owns


def _may_change(person: Person | None) -> bool:
    """Say whether a person may change anything at all."""
    if person is None or not person.is_active:
        return False
    return person.username != PUBLIC and person.share is None


def _verbs(group: Group, *, is_owner: bool) -> frozenset[Verb]:
    """List what a member may do to things of others."""
    level = group.permissions
    if level == Permissions.PRIVATE:
        return frozenset()
    if is_owner or level == Permissions.READ_WRITE:
        return frozenset(Verb)
    if level == Permissions.READ_ANNOTATE:
        return frozenset({Verb.ANNOTATE})
    return frozenset()

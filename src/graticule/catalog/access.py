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
"""

from __future__ import annotations

from enum import Enum
from typing import TypeVar

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from graticule.catalog.models import (
    Channel,
    Fileset,
    Group,
    Membership,
    OriginalFile,
    Permissions,
    Person,
    Shape,
    WellSample,
)
from graticule.catalog.models.owned import Owned
from graticule.catalog.models.people import PUBLIC

ModelT = TypeVar("ModelT", bound=models.Model)

# How a table without owner and group reaches one that has them.
_PATHS: dict[type[models.Model], str] = {
    Channel: "image",
    Shape: "roi",
    WellSample: "well",
    Fileset: "folder",
    OriginalFile: "fileset__folder",
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
        Owned things (``Image.objects.all()``, say), or parts of them.
    """
    if person is None or not person.is_active:
        return query.none()
    if person.is_administrator:
        return query
    path = _PATHS.get(query.model, "")
    if not path and not issubclass(query.model, Owned):
        raise TypeError(f"{query.model.__name__} has no owner and no path to one")
    prefix = f"{path}__" if path else ""
    return query.filter(_sees(person, prefix))


def _sees(person: Person, prefix: str) -> Q:
    """Build the condition; memberships are asked per row's group."""
    membership = Membership.objects.filter(
        person=person, group=OuterRef(f"{prefix}group")
    )
    shared = membership.filter(
        Q(is_owner=True) | ~Q(group__permissions=Permissions.PRIVATE)
    )
    mine = Q(**{f"{prefix}owner": person})
    return mine | Q(Exists(shared))


def may(person: Person | None, verb: Verb, thing: Owned) -> bool:
    """Say whether a person may do something to a thing they can see.

    A thing they cannot see they may not touch either.
    """
    if person is None or not person.is_active or person.username == PUBLIC:
        return False
    if person.is_administrator:
        return True
    if thing.owner_id == person.pk:
        return True
    membership = Membership.objects.filter(person=person, group=thing.group_id).first()
    return membership is not None and verb in _verbs(membership, thing.group)


def _verbs(membership: Membership, group: Group) -> frozenset[Verb]:
    """List what a member may do to things of others."""
    level = group.permissions
    if level == Permissions.PRIVATE:
        return frozenset()
    if membership.is_owner or level == Permissions.READ_WRITE:
        return frozenset(Verb)
    if level == Permissions.READ_ANNOTATE:
        return frozenset({Verb.ANNOTATE})
    return frozenset()

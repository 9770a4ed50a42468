"""Who is in which group: changed by the group's owners and by administrators.

Knows no HTTP.
"""

from __future__ import annotations

import logging

from django.db import transaction

from graticule.catalog.models import Group, Membership, Person
from graticule.catalog.models.people import PUBLIC
from graticule.errors import NotFoundError, NotPermittedError, RequestError
from graticule.services.versions import tell_change, wait_until_known

logger = logging.getLogger(__name__)


def may_manage(person: Person, group: Group) -> bool:
    """Whether somebody may say who is in a group."""
    if person.is_administrator:
        return True
    return Membership.objects.filter(
        person=person, group=group, is_owner=True, person__is_active=True
    ).exists()


def find_group(person: Person, group_id: int) -> Group:
    """Find a group that somebody is in, or any for an administrator.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is none, or it is not theirs to know.
    """
    groups = Group.objects.all()
    if not person.is_administrator:
        groups = groups.filter(memberships__person=person)
    found = groups.filter(pk=group_id).first()
    if found is None:
        raise NotFoundError(f"There is no group {group_id}, or you are not in it.")
    return found


def put_in(manager: Person, group: Group, username: str, *, is_owner: bool) -> None:
    """Put somebody into a group, or change whether they own it.

    Raises
    ------
    graticule.errors.NotPermittedError
        If ``manager`` does not own the group.
    graticule.errors.RequestError
        If there is nobody of that name, or it is the manager, who would lose the
        way back.
    """
    _check(manager, group)
    person = _person(username)
    if not is_owner:
        _check_way_back(manager, group, person)
    with transaction.atomic():
        Membership.objects.update_or_create(
            person=person, group=group, defaults={"is_owner": is_owner}
        )
        if person.default_group_id is None:
            Person.objects.filter(pk=person.pk).update(default_group=group)
        tell_change()
    wait_until_known()
    role = "an owner" if is_owner else "a member"
    logger.info("%s made %s %s of %s", manager, person, role, group)


def take_out(manager: Person, group: Group, username: str) -> None:
    """Take somebody out of a group; what they own in it stays there.

    Raises
    ------
    graticule.errors.NotPermittedError
        If ``manager`` does not own the group.
    graticule.errors.RequestError
        If nobody of that name is in it, or it is the manager, who would lose the
        way back.
    """
    _check(manager, group)
    person = _person(username)
    _check_way_back(manager, group, person)
    with transaction.atomic():
        gone, _ = Membership.objects.filter(person=person, group=group).delete()
        if not gone:
            raise RequestError(f"{username} is not in {group}.")
        if person.default_group_id == group.pk:
            rest = Group.objects.filter(memberships__person=person).first()
            Person.objects.filter(pk=person.pk).update(default_group=rest)
        tell_change()
    wait_until_known()
    logger.info("%s took %s out of %s", manager, person, group)


def _check(manager: Person, group: Group) -> None:
    if not may_manage(manager, group):
        raise NotPermittedError(
            f"Who is in {group} is for its owners and for administrators to say."
        )


def _check_way_back(manager: Person, group: Group, person: Person) -> None:
    """Keep an owner from giving up what nobody may give back."""
    if person.pk == manager.pk and not manager.is_administrator:
        raise RequestError(
            f"You would lock yourself out of {group}. Another owner can do this."
        )


def _person(username: str) -> Person:
    # PostgreSQL refuses to look for it.
    known = Person.objects.exclude(username=PUBLIC).filter(is_active=True)
    found = None if "\0" in username else known.filter(username=username).first()
    if found is None:
        raise RequestError(
            f"There is nobody called {username!r}: give the name they log in by."
        )
    return found

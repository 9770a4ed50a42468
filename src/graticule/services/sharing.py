"""Shared links as their owners see them: made, listed, revoked.

Who may change a thing may share it; a link shows of it what its owner sees. A change
is told, so that a revoked link shows nothing in any process. Knows no address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from graticule.catalog.access import SHARED, Verb, visible_to
from graticule.catalog.models import Person, Share
from graticule.catalog.shares import make_share
from graticule.errors import (
    LimitError,
    NotFoundError,
    NotPermittedError,
    RequestError,
)
from graticule.services.organising.facts import rows_of
from graticule.services.organising.things import Thing, find_all
from graticule.services.saved_objects import told_change

SHORTEST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Shared:
    """A link of one's own; ``name`` is empty where the thing is gone."""

    share: Share
    name: str


def share_thing(person: Person, thing: Thing, lifetime: timedelta) -> tuple[Share, str]:
    """Make a link to a thing, and give the secret that belongs into it.

    Raises
    ------
    graticule.errors.RequestError
        If things of its kind are not shared, or not for so long.
    graticule.errors.NotFoundError, graticule.errors.NotPermittedError
        If there is none, it is not the person's to share, or nothing is shared here.
    graticule.errors.LimitError
        If the person has as many links as they may.
    """
    values = settings.GRATICULE
    if not values["share_links"]:
        raise NotPermittedError(
            "Links are switched off on this server (setting share_links)."
        )
    if thing.kind not in SHARED:
        raise RequestError(f"A {thing.kind} is not shared by a link.")
    longest = values["max_share_lifetime"]
    if not SHORTEST <= lifetime <= longest:
        raise RequestError(
            f"A link is good for at least a minute and at most {longest.days:,} days "
            f"(setting max_share_lifetime)."
        )
    with told_change():
        find_all(person, Verb.EDIT, thing.kind, [thing.id])
        own = Share.objects.filter(owner=person)
        own.filter(expires__lte=timezone.now()).delete()
        count = own.count() + 1
        if count > values["max_shares"]:
            raise LimitError("max_shares", values["max_shares"], count, "A number")
        return make_share(person, thing.kind, thing.id, lifetime)


def shares_of(person: Person, thing: Thing | None = None) -> list[Shared]:
    """List a person's own links that are still good, the newest first.

    Parameters
    ----------
    thing
        Only links to this.
    """
    own: QuerySet[Share] = Share.objects.filter(
        owner=person, expires__gt=timezone.now()
    )
    if thing is not None:
        own = own.filter(kind=thing.kind, thing_id=thing.id)
    links = list(own)
    names: dict[tuple[str, int], str] = {}
    for kind in {link.kind for link in links}:
        ids = [link.thing_id for link in links if link.kind == kind]
        seen = visible_to(person, rows_of(kind)).filter(pk__in=ids)
        names |= {(kind, pk): name for pk, name in seen.values_list("pk", "name")}
    return [Shared(link, names.get((link.kind, link.thing_id), "")) for link in links]


def revoke(person: Person, share_id: int) -> None:
    """End a link of a person's own, or anybody's for an administrator.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is none.
    """
    with told_change():
        links = Share.objects.filter(pk=share_id)
        if not person.is_administrator:
            links = links.filter(owner=person)
        if not links.delete()[0]:
            raise NotFoundError("There is no such link of yours (any more).")

"""Changes are kept for a while, so that whoever made one can take it back.

Each change is noted in its own transaction, under a token that is told to whoever
made it; what has expired is forgotten with the next change. Knows no JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from graticule.catalog.access import Verb
from graticule.catalog.models import OrganisedChange, Person
from graticule.errors import NotFoundError
from graticule.services.organising.facts import (
    LINKS,
    Facts,
    put_back,
    tagged_thing,
    there,
)
from graticule.services.organising.things import (
    CONTAINERS,
    Thing,
    check_count,
    find_all,
)
from graticule.services.saved_objects import told_change


@dataclass(frozen=True, slots=True)
class Done:
    """A change that was made.

    Attributes
    ----------
    said
        What was done, in a sentence.
    token
        Undoes it until ``expires``; empty where nothing had to be changed.
    things
        What was made, for creations; else nothing.
    """

    said: str
    token: str = ""
    expires: datetime | None = None
    things: tuple[Thing, ...] = ()


@dataclass(slots=True)
class Recording:
    """A change while it is made: facts are added, then words."""

    facts: Facts = field(default_factory=Facts)
    said: str = ""
    things: tuple[Thing, ...] = ()
    done: Done = field(default_factory=lambda: Done(""))


@contextmanager
def recorded(person: Person) -> Iterator[Recording]:
    """Make a change as a whole, and note how to undo it; ``done`` says so then.

    Raises
    ------
    graticule.errors.LimitError
        If it altered more than one change may.
    """
    with told_change():
        recording = Recording()
        yield recording
        recording.done = _noted(person, recording)


def _noted(person: Person, recording: Recording) -> Done:
    now = timezone.now()
    OrganisedChange.objects.filter(expires__lte=now).delete()
    if not recording.facts:
        return Done(recording.said)
    check_count(recording.facts.count)
    change = OrganisedChange.objects.create(
        person=person,
        said=recording.said,
        facts=recording.facts.as_json(),
        expires=now + settings.GRATICULE["undo_time"],
    )
    return Done(recording.said, change.token, change.expires, recording.things)


def undo(person: Person, token: str) -> Done:
    """Take a change back.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such change of this person, or it is too old.
    graticule.services.organising.facts.ChangedMeanwhileError
        If something else was changed since.
    graticule.errors.NotPermittedError
        If the person may not do so any more.
    """
    with told_change():
        changes = OrganisedChange.objects.select_for_update().filter(person=person)
        now = timezone.now()
        change = changes.filter(token=token, expires__gt=now).first()
        if change is None:
            raise NotFoundError(
                "This cannot be undone: it was undone already, or too long ago."
            )
        facts = Facts.of_json(change.facts)
        _check_rights(person, facts)
        put_back(facts)
        change.delete()
    return Done(f"Undone: {change.said}")


def _check_rights(person: Person, facts: Facts) -> None:
    """See that what is there may still be changed by this person."""
    touched: dict[str, set[int]] = {}
    tagged: dict[str, set[int]] = {}
    for row in facts.rows:
        if row.table in CONTAINERS:
            touched.setdefault(row.table, set()).add(row.id)
        elif row.table == "annotation link":
            kind, target = tagged_thing(row)
            tagged.setdefault(kind, set()).add(target)
    for links in facts.links:
        touched.setdefault(links.parent_kind, set()).add(links.parent)
        child = LINKS[links.parent_kind].child
        touched.setdefault(child, set()).update(links.added, links.removed)
    for verb, things in ((Verb.LINK, touched), (Verb.ANNOTATE, tagged)):
        for kind, ids in things.items():
            find_all(person, verb, kind, there(kind, sorted(ids)))

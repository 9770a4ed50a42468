"""Answers in JSON kept on disk, until the catalogue or somebody's rights change.

Their keys hold the catalogue's counter (:mod:`graticule.services.versions`) and all
that decides what a person sees, so that nobody is given what another may see (C22).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from graticule.catalog.models import Membership, Person
from graticule.services.engine import engine
from graticule.services.versions import read_version


def kept_answer(
    person: Person,
    kind: str,
    thing_id: int,
    context: str,
    says: tuple[object, ...],
    make: Callable[[], Any],
) -> str:
    """Find the text of an answer about a thing that a person may see, or make it.

    Parameters
    ----------
    context
        What is said of it, e.g. ``"plategrid-0-96"`` (C19).
    says
        All else that the answer depends on.
    make
        Makes the value to be written; what it raises is not kept.
    """
    version = read_version()
    if version is None:  # within a transaction that may yet be undone
        return json.dumps(make())
    rights = _rights(person)
    slot = engine().rendered.answer(kind, thing_id, context, version, rights, *says)
    found = slot.get()
    if found is not None:
        return found.decode()
    text = json.dumps(make())
    slot.keep(text.encode())
    return text


def _rights(person: Person) -> tuple[object, ...]:
    """Give what the rule of visibility looks at."""
    if person.share is not None:
        return (person.pk, *_rights(person.share.owner))
    member = Membership.objects.filter(person=person).order_by("group_id")
    groups = member.values_list("group_id", "is_owner", "group__permissions")
    return (person.pk, person.is_administrator, *groups)

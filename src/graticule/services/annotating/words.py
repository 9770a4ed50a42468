"""Names and descriptions of things, changed by those who may. Knows no JSON."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from graticule.catalog.access import Verb, may, visible_to
from graticule.catalog.models import Person
from graticule.catalog.models.owned import Named
from graticule.errors import NotFoundError, NotPermittedError, RequestError
from graticule.services.annotating.targets import KINDS, Target
from graticule.services.remembered import forget_all
from graticule.services.versions import tell_change, wait_until_known

LONGEST_NAME = 1024


def change_words(
    person: Person,
    target: Target,
    *,
    name: str | None = None,
    description: str | None = None,
) -> None:
    """Give a thing another name or description; what is not said stays.

    Raises
    ------
    graticule.errors.RequestError
        If the name is empty or too long.
    graticule.errors.NotFoundError, graticule.errors.NotPermittedError
        If the thing is not there for this person, or may not be edited.
    """
    if name is not None:
        name = name.strip()
        _check_name(name)
    with transaction.atomic():
        rows: QuerySet[Named] = QuerySet(KINDS[target.kind])
        seen = visible_to(person, rows.filter(pk=target.id))
        row = seen.select_for_update(of=("self",)).select_related("group").first()
        if row is None:
            raise NotFoundError(
                f"There is no {target.kind} {target.id}, or none that you may see."
            )
        if not may(person, Verb.EDIT, row):
            raise NotPermittedError(
                f"You may not rename or describe the {target.kind} {target.id}: it "
                "is somebody else's. Ask its owner or an administrator."
            )
        row.name = row.name if name is None else name
        row.description = row.description if description is None else description
        row.save(update_fields=["name", "description", "modified"])
        tell_change()
    forget_all()
    wait_until_known()


def _check_name(name: str) -> None:
    if not name:
        raise RequestError("A name needs at least one letter.")
    if len(name) > LONGEST_NAME:
        raise RequestError(f"A name has at most {LONGEST_NAME:,} characters.")

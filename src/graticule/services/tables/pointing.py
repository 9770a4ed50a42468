"""What a row of a table is about: things that its columns name by id.

Knows no HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from graticule.catalog.access import visible_to
from graticule.catalog.models import (
    Dataset,
    Image,
    Person,
    Plate,
    Project,
    Roi,
    Screen,
    Well,
)
from graticule.errors import NotFoundError
from graticule.services.tables.columns import ID_KINDS, Column, Kind

_MODELS: dict[str, Any] = {
    "image": Image,
    "dataset": Dataset,
    "project": Project,
    "screen": Screen,
    "plate": Plate,
    "well": Well,
    "roi": Roi,
}
KINDS = tuple(_MODELS)
"""What rows can lead to."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a thing is looked at: the page of what kind and number.

    ``roi`` is the ROI to show on the image, if it is about one.
    """

    kind: str
    id: int
    roi: int | None = None


def pointed_kind(column: Column) -> str | None:
    """Say what kind of thing the numbers of a column name; ``None`` if none.

    Whole numbers in columns such as ``Image ID`` or ``well_id`` count, too.
    """
    if column.kind in ID_KINDS:
        return column.kind.value if column.kind.value in _MODELS else None
    if column.kind != Kind.LONG:
        return None
    word = "".join(letter for letter in column.name.lower() if letter.isalnum())
    found = word.removesuffix("id")
    return found if found in _MODELS and found != word else None


def place_of(person: Person, kind: str, thing_id: int) -> Place:
    """Find where to look at a thing: a ROI on its image, all others on their page.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such thing, or not for this person.
    """
    model = _MODELS[kind]
    things: QuerySet[Any] = QuerySet(model).filter(pk=thing_id)
    thing = visible_to(person, things).first()
    if thing is None:
        raise NotFoundError(f"There is no {kind} {thing_id}, or none that you may see.")
    if isinstance(thing, Roi):
        images = visible_to(person, Image.objects.filter(pk=thing.image_id))
        if not images.exists():
            raise NotFoundError(f"You may not see the image of the ROI {thing_id}.")
        return Place("image", thing.image_id, thing.pk)
    return Place(kind, thing.pk)

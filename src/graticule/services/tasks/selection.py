"""Which images a job is to work on: parameters that several kinds share.

Ids of images and of what holds images. Everything passes the rule of visibility;
an id that is not there, or not for this person, ends the job with its name. Must
not load what reads pixels: declarations are loaded with every list of services.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from django.db.models import Model, QuerySet
from pydantic import BeforeValidator, Field, model_validator

from graticule.catalog.access import visible_to
from graticule.catalog.models import (
    Dataset,
    Image,
    Person,
    Plate,
    Project,
    Screen,
    Well,
)
from graticule.errors import NotFoundError
from graticule.services.observatory.identifiers import parse_did
from graticule.services.tasks.task import Parameters

_BETWEEN = re.compile(r"[\s,;]+")
_AT_ONCE = 500


def split_values(values: Any) -> Any:
    """Take several values in one text, too, as a form's box of text gives them."""
    if not isinstance(values, list):
        return values
    texts = [part for each in values for part in _BETWEEN.split(str(each))]
    return [text for text in texts if text]


Ids = Annotated[list[int], BeforeValidator(split_values)]
"""Ids, each in a value of its own or several with commas or blanks between."""


class Selection(Parameters):
    """Images, by their own ids and by what holds them; each is taken once.

    Identifiers are read into ``image`` and ``plate``.
    """

    id: list[str] = Field(
        [],
        title="Identifiers",
        description="Identifiers of images and plates, as links and observations have "
        "them: ivo://…?image/12, or image/12 for short.",
    )
    image: Ids = Field([], description="Ids of images.")
    dataset: Ids = Field([], description="Ids of datasets: all their images.")
    project: Ids = Field([], description="Ids of projects: all their images.")
    well: Ids = Field([], description="Ids of wells: all their fields.")
    plate: Ids = Field([], description="Ids of plates: all their fields.")
    screen: Ids = Field([], description="Ids of screens: all fields of all plates.")

    @model_validator(mode="before")
    @classmethod
    def _identified(cls, values: Any) -> Any:
        return read_identifiers(values)

    @model_validator(mode="after")
    def _something(self) -> Selection:
        if not any(getattr(self, name) for name in _HOLDERS):
            names = ", ".join(map(str.upper, ("id", *_HOLDERS)))
            raise ValueError(f"say what to work on, by one or more of {names}")
        return self


def read_identifier(values: Any) -> Any:
    """Take what an identifier names for the id of the image."""
    if not isinstance(values, Mapping) or not values.get("id") or values.get("image"):
        return values
    try:
        named = parse_did(str(values["id"]))
    except NotFoundError as error:
        raise ValueError(str(error)) from error
    if named.kind != "image":
        raise ValueError(f"{values['id']} is no image")
    return {**values, "image": named.id}


def read_identifiers(values: Any) -> Any:
    """Take what identifiers name for ids of images and plates."""
    if not isinstance(values, Mapping) or not values.get("id"):
        return values
    found: dict[str, Any] = dict(values)
    for text in split_values(values["id"]):
        try:
            named = parse_did(text)
        except NotFoundError as error:
            raise ValueError(str(error)) from error
        ids = found.get(named.kind, [])
        found[named.kind] = [*(ids if isinstance(ids, list) else [ids]), named.id]
    return found


_HOLDERS: Mapping[str, tuple[type[Model], str]] = MappingProxyType(
    {
        "image": (Image, "pk"),
        "dataset": (Dataset, "datasets"),
        "project": (Project, "datasets__projects"),
        "well": (Well, "well_samples__well"),
        "plate": (Plate, "well_samples__well__plate"),
        "screen": (Screen, "well_samples__well__plate__screens"),
    }
)
TARGETS: Mapping[str, str] = MappingProxyType({name: name.upper() for name in _HOLDERS})
"""What menus can start a job with a selection for."""


def selected_images(person: Person, asked: Selection) -> list[int]:
    """List the ids of the images that are selected, each once, in the order asked.

    Images of one container follow each other by their ids.

    Raises
    ------
    graticule.errors.NotFoundError
        If something that was named is not there, or not for this person, or holds
        no image.
    """
    found: dict[int, None] = {}
    for name, (table, path) in _HOLDERS.items():
        ids = list(dict.fromkeys(getattr(asked, name)))
        if not ids:
            continue
        check_visible(person, table, ids)
        if table is Image:
            found |= dict.fromkeys(ids)
            continue
        for holder_id in ids:
            images = Image.objects.filter(**{path: holder_id})
            found |= dict.fromkeys(ids_seen(person, images))
    if not found:
        raise NotFoundError("What was selected holds no images that you may see.")
    return list(found)


def check_visible(person: Person, table: type[Model], ids: list[int]) -> None:
    """Refuse ids of things that are not there, or not for this person.

    Raises
    ------
    graticule.errors.NotFoundError
        Naming the first of them.
    """
    for first in range(0, len(ids), _AT_ONCE):
        some = ids[first : first + _AT_ONCE]
        rows = table._default_manager.filter(pk__in=some)  # noqa: SLF001 -- Django's public name
        there = set(ids_seen(person, rows))
        for each in some:
            if each not in there:
                raise NotFoundError(f"{table.__name__}:{each} not found")


def ids_seen(person: Person, query: QuerySet[Any]) -> list[int]:
    """List the ids of those rows that a person may see, in order."""
    rows = visible_to(person, query).order_by("pk").distinct()
    return list(rows.values_list("pk", flat=True))

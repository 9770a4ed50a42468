"""Images of a place in an order: the ids of all of them, and rows of some.

A list of 100,000 images is put in order once, as ids; what is shown of it is then
looked up by id. Everything passes the rule of visibility. Knows no addresses and no
wording.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Lower

from graticule.catalog.access import visible_to
from graticule.catalog.models import Dataset, Image, Person
from graticule.services import browse
from graticule.services.browse import Kind
from graticule.services.containers import find


class Column(Enum):
    """What images can be sorted by."""

    NAME = "name"
    SIZE = "size"
    CHANNELS = "channels"
    Z = "z"
    T = "t"
    PIXEL_SIZE = "pixel_size"
    OWNER = "owner"
    ACQUIRED = "acquired"
    IMPORTED = "imported"
    FORMAT = "format"


_SORTED_BY: dict[Column, tuple[Any, ...]] = {
    Column.NAME: (),
    Column.SIZE: (F("size_x") * F("size_y"),),
    Column.CHANNELS: (F("size_c"),),
    Column.Z: (F("size_z"),),
    Column.T: (F("size_t"),),
    Column.PIXEL_SIZE: (F("pixel_width_um"),),
    Column.OWNER: (
        Lower("owner__last_name"),
        Lower("owner__first_name"),
        Lower("owner__username"),
    ),
    Column.ACQUIRED: (F("acquired"),),
    Column.IMPORTED: (F("created"),),
    Column.FORMAT: (Lower("fileset__format"),),
}


@dataclass(frozen=True, slots=True)
class Order:
    """By which column; what is alike in it goes by name, what has none is last."""

    column: Column = Column.NAME
    descending: bool = False

    def expressions(self) -> list[Any]:
        """Write it for ``order_by``."""
        columns = [
            column.desc(nulls_last=True)
            if self.descending
            else column.asc(nulls_last=True)
            for column in _SORTED_BY[self.column]
        ]
        down = self.descending and self.column is Column.NAME
        name = Lower("name").desc() if down else Lower("name").asc()
        return [*columns, name, F("pk").desc() if down else F("pk").asc()]


@dataclass(frozen=True, slots=True)
class Part:
    """Part of a list in order: from ``offset`` on, at most ``limit``."""

    order: Order
    offset: int
    limit: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where images are listed from: a dataset, what a search finds, or nowhere.

    ``dataset_id`` and ``text`` unset means those that hang nowhere.
    """

    dataset_id: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class ImageRow:
    """An image in a list; sizes in pixels and planes.

    ``format`` is empty where there is no file.
    """

    id: int
    name: str
    width: int
    height: int
    size_z: int
    size_c: int
    size_t: int
    pixel_width_um: float | None
    owner: str
    acquired: datetime | None
    imported: datetime
    format: str
    is_missing: bool


def images_from(person: Person | None, source: Source) -> QuerySet[Image]:
    """List the images of a place, in no order.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such dataset, or not for this person.
    """
    if source.dataset_id is not None:
        dataset = find(person, Dataset.objects.only("pk"), source.dataset_id)
        found: QuerySet[Image] = browse.children_of(person, dataset)
    elif source.text is not None:
        found = browse.searched(person, Kind.IMAGE, source.text)
    else:
        found = browse.top_level(person, Kind.IMAGE)
    return found


def part(images: QuerySet[Image], asked: Part) -> QuerySet[Image]:
    """Put a list in order and cut a part."""
    ordered = images.order_by(*asked.order.expressions())
    return ordered[asked.offset : asked.offset + asked.limit]


def total(images: QuerySet[Image], asked: Part, length: int) -> int:
    """Say how many a list has; counts only if the part's length does not tell."""
    if length < asked.limit and (length or not asked.offset):
        return asked.offset + length
    return images.order_by().count()


def rows_of(images: QuerySet[Image]) -> list[ImageRow]:
    """Look up the rows of images, in the order they come in."""
    shown = images.select_related("owner", "fileset").only(
        *("name", "size_x", "size_y", "size_z", "size_c", "size_t"),
        *("pixel_width_um", "acquired", "created", "vanished", "fileset__format"),
        *("owner__first_name", "owner__last_name", "owner__username"),
    )
    return [_row(image) for image in shown]


def rows_by_id(person: Person | None, ids: Sequence[int]) -> list[ImageRow]:
    """Look up rows by id, in the order asked; what may not be seen is left out."""
    seen = visible_to(person, Image.objects.filter(pk__in=ids)).order_by()
    found = {row.id: row for row in rows_of(seen)}
    return [found[key] for key in dict.fromkeys(ids) if key in found]


def _row(image: Image) -> ImageRow:
    return ImageRow(
        id=image.pk,
        name=image.name,
        width=image.size_x,
        height=image.size_y,
        size_z=image.size_z,
        size_c=image.size_c,
        size_t=image.size_t,
        pixel_width_um=image.pixel_width_um,
        owner=image.owner.full_name,
        acquired=image.acquired,
        imported=image.created,
        format=image.fileset.format if image.fileset else "",
        is_missing=image.vanished is not None,
    )

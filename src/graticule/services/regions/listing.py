"""The shapes of an image as a list: filtered, sorted, page by page. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest

from graticule.catalog.models import Image, Person, Shape
from graticule.services.containers import find
from graticule.services.regions.shapes import Region, regions, shapes_on
from graticule.services.regions.view import check_plane, on_plane

_LARGEST = (1 << 63) - 1


class Order(Enum):
    """What a list is sorted by; what is equal comes by number."""

    NUMBER = "number"
    ROI = "roi"
    TEXT = "text"
    KIND = "kind"
    PLANE = "plane"
    SIZE = "size"


_FIELDS = {
    Order.NUMBER: (),
    Order.ROI: ("roi_id",),
    Order.TEXT: ("text",),
    Order.KIND: ("kind",),
    Order.PLANE: ("t", "z"),
    Order.SIZE: ("extent",),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which shapes, in which order.

    Parameters
    ----------
    text
        Stands in the shape's text, or is its number or its ROI's.
    kinds
        Kinds of shapes; none means all.
    plane
        ``z, t``: only what is on this plane.
    roi_id
        Only shapes of this ROI.
    """

    text: str = ""
    kinds: tuple[str, ...] = ()
    plane: tuple[int, int] | None = None
    roi_id: int | None = None
    order: Order = Order.NUMBER
    backwards: bool = False


def listed(
    person: Person | None, image_id: int, wanted: Wanted, offset: int, limit: int
) -> list[Region]:
    """Give a page of the list.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such image, or not for this person.
    graticule.errors.OutOfRangeError
        If the image has no such plane.
    """
    page = _query(person, image_id, wanted)[offset : offset + limit]
    return list(regions(person, page))


def all_listed(
    person: Person | None, image_id: int, wanted: Wanted
) -> Iterator[Region]:
    """Go through the whole list; raises as :func:`listed`, at once."""
    return regions(person, _query(person, image_id, wanted))


def count_listed(person: Person | None, image_id: int, wanted: Wanted) -> int:
    """Count the list; raises as :func:`listed`."""
    return _query(person, image_id, wanted).order_by().count()


def place_of(
    person: Person | None, image_id: int, wanted: Wanted, shape_id: int
) -> int | None:
    """Find where in the list a shape is, from 0; ``None`` if it is not in it.

    Raises as :func:`listed`.
    """
    ids = _query(person, image_id, wanted).values_list("pk", flat=True)
    for place, found in enumerate(ids.iterator(5000)):
        if found == shape_id:
            return place
    return None


def picked(
    person: Person | None, image_id: int, shape_ids: Collection[int]
) -> list[Region]:
    """Find shapes of an image by their ids; those not there are left out.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such image, or not for this person.
    """
    image = find(person, Image.objects.all(), image_id)
    shapes = shapes_on(person, image).filter(pk__in=shape_ids)
    return list(regions(person, shapes.order_by("pk")))


def _query(person: Person | None, image_id: int, wanted: Wanted) -> QuerySet[Shape]:
    image = find(person, Image.objects.all(), image_id)
    shapes = shapes_on(person, image)
    if wanted.text:
        shapes = shapes.filter(_says(wanted.text))
    if wanted.kinds:
        shapes = shapes.filter(kind__in=wanted.kinds)
    if wanted.roi_id is not None:
        shapes = shapes.filter(roi=wanted.roi_id)
    if wanted.plane is not None:
        check_plane(image, *wanted.plane)
        shapes = shapes.filter(on_plane(*wanted.plane))
    if wanted.order is Order.SIZE:
        sides = F("max_x") - F("min_x"), F("max_y") - F("min_y")
        shapes = shapes.annotate(extent=Greatest(*sides))
    return shapes.order_by(
        *(
            F(name).desc(nulls_last=True)
            if wanted.backwards
            else F(name).asc(nulls_first=True)
            for name in (*_FIELDS[wanted.order], "pk")
        )
    )


def _says(text: str) -> Q:
    words = Q(text__icontains=text)
    if text.isascii() and text.isdigit() and int(text) <= _LARGEST:
        words |= Q(pk=int(text)) | Q(roi=int(text))
    return words

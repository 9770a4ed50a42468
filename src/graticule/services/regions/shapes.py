"""Shapes of an image with what a person may do to each.

Masks come without their bits, which may be large. Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from django.db.models import QuerySet

from graticule.catalog.access import Verb, rights_of, visible_to
from graticule.catalog.models import Image, Person, Roi, Shape
from graticule.catalog.models.people import PUBLIC
from graticule.services.containers import find

_ROWS_AT_ONCE = 500
_MASKS_AT_ONCE = 20  # they may be large


class Row(NamedTuple):
    """A shape as its table has it, and whom its ROI belongs to."""

    id: int
    roi_id: int
    kind: str
    z: int | None
    c: int | None
    t: int | None
    geometry: dict[str, float]
    points: str
    transform: list[float] | None
    text: str | None
    fill_color: int | None
    stroke_color: int | None
    stroke_width: float | None
    font_size: float | None
    font_family: str | None
    font_style: str | None
    marker_start: str | None
    marker_end: str | None
    locked: bool | None
    min_x: float
    min_y: float
    max_x: float
    max_y: float
    roi__owner_id: int
    roi__group_id: int


class Region(NamedTuple):
    """A shape, and what whoever asks may do to it."""

    row: Row
    may_edit: bool
    may_delete: bool


class Drawing(NamedTuple):
    """Whether a person may draw on an image, and if not, why."""

    image: Image
    refused: str | None


def shapes_on(person: Person | None, image: Image) -> QuerySet[Shape]:
    """List the shapes of an image that a person sees, in no order.

    The image must have been found for that person.
    """
    return visible_to(person, Shape.objects.filter(on_image=image.pk)).order_by()


def regions(person: Person | None, shapes: QuerySet[Shape]) -> Iterator[Region]:
    """Read shapes, a few rows in memory at a time."""
    rights = rights_of(person)
    known: dict[tuple[int, int], tuple[bool, bool]] = {}
    rows: Any = shapes.values_list(*Row._fields)
    for values in rows.iterator(_ROWS_AT_ONCE):
        row = Row(*values)
        belongs = row.roi__owner_id, row.roi__group_id
        if belongs not in known:
            roi = Roi(owner_id=belongs[0], group_id=belongs[1])
            known[belongs] = (
                rights.may(Verb.EDIT, roi),
                rights.may(Verb.DELETE, roi),
            )
        yield Region(row, *known[belongs])


def drawing(person: Person, image_id: int) -> Drawing:
    """Say whether a person may draw on an image.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such image, or not for this person.
    """
    image = find(person, Image.objects.select_related("group", "owner"), image_id)
    if rights_of(person).may(Verb.ANNOTATE, image):
        return Drawing(image, None)
    if person.username == PUBLIC:
        return Drawing(image, "Log in to draw: without a login all is for looking.")
    return Drawing(
        image,
        f"The group {image.group.name} lets you look, not draw. "
        "Its owner can change that.",
    )


def mask_sizes(found: Sequence[Region]) -> dict[int, int]:
    """Count the pixels of those of some visible shapes that are masks."""
    boxes = {
        each.row.id: int(each.row.geometry["width"]) * int(each.row.geometry["height"])
        for each in found
        if each.row.kind == "Mask"
    }
    if not boxes:
        return {}
    rows = Shape.objects.filter(pk__in=boxes).order_by()
    sizes = {}
    for shape_id, bits in rows.values_list("pk", "mask_bits").iterator(_MASKS_AT_ONCE):
        inside = np.unpackbits(np.frombuffer(bytes(bits or b""), np.uint8))
        sizes[shape_id] = int(inside[: boxes[shape_id]].sum())
    return sizes

"""Regions of interest and shapes as one person may see them.

A shape is seen by who sees both its ROI and the image it is drawn on. Knows no
HTTP and draws nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce

from graticule.catalog.access import visible_to
from graticule.catalog.models import Image, Person, Roi, Shape
from graticule.errors import NotFoundError

_ROWS_AT_ONCE = 250


class ShapeFacts(NamedTuple):
    """What is told of a shape; fields are those of the catalogue's table.

    The bits of masks are left out: they may be large.
    """

    id: int
    kind: str
    z: int | None
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


def shapes_of_image(
    person: Person | None, image_id: int
) -> Iterator[tuple[int, ShapeFacts | None]]:
    """Go through the shapes of an image, a few rows in memory at a time.

    Yields
    ------
    tuple
        Id of the ROI and the shape, ``None`` for a ROI that has none. ROIs come
        by id, the shapes of each by the texts of z, then t, unset first
        (contract webgateway 6.3). Nothing for an image that is not visible.
    """
    z, t = (
        Coalesce(Cast(f"shapes__{axis}", CharField()), Value("")) for axis in ("z", "t")
    )
    rows = (
        visible_to(person, Roi.objects.filter(image__in=_image(person, image_id)))
        .order_by("id", z, t, "shapes__id")
        .values_list("id", *(f"shapes__{name}" for name in ShapeFacts._fields))
    )
    for roi_id, *facts in rows.iterator(_ROWS_AT_ONCE):
        yield roi_id, None if facts[0] is None else ShapeFacts(*facts)


def shape_facts(person: Person | None, roi_id: int, shape_id: int) -> ShapeFacts:
    """Find one shape of one ROI.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such pair, or not for this person.
    """
    found: Any = (
        _shapes(person)
        .filter(pk=shape_id, roi=roi_id)
        .values_list(*ShapeFacts._fields)
        .first()
    )
    if found is None:
        raise NotFoundError(f"Shape:{shape_id} of ROI:{roi_id} not found")
    return ShapeFacts(*found)


def find_shape(person: Person | None, shape_id: int) -> Shape:
    """Find one shape; the bits of a mask are fetched when they are looked at.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is none, or not for this person.
    """
    shape = _drawable(person).filter(pk=shape_id).first()
    if shape is None:
        raise NotFoundError(f"Shape:{shape_id} not found")
    return shape


def find_roi_image(person: Person | None, roi_id: int) -> int:
    """Find the id of the image that a ROI is drawn on.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such ROI, or not for this person.
    """
    rois = visible_to(person, Roi.objects.filter(pk=roi_id))
    image_id = (
        visible_to(person, Image.objects.filter(rois__in=rois))
        .values_list("pk", flat=True)
        .first()
    )
    if image_id is None:
        raise NotFoundError(f"ROI:{roi_id} not found")
    return image_id


def representative(
    person: Person | None, roi_id: int, default_z: int, default_t: int
) -> Shape:
    """Choose the shape that stands for a ROI (contract webgateway 6.1).

    Parameters
    ----------
    default_z, default_t
        The plane that people see first, from 0.

    Raises
    ------
    graticule.errors.NotFoundError
        If the ROI has no shapes, or not for this person.
    """
    shapes = _drawable(person).filter(roi=roi_id).order_by("pk")
    first = shapes.first()
    if first is None:
        raise NotFoundError(f"ROI:{roi_id} has no shapes")
    at_time = shapes.filter(Q(t=None) | Q(t=default_t))
    few = list(at_time[:2])
    if len(few) == 1:
        return few[0]
    return at_time.filter(Q(z=None) | Q(z=default_z)).first() or first


def _image(person: Person | None, image_id: int) -> QuerySet[Image]:
    return visible_to(person, Image.objects.filter(pk=image_id))


def _shapes(person: Person | None) -> QuerySet[Shape]:
    images = visible_to(person, Image.objects.all())
    return visible_to(person, Shape.objects.filter(roi__image__in=images))


def _drawable(person: Person | None) -> QuerySet[Shape]:
    return _shapes(person).select_related("roi").defer("mask_bits")

"""How many ROIs an image has, and those with rectangles, as one person may see them."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from graticule.catalog.access import visible_to
from graticule.catalog.models import Image, Person, Roi, Shape
from graticule.services.containers import find
from graticule.services.objects import Page


def count_rois(person: Person | None, image_id: int) -> int:
    """Count the ROIs of an image.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such image, or not for this person.
    """
    return _rois(person, image_id).count()


def rois_with_rectangles(
    person: Person | None, image_id: int, offset: int, limit: int
) -> Page[Roi]:
    """List the ROIs of an image that have rectangles, with these shapes only.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such image, or not for this person.
    """
    rectangles = Shape.objects.filter(kind="Rectangle").order_by("pk")
    some = Exists(rectangles.filter(roi=OuterRef("pk")))
    rois = _rois(person, image_id).filter(some)
    rows = (
        rois.select_related("owner", "group")
        .prefetch_related(Prefetch("shapes", queryset=rectangles.defer("mask_bits")))
        .order_by("pk")
    )
    return Page(list(rows[offset : offset + limit]), rois.count())


def _rois(person: Person | None, image_id: int) -> QuerySet[Roi]:
    image = find(person, Image.objects.all(), image_id)
    return visible_to(person, Roi.objects.filter(image=image))

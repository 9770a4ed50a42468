"""Which shapes are on which planes of an image.

A shape that leaves z or t open is on every plane of that axis. What a person may
not see counts for nothing. Knows no HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from graticule.catalog.access import visible_to
from graticule.catalog.models import Image, Person, Roi, Shape
from graticule.errors import NotFoundError, OutOfRangeError
from graticule.services.containers import find
from graticule.services.objects import Page


@dataclass(frozen=True, slots=True)
class Planes:
    """Some planes of an image: ``first_z`` to ``last_z`` (inclusive) at ``t``."""

    first_z: int
    last_z: int
    t: int

    def holds(self) -> Q:
        """Say which shapes are on any of them."""
        z = Q(z=None) | Q(z__gte=self.first_z, z__lte=self.last_z)
        return z & (Q(t=None) | Q(t=self.t))


@dataclass(frozen=True, slots=True)
class PlaceOfRoi:
    """The plane where a ROI is found, and its place among those of that plane."""

    index: int
    z: int
    t: int


def count_rois(person: Person | None, image: Image) -> int:
    """Count the ROIs of an image that the person may see."""
    return visible_to(person, Roi.objects.filter(image=image)).count()


def rois_on_planes(
    person: Person | None, image_id: int, planes: Planes, *, offset: int, limit: int
) -> Page[Roi]:
    """List the ROIs with a shape on some planes, each with all its shapes.

    The bits of masks are left in the catalogue.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such image, or not for this person.
    graticule.errors.OutOfRangeError
        If the image has no such planes.
    """
    image = find(person, Image.objects.all(), image_id)
    for axis, first, last, size in (
        ("z", planes.first_z, planes.last_z, image.size_z),
        ("t", planes.t, planes.t, image.size_t),
    ):
        if not 0 <= first <= last < size:
            raise OutOfRangeError(
                f"{axis} {first} to {last} is not in 0 to {size - 1}."
            )
    query = _on(person, image, planes)
    total = query.count()
    shapes = Prefetch("shapes", queryset=Shape.objects.defer("mask_bits"))
    rows = query.select_related("owner", "group").prefetch_related(shapes)
    return Page(list(rows.order_by("pk")[offset : offset + limit]), total)


def _on(person: Person | None, image: Image, planes: Planes) -> QuerySet[Roi]:
    on = Shape.objects.filter(planes.holds(), roi=OuterRef("pk"))
    return visible_to(person, Roi.objects.filter(Exists(on), image=image))


def place_of_roi(
    person: Person | None, roi_id: int, default_z: int, default_t: int
) -> PlaceOfRoi:
    """Find the plane of a ROI's first shape, and its place among the ROIs there.

    Parameters
    ----------
    default_z, default_t
        The plane people see first: taken where the shape leaves it open.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such ROI, or not for this person.
    """
    roi = find(person, Roi.objects.select_related("image"), roi_id)
    shape = roi.shapes.defer("mask_bits").order_by("pk").first()
    z = default_z if shape is None or shape.z is None else shape.z
    t = default_t if shape is None or shape.t is None else shape.t
    before = _on(person, roi.image, Planes(z, z, t)).filter(pk__lt=roi.pk)
    return PlaceOfRoi(before.count(), z, t)


def find_roi_of_shape(person: Person | None, shape_id: int) -> Roi:
    """Find the ROI that a shape belongs to.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such shape, or not for this person.
    """
    roi = visible_to(person, Roi.objects.filter(shapes=shape_id)).first()
    if roi is None:
        raise NotFoundError(f"Shape:{shape_id} not found")
    return roi


def shapes_per_plane(person: Person | None, image_id: int) -> list[list[int]]:
    """Count the shapes on each plane.

    Returns
    -------
    list
        ``counts[z][t]``.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such image, or not for this person.
    """
    image = find(person, Image.objects.all(), image_id)
    counts = [[0] * image.size_t for _ in range(image.size_z)]
    rois = visible_to(person, Roi.objects.filter(image=image))
    found = Shape.objects.filter(roi__in=rois).order_by().values_list("z", "t")
    for z, t, count in found.annotate(count=Count("pk")):
        for row in counts if z is None else counts[z : z + 1]:
            for place in range(image.size_t) if t is None else (t,):
                if place < image.size_t:
                    row[place] += count
    return counts

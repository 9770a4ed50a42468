"""What of an image's shapes is in view, never more than can be drawn and looked at.

Where too many shapes meet the view, the largest come one by one and the smaller ones
as dots: how many there are in each cell of a grid, and where their middle is. All of
it is asked of an index of bounding boxes. Knows no HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Avg, BigIntegerField, Count, F, Q, QuerySet
from django.db.models.functions import Cast, Greatest

from graticule.catalog.models import Image, Person, Shape
from graticule.errors import OutOfRangeError, RequestError
from graticule.services.containers import find
from graticule.services.regions.shapes import Region, regions, shapes_on

LEGIBLE = 8
"""A shape that is smaller on the screen, in its pixels, may become part of a dot."""
_CELL = 4
_MOST_CELLS = 40_000
_FARTHEST = 1e9


@dataclass(frozen=True, slots=True)
class View:
    """A part of a plane, half-open in pixels of the image.

    ``pixel`` is the side of a pixel of the screen, in those of the image.
    """

    z: int
    t: int
    x0: float
    y0: float
    x1: float
    y1: float
    pixel: float


@dataclass(frozen=True, slots=True)
class Dot:
    """Where the middle of some small shapes is, and how many they are."""

    x: float
    y: float
    count: int


@dataclass(frozen=True, slots=True)
class Seen:
    """Shapes one by one, the rest as dots, and how many there are in all."""

    regions: tuple[Region, ...]
    dots: tuple[Dot, ...]
    total: int


def on_plane(z: int, t: int) -> Q:
    """Say which shapes are on a plane: unset means every one."""
    return (Q(z=None) | Q(z=z)) & (Q(t=None) | Q(t=t))


def check_plane(image: Image, z: int, t: int) -> None:
    """Refuse planes that an image has not.

    Raises
    ------
    graticule.errors.OutOfRangeError
        If it has no such plane.
    """
    for axis, number, size in (("z", z, image.size_z), ("t", t, image.size_t)):
        if not 0 <= number < size:
            raise OutOfRangeError(
                f"{axis} {number} is not on this image: it has 0 to {size - 1}."
            )


def seen(person: Person | None, image_id: int, view: View, most: int) -> Seen:
    """Find what is in view.

    Parameters
    ----------
    most
        How many shapes come one by one at most.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such image, or not for this person.
    graticule.errors.OutOfRangeError
        If the image has no such plane.
    graticule.errors.RequestError
        If the view has no area.
    """
    image = find(person, Image.objects.all(), image_id)
    check_plane(image, view.z, view.t)
    _check(view)
    shapes = shapes_on(person, image).filter(
        on_plane(view.z, view.t),
        min_x__lt=view.x1,
        max_x__gte=view.x0,
        min_y__lt=view.y1,
        max_y__gte=view.y0,
    )
    few = shapes.values("pk")[: most + 1].count()
    if few <= most:
        return Seen(tuple(regions(person, shapes)), (), few)
    return _thinned(person, shapes, view, most)


def _check(view: View) -> None:
    sides = view.x0, view.y0, view.x1, view.y1
    if any(abs(side) > _FARTHEST for side in sides):
        raise RequestError(f"A view lies within {_FARTHEST:.0e} pixels.")
    if view.x1 <= view.x0 or view.y1 <= view.y0 or view.pixel <= 0:
        raise RequestError("A view has an area: x0 < x1, y0 < y1 and pixel > 0.")


def _thinned(
    person: Person | None, shapes: QuerySet[Shape], view: View, most: int
) -> Seen:
    shapes = shapes.annotate(
        extent=Greatest(F("max_x") - F("min_x"), F("max_y") - F("min_y"))
    )
    legible = LEGIBLE * view.pixel
    large = shapes.filter(extent__gte=legible)
    extents = large.order_by("-extent").values_list("extent", flat=True)
    # Of shapes of one size all come, or none: no part of them by chance.
    cut = next(iter(extents[most : most + 1]), None)
    if cut is None:
        small = shapes.filter(extent__lt=legible)
    else:
        large = large.filter(extent__gt=cut)
        small = shapes.filter(extent__lte=cut)
    found = tuple(regions(person, large))
    dots = _dots(small, view)
    return Seen(found, dots, len(found) + sum(dot.count for dot in dots))


def _dots(small: QuerySet[Shape], view: View) -> tuple[Dot, ...]:
    area = (view.x1 - view.x0) * (view.y1 - view.y0)
    cell = max(_CELL * view.pixel, (area / _MOST_CELLS) ** 0.5)
    x, y = (F("min_x") + F("max_x")) / 2.0, (F("min_y") + F("max_y")) / 2.0
    cells = (
        small.annotate(
            column=Cast(x / cell, BigIntegerField()),
            line=Cast(y / cell, BigIntegerField()),
        )
        .values("column", "line")
        .annotate(x=Avg(x), y=Avg(y), count=Count("pk"))
    )
    found = cells.values_list("x", "y", "count").iterator(2000)
    return tuple(Dot(*values) for values in found)

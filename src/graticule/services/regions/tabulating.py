"""A table of all shapes of an image with their measurements, line by line.

Sizes cost nothing; statistics read pixels, so that only so many shapes have them in
one table. Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from graticule.catalog.models import Image, Person
from graticule.errors import LimitError
from graticule.services.regions.listing import Wanted, all_listed, count_listed
from graticule.services.regions.measuring import Size, size_of
from graticule.services.regions.shapes import Region, Row, mask_sizes
from graticule.services.shape_statistics import Statistics, shape_statistics

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A shape, how large it is, and what lies under it in each channel."""

    row: Row
    size: Size
    statistics: tuple[Statistics | None, ...]


def table(
    person: Person,
    image: Image,
    wanted: Wanted,
    channels: Sequence[int],
    most: int,
) -> Iterator[Line]:
    """Go through a table.

    Parameters
    ----------
    channels
        Those to take statistics of, on the plane of each shape or the first one.
    most
        How many shapes may have statistics.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such image, or not for this person.
    graticule.errors.LimitError
        If there are more shapes than may have statistics.
    """
    if channels:
        count = count_listed(person, image.pk, wanted)
        if count > most:
            raise LimitError("max_region_shapes", most, count, "A table of intensities")
    found = all_listed(person, image.pk, wanted)
    return _lines(person, image, found, channels)


def _lines(
    person: Person, image: Image, found: Iterator[Region], channels: Sequence[int]
) -> Iterator[Line]:
    while some := list(islice(found, _AT_ONCE)):
        masks = mask_sizes(some)
        ids = [each.row.id for each in some]
        under = (
            shape_statistics(person, ids, z=0, t=0, channels=channels)
            if channels
            else {}
        )
        for each in some:
            size = size_of(each.row, image, masks.get(each.row.id))
            yield Line(each.row, size, under.get(each.row.id, ()))

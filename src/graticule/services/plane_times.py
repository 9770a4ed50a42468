"""When the planes of an image were taken, from the catalogue alone.

Knows no door and opens no file.
"""

from __future__ import annotations

from collections.abc import Iterable

from graticule.catalog.models import Image, PlaneTimes


def times_of_points(image: Image) -> list[float]:
    """Say when each time point was taken, in seconds since the start.

    That of the first plane (z, then channel) whose time is known stands for the
    point; where the file says the interval only, its multiples.

    Parameters
    ----------
    image
        One that the person may see.

    Returns
    -------
    list
        One number for each of the ``size_t`` points; empty for a single point,
        and where the time of any point is unknown.
    """
    return times_of_images([image])[image.pk]


def times_of_images(images: Iterable[Image]) -> dict[int, list[float]]:
    """Say it of several images, by id; one query."""
    images = list(images)
    rows = PlaneTimes.objects.filter(image__in=images)
    known = dict(rows.values_list("image_id", "seconds"))
    return {image.pk: _times(image, known.get(image.pk, {})) for image in images}


def _times(image: Image, seconds: dict[str, float]) -> list[float]:
    if image.size_t == 1:
        return []
    first: dict[int, tuple[int, int, float]] = {}
    for plane, moment in seconds.items():
        z, c, t = map(int, plane.split(","))
        first[t] = min(first.get(t, (z, c, moment)), (z, c, moment))
    points = range(image.size_t)
    if all(t in first for t in points):
        return [first[t][2] for t in points]
    if image.time_increment is not None:
        interval = image.time_increment.total_seconds()
        return [t * interval for t in points]
    return []

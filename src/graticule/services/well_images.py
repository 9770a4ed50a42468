"""All images of all wells of a plate, in one question."""

from __future__ import annotations

from graticule.catalog.access import visible_to
from graticule.catalog.models import Image, Person, Plate, Well, WellSample


def images_by_well(
    person: Person | None, plate: Plate, run_id: int | None = None
) -> dict[tuple[int, int], list[tuple[int, str]]]:
    """Give the images of each well, by its row and column from 0.

    Parameters
    ----------
    run_id
        Only those of this acquisition.

    Returns
    -------
    dict
        Wells without an image have an empty list; images are (id, name), in the
        order of their fields.
    """
    wells = visible_to(person, Well.objects.filter(plate=plate)).order_by()
    found: dict[tuple[int, int], list[tuple[int, str]]] = {
        (row, column): [] for row, column in wells.values_list("row", "column")
    }
    samples = WellSample.objects.filter(
        well__in=wells, image__in=visible_to(person, Image.objects.all())
    )
    if run_id is not None:
        samples = samples.filter(acquisition=run_id)
    rows = samples.order_by("well", "index").values_list(
        "well__row", "well__column", "image_id", "image__name"
    )
    for row, column, image_id, name in rows:
        found[row, column].append((image_id, name))
    return found

"""Wells with their fields, and which numbers fields have.

What a person may not see of a well - images, runs - is left out of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from django.db.models import Max, Min, Prefetch, QuerySet

from graticule.catalog.access import visible_to
from graticule.catalog.models import Person, PlateAcquisition
from graticule.services.objects import Load, visible_samples

Range = tuple[int, int]


def loading_fields(
    person: Person | None, *, run: int | None = None, sample: int | None = None
) -> Load:
    """Load wells with their fields, those images and runs that the person may see.

    Parameters
    ----------
    run, sample
        Only fields of this run, of this index.
    """
    samples = visible_samples(person).select_related("image__owner", "image__group")
    if run is not None:
        samples = samples.filter(acquisition=run)
    if sample is not None:
        samples = samples.filter(index=sample)
    runs = visible_to(person, PlateAcquisition.objects.select_related("owner", "group"))
    samples = samples.prefetch_related(Prefetch("acquisition", queryset=runs))

    def load(wells: QuerySet[Any]) -> QuerySet[Any]:
        ordered = samples.order_by("well", "index", "id")
        return wells.prefetch_related(Prefetch("samples", queryset=ordered))

    return load


def field_ranges(
    person: Person | None,
    of: Literal["well__plate", "acquisition"],
    ids: Iterable[int],
) -> dict[int, Range]:
    """Find the least and the greatest index of the fields of plates or runs.

    Those without fields are left out.
    """
    samples = visible_samples(person).filter(**{f"{of}__in": list(ids)})
    found = samples.order_by().values_list(of).annotate(Min("index"), Max("index"))
    return {pk: (least, greatest) for pk, least, greatest in found}

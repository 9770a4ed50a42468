"""Where an image is found: its dataset and project, or its well and plate.

As far as the person may see them. Knows no wording.
"""

from __future__ import annotations

from dataclasses import dataclass

from graticule.catalog.access import visible_to
from graticule.catalog.models import (
    Dataset,
    Image,
    Person,
    Project,
    Screen,
    Well,
    WellSample,
)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a well.

    ``place_in_run`` is its place, from 0, among the well's fields of the same
    run; ``screen`` is the first that holds the plate.
    """

    sample: WellSample
    place_in_run: int
    screen: Screen | None


@dataclass(frozen=True, slots=True)
class Parents:
    """What holds an image: the first of each kind where there are several."""

    dataset: Dataset | None = None
    project: Project | None = None
    field: Field | None = None


def parents_of(person: Person | None, image: Image) -> Parents:
    """Find what holds an image that a person may see."""
    dataset = (
        visible_to(person, Dataset.objects.filter(images=image)).order_by("pk").first()
    )
    project = None
    if dataset is not None:
        projects = Project.objects.filter(datasets=dataset)
        project = visible_to(person, projects).order_by("pk").first()
    return Parents(dataset, project, _field(person, image))


def _field(person: Person | None, image: Image) -> Field | None:
    wells = visible_to(person, Well.objects.all())
    sample = (
        image.well_samples.filter(well__in=wells)
        .select_related("well__plate", "acquisition")
        .order_by("pk")
        .first()
    )
    if sample is None:
        return None
    before = WellSample.objects.filter(
        well=sample.well, acquisition=sample.acquisition, index__lt=sample.index
    )
    screens = visible_to(person, Screen.objects.filter(plates=sample.well.plate))
    return Field(sample, before.count(), screens.order_by("pk").first())

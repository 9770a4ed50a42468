"""Projects, datasets and wells as lists, each through the rule of visibility."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Count, QuerySet
from django.db.models.functions import Lower

from graticule.catalog.access import visible_to
from graticule.catalog.models import (
    Dataset,
    Image,
    Person,
    Project,
    Well,
    WellSample,
)
from graticule.catalog.models.owned import Named
from graticule.errors import NotFoundError

NamedT = TypeVar("NamedT", bound=Named)


def find(person: Person | None, query: QuerySet[NamedT], thing_id: int) -> NamedT:
    """Find one thing by id among those that a person may see.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is none, or not for this person.
    """
    thing = visible_to(person, query).filter(pk=thing_id).first()
    if thing is None:
        raise NotFoundError(f"{query.model.__name__}:{thing_id} not found")
    return thing


def projects(person: Person | None) -> QuerySet[Project]:
    """List all projects that a person may see."""
    return visible_to(person, Project.objects.all())


def datasets_of(person: Person | None, project_id: int) -> list[tuple[Dataset, int]]:
    """List the datasets of a project by name, with their number of images."""
    project = visible_to(person, Project.objects.filter(pk=project_id))
    datasets = visible_to(person, Dataset.objects.filter(projects__in=project))
    ordered = list(datasets.order_by(Lower("name"), "id"))
    counts = dict(
        visible_to(person, Image.objects.filter(datasets__in=ordered))
        .order_by()
        .values_list("datasets")
        .annotate(count=Count("pk", distinct=True))
    )
    return [(dataset, counts.get(dataset.pk, 0)) for dataset in ordered]


def images_of(person: Person | None, dataset: Dataset) -> QuerySet[Image]:
    """List the images of a dataset by name."""
    images = Image.objects.filter(datasets=dataset).select_related("owner")
    return visible_to(person, images).order_by(Lower("name"), "id")


def samples_of(
    person: Person | None, well_id: int, acquisition_id: int | None = None
) -> QuerySet[WellSample]:
    """List the fields of a well in order.

    Parameters
    ----------
    acquisition_id
        Only fields of this run; fields without a run always pass.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such well.
    """
    well = find(person, Well.objects.all(), well_id)
    samples = WellSample.objects.filter(
        well=well, image__in=visible_to(person, Image.objects.all())
    )
    if acquisition_id is not None:
        samples = samples.filter(acquisition=acquisition_id) | samples.filter(
            acquisition=None
        )
    return samples.select_related("image__owner", "acquisition").order_by("index")

"""The ways down to an object: project and dataset, or screen, plate, run and well.

As far as the person may see them. Knows no wording.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from graticule.catalog.access import visible_to
from graticule.catalog.models import (
    Dataset,
    Image,
    Person,
    Plate,
    PlateAcquisition,
    Project,
    Roi,
    Screen,
    Shape,
    Well,
)
from graticule.catalog.models.owned import Named
from graticule.services.containers import images_of
from graticule.services.objects import visible_samples


@dataclass(frozen=True, slots=True)
class Step:
    """One object on the way.

    Attributes
    ----------
    child, children
        Of a dataset: the place of the image below it among its images, from 0,
        by name, and how many there are.
    """

    thing: Any
    child: int | None = None
    children: int | None = None


Path = tuple[Step, ...]


def paths_to(person: Person, model: type[Any], thing_id: int) -> list[Path]:
    """Find all ways down to one object, outermost first; itself is the last.

    Without any there is no such object, or none for this person.
    """
    things: QuerySet[Any] = QuerySet(model).filter(pk=thing_id)
    thing = visible_to(person, things).first()
    if thing is None:
        return []
    if isinstance(thing, (Roi, Shape)):
        return _paths_to_part(person, thing)
    return [(*way, Step(thing)) for way in _ways_above(person, thing)]


def _paths_to_part(person: Person, part: Roi | Shape) -> list[Path]:
    roi = part if isinstance(part, Roi) else part.roi
    last = (Step(roi),) if isinstance(part, Roi) else (Step(roi), Step(part))
    return [(*way, *last) for way in paths_to(person, Image, roi.image_id)]


def _ways_above(person: Person, thing: Named) -> Iterator[Path]:
    """List what lies above something; one empty way where nothing does."""
    ways: list[Path] = []
    match thing:
        case Dataset():
            ways = [
                (Step(project),)
                for project in _seen(person, Project.objects.filter(datasets=thing))
            ]
        case Plate():
            ways = [
                (Step(screen),)
                for screen in _seen(person, Screen.objects.filter(plates=thing))
            ]
        case PlateAcquisition():
            ways = _below_plate(person, thing.plate)
        case Well():
            ways = _above_well(person, thing)
        case Image():
            ways = [*_above_image(person, thing), *_above_field(person, thing)]
    yield from ways or [()]


def _seen(person: Person, query: QuerySet[Any]) -> QuerySet[Any]:
    return visible_to(person, query.distinct()).order_by("pk")


def _below_plate(person: Person, plate: Plate) -> list[Path]:
    if not visible_to(person, Plate.objects.filter(pk=plate.pk)).exists():
        return []
    return [(*way, Step(plate)) for way in _ways_above(person, plate)]


def _above_well(person: Person, well: Well) -> list[Path]:
    """Lead to a well by each run that has a field of it."""
    runs = PlateAcquisition.objects.filter(samples__in=visible_samples(person))
    runs = _seen(person, runs.filter(samples__well=well))
    above = _below_plate(person, well.plate)
    return [(*way, Step(run)) for way in above for run in runs] or above


def _above_image(person: Person, image: Image) -> Iterator[Path]:
    for dataset in _seen(person, Dataset.objects.filter(images=image)):
        step = _counted(person, dataset, image)
        for way in _ways_above(person, dataset):
            yield (*way, step)


def _counted(person: Person, dataset: Dataset, image: Image) -> Step:
    """Find an image's place in a dataset, in the order in which it is listed."""
    images = images_of(person, dataset).annotate(lower=Lower("name"))
    own = Image.objects.filter(pk=image.pk).values(lower=Lower("name"))[:1]
    before = Q(lower__lt=own) | Q(lower=own, pk__lt=image.pk)
    return Step(dataset, images.filter(before).count(), images.count())


def _above_field(person: Person, image: Image) -> Iterator[Path]:
    samples = image.well_samples.select_related("well__plate", "acquisition")
    seen = visible_to(person, Well.objects.filter(samples__image=image))
    for sample in samples.filter(well__in=seen).order_by("pk"):
        run = sample.acquisition
        for way in _below_plate(person, sample.well.plate):
            runs = () if run is None else (Step(run),)
            yield (*way, *runs, Step(sample.well))


def first_of(person: Person, asked: list[tuple[type[Any], int]]) -> list[Path]:
    """Find the ways to the innermost of some objects, by all the others.

    Parameters
    ----------
    asked
        Outermost first.
    """
    if not asked:
        return []
    model, thing_id = asked[-1]
    above = {(kind, pk) for kind, pk in asked[:-1]}
    return [
        path
        for path in paths_to(person, model, thing_id)
        if above <= {(type(step.thing), step.thing.pk) for step in path}
    ]

"""Which images containers hold, and which images are alike.

What settings are copied to or reset in. Everything passes the rule of
visibility: containers and images alike. Knows no wording of doors.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

from django.db.models import Manager

from graticule.catalog.access import visible_to
from graticule.catalog.models import (
    Dataset,
    Image,
    Person,
    Plate,
    PlateAcquisition,
    Project,
    Screen,
    Well,
)
from graticule.errors import NotFoundError
from graticule.services.channels import channel_label
from graticule.services.containers import find


class Holder(Enum):
    """What can hold images; an image holds itself."""

    IMAGE = "Image"
    DATASET = "Dataset"
    PROJECT = "Project"
    WELL = "Well"
    PLATE = "Plate"
    ACQUISITION = "PlateAcquisition"
    SCREEN = "Screen"


# Table, and how an image reaches it.
_HOLDERS: dict[Holder, tuple[Manager[Any], str]] = {
    Holder.IMAGE: (Image.objects, "pk"),
    Holder.DATASET: (Dataset.objects, "datasets"),
    Holder.PROJECT: (Project.objects, "datasets__projects"),
    Holder.WELL: (Well.objects, "well_samples__well"),
    Holder.PLATE: (Plate.objects, "well_samples__well__plate"),
    Holder.ACQUISITION: (PlateAcquisition.objects, "well_samples__acquisition"),
    Holder.SCREEN: (Screen.objects, "well_samples__well__plate__screens"),
}


def images_in(person: Person, holder: Holder, ids: Sequence[int]) -> list[int]:
    """List the ids of the images in some containers, each once, in order.

    Raises
    ------
    graticule.errors.NotFoundError
        If the first container is not there, or not for this person.
    """
    table, path = _HOLDERS[holder]
    if not ids:
        raise NotFoundError("No ids of objects were sent")
    find(person, table.all(), ids[0])
    seen = visible_to(person, table.filter(pk__in=ids)).order_by()
    images = Image.objects.filter(**{f"{path}__in": seen.values("pk")})
    found = visible_to(person, images).order_by("pk").distinct()
    return list(found.values_list("pk", flat=True))


def plates_of_runs(person: Person, ids: Sequence[int]) -> list[int]:
    """List the plates of some runs, each once."""
    runs = visible_to(person, PlateAcquisition.objects.filter(pk__in=ids))
    plates = runs.order_by("plate").values_list("plate", flat=True)
    return list(plates.distinct())


def compatible_images(person: Person, image_id: int) -> list[int]:
    """List the other images of a project whose channels are alike (webgateway 9.4).

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such image, not for this person, or in no single project.
    """
    image = find(person, Image.objects.all(), image_id)
    projects = visible_to(person, Project.objects.filter(datasets__images=image))
    found = list(projects.order_by("pk").distinct()[:2])
    if len(found) != 1:
        raise NotInOneProjectError(f"Image:{image_id} is in no single project")
    alike = (
        visible_to(person, Image.objects.filter(datasets__projects=found[0]))
        .filter(pixel_type=image.pixel_type, size_c=image.size_c)
        .exclude(pk=image.pk)
        .order_by("pk")
        .distinct()
        .prefetch_related("channels")
    )
    labels = _labels(image)
    return [other.pk for other in alike if _labels(other) == labels]


class NotInOneProjectError(NotFoundError):
    """The image is there, but not in exactly one project."""


def _labels(image: Image) -> list[str]:
    return sorted(channel_label(channel) for channel in image.channels.all())

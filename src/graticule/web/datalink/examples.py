"""Links that can be asked for, of images and plates that somebody may see."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from graticule.catalog.models import Image, Person, Plate
from graticule.services.observatory.identifiers import Kind, Named
from graticule.services.observatory.samples import (
    sample_images,
    sample_observations,
    sample_plates,
)
from graticule.web.examples.model import Example, Examples


def offered(person: Person) -> Examples:
    """Give the examples for somebody."""
    listed = tuple(_listed(person))
    path = reverse("datalink_links")
    return Examples("Examples of links", "DataLink#links-1.1", path, listed)


def _listed(person: Person) -> Iterator[Example]:
    images = sample_images(person, 2)
    for seen in sample_observations(person, 1):
        name = f"Files, previews and cutouts of an image of the sky, {seen.image.name}"
        yield Example("sky", name, (_id("image", seen.image),))
    for image in images[:1]:
        name = f"Files, previews and services of an image, {image.name}"
        yield Example("image", name, (_id("image", image),))
    if len(images) > 1:
        ids = tuple(_id("image", image) for image in images)
        yield Example("several", "Links of several images at once", ids)
    for plate in sample_plates(person, 1):
        name = f"Files and images of a plate, {plate.name}"
        yield Example("plate", name, (_id("plate", plate),))


def _id(kind: Kind, thing: Image | Plate) -> tuple[str, str]:
    return "ID", Named(kind, thing.pk).did

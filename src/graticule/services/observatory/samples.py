"""A few things that a person may see, to show on them what can be asked.

The oldest ones, so that examples stay the same. Knows no HTTP.
"""

from __future__ import annotations

from graticule.catalog.access import visible_to
from graticule.catalog.models import Image, Observation, Person, Plate


def sample_observations(person: Person, count: int) -> list[Observation]:
    """Give images of the sky that somebody may see, with their images."""
    seen = visible_to(person, Observation.objects.select_related("image"))
    return list(seen.order_by("image_id")[:count])


def sample_images(person: Person, count: int) -> list[Image]:
    """Give images that somebody may see."""
    return list(visible_to(person, Image.objects.all()).order_by("pk")[:count])


def sample_plates(person: Person, count: int) -> list[Plate]:
    """Give plates that somebody may see."""
    return list(visible_to(person, Plate.objects.all()).order_by("pk")[:count])

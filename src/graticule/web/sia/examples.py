"""Searches that can be made, around images of the sky that somebody may see."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from graticule.catalog.models import Person
from graticule.services.observatory.identifiers import Named
from graticule.services.observatory.samples import sample_observations
from graticule.web.examples.model import Example, Examples


def offered(person: Person) -> Examples:
    """Give the examples for somebody."""
    listed = tuple(_listed(person))
    path = reverse("sia_query")
    return Examples("Examples of searches", "SIA#query-2.0", path, listed)


def _listed(person: Person) -> Iterator[Example]:
    for seen in sample_observations(person, 1):
        place = f"CIRCLE {seen.s_ra:.6f} {seen.s_dec:.6f} 0.1"
        name = f"Images of the sky around the middle of {seen.image.name}"
        yield Example("around", name, (("POS", place),))
        did = Named("image", seen.image_id).did
        yield Example("one", "One image by its identifier", (("ID", did),))
        if seen.target_name:
            target = (("TARGET", seen.target_name),)
            yield Example("target", f"Images of {seen.target_name}", target)
    visible = (("BAND", "4e-7 7e-7"), ("MAXREC", "100"))
    yield Example("visible-light", "Images in visible light", visible)
    recent = (("TIME", "55197 +Inf"), ("DPTYPE", "image"))
    yield Example("recent", "Images taken since 2010", recent)

"""The sky of an image: parse, authorise, ask, encode, reply."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from graticule.services.observatory.looking import find_sky, place_at, place_of
from graticule.services.observatory.meshes import mesh_of
from graticule.web.json_views import json_view
from graticule.web.principal import person_of
from graticule.web.sky import params
from graticule.web.sky.answers import mesh_answer, place_answer

_LARGEST_ID = 2**63 - 1


@json_view("GET", "HEAD")
def mesh(request: HttpRequest, image_id: int) -> dict[str, Any]:
    """Answer a mesh of directions over an image."""
    sky = find_sky(person_of(request), min(image_id, _LARGEST_ID))
    return mesh_answer(sky, mesh_of(sky))


@json_view("GET", "HEAD")
def at(request: HttpRequest, image_id: int) -> dict[str, Any]:
    """Answer where on the sky a pixel is."""
    x, y = params.pixel(request)
    sky = find_sky(person_of(request), min(image_id, _LARGEST_ID))
    return place_answer(place_at(sky, x, y))


@json_view("GET", "HEAD")
def find(request: HttpRequest, image_id: int) -> dict[str, Any]:
    """Answer which pixel shows a position."""
    ra, dec = params.position(request)
    sky = find_sky(person_of(request), min(image_id, _LARGEST_ID))
    return place_answer(place_of(sky, ra, dec))

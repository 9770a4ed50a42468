"""Views that answer ROIs and shapes (contract webgateway 6, numbers 13-17).

Each is parse, authorise, ask, encode, reply.
"""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from graticule.catalog.models import Shape
from graticule.services import rois
from graticule.services.changes import apply_changes
from graticule.services.roi_pictures import mask_picture, shape_picture
from graticule.services.scenes import Scene, find_scene
from graticule.web.gateway import numbers
from graticule.web.gateway.params import rendering_query
from graticule.web.gateway.roi_answers import roi_texts, shape_form
from graticule.web.gateway.spooled import spooled_json
from graticule.web.gateway.wrapper import json_view
from graticule.web.principal import person_of

_RED = (255, 0, 0)
_COLORS = {
    "f00": _RED,
    "0f0": (0, 255, 0),
    "00f": (0, 0, 255),
    "ff0": (255, 255, 0),
    "fff": (255, 255, 255),
    "000": (0, 0, 0),
}


@json_view
def list_rois(request: HttpRequest, iid: str) -> HttpResponseBase:
    """Answer all ROIs of an image; none for an unknown one (contract 6.3)."""
    person = person_of(request)
    shapes = rois.shapes_of_image(person, numbers.path_number(iid))
    return spooled_json(request, roi_texts(shapes))


@json_view
def shape_data(request: HttpRequest, roi_id: str, shape_id: str) -> HttpResponse:
    """Answer one shape; never JSONP (contract 6.3)."""
    person = person_of(request)
    facts = rois.shape_facts(
        person, numbers.path_number(roi_id), numbers.path_number(shape_id)
    )
    text = json.dumps(shape_form(facts))
    return HttpResponse(text, content_type="application/json")


def render_shape_mask(request: HttpRequest, shape_id: str) -> HttpResponse:
    """Answer a mask as transparent PNG (contract 6.2)."""
    person = person_of(request)
    shape = rois.find_shape(person, numbers.path_number(shape_id))
    return HttpResponse(mask_picture(shape), content_type="image/png")


def render_roi_thumbnail(request: HttpRequest, roi_id: str) -> HttpResponse:
    """Answer the picture of the shape that stands for a ROI (contract 6.1)."""
    person = person_of(request)
    number = numbers.path_number(roi_id)
    scene = find_scene(person, rois.find_roi_image(person, number))
    shape = rois.representative(person, number, scene.default_z, scene.default_t)
    return _thumbnail(request, scene, shape)


def render_shape_thumbnail(request: HttpRequest, shape_id: str) -> HttpResponse:
    """Answer the picture of one shape (contract 6.1)."""
    person = person_of(request)
    shape = rois.find_shape(person, numbers.path_number(shape_id))
    return _thumbnail(request, find_scene(person, shape.roi.image_id), shape)


def _thumbnail(request: HttpRequest, scene: Scene, shape: Shape) -> HttpResponse:
    asked = rendering_query(request)
    rendering = apply_changes(scene.rendering, asked.changes)
    color = _COLORS.get(request.GET.get("color", "fff"), _RED)
    picture = shape_picture(scene, shape, rendering, color)
    return HttpResponse(picture, content_type="image/jpeg")

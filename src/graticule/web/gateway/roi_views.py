"""Views that answer ROIs and shapes (contract webgateway 6, numbers 13-17).

Each is parse, authorise, ask, encode, reply.
"""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from graticule.services.rois import shape_facts, shapes_of_image
from graticule.web.gateway import numbers
from graticule.web.gateway.roi_answers import roi_texts, shape_form
from graticule.web.gateway.spooled import spooled_json
from graticule.web.gateway.wrapper import json_view
from graticule.web.principal import person_of


@json_view
def list_rois(request: HttpRequest, iid: str) -> HttpResponseBase:
    """Answer all ROIs of an image; none for an unknown one (contract 6.3)."""
    person = person_of(request)
    shapes = shapes_of_image(person, numbers.path_number(iid))
    return spooled_json(request, roi_texts(shapes))


@json_view
def shape_data(request: HttpRequest, roi_id: str, shape_id: str) -> HttpResponse:
    """Answer one shape; never JSONP (contract 6.3)."""
    person = person_of(request)
    facts = shape_facts(
        person, numbers.path_number(roi_id), numbers.path_number(shape_id)
    )
    text = json.dumps(shape_form(facts))
    return HttpResponse(text, content_type="application/json")

"""OMERO.web's image viewer and plate panel on pages of their own (clients 2, 3).

The state that is to be seen first stands in the query, where the client reads it.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse

from graticule.catalog.access import Verb, may, visible_to
from graticule.catalog.models import Image, Plate, Roi
from graticule.services.containers import find
from graticule.services.plates import lay_out
from graticule.web.clients import answers
from graticule.web.clients.mounted import client_html, page_answer
from graticule.web.pages.params import field_number
from graticule.web.principal import person_of

_CLIENT = "viewport"
_MOST_DIGITS = 18


def _id(text: str) -> int:
    """Read an id; what no database can hold is one that nothing has."""
    digits = text.lstrip("0")
    return int(digits) if 0 < len(digits) <= _MOST_DIGITS else 0


def viewport(request: HttpRequest, iid: str) -> HttpResponse:
    """Show an image in OMERO.web's viewer."""
    person = person_of(request)
    image = find(person, Image.objects.all(), _id(iid))
    filling = answers.viewport_page(
        image,
        rois=visible_to(person, Roi.objects.filter(image=image)).count(),
        may_annotate=may(person, Verb.ANNOTATE, image),
        gateway=reverse("webgateway"),
        interpolate=settings.GRATICULE["interpolate_pixels"],
    )
    template = "webgateway/viewport/omero_image.html"
    html = client_html(request, _CLIENT, template, filling)
    # Saving calls what the page around this one has in OMERO.web.
    overlay = "webclient/javascript/ome.progress_overlay.js"
    return page_answer(request, answers.with_script(html, overlay))


def plate_panel(request: HttpRequest, plate_id: str) -> HttpResponse:
    """Show a plate in OMERO.web's plate panel, at one field."""
    person = person_of(request)
    index = field_number(request)
    plate = find(person, Plate.objects.all(), _id(plate_id))
    filling = answers.plate_panel(
        plate,
        index=index,
        gateway=reverse("webgateway"),
        thumbnails=settings.GRATICULE["thumbnails_batch"],
    )
    frame = {
        "plate": plate,
        "panel": client_html(request, _CLIENT, "webclient/data/plate.html", filling),
        "fields": answers.fields(
            lay_out(person, plate, index).fields, index, request.path
        ),
    }
    html = render_to_string("graticule/plate_panel.html", frame, request)
    return page_answer(request, html)

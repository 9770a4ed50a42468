"""Examples of a service: authorise, ask, encode, reply (contract uws Y7)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from graticule.web.examples.offered import examples_for
from graticule.web.uws.access import reader_of
from graticule.web.uws.documents import writable
from graticule.web.vosi.answers import vosi_view
from graticule.web.vosi.model import STANDARDS


@vosi_view
def examples(request: HttpRequest, service: str) -> HttpResponse:
    """Show what can be asked of a service, with things that whoever asks may see."""
    found = examples_for(reader_of(request), service)
    filling = {
        "title": found.title,
        "capability": STANDARDS + found.standard,
        "address": request.build_absolute_uri(found.path),
        "examples": found.listed,
    }
    text = writable(render_to_string("graticule/examples.html", filling))
    answer = HttpResponse(text, content_type="application/xhtml+xml; charset=utf-8")
    answer["Cache-Control"] = "private, no-cache"
    return answer

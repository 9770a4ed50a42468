"""Tables and the page of TAP; rows are asked of ``sync`` and ``async``."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from graticule import __version__
from graticule.services.published.publication import published_for
from graticule.web.errors import NotLoggedInError, login_needed
from graticule.web.principal import person_of
from graticule.web.tap.examples import EXAMPLES
from graticule.web.uws.access import Caller, may_create
from graticule.web.uws.places import path_of
from graticule.web.vosi.answers import tables_answer, vosi_view

_SERVICE = "tap"


@vosi_view
def tables(request: HttpRequest, name: str = "") -> HttpResponse:
    """Say which tables whoever asks may ask for (V3)."""
    published = published_for(request.principal.person)  # type: ignore[attr-defined]
    return tables_answer(request, published.publication, name)


@vosi_view
def page(request: HttpRequest) -> HttpResponse:
    """Show people a form to ask, and what there is to ask for."""
    try:
        person = person_of(request)
    except NotLoggedInError:
        return login_needed(request)
    filling = {
        "version": __version__,
        "examples": EXAMPLES,
        "schemas": published_for(person).publication.schemas,
        "sync": path_of("uws_sync", _SERVICE),
        "jobs": path_of("uws_list", _SERVICE),
        "address": request.build_absolute_uri(reverse("tap")).rstrip("/"),
        "may_create": may_create(request, Caller.of(request)),
        "rows": settings.GRATICULE["tap_rows"],
        "trail": [("Query the catalogue", "")],
    }
    return render(request, "graticule/tap.html", filling)

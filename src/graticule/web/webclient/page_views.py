"""What clients ask of OMERO.web's own client besides data (contract clients 5, 6).

Where it is, whether the session lives, what is being worked at.
"""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from graticule.web.gateway.wrapper import json_view
from graticule.web.principal import person_of

# ``show=image-12|image-13``: the first decides.
_SHOWN = re.compile(r"(project|dataset|screen|plate|image)-0*(\d{1,19})(?:\||$)")


def index(request: HttpRequest) -> HttpResponse:
    """Lead to the pages, or to the one of what ``show`` names."""
    person_of(request)
    found = _SHOWN.match(request.GET.get("show", ""))
    if found is None:
        return HttpResponseRedirect(reverse("start"))
    return HttpResponseRedirect(reverse(found[1], args=[int(found[2])]))


def keepalive_ping(request: HttpRequest) -> HttpResponse:
    """Say that the session lives (contract clients 5: once a minute)."""
    person_of(request)
    return HttpResponse("OK", content_type="text/plain")


@json_view
def activities(request: HttpRequest) -> dict[str, int]:
    """Answer what is being worked at for this session: nothing is."""
    person_of(request)
    return {"inprogress": 0, "failure": 0, "jobs": 0}

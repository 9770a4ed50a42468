"""Views that answer the lookup tables at hand (contract webgateway 10; 35, 36).

Each is parse, authorise, ask, encode, reply.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from graticule.services.luts import draw_strip, installed_luts, strip_key
from graticule.web.gateway.lut_answers import luts_answer
from graticule.web.gateway.pictures import picture_answer
from graticule.web.gateway.wrapper import json_view
from graticule.web.principal import person_of


@json_view
def list_luts(request: HttpRequest) -> dict[str, Any]:
    """Answer the lookup tables, with their colours if asked (contract 10.1)."""
    person_of(request)
    with_values = request.GET.get("rgb") == "true"
    return luts_answer(installed_luts(), with_values=with_values)


def luts_png(request: HttpRequest) -> HttpResponse:
    """Answer the picture of all lookup tables (contract 10.2)."""
    person_of(request)
    key = strip_key()
    return picture_answer(request, key, lambda: draw_strip(key), "image/png")

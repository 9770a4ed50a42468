"""Views of plates (contract webgateway 8.4, number 26).

Each is parse, authorise, ask, encode, reply.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from graticule.catalog.models import Plate
from graticule.errors import NotFoundError
from graticule.services.caching.answers import kept_answer
from graticule.services.containers import find
from graticule.services.plates import Layout, lay_out
from graticule.web.errors import ParameterError
from graticule.web.gateway import numbers
from graticule.web.gateway.plate_answers import plate_answer
from graticule.web.gateway.wrapper import JsonText, json_view
from graticule.web.principal import person_of

_LAYOUTS = {layout.value: layout for layout in Layout}


@json_view
def plate_grid(
    request: HttpRequest, pid: str, field: str = "0", acquisition: str | None = None
) -> JsonText:
    """Answer one field of a plate as a grid (contract 8.4)."""
    person = person_of(request)
    size = numbers.integer(request, "size", None)
    if size is not None and size < 1:
        raise ParameterError("size must be above 0.")
    asked = _LAYOUTS.get(request.GET.get("layout", ""))
    layout = asked or Layout(settings.GRATICULE["plate_layout"])
    plate = find(person, Plate.objects.all(), numbers.path_number(pid))
    number = numbers.path_number(field)
    run_id = None if acquisition is None else numbers.path_number(acquisition)

    def make() -> dict[str, Any]:
        grid = lay_out(person, plate, number, run_id=run_id)
        if layout is Layout.SHRINK and not grid.wells:
            raise NotFoundError(f"Plate:{plate.pk} has no wells")
        return plate_answer(grid, layout, number, size)

    says = (layout, run_id, reverse("webgateway"))
    context = f"plategrid-{number}-{size}"
    return JsonText(kept_answer(person, "Plate", plate.pk, context, says, make))

"""Where an object lies among the others (contract clients 4, 6).

It is parse, authorise, ask, encode, reply.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from graticule.catalog.models import (
    Dataset,
    Image,
    Plate,
    PlateAcquisition,
    Project,
    Roi,
    Screen,
    Shape,
    Well,
)
from graticule.errors import RequestError
from graticule.services.paths import Path, Step, first_of
from graticule.web.gateway import numbers
from graticule.web.gateway.wrapper import json_view
from graticule.web.principal import person_of

# By the names in queries, outermost first.
_MODELS: dict[str, type[Any]] = {
    "project": Project,
    "dataset": Dataset,
    "screen": Screen,
    "plate": Plate,
    "run": PlateAcquisition,
    "acquisition": PlateAcquisition,
    "well": Well,
    "image": Image,
    "roi": Roi,
    "shape": Shape,
}
_TYPES = {model: name for name, model in _MODELS.items()}


@json_view
def paths_to_object(request: HttpRequest) -> dict[str, Any]:
    """Answer the ways down to an object; none where there is no such one.

    With ``page_size`` datasets say on which page of that size the image below
    them is listed.
    """
    person = person_of(request)
    asked = [
        (model, number)
        for name, model in _MODELS.items()
        if (number := numbers.integer(request, name, None)) is not None
    ]
    page_size = numbers.integer(request, "page_size", None)
    if page_size is not None and page_size < 1:
        raise RequestError("page_size must be above 0.")
    paths = first_of(person, asked)
    return {"paths": [_path(path, page_size) for path in paths]}


def _path(path: Path, page_size: int | None) -> list[dict[str, Any]]:
    """Write a way, below the person it belongs to."""
    outermost = path[0].thing
    owner = (outermost.roi if isinstance(outermost, Shape) else outermost).owner_id
    steps = [_step(step, page_size) for step in path]
    if isinstance(outermost, Image):
        steps.insert(0, {"type": "orphaned", "id": owner})
    return [{"type": "experimenter", "id": owner}, *steps]


def _step(step: Step, page_size: int | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"type": _TYPES[type(step.thing)], "id": step.thing.pk}
    if step.child is not None:
        answer["childIndex"] = step.child
        answer["childCount"] = step.children
        if page_size is not None:
            answer["childPage"] = step.child // page_size + 1
    return answer

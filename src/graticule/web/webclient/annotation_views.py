"""What annotations objects bear (contract clients 5, 6).

It is parse, authorise, ask, encode, reply.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from graticule.catalog.access import rights_of
from graticule.catalog.models import (
    Dataset,
    Image,
    Plate,
    PlateAcquisition,
    Project,
    Screen,
    Well,
)
from graticule.catalog.models.owned import Named
from graticule.services.annotations_on import links_on
from graticule.web.gateway import numbers
from graticule.web.gateway.wrapper import json_view
from graticule.web.principal import person_of
from graticule.web.webclient.annotation_answers import annotations_answer

_MODELS: dict[str, type[Named]] = {
    "project": Project,
    "dataset": Dataset,
    "screen": Screen,
    "plate": Plate,
    "run": PlateAcquisition,
    "acquisition": PlateAcquisition,
    "well": Well,
    "image": Image,
}
_SINGLE = ("tag", "map", "comment", "file", "rating")
_OTHERS = ("boolean", "long", "double", "timestamp", "term", "xml")


@json_view
def list_annotations(request: HttpRequest) -> dict[str, Any]:
    """Answer the annotations on some objects, of one ``type`` if asked.

    ``custom`` are those that no other type names.
    """
    person = person_of(request)
    targets: dict[type[Named], list[int]] = {}
    for name, model in _MODELS.items():
        targets.setdefault(model, []).extend(numbers.ids(request, name))
    links = links_on(
        person,
        {model: ids for model, ids in targets.items() if ids},
        kinds=_kinds(request.GET.get("type", "")),
        namespace=request.GET.get("ns"),
    )
    return annotations_answer(links, rights_of(person))


def _kinds(asked: str) -> tuple[str, ...] | None:
    """Read ``type``: a kind, ``custom``, or all kinds where it is no such word."""
    if asked == "custom":
        return _OTHERS
    return (asked,) if asked in {*_SINGLE, *_OTHERS} else None

"""Views of all objects: parse, authorise, ask, encode, reply (contract json-api 3).

One view answers every list, one every single object; what differs stands in the
table of kinds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, cast

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest

from graticule.catalog.access import rights_of
from graticule.catalog.models import Person, Shape
from graticule.errors import NotFoundError
from graticule.services.objects import (
    KINDS,
    Asked,
    Load,
    child_counts,
    find_object,
    list_objects,
)
from graticule.services.well_fields import field_ranges, loading_fields
from graticule.web.api import (
    container_answers,
    image_answers,
    plate_answers,
    roi_answers,
)
from graticule.web.api.addresses import Addresses
from graticule.web.api.details import Answering, Json
from graticule.web.api.params import flag, list_query, path_number
from graticule.web.api.wrapper import api_view
from graticule.web.principal import person_of

Encode = Callable[..., Json]

ENCODE: dict[str, Encode] = {
    "Project": container_answers.project,
    "Dataset": container_answers.dataset,
    "Image": image_answers.image,
    "Screen": container_answers.screen,
    "Plate": plate_answers.plate,
    "PlateAcquisition": plate_answers.acquisition,
    "Well": plate_answers.well,
    "Roi": roi_answers.roi,
    "Shape": roi_answers.shape,
    "Experimenter": container_answers.experimenter,
    "ExperimenterGroup": container_answers.experimenter_group,
}


@api_view("GET", "HEAD")
def objects(request: HttpRequest, kind: str, **parents: str) -> Json:
    """Answer a list (contract 3.1, 3.2)."""
    person = person_of(request)
    what = KINDS[kind]
    query = list_query(request, what, parents)
    load = loading(person, kind, query.asked, listed=True)
    page = list_objects(person, what, query.asked, load)
    answers = encoded(request, person, kind, page.rows, listed=True)
    if query.child_count:
        _count(person, kind, page.rows, answers)
    answer: Json = {
        "data": answers,
        "meta": {
            "offset": query.asked.offset,
            "limit": query.asked.limit,
            "maxLimit": settings.GRATICULE["api_max_limit"],
            "totalCount": page.total,
        },
    }
    return answer | _normalized(answers) if query.normalize else answer


def one_object(request: HttpRequest, kind: str, thing: str) -> Json:
    """Answer one object (contract 3.2)."""
    person = person_of(request)
    load = loading(person, kind, None, listed=False)
    row = find_object(person, KINDS[kind], path_number(thing), load)
    if kind == "Image" and not row.channels.all():
        raise NotFoundError(f"Image {row.pk} not found")  # contract 4
    [answer] = encoded(request, person, kind, [row], listed=False)
    if flag(request, "childCount"):
        _count(person, kind, [row], [answer])
    return {"data": answer}


def loading(
    person: Person, kind: str, asked: Asked | None, *, listed: bool
) -> Load | None:
    """Choose what is loaded with objects (the second table of contract 4)."""
    if kind == "Well":
        run = (asked.within or {}).get("plateacquisition") if asked else None
        return loading_fields(person, run=run, sample=asked.sample if asked else None)
    if kind == "Roi":
        return _with_shapes
    if kind == "Shape":
        return _without_masks
    if kind == "Image" and not listed:
        return _with_channels
    return None


def _with_shapes(rois: QuerySet[Any]) -> QuerySet[Any]:
    shapes = _without_masks(Shape.objects.all())
    return rois.prefetch_related(Prefetch("shapes", queryset=shapes))


def _without_masks(shapes: QuerySet[Any]) -> QuerySet[Any]:
    return shapes.defer("mask_bits")


def _with_channels(images: QuerySet[Any]) -> QuerySet[Any]:
    return images.prefetch_related("channels")


def answering(request: HttpRequest, person: Person) -> Answering:
    """Say for whom objects are written."""
    return Answering(rights_of(person), Addresses.of(request))


def encoded(
    request: HttpRequest, person: Person, kind: str, rows: list[Any], *, listed: bool
) -> list[Json]:
    """Write rows of one kind."""
    who = answering(request, person)
    answers = [ENCODE[kind](who, row, listed=listed) for row in rows]
    if kind == "PlateAcquisition":
        _add_fields(who, "acquisition", "plateacquisitions", answers)
    elif kind == "Plate" and not listed:
        _add_fields(who, "well__plate", "plates", answers)
    return answers


def _add_fields(
    who: Answering,
    of: Literal["well__plate", "acquisition"],
    name: str,
    answers: list[Json],
) -> None:
    spans = field_ranges(who.rights.person, of, [answer["@id"] for answer in answers])
    for answer in answers:
        thing_id = cast("int", answer["@id"])
        span = spans.get(thing_id)
        answer.update(plate_answers.field_addresses(who, name, thing_id, span))


def _count(person: Person, kind: str, rows: list[Any], answers: list[Json]) -> None:
    counts = child_counts(person, KINDS[kind], rows)
    if counts is None:
        return
    for answer in answers:
        answer["omero:childCount"] = counts.get(answer["@id"], 0)


def _normalized(answers: list[Json]) -> Json:
    """Shrink owners and groups of the objects, and give them once (contract 3.3)."""
    owners: dict[int, Json] = {}
    groups: dict[int, Json] = {}
    for answer in answers:
        details = answer["omero:details"]
        owner, group = details["owner"], details["group"]
        owners[owner["@id"]], groups[group["@id"]] = owner, group
        answer["omero:details"] = {
            **details,
            "owner": {"@id": owner["@id"]},
            "group": {"@id": group["@id"]},
        }
    return {
        "experimenters": list(owners.values()),
        "experimenterGroups": list(groups.values()),
    }

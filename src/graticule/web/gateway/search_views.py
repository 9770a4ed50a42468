"""Full-text search (contract 8.5; number 27)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse

from graticule.catalog.models import Dataset, Image, Person, Project
from graticule.services.search.asking import find
from graticule.services.search.parents import parents_of
from graticule.services.search.query import QueryError
from graticule.web import errors
from graticule.web.gateway import answers
from graticule.web.gateway.list_views import image_facts, step_into
from graticule.web.gateway.search_params import SearchRequest, search_request
from graticule.web.gateway.wrapper import json_view
from graticule.web.principal import person_of

Thing = Project | Dataset | Image


@json_view
def search_json(request: HttpRequest) -> HttpResponse | list[Any]:
    """Answer what was found: projects, datasets and images, or images only."""
    person = person_of(request)
    asked = search_request(request)
    try:
        found = find(person, asked.query(), images_only=asked.images_only)
    except QueryError as error:
        errors.log(request, error)
        return _not_understood()
    things: list[Thing] = [*found.projects, *found.datasets, *found.images]
    wanted = things[asked.part]
    if asked.data:
        facts = [image_facts(person, image.pk) for image in wanted]
        return [step_into(data, asked.key) for data in facts]
    return _forms(person, wanted, asked)


def _forms(
    person: Person, things: Sequence[Thing], asked: SearchRequest
) -> list[dict[str, Any]]:
    parents: dict[Thing, list[dict[str, Any]]] = {}
    for kind in (Project, Dataset, Image) if asked.parents else ():
        same = [thing for thing in things if isinstance(thing, kind)]
        for thing, above in zip(same, parents_of(person, same), strict=True):
            parents[thing] = [answers.simple(parent) for parent in above]
    return [
        {
            **(
                answers.image_form(thing)
                if isinstance(thing, Image)
                else answers.simple(thing)
            ),
            **({"parents": parents[thing]} if asked.parents else {}),
        }
        for thing in things
    ]


def _not_understood() -> HttpResponse:
    """Answer as clients know it; no JSONP (contract 2.6)."""
    status = errors.gateway_status(400)
    return HttpResponse(
        '"parse exception"', status=status, content_type="text/javascript"
    )

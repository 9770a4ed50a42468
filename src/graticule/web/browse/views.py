"""The views of this door: parse, authorise, ask, encode, reply."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from graticule.services import image_lists
from graticule.services import tree as trees
from graticule.web.browse import answers, params
from graticule.web.json_views import json_view
from graticule.web.principal import person_of


@json_view("GET", "HEAD")
def tree(request: HttpRequest) -> dict[str, Any]:
    """Give the beginnings of all that hangs in nothing, and count lost images."""
    person = person_of(request)
    roots = [trees.roots(person, kind) for kind in trees.ROOTS]
    return answers.tree(roots, trees.orphans(person))


@json_view("GET", "HEAD")
def roots(request: HttpRequest, kind: str) -> dict[str, Any]:
    """Give more of one kind that hangs in nothing."""
    person = person_of(request)
    found = trees.roots(person, params.root_kind(kind), params.offset(request))
    return answers.branches(found)


@json_view("GET", "HEAD")
def project(request: HttpRequest, project_id: int) -> dict[str, Any]:
    """Give the datasets of a project."""
    asked = min(project_id, params.LARGEST)
    offset = params.offset(request)
    return answers.branches(trees.datasets_of(person_of(request), asked, offset))


@json_view("GET", "HEAD")
def screen(request: HttpRequest, screen_id: int) -> dict[str, Any]:
    """Give the plates of a screen."""
    asked = min(screen_id, params.LARGEST)
    offset = params.offset(request)
    return answers.branches(trees.plates_of(person_of(request), asked, offset))


@json_view("GET", "HEAD")
def images(request: HttpRequest) -> dict[str, Any]:
    """Give rows of images: these ones, or part of a list in order."""
    person = person_of(request)
    wanted = params.image_ids(request)
    if wanted is not None:
        rows = image_lists.rows_by_id(person, wanted)
        return answers.images(rows, len(rows))
    asked = params.image_slice(request)
    found = image_lists.images_from(person, asked.source)
    rows = image_lists.rows_of(image_lists.part(found, asked.part))
    return answers.images(rows, image_lists.total(found, asked.part, len(rows)))


@json_view("GET", "HEAD")
def ids(request: HttpRequest) -> dict[str, Any]:
    """Give the ids of a list in order."""
    asked = params.id_slice(request)
    found = image_lists.images_from(person_of(request), asked.source)
    some = list(image_lists.part(found, asked.part).values_list("pk", flat=True))
    return answers.ids(image_lists.total(found, asked.part, len(some)), some)

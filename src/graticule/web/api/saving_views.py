"""Views that save and delete objects (contract json-api 6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse

from graticule.services.saved_objects import (
    DELETED,
    create_object,
    delete_object,
    replace_object,
)
from graticule.web.api import views
from graticule.web.api.details import Json
from graticule.web.api.params import NotSupportedError, path_number
from graticule.web.api.saving_params import saving
from graticule.web.api.wrapper import api_view, json_answer
from graticule.web.principal import writer_of


@api_view("POST", "PUT")
def save(request: HttpRequest) -> JsonResponse:
    """Make an object, or replace what it says."""
    person = writer_of(request)
    asked = saving(request)
    if asked.thing_id is None:
        row = create_object(person, asked.kind, asked.group_id, asked.fields)
    else:
        row = replace_object(
            person, asked.kind, asked.thing_id, asked.group_id, asked.fields
        )
    [answer] = views.encoded(request, person, asked.kind, [row], listed=False)
    return json_answer({"data": answer}, 201 if asked.thing_id is None else 200)


def _refuse_deleting(request: HttpRequest, kind: str, thing: str) -> None:
    if request.method == "DELETE":
        del thing
        raise NotSupportedError(f"Delete of {kind} not supported", "GET", "HEAD")


lasting_object = api_view("GET", "HEAD", refuse=_refuse_deleting)(views.one_object)


@api_view("GET", "HEAD", "DELETE")
def deletable_object(request: HttpRequest, kind: str, thing: str) -> Json:
    """Answer one object, or delete it."""
    if request.method != "DELETE":
        return views.one_object(request, kind, thing)
    person = writer_of(request)

    def describe(row: Any) -> Json:
        return views.ENCODE[kind](views.answering(request, person), row, listed=False)

    load = views.loading(person, kind, None, listed=False)
    was = delete_object(person, kind, path_number(thing), describe, load)
    return {"data": {key: v for key, v in was.items() if not key.startswith("url:")}}


def of_one(kind: str) -> Callable[..., HttpResponseBase]:
    """Choose the view of single objects of a kind."""
    return deletable_object if kind in DELETED else lasting_object

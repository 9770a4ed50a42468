"""What is to be saved, out of a JSON body (contract json-api 6). Saves nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from graticule.errors import RequestError
from graticule.services.saved_objects import SAVED, Fields
from graticule.web.api.container_answers import SCREEN_FACTS
from graticule.web.api.details import SCHEMA
from graticule.web.api.params import CheckError, NotSupportedError, integer

_LONGEST_NAME = 1024


@dataclass(frozen=True, slots=True)
class Saving:
    """One object to be saved; ``thing_id`` is unset for a new one."""

    kind: str
    thing_id: int | None
    group_id: int
    fields: Fields


def saving(request: HttpRequest) -> Saving:
    """Read the object of a request.

    Raises
    ------
    NotSupportedError
        If it is of a kind that is not saved here.
    CheckError, graticule.errors.RequestError
        If it is not as it must be; the words are the contract's.
    """
    body = _body(request)
    is_new = request.method == "POST"
    if "@type" not in body:
        raise CheckError("Need to specify @type attribute")
    kind = _kind(body["@type"], "Creation" if is_new else "Update")
    if is_new and "@id" in body:
        raise CheckError("Object has '@id' attribute. Use PUT to update objects")
    if not is_new and "@id" not in body:
        raise CheckError("No '@id' attribute. Use POST to create new objects")
    thing_id = None if is_new else _whole(body["@id"], "@id")
    group_id = _group(request, body)
    if body["@type"] != f"{SCHEMA}#{kind}":
        raise CheckError(f"No decoder found for type: {body['@type']}")
    return Saving(kind, thing_id, group_id, _fields(kind, body))


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise CheckError("The body must be one object as JSON.") from None
    if not isinstance(body, dict):
        raise CheckError("The body must be one object as JSON.")
    return body


def _kind(said: object, verb: str) -> str:
    _, has_name, name = said.partition("#") if isinstance(said, str) else ("", "", "")
    if name not in SAVED:
        said = name if has_name else None
        raise NotSupportedError(f"{verb} of {said} not supported", "POST", "PUT")
    return name


def _group(request: HttpRequest, body: dict[str, Any]) -> int:
    asked = integer(request, "group")
    if asked is not None:
        return asked
    value: object = body
    for key in ("omero:details", "group", "@id"):
        value = value.get(key) if isinstance(value, dict) else None
    if value is None:
        raise CheckError(
            "Specify Group in omero:details or query parameters ?group=:id"
        )
    return _whole(value, "omero:details.group.@id")


def _whole(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise CheckError(f"{name} must be an integer.")
    return value


def _fields(kind: str, body: dict[str, Any]) -> Fields:
    name = _text(body, "Name")
    if name is None:
        raise CheckError(f"A {kind} needs a Name.")
    if len(name) > _LONGEST_NAME:
        raise CheckError(f"A Name has at most {_LONGEST_NAME} characters.")
    told = {key: _text(body, key) for key in SCREEN_FACTS if kind == "Screen"}
    facts = {key: text for key, text in told.items() if text}
    return Fields(name, _text(body, "Description") or "", facts)


def _text(body: dict[str, Any], key: str) -> str | None:
    """Read a text; unset and ``null`` are the same.

    Raises
    ------
    graticule.errors.RequestError
        If it is none, or holds what no database takes.
    """
    value = body.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not _storable(value):
        raise RequestError("Error in decode of json data by omero_marshal")
    return value


def _storable(text: str) -> bool:
    """Say whether databases take a text: no NUL, no half of a character."""
    return "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)

"""What this door's addresses do, for the OpenAPI document; knows no view."""

from __future__ import annotations

from typing import Any

from graticule.services.annotating.targets import KINDS
from graticule.web.openapi.model import (
    TEXT,
    Answer,
    Door,
    Operation,
    Parameter,
)

_ERRORS = {
    400: "Not understood, or larger than a limit allows.",
    401: "Not everybody may see this: log in.",
    403: "Not permitted.",
    404: "Not there, or not visible to you.",
    405: "Not this way.",
}
_ID: dict[str, Any] = {"type": "integer", "minimum": 1}
_IDS: dict[str, Any] = {"type": "array", "items": _ID}
_OBJECTS: dict[str, Any] = {
    "type": "array",
    "description": "What is annotated.",
    "items": {
        "type": "object",
        "properties": {"kind": {"enum": list(KINDS)}, "id": _ID},
        "required": ["kind", "id"],
    },
    "minItems": 1,
}


def _answer(schema: str) -> tuple[Answer, ...]:
    return (Answer("application/json", "What was asked for.", f"annotate/{schema}"),)


_TAGS = (
    Operation(
        "Tags to suggest",
        _answer("suggested_tags"),
        (Parameter("q", TEXT, "What they contain, in any case."),),
    ),
    Operation(
        "Put tags on things, take tags off them",
        _answer("changed_tags"),
        method="POST",
        body={
            "type": "object",
            "properties": {
                "objects": _OBJECTS,
                "add": {
                    "type": "array",
                    "description": "Tags by their words or ids; new ones are made.",
                    "items": {"anyOf": [{"type": "string", "minLength": 1}, _ID]},
                },
                "remove": {**_IDS, "description": "Tags by their ids."},
            },
            "required": ["objects"],
        },
    ),
)

DOOR = Door(
    name="annotate",
    help="What people write onto things: tags, key-values, comments and the like.",
    operations={"annotate_tags": _TAGS},
    errors=tuple(
        Answer("application/json", said, "iviewer/message", status)
        for status, said in _ERRORS.items()
    ),
)

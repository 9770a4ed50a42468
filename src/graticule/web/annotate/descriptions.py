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

_STATE = _answer("thing")
_PAIRS: dict[str, Any] = {
    "type": "array",
    "description": "Keys with their values, in order.",
    "items": {
        "type": "array",
        "items": {"type": "string"},
        "minItems": 2,
        "maxItems": 2,
    },
}
_NAMESPACE: dict[str, Any] = {
    "type": "string",
    "description": "What kind of key-values they are; those of clients if absent.",
}


def _changing(summary: str, body: dict[str, Any] | None) -> tuple[Operation, ...]:
    return (Operation(summary, _STATE, method="POST", body=body),)


def _body(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


DOOR = Door(
    name="annotate",
    help="What people write onto things: tags, key-values, comments and the like.",
    operations={
        "annotate_tags": _TAGS,
        "annotate_thing": (Operation("All that a thing bears", _STATE),),
        "annotate_acquisition": (
            Operation("How an image was taken", _answer("acquisition")),
        ),
        "annotate_original": (
            Operation(
                "What the file of an image says",
                _answer("original"),
                (Parameter("q", TEXT, "Only entries that contain this."),),
            ),
        ),
        "annotate_original_text": (
            Operation(
                "What the file of an image says, as text",
                (Answer("text/plain", "A text to keep."),),
            ),
        ),
        "annotate_words": _changing(
            "Change name or description", _body(name=TEXT, description=TEXT)
        ),
        "annotate_comment": _changing("Write a comment", _body(text=TEXT)),
        "annotate_rating": _changing(
            "Give stars; 0 takes one's own back",
            _body(stars={"type": "integer", "minimum": 0, "maximum": 5}),
        ),
        "annotate_thing_pairs": _changing(
            "Write key-values",
            _body(
                annotation={
                    **_ID,
                    "description": "Which to write anew; absent for new ones.",
                },
                namespace=_NAMESPACE,
                pairs=_PAIRS,
                was={**_PAIRS, "description": "What was there; else refused."},
            ),
        ),
        "annotate_pairs": (
            Operation(
                "Write key-values onto many things",
                _answer("written"),
                method="POST",
                body=_body(objects=_OBJECTS, namespace=_NAMESPACE, pairs=_PAIRS),
            ),
        ),
        "annotate_attach": (
            Operation(
                "Attach the file that is the body",
                _STATE,
                (
                    Parameter("name", TEXT, "What it is called.", required=True),
                    Parameter("type", TEXT, "Its media type."),
                ),
                method="POST",
            ),
        ),
        "annotate_table": (
            Operation(
                "Make a table of the file that is the body (CSV, Parquet, HDF5)",
                _STATE,
                (Parameter("name", TEXT, "What it is called.", required=True),),
                method="POST",
            ),
        ),
        "annotate_remove": _changing("Take an annotation off", None),
        "annotate_download": (
            Operation(
                "An attached file",
                (
                    Answer("application/force-download", "The file, or a part."),
                    Answer(
                        "application/force-download", "Part of the file.", status=206
                    ),
                ),
            ),
        ),
    },
    path_parameters={
        "kind": "What the number is of.",
        "thing": "The thing.",
        "image": "The image.",
        "link": "That an annotation is on a thing.",
        "annotation": "The annotation of the file.",
    },
    errors=tuple(
        Answer("application/json", said, "iviewer/message", status)
        for status, said in _ERRORS.items()
    ),
)

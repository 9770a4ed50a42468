"""What this door's addresses do, for the OpenAPI document; knows no view."""

from __future__ import annotations

from typing import Any

from graticule.web.openapi.model import TEXT, Answer, Door, Operation

_ID: dict[str, Any] = {"type": "integer", "minimum": 1}
_CONTAINER: dict[str, Any] = {"enum": ["project", "dataset", "screen"]}
_THING: dict[str, Any] = {
    "type": "object",
    "properties": {
        "kind": {"enum": ["project", "dataset", "screen", "plate", "image"]},
        "id": _ID,
    },
    "required": ["kind", "id"],
}
_THINGS: dict[str, Any] = {"type": "array", "items": _THING}


def _body(required: tuple[str, ...], **properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


def _post(summary: str, schema: str, body: dict[str, Any]) -> tuple[Operation, ...]:
    answer = Answer("application/json", "What came of it.", f"organise/{schema}")
    return (Operation(summary, (answer,), method="POST", body=body),)


def _get(summary: str, schema: str) -> tuple[Operation, ...]:
    answer = Answer("application/json", "What there is.", f"organise/{schema}")
    return (Operation(summary, (answer,)),)


DOOR = Door(
    name="organise",
    help="How things are arranged; every change can be undone for a while.",
    operations={
        "organise_create": _post(
            "Make a project, dataset or screen",
            "done",
            _body(
                ("kind", "name"),
                kind=_CONTAINER,
                name=TEXT,
                description=TEXT,
                parent=_THING,
                group=_ID,
            ),
        ),
        "organise_describe": _post(
            "Rename or describe something",
            "done",
            _body(("thing",), thing=_THING, name=TEXT, description=TEXT),
        ),
        "organise_move": _post(
            "Move things into a container",
            "done",
            _body(("things", "to"), things=_THINGS, to=_THING, **{"from": _THING}),
        ),
        "organise_copy": _post(
            "Put things into a further container",
            "done",
            _body(("things", "to"), things=_THINGS, to=_THING),
        ),
        "organise_remove": _post(
            "Take things out of a container",
            "done",
            _body(("things", "from"), things=_THINGS, **{"from": _THING}),
        ),
        "organise_delete": _post(
            "Delete containers, with what is only in them if contents is true",
            "done",
            _body(("things",), things=_THINGS, contents={"type": "boolean"}),
        ),
        "organise_undo": _post(
            "Take a change back", "done", _body(("token",), token=TEXT)
        ),
        "organise_deletion": _post(
            "What a deletion would take and leave",
            "deletion",
            _body(("things",), things=_THINGS, contents={"type": "boolean"}),
        ),
        "organise_targets": _post(
            "What things can be put into",
            "targets",
            _body(("things",), things=_THINGS, q=TEXT),
        ),
        "organise_tags_of": _post(
            "The tags of things", "tags", _body(("things",), things=_THINGS)
        ),
        "organise_offers": _get(
            "Groups to make things in, and jobs that take several images", "offers"
        ),
    },
    errors=(
        Answer(
            "application/json",
            "Not understood, or too much.",
            "organise/error",
            status=400,
        ),
        Answer("application/json", "Nobody is logged in.", "organise/error", 401),
        Answer("application/json", "Not permitted.", "organise/error", 403),
        Answer("application/json", "Not visible to you.", "organise/error", 404),
        Answer("application/json", "Changed meanwhile.", "organise/error", 409),
    ),
)

"""What this door's addresses do, for the OpenAPI document; knows no view."""

from __future__ import annotations

from graticule.web.openapi.model import (
    IDS,
    INDEX,
    INTEGER,
    TEXT,
    Answer,
    Door,
    Operation,
    Parameter,
)

_ERRORS = {
    400: "Not understood, or larger than a limit allows.",
    403: "Not without logging in.",
    404: "Not there, or not visible to you.",
    405: "Not this way.",
}
_OFFSET = Parameter("offset", INDEX, "How many to pass over.")
_COLUMNS = (
    *("name", "size", "channels", "z", "t"),
    *("pixel_size", "owner", "acquired", "imported", "format"),
)
_LIST = (
    Parameter("dataset", INTEGER, "List the images of this dataset."),
    Parameter("q", TEXT, "List what a search finds.", example="tif"),
    Parameter("orphaned", TEXT, "List images that are in no dataset and no well."),
    Parameter(
        "sort",
        {"type": "string", "enum": list(_COLUMNS)},
        "By what; what is alike goes by name, what has none is last.",
    ),
    Parameter("direction", {"type": "string", "enum": ["up", "down"]}, "Which way."),
    _OFFSET,
    Parameter("limit", INDEX, "How many at most."),
)


def _json(summary: str, schema: str, *parameters: Parameter) -> tuple[Operation, ...]:
    answer = Answer("application/json", "What was asked for.", f"browse/{schema}")
    return (Operation(summary, (answer,), parameters),)


DOOR = Door(
    name="browse",
    help="The tree and the lists of the pages that list.",
    operations={
        "browse_tree": _json("All that hangs in nothing, with counts", "tree"),
        "browse_roots": _json(
            "More of one kind that hangs in nothing", "branches", _OFFSET
        ),
        "browse_project": _json("The datasets of a project", "branches", _OFFSET),
        "browse_screen": _json("The plates of a screen", "branches", _OFFSET),
        "browse_images": _json(
            "Images in an order, or by their ids",
            "images",
            Parameter("id", IDS, "These images; then nothing else is looked at."),
            *_LIST,
        ),
        "browse_ids": _json("The ids of a list of images in an order", "ids", *_LIST),
    },
    path_parameters={
        "kind": "project, dataset, screen or plate.",
        "project_id": "The project.",
        "screen_id": "The screen.",
    },
    errors=(
        Answer(
            "application/json", "Log in first: the public may not see this.", status=401
        ),
        *(
            Answer("application/json", said, "figure/error", status)
            for status, said in _ERRORS.items()
            if status != 405
        ),
        Answer("", _ERRORS[405], status=405),
    ),
)

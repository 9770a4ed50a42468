"""What this door's addresses do, for the OpenAPI document; knows no view."""

from __future__ import annotations

from graticule.web.openapi.model import (
    INDEX,
    NUMBER,
    TEXT,
    Answer,
    Door,
    Operation,
    Parameter,
    reference,
)
from graticule.web.regions.params import KINDS

_ERRORS = {
    400: "Not understood, or larger than a limit allows.",
    403: "Not permitted.",
    404: "Not there, or not visible to you.",
    405: "Not this way.",
}
_FLAG = {"enum": ["true", "false"]}
_PLANE = (
    Parameter("z", INDEX, "The plane, from 0.", required=True, example=0),
    Parameter("t", INDEX, "The time, from 0.", required=True, example=0),
)
_IDS = Parameter("ids", TEXT, "Shapes, between commas.", required=True, example="1")
_WANTED = (
    Parameter("text", TEXT, "Stands in the text, or is the number of shape or ROI."),
    Parameter("type", TEXT, f"Some of {', '.join(KINDS)}, between commas."),
    Parameter("roi", INDEX, "Only shapes of this ROI."),
    Parameter("z", INDEX, "With t: only what is on this plane, from 0."),
    Parameter("t", INDEX, "With z: only what is on this time, from 0."),
    Parameter(
        "order",
        {"enum": ["number", "roi", "text", "kind", "plane", "size"]},
        "Sorted by; size is the longer side of the box around. number if absent.",
    ),
    Parameter("backwards", _FLAG, "Largest first."),
)


def _sides() -> tuple[Parameter, ...]:
    said = {
        "x0": "Left edge, in pixels of the image.",
        "y0": "Top edge.",
        "x1": "Right edge.",
        "y1": "Bottom edge.",
        "pixel": "Side of a pixel of the screen, in those of the image.",
    }
    return tuple(
        Parameter(name, NUMBER, side, required=True, example=0 if "0" in name else 1)
        for name, side in said.items()
    )


def _json(summary: str, schema: str, *parameters: Parameter) -> tuple[Operation, ...]:
    answer = Answer("application/json", "What was asked for.", f"regions/{schema}")
    return (Operation(summary, (answer,), parameters),)


DOOR = Door(
    name="regions",
    help="Regions of interest as the image page draws, lists and changes them.",
    operations={
        "regions": _json("What an image has, and whether one may draw", "about"),
        "regions_view": _json("The shapes in view", "view", *_PLANE, *_sides()),
        "regions_list": _json(
            "A page of the list of shapes",
            "list",
            *_WANTED,
            Parameter("count", _FLAG, "Say how many there are in all, too."),
            Parameter("offset", INDEX, "How many to leave out at the beginning."),
            Parameter("limit", INDEX, "How many at most; api_limit if absent."),
        ),
        "regions_place": _json(
            "Where in the list a shape is",
            "place",
            Parameter("shape", INDEX, "The shape.", required=True, example=1),
            *_WANTED,
        ),
        "regions_shapes": _json("Some shapes, every point of them", "shapes", _IDS),
        "regions_measures": _json(
            "Sizes of shapes, and statistics of the pixels under them",
            "measures",
            _IDS,
            *_PLANE,
            Parameter("channels", TEXT, "Channels, from 0, between commas."),
        ),
        "regions_save": (
            Operation(
                "Save new, changed and deleted shapes",
                (Answer("application/json", "Where they are.", "regions/saved"),),
                method="POST",
                body=reference("regions/changes"),
            ),
        ),
        "regions_file": (
            Operation(
                "All shapes of the list as a file",
                (
                    Answer("application/json", "To draw in again.", "regions/file"),
                    Answer("application/geo+json", "Features, in pixels."),
                    Answer("text/csv", "A table with measurements."),
                ),
                (
                    *_WANTED,
                    Parameter("intensities", _FLAG, "CSV: statistics of channels."),
                ),
            ),
        ),
    },
    schemas=("regions/changes",),
    path_parameters={"iid": "The image.", "form": "The form of the file."},
    errors=(
        Answer(
            "application/json", "Log in first: the public may not see this.", status=401
        ),
        *(
            Answer(kind, said, "regions/message" if "json" in kind else "", status)
            for status, said in _ERRORS.items()
            for kind in ("application/json", "text/html")
        ),
    ),
)

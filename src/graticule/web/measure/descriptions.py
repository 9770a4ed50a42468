"""What can be measured, for the OpenAPI document."""

from __future__ import annotations

from graticule.web.openapi.model import (
    INDEX,
    NUMBER,
    TEXT,
    Answer,
    Door,
    Operation,
    Parameter,
)

_ENDS = tuple(
    Parameter(name, NUMBER, f"{what}, in pixels.", required=True, example=0)
    for name, what in (
        ("x0", "Where the line begins, to the right"),
        ("y0", "Where it begins, down"),
        ("x1", "Where it ends, to the right"),
        ("y1", "Where it ends, down"),
    )
)

DOOR = Door(
    name="measure",
    help="Measurements on images.",
    operations={
        "measure_profile": (
            Operation(
                "Raw values along a line, a pixel apart",
                (Answer("application/json", "The values.", "measure/profile"),),
                (
                    Parameter("image", INDEX, "The image.", required=True),
                    Parameter(
                        "c", TEXT, "Channels from 0.", required=True, example="0"
                    ),
                    *_ENDS,
                    Parameter("z", INDEX, "Which plane, from 0."),
                    Parameter("t", INDEX, "Which time, from 0."),
                    Parameter("width", INDEX, "Of the line; the mean across it."),
                ),
            ),
        ),
    },
    errors=tuple(
        Answer("application/json", text, "measure/error", status=status)
        for status, text in (
            (400, "A parameter cannot be understood, or it is too much."),
            (401, "Nobody is logged in."),
            (404, "No such image, plane or channel, or not visible to you."),
        )
    ),
)

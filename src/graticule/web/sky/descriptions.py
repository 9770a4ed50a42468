"""What can be asked of the sky of an image, for the OpenAPI document."""

from __future__ import annotations

from graticule.web.openapi.model import (
    NUMBER,
    TEXT,
    Answer,
    Door,
    Operation,
    Parameter,
)

_PLACE = (Answer("application/json", "Pixel and position.", "sky/place"),)

DOOR = Door(
    name="sky",
    help="Where on the sky the pixels of an image are.",
    operations={
        "sky_mesh": (
            Operation(
                "A mesh of directions from which every pixel's follows",
                (Answer("application/json", "The mesh.", "sky/mesh"),),
            ),
        ),
        "sky_at": (
            Operation(
                "Where on the sky a pixel is",
                _PLACE,
                (
                    Parameter(
                        "x", NUMBER, "To the right, from 0.", required=True, example=0
                    ),
                    Parameter("y", NUMBER, "Down, from 0.", required=True, example=0),
                ),
            ),
        ),
        "sky_find": (
            Operation(
                "Which pixel shows a position",
                _PLACE,
                (
                    Parameter(
                        "position",
                        TEXT,
                        "05:34:31.9 +22:00:52, 83.633 22.014, or l=184.56 b=-5.78.",
                        required=True,
                        example="83.633 22.014",
                    ),
                ),
            ),
        ),
    },
    path_parameters={"image_id": "The image."},
    errors=tuple(
        Answer("application/json", text, "sky/error", status=status)
        for status, text in (
            (400, "A number or a position cannot be understood."),
            (401, "Nobody is logged in."),
            (404, "No such image, not visible to you, or not of the sky."),
        )
    ),
)

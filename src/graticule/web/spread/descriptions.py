"""What this door's addresses do, for the OpenAPI document; knows no view."""

from __future__ import annotations

from graticule.web.gateway.described import CHANNELS
from graticule.web.openapi.model import (
    IDS,
    INDEX,
    TEXT,
    Answer,
    Door,
    Operation,
    Parameter,
)


def _json(said: str, schema: str) -> tuple[Answer, ...]:
    return (Answer("application/json", said, f"spread/{schema}"),)


DOOR = Door(
    name="spread",
    help="One image's rendering settings for all images beside it.",
    operations={
        "spread": (
            Operation(
                "What an image is in, and how many images its settings fit",
                _json("Datasets and plates.", "targets"),
            ),
            Operation(
                "Save settings for all images of a dataset or plate that they fit; "
                "without c those that apply to the image",
                _json("How many took them, and how to go back.", "spread"),
                method="POST",
                form=(
                    Parameter("to", TEXT, "As dataset-12 or plate-3."),
                    Parameter("toids", IDS, "Images one by one, instead."),
                    *CHANNELS,
                    Parameter("z", INDEX, "The plane seen first, from 0."),
                    Parameter("t", INDEX, "The time seen first, from 0."),
                ),
            ),
        ),
        "spread_undo": (
            Operation(
                "Put back what the images had before",
                _json("What was done.", "error"),
                method="POST",
                form=(Parameter("token", TEXT, "Of the change.", required=True),),
            ),
        ),
    },
    path_parameters={"iid": "The image."},
    errors=tuple(
        Answer("application/json", text, "spread/error", status=status)
        for status, text in (
            (400, "Not understood, or more than a limit allows."),
            (401, "Nobody is logged in."),
            (403, "Not permitted."),
            (404, "Not there, or not visible to you."),
            (405, "Not this way."),
        )
    ),
)

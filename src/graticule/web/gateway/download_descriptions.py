"""What the addresses of downloads do, for the OpenAPI document (contract 11.3-11.5).

A part of :mod:`graticule.web.gateway.descriptions`.
"""

from __future__ import annotations

from graticule.web.gateway.described import RENDERING, json_answer
from graticule.web.openapi.model import (
    CALLBACK,
    IDS,
    INTEGER,
    JSONP,
    TEXT,
    Answer,
    Operation,
    Parameter,
)

_SAVED = "application/force-download"
_CHOICE = (
    Parameter("image", IDS, "The images, where none is in the path."),
    Parameter("well", IDS, "Or wells, each for one of its images."),
    Parameter("index", INTEGER, "Which field of the wells, from 0."),
    Parameter("zipname", TEXT, "What a zip is called."),
)
_REFUSED = (
    Answer("text/plain", "Nothing was asked for.", status=400),
    Answer("text/plain", "It is more than a limit allows.", status=403),
    Answer("text/plain", "Nothing of it is there, or visible to you.", status=404),
    Answer("text/plain", "Too many downloads at once: try again.", status=503),
)
FORMAT = Parameter("format", {"enum": ["jpeg", "png", "tif"]}, "Of the picture.")

DOWNLOADS: dict[str, tuple[Operation, ...]] = {
    "download_as": (
        Operation(
            "Pictures to save: one as it is, several as a zip",
            (Answer(_SAVED, "A picture or a zip of pictures."), *_REFUSED),
            (*_CHOICE, FORMAT, *RENDERING),
        ),
    ),
    "archived_files": (
        Operation(
            "Original files: one as it is, several as a zip",
            (
                Answer(_SAVED, "The file, or a zip of the files."),
                Answer(_SAVED, "The range of the file that was asked for.", status=206),
                Answer(_SAVED, "There is no such range.", status=416),
                *_REFUSED,
            ),
            _CHOICE,
        ),
    ),
    "original_file_paths": (
        Operation(
            "Where the files lie below the served folder",
            (json_answer("original_file_paths"), JSONP),
            (CALLBACK,),
        ),
    ),
}

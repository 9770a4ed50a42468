"""What the addresses of this door do, for the OpenAPI document."""

from __future__ import annotations

from graticule.web.datalink.model import MEDIA_TYPE
from graticule.web.openapi.model import TEXT, Answer, Door, Operation, Parameter

_IDS = Parameter(
    "ID",
    {"type": "array", "items": TEXT},
    "Identifiers of images and plates, ivo://…?image/12 or image/12 for short.",
)
_FORMAT = Parameter(
    "RESPONSEFORMAT", {**TEXT, "enum": ["votable"]}, "A VOTable, for browsers, too."
)
_ANSWERS = (
    Answer(MEDIA_TYPE, "The links, as DataLink 1.1 has them."),
    Answer("text/html", "A page, for browsers."),
)
_ERRORS = tuple(
    Answer(kind, words, status=status)
    for status, words in (
        (400, "Something cannot be understood, or is too much."),
        (401, "Nobody is logged in, and the public sees nothing."),
        (403, "The files hold other images, too, that you may not see."),
        (404, "There is no such thing, or not for you."),
        (405, "Not this verb."),
        (415, "The body is no form."),
    )
    for kind in (
        "application/x-votable+xml",
        "text/plain",
        "text/html",
        "application/json",
    )
)

DOOR = Door(
    name="datalink",
    help="From an image or a plate to all there is of it (DataLink 1.1).",
    operations={
        "datalink_links": (
            Operation("Links of images and plates", _ANSWERS, (_IDS, _FORMAT)),
            Operation(
                "Links of images and plates",
                _ANSWERS,
                method="POST",
                form=(_IDS, _FORMAT),
            ),
        ),
        "datalink_get": (
            Operation(
                "The original file of an image or a plate",
                (
                    Answer("application/octet-stream", "The file, of its own type."),
                    Answer("application/zip", "Several, in one archive."),
                    Answer("application/octet-stream", "A part of it.", status=206),
                    Answer("text/plain", "Too many downloads at once.", status=503),
                ),
                (
                    Parameter("ID", TEXT, "The image or plate.", required=True),
                    Parameter("FILE", TEXT, "One file among several, by its place."),
                ),
            ),
        ),
    },
    errors=_ERRORS,
)

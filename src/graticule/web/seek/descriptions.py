"""What this door answers, for the OpenAPI document; knows no view."""

from __future__ import annotations

from graticule.services.browse import Kind
from graticule.services.search.filters import COLUMNS
from graticule.web.openapi.model import NUMBER, TEXT, Answer, Door, Operation, Parameter

_TEXTS = {"type": "array", "items": {"type": "string"}}
_NUMBERS = {"type": "array", "items": {"type": "integer", "minimum": 1}}
_DAY = {"type": "string", "format": "date"}
_KINDS = {"type": "string", "enum": [kind.value for kind in Kind]}

_FILTERS = (
    Parameter("q", TEXT, "Words, in the language of searches.", example="tif"),
    Parameter("kind", _KINDS, "The only kind that is wanted."),
    Parameter("tag", _TEXTS, "Tags, all of them."),
    Parameter("key", _TEXTS, "Keys, as key or key=words; all of them."),
    Parameter("value", TEXT, "Words of the last key's value, as the form sends them."),
    Parameter("owner", _NUMBERS, "Ids of owners, one of them."),
    Parameter("group", _NUMBERS, "Ids of groups, one of them."),
    Parameter("channel", _TEXTS, "Names of channels, all of them."),
    Parameter("format", _TEXTS, "Formats, one of them."),
    Parameter(
        "position", TEXT, "A place on the sky, as 05:34:31.9 +22:00:52 or 83.6 22.0."
    ),
    Parameter("radius", NUMBER, "How far around it, in minutes of arc."),
    Parameter("since", _DAY, "First day of acquisition, or else of import."),
    Parameter("until", _DAY, "Last day of it."),
    *(
        Parameter(f"{name}_{end}", NUMBER, f"{words} {name}; pixel is in µm.")
        for name in COLUMNS
        for end, words in (("from", "Least"), ("to", "Most"))
    ),
)


def _json(summary: str, schema: str, *parameters: Parameter) -> tuple[Operation, ...]:
    answer = Answer("application/json", "What was asked for.", schema)
    return (Operation(summary, (answer,), parameters),)


DOOR = Door(
    name="seek",
    help="Searching: suggestions while one types, filters with counts, results.",
    operations={
        "seek": _json(
            "What may be meant by a few letters",
            "seek/suggestions",
            Parameter("q", TEXT, "What was typed so far.", example="a"),
        ),
        "seek_facets": _json(
            "What a search could be narrowed to, with counts", "seek/facets", *_FILTERS
        ),
        "seek_ids": _json(
            "Ids of the images found, in order",
            "browse/ids",
            *_FILTERS,
            Parameter("sort", TEXT, "The column to sort by, as in lists of images."),
            Parameter("direction", TEXT, "up or down."),
            Parameter("offset", {"type": "integer", "minimum": 0}, "How many to skip."),
        ),
        "search": (
            Operation(
                "A page of results",
                (Answer("text/html", "A page."),),
                (*_FILTERS, Parameter("page", {"type": "integer"}, "Which, from 1.")),
            ),
        ),
    },
    errors=(
        Answer(
            "application/json", "Log in first: the public may not see this.", status=401
        ),
        Answer("", "A filter cannot be understood.", status=400),
    ),
)

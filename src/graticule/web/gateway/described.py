"""Parameters and answers that many of the gateway's addresses share (contract 3).

The pieces of :mod:`graticule.web.gateway.descriptions`.
"""

from __future__ import annotations

from graticule.web.openapi.model import (
    IDS,
    INTEGER,
    TEXT,
    Answer,
    Parameter,
    reference,
)


def picture(media_type: str, said: str = "The picture.") -> Answer:
    """Describe a picture."""
    return Answer(media_type, said)


def json_answer(*schemas: str, or_false: bool = False) -> Answer:
    """Describe a JSON answer by schema files of this door.

    Parameters
    ----------
    schemas
        Several where the query decides between shapes.
    or_false
        Whether it is ``false`` where there is nothing to answer.
    """
    said = "What was asked for."
    names = [f"gateway/{schema}" for schema in schemas]
    if len(names) == 1 and not or_false:
        return Answer("application/json", said, names[0])
    shapes = [reference(name) for name in names]
    if or_false:
        shapes.append({"const": False})
    return Answer("application/json", said, body={"anyOf": shapes})


JPEG = (
    picture("image/jpeg"),
    Answer("", "The picture that the client has is still right.", status=304),
)

CHANNELS = (
    Parameter(
        "c",
        TEXT,
        "Channels that are on, with window and colour or lookup table; -2 is off.",
        example="1|100:600$0000FF,-2,3|20:900$cool.lut",
    ),
    Parameter(
        "maps",
        TEXT,
        "A JSON list, one entry for each of c: inverted, quantization.",
        example='[{"inverted": {"enabled": true}}]',
    ),
    Parameter("m", {"enum": ["c", "g"]}, "In colour, or the first channel in grey."),
)
RENDERING = (
    *CHANNELS,
    Parameter(
        "p",
        TEXT,
        "Projection along z: normal, intmax, intmean or intsum, |2:8 for a range.",
        example="intmax|2:8",
    ),
    Parameter(
        "q", {"type": "number", "minimum": 0, "maximum": 1}, "Quality of the JPEG."
    ),
    Parameter("ia", {"enum": ["0", "1"]}, "Swap the sizes of z and t."),
)
TILE = (
    Parameter(
        "tile",
        TEXT,
        "resolution,column,row[,width,height]; resolution 0 is full size.",
        example="0,0,0,256,256",
    ),
    Parameter(
        "region", TEXT, "x,y,width,height in pixels of full size.", example="0,0,64,64"
    ),
)
SIZE = (
    Parameter("z", INTEGER, "The plane, from 0."),
    Parameter("t", INTEGER, "The time, from 0."),
    Parameter("rdefId", INTEGER, "Somebody's settings instead of one's own."),
)
SHAPE_COLOR = Parameter(
    "color", {"enum": ["f00", "0f0", "00f", "ff0", "fff", "000"]}, "Of the outline."
)
FORM_RENDERING = (
    *CHANNELS,
    Parameter("z", INTEGER, "The plane that opens first, from 1."),
    Parameter("t", INTEGER, "The time that opens first, from 1."),
)
TARGETS = (
    Parameter("toids", IDS, "What to change."),
    Parameter(
        "to_type",
        {"enum": ["image", "dataset", "plate", "acquisition"]},
        "What those are.",
    ),
)

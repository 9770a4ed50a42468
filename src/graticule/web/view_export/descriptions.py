"""What figures can be, for the OpenAPI document; knows no view."""

from __future__ import annotations

from graticule.web.gateway.described import CHANNELS
from graticule.web.openapi.model import (
    INDEX,
    NUMBER,
    TEXT,
    Answer,
    Door,
    Operation,
    Parameter,
)
from graticule.web.view_export.params import CORNERS, FORMATS, NONE

_PICTURES = (
    Answer("image/png", "The figure; its resolution stands in pHYs."),
    Answer("image/tiff", "RGB, with resolution and, as OME-XML, the pixels' size."),
    Answer("image/svg+xml", "The picture embedded; all else as vectors and text."),
    Answer("", "The figure that the client has is still right.", status=304),
)
_PARAMETERS = (
    Parameter("format", {"enum": list(FORMATS)}, "png if absent."),
    Parameter("z", INDEX, "The plane, from 0; the one seen first if absent."),
    Parameter("t", INDEX, "The time, from 0."),
    Parameter(
        "region",
        TEXT,
        "x,y,width,height in pixels of the full-size image; all of it if absent.",
        example="0,0,64,64",
    ),
    *CHANNELS,
    Parameter("p", TEXT, "Projection along z, as intmax or intmax|2:8."),
    Parameter("width", INDEX, "Pixels of the figure; those of the image if absent."),
    Parameter("dpi", NUMBER, "Pixels per inch on paper; 300 if absent."),
    Parameter("bar", TEXT, "Scale bar: none, auto, or micrometres.", example="auto"),
    Parameter("bar_at", {"enum": list(CORNERS)}, "Where; bottom-right if absent."),
    Parameter("bar_color", TEXT, "Six hexadecimal digits; ffffff if absent."),
    Parameter("bar_label", {"enum": ["true", "false"]}, "Its length in words."),
    Parameter("names", {"enum": [NONE, *CORNERS]}, "Where the channels' names stand."),
    Parameter(
        "regions",
        {"enum": [NONE, "shapes", "texts"]},
        "Regions of interest in view, without or with their texts.",
    ),
    Parameter("text", NUMBER, "Letters in points; a share of the figure if absent."),
)

DOOR = Door(
    name="view_export",
    help="The view of an image as a figure for a paper or a talk.",
    operations={
        "view_export": (
            Operation("A part of an image as a figure", _PICTURES, _PARAMETERS),
        ),
    },
    path_parameters={"iid": "The image."},
    errors=tuple(
        Answer("application/json", text, "view_export/error", status=status)
        for status, text in (
            (400, "A parameter cannot be understood, or the figure is too large."),
            (401, "Nobody is logged in."),
            (404, "No such image, plane or region, or not visible to you."),
            (405, "Not this way."),
        )
    ),
)

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
)

_ERRORS = {
    400: "Not understood, or larger than a limit allows.",
    403: "Not permitted.",
    404: "Not there, or not visible to you.",
    405: "Not this way.",
}
_PAGING = (
    Parameter("offset", INDEX, "How many to leave out at the beginning."),
    Parameter("limit", INDEX, "How many at most; api_limit if absent."),
)
_PLANE = (
    Parameter("z", INDEX, "The plane, from 0.", required=True, example=0),
    Parameter("t", INDEX, "The time, from 0.", required=True, example=0),
)


def _json(summary: str, schema: str, *parameters: Parameter) -> tuple[Operation, ...]:
    answer = Answer("application/json", "What was asked for.", f"iviewer/{schema}")
    return (Operation(summary, (answer,), parameters),)


DOOR = Door(
    name="iviewer",
    help="What OMERO.iviewer asks of a server.",
    operations={
        "iviewer": (
            Operation(
                "The page of OMERO.iviewer",
                (Answer("text/html", "The page of the client."),),
            ),
        ),
        "iviewer_image_data": _json("imgData with dates and counts", "image_data"),
        "iviewer_delta_t": _json("When the planes were taken", "delta_t"),
        "iviewer_roi_image_data": _json("The image of a ROI or shape", "image_data"),
        "iviewer_page_data": _json("Where a ROI is among the others", "page_data"),
        "iviewer_rois_by_plane": _json("ROIs on some planes", "list", *_PAGING),
        "iviewer_plane_shape_counts": _json(
            "How many shapes are on each plane", "plane_shape_counts"
        ),
        "iviewer_well_images": _json(
            "The images of a well",
            "list",
            Parameter("id", INDEX, "The well.", required=True),
            *_PAGING,
        ),
        "iviewer_get_intensity": _json(
            "The values of pixels around a place",
            "intensity",
            Parameter("image", INDEX, "The image.", required=True),
            *_PLANE,
            Parameter("x", NUMBER, "The column.", required=True, example=0),
            Parameter("y", NUMBER, "The row.", required=True, example=0),
            Parameter("c", TEXT, "Channels, from 0, between commas.", example="0"),
        ),
        "iviewer_shape_stats": _json(
            "Measurements of the pixels of shapes",
            "shape_stats",
            Parameter("ids", TEXT, "Shapes, between commas.", required=True),
            *_PLANE,
            Parameter("cs", TEXT, "Channels, from 0, between commas.", example="0"),
        ),
        "iviewer_save_projection": _json(
            "Save a projection as a new image",
            "saved_projection",
            Parameter("image", INDEX, "The image.", required=True),
            Parameter(
                "projection",
                {"enum": ["intmax", "intmean", "intsum"]},
                "What becomes of the values along z.",
                required=True,
                example="intmax",
            ),
            Parameter("start", INDEX, "The first plane, from 0; 0 if absent."),
            Parameter("end", INDEX, "The last plane, counted, too."),
            Parameter("dataset", INDEX, "Where it goes; beside the image if absent."),
        ),
        "iviewer_persist_rois": (
            Operation(
                "Save shapes that were drawn, changed or deleted",
                (Answer("application/json", "Their ids.", "iviewer/saved"),),
                method="POST",
                body={
                    "type": "object",
                    "properties": {
                        "imageId": {"type": "integer"},
                        "rois": {"type": "object"},
                    },
                    "required": ["imageId", "rois"],
                },
            ),
        ),
    },
    path_parameters={
        "iid": "The image.",
        "kind": "What the number is of.",
        "thing": "The ROI or shape.",
        "z": "The plane, from 0; the first of several.",
        "last_z": "The last of several planes.",
        "t": "The time, from 0.",
    },
    errors=(
        Answer("", "To the login page, where the public may not see this.", status=302),
        *(
            Answer(kind, said, "iviewer/message" if "json" in kind else "", status)
            for status, said in _ERRORS.items()
            for kind in ("application/json", "text/html")
        ),
    ),
)

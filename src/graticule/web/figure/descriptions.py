"""What this door's addresses do, for the OpenAPI document; knows no view."""

from __future__ import annotations

from graticule.web.gateway.described import JPEG, RENDERING, picture
from graticule.web.openapi.model import (
    IDS,
    INDEX,
    TEXT,
    Answer,
    Door,
    Operation,
    Parameter,
)

_PAGING = (
    Parameter("offset", INDEX, "How many to leave out at the beginning."),
    Parameter("limit", INDEX, "How many at most; api_limit if absent."),
)
_IMAGES = Parameter("image", IDS, "The images.", example=[1])
_LISTED = Parameter("image", TEXT, "The images, separated by commas.", example="1,2")
_FIGURE = Parameter("fileId", INDEX, "The figure to overwrite, or to delete.")
_PAGE = Answer("text/html", "The page of the client.")
_ERRORS = {
    400: "Not understood, or larger than a limit allows.",
    403: "Not permitted.",
    404: "Not there, or not visible to you.",
}


def _json(summary: str, schema: str, *parameters: Parameter) -> tuple[Operation, ...]:
    answer = Answer("application/json", "What was asked for.", f"figure/{schema}")
    return (Operation(summary, (answer,), parameters),)


def _picture(summary: str, *parameters: Parameter) -> tuple[Operation, ...]:
    return (Operation(summary, JPEG, parameters),)


def _form(summary: str, answer: Answer, *form: Parameter) -> tuple[Operation, ...]:
    return (Operation(summary, (answer,), method="POST", form=form),)


_DONE = Answer("application/json", "It is done.", "figure/done")

DOOR = Door(
    name="figure",
    help="What OMERO.figure asks of a server.",
    operations={
        "figure_index": (Operation("The page of OMERO.figure", (_PAGE,)),),
        "figure_imgData": _json("imgData with units and parents", "image_data"),
        "figure_roiCount": _json("How many ROIs an image has", "roi_count"),
        "figure_roiRectangles": _json(
            "ROIs with rectangles", "roi_rectangles", *_PAGING
        ),
        "figure_timestamps": _json("When images were taken", "timestamps", _IMAGES),
        "figure_z_scale": _json("The distance of planes", "z_scale", _IMAGES),
        "figure_pixels_type": _json("Pixel types of images", "pixels_type", _IMAGES),
        "figure_images_details": _json("Whose images are", "images_details", _LISTED),
        "figure_unit_conversion": _json("A length in another unit", "unit_conversion"),
        "figure_render_scaled_region": _picture(
            "A region as a picture of bounded size, grey beside the image",
            Parameter(
                "region",
                TEXT,
                "x,y,width,height in pixels of the full size.",
                required=True,
                example="-10,-10,200,100",
            ),
            Parameter(
                "max_size",
                {"type": "integer", "minimum": 1, "maximum": 2000},
                "The longest side of the picture; 2000 if absent.",
            ),
            *RENDERING,
        ),
        "figure_max_projection_range_exceeded": (
            Operation("Why there is no projection", (picture("image/jpeg"),)),
        ),
        "figure_render_thumbnail": (
            Operation("A thumbnail, or a grey picture", (picture("image/jpeg"),)),
        ),
        "list_web_figures": _json("The figures you may see", "figure_list"),
        "load_web_figure": _json("A figure as it was saved", "figure"),
        "save_web_figure": _form(
            "Save a figure",
            Answer("text/plain", "Its id as a bare number."),
            Parameter(
                "figureJSON",
                TEXT,
                "The figure, a JSON object.",
                required=True,
                example='{"figureName": "A", "panels": []}',
            ),
            _FIGURE,
        ),
        "delete_web_figure": _form("Delete a figure", _DONE, _FIGURE),
        "figure_chgrp": _form(
            "Move figures to another group",
            _DONE,
            Parameter("ann_id", TEXT, "Their ids, separated by commas."),
            Parameter("group_id", INDEX, "The group."),
        ),
    },
    path_parameters={
        "iid": "Id of an image.",
        "z": "Plane, from 0.",
        "t": "Time point, from 0.",
        "file_id": "Id of a figure.",
        "value": "A number.",
        "unit": "Name of a unit, such as MICROMETER.",
        "into": "Name of a unit.",
    },
    errors=tuple(
        answer
        for status, said in _ERRORS.items()
        for answer in (
            Answer("application/json", said, "figure/error", status),
            Answer("text/html", said, status=status),
        )
    ),
)

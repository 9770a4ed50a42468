"""What the gateway's addresses do, for the OpenAPI document (contract webgateway 1).

One table for pictures, one for JSON, one for what changes something; a test holds
them against the addresses that are served. Knows no view.
"""

from __future__ import annotations

from typing import Any

from graticule.web.gateway.described import (
    CHANNELS,
    FORM_RENDERING,
    JPEG,
    RENDERING,
    SHAPE_COLOR,
    SIZE,
    TARGETS,
    TILE,
    json_answer,
    picture,
)
from graticule.web.gateway.download_descriptions import DOWNLOADS
from graticule.web.gateway.table_descriptions import SCHEMAS, TABLES
from graticule.web.openapi.model import (
    CALLBACK,
    IDS,
    INDEX,
    INTEGER,
    JSONP,
    TEXT,
    Answer,
    Door,
    Operation,
    Parameter,
)

_AS_OMERO = (
    "Not there, or not understood: so OMERO.web has it. With the setting "
    "true_statuses it is 404 or 400."
)
_GIF = (picture("image/gif", "The values as curves, on a transparent ground."),)
_PNG = "image/png"
_DEBUG = Parameter(
    "debug",
    {"type": "array", "items": {"enum": ["fail", "error"]}},
    "Answer as if something had gone wrong (contract 2.7).",
)


def _json_error(said: str, status: int) -> Answer:
    """Describe an error of an address that answers JSON."""
    return Answer("application/json", said, "gateway/error", status)


def _get(
    summary: str, answer: Answer, *parameters: Parameter, jsonp: bool = True
) -> tuple[Operation, ...]:
    """Describe an address that answers JSON."""
    if not jsonp:
        return (Operation(summary, (answer,), parameters),)
    return (Operation(summary, (answer, JSONP), (*parameters, CALLBACK)),)


PICTURES: dict[str, tuple[Operation, ...]] = {
    "webgateway_render_image": (Operation("A whole plane", JPEG, RENDERING),),
    "webgateway_render_image_region": (
        Operation("A tile or a region", JPEG, (*TILE, *RENDERING)),
    ),
    "webgateway_render_image_rdef": (
        Operation("A whole plane, with complete settings", JPEG, RENDERING),
    ),
    "webgateway_render_image_region_rdef": (
        Operation(
            "A tile or a region, with complete settings", JPEG, (*TILE, *RENDERING)
        ),
    ),
    "webgateway_render_split_channel": (
        Operation("Each channel, and all together, in a grid", JPEG, RENDERING),
    ),
    "webgateway_render_row_plot": (
        Operation("The values along a row", _GIF, (*CHANNELS, _DEBUG)),
    ),
    "webgateway_render_col_plot": (
        Operation("The values along a column", _GIF, (*CHANNELS, _DEBUG)),
    ),
    "webgateway_render_birds_eye_view": (Operation("An overview", JPEG, SIZE),),
    "webgateway_render_thumbnail": (Operation("A thumbnail", JPEG, SIZE),),
    "webgateway_render_roi_thumbnail": (
        Operation("A ROI on its piece of the image", JPEG, (SHAPE_COLOR, *CHANNELS)),
    ),
    "webgateway_render_shape_thumbnail": (
        Operation("A shape on its piece of the image", JPEG, (SHAPE_COLOR, *CHANNELS)),
    ),
    "render_shape_mask": (
        Operation("A mask", (picture(_PNG, "Transparent outside the mask."),)),
    ),
    "webgateway_luts_png": (
        Operation(
            "All lookup tables in one picture",
            (picture(_PNG, "Ten rows for each table, a shadow below."),),
        ),
    ),
}

_OME_TIFF = (
    Answer("image/tiff", "The image."),
    Answer("application/zip", "Several images, each an OME-TIFF."),
    Answer("application/json", "With dryrun: how many.", body={"type": "integer"}),
    Answer("", "To the file, where exports are kept.", status=302),
)
_MOVIE = (
    Answer("video/mp4", "The movie."),
    Answer("video/mpeg", "The movie."),
    Answer("video/x-ms-wmv", "The movie."),
    Answer("", "To the file, where exports are kept.", status=302),
)
EXPORTS: dict[str, tuple[Operation, ...]] = {
    "webgateway_render_ome_tiff": (
        Operation(
            "Images as OME-TIFF",
            _OME_TIFF,
            (
                Parameter("selection", TEXT, "Of a dataset, only these: 1,2,3."),
                Parameter("dryrun", TEXT, "Not empty: say how many they are."),
                CALLBACK,
            ),
        ),
    ),
    "webgateway_render_movie": (
        Operation(
            "A movie along z or t",
            _MOVIE,
            (
                *RENDERING,
                Parameter("fps", INTEGER, "Frames a second, 1 to 120; 4 if absent."),
                Parameter(
                    "format",
                    {"enum": ["quicktime", "mpeg", "wmv"]},
                    "MP4 (if absent), MPEG or WMV.",
                ),
            ),
        ),
    ),
}

JSON: dict[str, tuple[Operation, ...]] = {
    "webgateway_get_thumbnail_json": _get(
        "A thumbnail as a data URI", json_answer("thumbnail"), *SIZE
    ),
    "webgateway_get_thumbnails_json": _get(
        "Many thumbnails as data URIs",
        json_answer("thumbnails"),
        Parameter("id", IDS, "Images; at most thumbnails_batch of them."),
        *SIZE,
    ),
    "webgateway_imageData_json": _get(
        "Everything a viewer needs to know of an image",
        Answer("application/json", "Or the part that the key names."),
        Parameter(
            "getDefaults",
            {"enum": ["true"]},
            "The settings made at import instead of the saved ones.",
        ),
    ),
    "webgateway_listProjects_json": _get("Projects", json_answer("project_list")),
    "webgateway_projectDetail_json": _get("A project", json_answer("simple")),
    "webgateway_listDatasets_json": _get(
        "The datasets of a project", json_answer("dataset_list")
    ),
    "webgateway_datasetDetail_json": _get("A dataset", json_answer("simple")),
    "webgateway_listimages_json": _get(
        "The images of a dataset",
        json_answer("image_list", "image_list_tiled"),
        Parameter("tiled", TEXT, "Any text: say how large the images are, too."),
    ),
    "webgateway_search_json": _get(
        "Full-text search",
        Answer("application/json", "Things; with grabData what imgData says of each."),
        Parameter("text", TEXT, "What to look for.", example="name:photo* OR gfp"),
        Parameter("ctx", {"enum": ["imgs"]}, "Images only."),
        Parameter("author", TEXT, "Only what belongs to somebody so called."),
        Parameter("parents", TEXT, "Any text: what each thing hangs in, too."),
        Parameter("grabData", TEXT, "Any text, with ctx: answer imgData of each."),
        Parameter("key", TEXT, "With grabData: the part of it.", example="meta"),
        Parameter("start", INDEX, "Which of all that was found comes first."),
        Parameter("limit", INDEX, "How many; 0 is all."),
    ),
    "webgateway_listwellimages_json": _get(
        "The images of a well",
        json_answer("well_images"),
        Parameter("run", INTEGER, "Only those of this plate acquisition."),
    ),
    "webgateway_wellData_json": _get("A well", json_answer("well")),
    "webgateway_plategrid_json": _get(
        "A plate as a grid of wells",
        json_answer("plate_grid"),
        Parameter("size", INDEX, "The longest side of the thumbnails named."),
        Parameter(
            "layout", {"enum": ["expand", "trim", "shrink"]}, "How much of it is shown."
        ),
    ),
    "webgateway_get_rois_json": _get("The ROIs of an image", json_answer("roi_list")),
    "webgateway_get_shape_json": _get(
        "A shape", Answer("application/json", "As in the list of ROIs."), jsonp=False
    ),
    "webgateway_listLuts_json": _get(
        "The lookup tables",
        json_answer("luts"),
        Parameter("rgb", {"enum": ["true"]}, "Their colours, too."),
    ),
    "webgateway_get_image_rdef_json": _get(
        "The settings on the clipboard", json_answer("clipboard")
    ),
    "webgateway_get_image_rdefs_json": _get(
        "Everybody's settings of an image", json_answer("image_rdefs")
    ),
    "webgateway_list_compatible_imgs_json": _get(
        "Images of the project with the same channels",
        json_answer("image_ids", or_false=True),
    ),
    "histogram_json": (
        Operation(
            "The histogram of one plane",
            (
                json_answer("histogram"),
                Answer(
                    "application/json",
                    "Too many bins, or too large a plane.",
                    "gateway/histogram_error",
                    400,
                ),
            ),
            (
                Parameter("theZ", INTEGER, "The plane, from 0."),
                Parameter("theT", INTEGER, "The time, from 0."),
                Parameter("bins", INTEGER, "How many; 256 if absent."),
            ),
        ),
    ),
    "webgateway_open_with_options": _get(
        "Other viewers to open things with", json_answer("open_with")
    ),
}

CHANGES: dict[str, tuple[Operation, ...]] = {
    "webgateway_save_image_rdef_json": (
        Operation(
            "Save your settings of an image",
            (json_answer("truth"), JSONP),
            (*CHANNELS, CALLBACK),
            method="POST",
            form=FORM_RENDERING,
        ),
    ),
    "webgateway_copy_image_rdef_json": (
        Operation(
            "Put settings on the clipboard",
            (json_answer("truth"),),
            (Parameter("fromid", INDEX, "The image to copy from."), *CHANNELS),
        ),
        Operation(
            "Put settings onto other images",
            (json_answer("copied", "truth"),),
            (Parameter("fromid", INDEX, "The image to copy from."),),
            method="POST",
            form=(*TARGETS, *FORM_RENDERING),
        ),
    ),
    "reset_rdef_json": (
        Operation(
            "Go back to the settings made at import",
            (json_answer("image_ids", or_false=True),),
            method="POST",
            form=TARGETS,
        ),
    ),
    "reset_owners_rdef_json": (
        Operation(
            "Take over the owner's settings",
            (json_answer("image_ids", or_false=True),),
            method="POST",
            form=TARGETS,
        ),
    ),
}

PAGES: dict[str, tuple[Operation, ...]] = {
    "webgateway": (
        Operation("A greeting", (Answer("text/html", "Its path is the prefix."),)),
    ),
    "webgateway_su": (
        Operation("Ask before becoming this person", (Answer("text/html", "A form."),)),
        Operation(
            "Become this person, for administrators",
            (json_answer("truth"),),
            method="POST",
        ),
    ),
    "temp_file": (
        Operation(
            "An exported file, for whom it was made",
            (Answer("application/octet-stream", "The file."),),
        ),
    ),
    "webgateway_full_viewer": (
        Operation("The viewer", (Answer("text/html", "A page."),), CHANNELS),
    ),
}

_ID_OF: dict[str, Any] = {
    "iid": "The image.",
    "img_id": "The image.",
    "pid": "The project or plate.",
    "did": "The dataset or well.",
    "wid": "The well.",
    "roi_id": "The ROI.",
    "shape_id": "The shape.",
    "z": "The plane, from 0.",
    "t": "The time, from 0.",
    "ctx": "What the id is of: p project, d dataset, w well, else an image.",
    "cid": "The container or image.",
    "axis": "What the movie runs along, z or t.",
    "pos": "The t of a movie along z, or the z of one along t; from 1.",
    "x": "The column, from 0.",
    "y": "The row, from 0.",
    "w": "The width in pixels.",
    "h": "The height in pixels.",
    "fileid": "The file of the table.",
    "objtype": "A class, or a class and the way from it to the object: Plate.wells.",
    "objid": "The object.",
    "key": "A key of the answer, to have that part alone.",
    "field": "The field of each well, from 0.",
    "acquisition": "The plate acquisition that fields are counted in.",
    "channel": "The channel, from 0.",
    "user": "A user name.",
    "name": "What the file is called.",
}

DOOR = Door(
    name="gateway",
    help="The interface of OMERO.web's webgateway.",
    operations=PICTURES | DOWNLOADS | EXPORTS | JSON | CHANGES | PAGES | TABLES,
    path_parameters=_ID_OF,
    errors=(
        Answer("", "To the login page, where the public may not see this.", status=302),
        Answer("text/html", "A parameter cannot be understood.", status=400),
        _json_error("A parameter cannot be understood.", 400),
        Answer("text/html", "Not permitted.", status=403),
        _json_error("Not permitted.", 403),
        Answer("text/html", "Not there, or not visible to you.", status=404),
        _json_error("Not there, or not visible to you.", 404),
        Answer("text/javascript", "The same as OMERO.web has it.", status=400),
        Answer("text/javascript", "The same as OMERO.web has it.", status=404),
        Answer("text/javascript", _AS_OMERO, status=500),
        Answer("text/html", "Not this way.", status=405),
        _json_error("Not this way.", 405),
        Answer("text/html", _AS_OMERO, status=500),
        _json_error(_AS_OMERO, 500),
    ),
    schemas=(
        *SCHEMAS,
        *(
            f"gateway/{name}"
            for name in (
                *("copied", "image_ids", "image_list", "image_list_tiled"),
                "truth",
            )
        ),
    ),
)

"""What this door's addresses do, for the OpenAPI document; knows no view."""

from __future__ import annotations

from graticule.web.gateway.described import RENDERING, SIZE, picture
from graticule.web.gateway.descriptions import DOOR as GATEWAY
from graticule.web.gateway.download_descriptions import FORMAT
from graticule.web.openapi.model import (
    CALLBACK,
    IDS,
    INDEX,
    JSONP,
    TEXT,
    Answer,
    Door,
    Operation,
    Parameter,
)

_SAME = {
    "webclient_render_image": "webgateway_render_image",
    "webclient_render_image_region": "webgateway_render_image_region",
    "webclient_render_birds_eye_view": "webgateway_render_birds_eye_view",
    "webclient_render_row_plot": "webgateway_render_row_plot",
    "webclient_render_col_plot": "webgateway_render_col_plot",
    "webclient_render_split_channel": "webgateway_render_split_channel",
    "webclient_imgData": "webgateway_imageData_json",
    "webclient_img_detail": "webgateway_full_viewer",
    "webclient_saveImgRDef": "webgateway_save_image_rdef_json",
    "webclient_getImgRDef": "webgateway_get_image_rdef_json",
    "webclient_copyImgRDef": "webgateway_copy_image_rdef_json",
    "webclient_luts": "webgateway_listLuts_json",
    "webclient_get_thumbnail": "webgateway_get_thumbnail_json",
    "webclient_get_thumbnails": "webgateway_get_thumbnails_json",
}
_WITHIN = ("project", "dataset", "screen", "plate", "run", "well", "image")


def _json(summary: str, schema: str, *parameters: Parameter) -> tuple[Operation, ...]:
    answer = Answer("application/json", "What was asked for.", f"webclient/{schema}")
    return (Operation(summary, (answer, JSONP), (*parameters, CALLBACK)),)


_OWN: dict[str, tuple[Operation, ...]] = {
    "webindex": (
        Operation(
            "The way to the pages",
            (Answer("", "To a page.", status=302),),
            (Parameter("show", TEXT, "What to show.", example="image-1"),),
        ),
    ),
    "webclient_render_image_download": (
        Operation(
            "A whole plane to save",
            (Answer("application/force-download", "A picture."),),
            (FORMAT, *RENDERING),
        ),
    ),
    "webclient_render_thumbnail": (
        Operation(
            "A thumbnail, or a grey picture",
            (picture("image/jpeg", "JPEG; the grey picture is PNG."),),
            SIZE,
        ),
    ),
    "webclient_paths_to_object": _json(
        "The ways down to an object",
        "paths",
        *(
            Parameter(name, INDEX, f"The {name}, or one on the way.")
            for name in (*_WITHIN, "roi", "shape")
        ),
        Parameter("page_size", {"type": "integer", "minimum": 1}, "Of a list."),
    ),
    "webclient_annotations": _json(
        "The annotations on objects",
        "annotations",
        Parameter("type", TEXT, "tag, map, comment, file, rating or custom."),
        Parameter("ns", TEXT, "Only of this namespace."),
        *(Parameter(name, IDS, "What bears them.") for name in _WITHIN),
    ),
    "webclient_keepalive_ping": (
        Operation("That the session lives", (Answer("text/plain", "OK."),)),
    ),
    "webclient_activities_json": _json("What is being worked at", "activities"),
}

DOOR = Door(
    name="webclient",
    help="The few addresses of OMERO.web's own client that others ask for.",
    operations=_OWN
    | {ours: GATEWAY.operations[theirs] for ours, theirs in _SAME.items()},
    path_parameters=GATEWAY.path_parameters,
    errors=GATEWAY.errors,
)

"""What clients are told; part of the one table of settings."""

from __future__ import annotations

from graticule.config import kinds
from graticule.config.setting import Setting

_GROUP = "What clients are told"

ROWS: tuple[Setting, ...] = (
    Setting(
        "lut_folders",
        kinds.paths,
        "",
        "Folders with further lookup tables (*.lut), separated by commas.",
        _GROUP,
    ),
    Setting(
        "thumbnail_length",
        kinds.whole,
        "96",
        "Longest side of a thumbnail when none is asked for.",
        _GROUP,
    ),
    Setting(
        "initial_zoom_level",
        kinds.integer,
        "0",
        "Zoom level viewers start with; negative ones count from the largest.",
        _GROUP,
    ),
    Setting(
        "api_absolute_url",
        kinds.text,
        "request",
        "What addresses in answers of the JSON API start with, such as "
        "https://images.example.org; may be empty. request: the scheme and host that "
        "were asked.",
        _GROUP,
    ),
    Setting(
        "plate_layout",
        kinds.plate_layout,
        "expand",
        "How much of a plate clients are shown: expand (the smallest standard plate "
        "that holds all wells), trim (up to the last well) or shrink (from the first "
        "well to the last).",
        _GROUP,
    ),
    Setting(
        "open_with",
        kinds.viewers,
        "[]",
        "Other viewers that clients may offer: a JSON list of [name, address or name "
        "of a route, {options}]; options are supported_objects, target, label and "
        "script_url.",
        _GROUP,
    ),
    Setting(
        "image_page",
        kinds.image_page,
        "graticule",
        "What the address img_detail shows, where clients send people who want to see "
        "an image: graticule, or one of the installed clients viewport and iviewer.",
        _GROUP,
    ),
    Setting(
        "true_statuses",
        kinds.boolean,
        "false",
        "Answer 404 or 400 where OMERO.web's gateway answers 500 to what is not there "
        "or cannot be understood. Its own clients expect the 500.",
        _GROUP,
    ),
    Setting(
        "interpolate_pixels",
        kinds.boolean,
        "true",
        "Whether viewers smooth enlarged pixels.",
        _GROUP,
    ),
)

"""The one table of settings.

Environment, file, flags, ``graticule settings`` and the reference page all read
:data:`SETTINGS`. A value comes from, first found wins: a flag of the command
line, the variable ``GRATICULE_<NAME>`` (or ``GRATICULE_<NAME>_FILE``, a file
that holds it), the file ``graticule.toml`` in the home folder, the default. An
unknown or malformed setting refuses to start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from graticule.config import kinds


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table.

    ``default`` is written as people would write it, and parsed like theirs.
    """

    name: str
    kind: Callable[[str], Any]
    default: str
    help: str
    group: str
    secret: bool = False

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return f"GRATICULE_{self.name.upper()}"


def default_home() -> Path:
    """Where state lies when nothing else is said."""
    return user_data_path("graticule", appauthor=False)


_STORE = "State"
_SERVER = "Server"
_PEOPLE = "People"
_LIMITS = "Limits"
_CACHES = "Caches"
_LOOKS = "What clients are told"

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "home",
        kinds.path,
        str(default_home()),
        "Folder for everything Graticule writes: database, caches, pyramids, keys.",
        _STORE,
    ),
    Setting(
        "database_url",
        kinds.text,
        "",
        "Where the catalogue lies: empty for an SQLite file in the home folder, or "
        "postgresql://user:password@host:5432/name.",
        _STORE,
        secret=True,
    ),
    Setting(
        "database_connections",
        kinds.whole,
        "8",
        "Connections each worker keeps to PostgreSQL.",
        _STORE,
    ),
    Setting(
        "secret_key",
        kinds.text,
        "",
        "Signs cookies. Empty: a random one is made once and kept in the home folder.",
        _STORE,
        secret=True,
    ),
    Setting(
        "log_level",
        kinds.log_level,
        "info",
        "How much is logged: debug, info, warning or error.",
        _STORE,
    ),
    Setting(
        "host",
        kinds.text,
        "127.0.0.1",
        "Address to listen on. Another one than this machine's own needs "
        "public = true or anonymous_access = false.",
        _SERVER,
    ),
    Setting(
        "port",
        kinds.port,
        "8017",
        "Port to listen on; 0 takes a free one.",
        _SERVER,
    ),
    Setting(
        "workers",
        kinds.whole,
        "0",
        "Server processes; 0 takes one for each processor core, at most 8.",
        _SERVER,
    ),
    Setting(
        "threads",
        kinds.whole,
        "4",
        "Requests each worker handles at once.",
        _SERVER,
    ),
    Setting(
        "public",
        kinds.boolean,
        "false",
        "Say true to serve to other machines without logins.",
        _SERVER,
    ),
    Setting(
        "allowed_hosts",
        kinds.names,
        "",
        "Host names the server answers to, separated by commas. Empty: localhost "
        "while it listens on this machine only, else any.",
        _SERVER,
    ),
    Setting(
        "trusted_origins",
        kinds.names,
        "",
        "Origins such as https://images.example.org whose forms are accepted behind "
        "a proxy.",
        _SERVER,
    ),
    Setting(
        "behind_proxy",
        kinds.boolean,
        "false",
        "Believe X-Forwarded-Proto, X-Forwarded-Host and the last address of "
        "X-Forwarded-For. Only behind a proxy that sets them itself.",
        _SERVER,
    ),
    Setting(
        "url_prefix",
        kinds.text,
        "",
        "Path before every URL, such as /images, when a proxy mounts the server there.",
        _SERVER,
    ),
    Setting(
        "gzip",
        kinds.boolean,
        "false",
        "Whether long texts and JSON are compressed on the way, but for answers that "
        "hold a token for forms. A proxy in front may do that as well.",
        _SERVER,
    ),
    Setting(
        "debug",
        kinds.boolean,
        "false",
        "Show tracebacks in the browser. Never on a server others can reach.",
        _SERVER,
    ),
    Setting(
        "anonymous_access",
        kinds.boolean,
        "true",
        "Whether people who have not logged in see what the group 'public' holds, "
        "read-only.",
        _PEOPLE,
    ),
    Setting(
        "public_get_only",
        kinds.boolean,
        "false",
        "Whether people who have not logged in may only GET, as OMERO.web has it: no "
        "HEAD, no settings too long for an address; cuts of tables may be posted all "
        "the same. They change nothing either way.",
        _PEOPLE,
    ),
    Setting(
        "public_url_filter",
        kinds.pattern,
        "",
        "Regular expression that must be found somewhere in the path of what people "
        "ask for who have not logged in, such as ^/webgateway/. Empty: any path; "
        "anonymous_access is the switch for all of it.",
        _PEOPLE,
    ),
    Setting(
        "credentials_in_query",
        kinds.boolean,
        "false",
        "Whether ?username=…&password=… or ?bsession=<session key> in an address logs "
        "in. Addresses end up in logs and histories: tokens are safer.",
        _PEOPLE,
    ),
    Setting(
        "failed_logins",
        kinds.whole,
        "10",
        "How many wrong passwords for a user name from one address within "
        "failed_login_window, before no further one is looked at; 0 for no limit.",
        _PEOPLE,
    ),
    Setting(
        "failed_login_window",
        kinds.duration,
        "15 min",
        "How long a wrong password counts.",
        _PEOPLE,
    ),
    Setting(
        "session_age",
        kinds.duration,
        "24 h",
        "How long a login lasts.",
        _PEOPLE,
    ),
    Setting(
        "rights_age",
        kinds.duration,
        "5 s",
        "How long a worker may rely on rights it has looked up: so long may a right "
        "live on after it was taken away.",
        _PEOPLE,
    ),
    Setting(
        "max_chunk_bytes",
        kinds.byte_size,
        "1 GiB",
        "Largest stored tile, strip or chunk that is decoded.",
        _LIMITS,
    ),
    Setting(
        "max_read_bytes",
        kinds.byte_size,
        "2 GiB",
        "Most pixels read at once.",
        _LIMITS,
    ),
    Setting(
        "max_axis_pixels",
        kinds.whole,
        "16777216",
        "Longest side of an image; files that announce more are refused.",
        _LIMITS,
    ),
    Setting(
        "max_planes",
        kinds.whole,
        "4194304",
        "Most planes (z x channels x t) of an image.",
        _LIMITS,
    ),
    Setting(
        "max_plane_pixels",
        kinds.whole,
        "10188864",
        "Planes with more pixels are big: they get a pyramid, and no statistics of "
        "their full size.",
        _LIMITS,
    ),
    Setting(
        "scan_timeout",
        kinds.duration,
        "30 min",
        "How long a scan may take over one file before it gives it up and reports it.",
        _LIMITS,
    ),
    Setting(
        "max_render_pixels",
        kinds.whole,
        "100000000",
        "Most pixels of one rendered answer (a plane or a region).",
        _LIMITS,
    ),
    Setting(
        "max_projection_bytes",
        kinds.byte_size,
        "1 GiB",
        "Most raw pixels one projection may read in a request.",
        _LIMITS,
    ),
    Setting(
        "max_measured_pixels",
        kinds.whole,
        "100000000",
        "Most pixels, over all shapes and channels, that one answer measures.",
        _LIMITS,
    ),
    Setting(
        "max_form_bytes",
        kinds.byte_size,
        "16 MiB",
        "Largest body of a request that changes something, such as a saved figure.",
        _LIMITS,
    ),
    Setting(
        "max_tile_length",
        kinds.whole,
        "1024",
        "Longest side of a tile; longer ones are cut to it.",
        _LIMITS,
    ),
    Setting(
        "max_thumbnail_length",
        kinds.whole,
        "2048",
        "Longest side of a thumbnail.",
        _LIMITS,
    ),
    Setting(
        "api_limit",
        kinds.positive,
        "200",
        "Objects in a list of the JSON API when no number is asked for.",
        _LIMITS,
    ),
    Setting(
        "api_max_limit",
        kinds.positive,
        "500",
        "Most objects in one list of the JSON API.",
        _LIMITS,
    ),
    Setting(
        "max_export_bytes",
        kinds.byte_size,
        "1 GiB",
        "Most pixels an export (OME-TIFF, movie) made in a request may hold.",
        _LIMITS,
    ),
    Setting(
        "max_export_images",
        kinds.whole,
        "200",
        "Most images exported in one request.",
        _LIMITS,
    ),
    Setting(
        "max_movie_frames",
        kinds.whole,
        "500",
        "Most frames of a movie made in a request.",
        _LIMITS,
    ),
    Setting(
        "thumbnails_batch",
        kinds.whole,
        "50",
        "Most thumbnails in one answer.",
        _LIMITS,
    ),
    Setting(
        "max_download_bytes",
        kinds.byte_size,
        "1 GiB",
        "Largest total size of several original files in one download; single files "
        "may be larger.",
        _LIMITS,
    ),
    Setting(
        "max_download_files",
        kinds.positive,
        "100000",
        "Most original files in one download.",
        _LIMITS,
    ),
    Setting(
        "max_download_images",
        kinds.positive,
        "1000",
        "Most images drawn for one download.",
        _LIMITS,
    ),
    Setting(
        "downloads",
        kinds.positive,
        "8",
        "Downloads each worker sends at once; whoever comes then is asked to come "
        "again.",
        _LIMITS,
    ),
    Setting(
        "chunk_cache_bytes",
        kinds.byte_size,
        "256 MiB",
        "Decoded chunks each worker keeps in memory.",
        _CACHES,
    ),
    Setting(
        "open_sources",
        kinds.whole,
        "64",
        "Files each worker keeps open.",
        _CACHES,
    ),
    Setting(
        "tile_cache_bytes",
        kinds.byte_size,
        "64 MiB",
        "Rendered pictures each worker keeps in memory; 0 keeps none.",
        _CACHES,
    ),
    Setting(
        "temp_folder",
        kinds.text,
        "",
        "Folder where exported files are kept for 12 h, so that who asks again need "
        "not wait. Empty: they are sent and forgotten.",
        _CACHES,
    ),
    Setting(
        "lut_folders",
        kinds.paths,
        "",
        "Folders with further lookup tables (*.lut), separated by commas.",
        _LOOKS,
    ),
    Setting(
        "thumbnail_length",
        kinds.whole,
        "96",
        "Longest side of a thumbnail when none is asked for.",
        _LOOKS,
    ),
    Setting(
        "initial_zoom_level",
        kinds.integer,
        "0",
        "Zoom level viewers start with; negative ones count from the largest.",
        _LOOKS,
    ),
    Setting(
        "api_absolute_url",
        kinds.text,
        "request",
        "What addresses in answers of the JSON API start with, such as "
        "https://images.example.org; may be empty. request: the scheme and host that "
        "were asked.",
        _LOOKS,
    ),
    Setting(
        "plate_layout",
        kinds.plate_layout,
        "expand",
        "How much of a plate clients are shown: expand (the smallest standard plate "
        "that holds all wells), trim (up to the last well) or shrink (from the first "
        "well to the last).",
        _LOOKS,
    ),
    Setting(
        "open_with",
        kinds.viewers,
        "[]",
        "Other viewers that clients may offer: a JSON list of [name, address or name "
        "of a route, {options}]; options are supported_objects, target, label and "
        "script_url.",
        _LOOKS,
    ),
    Setting(
        "true_statuses",
        kinds.boolean,
        "false",
        "Answer 404 or 400 where OMERO.web's gateway answers 500 to what is not there "
        "or cannot be understood. Its own clients expect the 500.",
        _LOOKS,
    ),
    Setting(
        "interpolate_pixels",
        kinds.boolean,
        "true",
        "Whether viewers smooth enlarged pixels.",
        _LOOKS,
    ),
)

BY_NAME = {setting.name: setting for setting in SETTINGS}

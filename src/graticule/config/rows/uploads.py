"""What people may upload, and where it lies; part of the one table of settings."""

from __future__ import annotations

from graticule.config import kinds
from graticule.config.setting import Setting

_GROUP = "Uploads"

ROWS: tuple[Setting, ...] = (
    Setting(
        "upload_dir",
        kinds.text,
        "",
        "Folder for images that people upload, one folder for each person and dataset "
        "in it. Empty: `uploads` in the home folder.",
        _GROUP,
    ),
    Setting(
        "max_image_upload_bytes",
        kinds.byte_size,
        "100 GiB",
        "Largest file that can be uploaded into a dataset.",
        _GROUP,
    ),
    Setting(
        "max_upload_files",
        kinds.positive,
        "100000",
        "Most files that are uploaded together, such as those of one OME-Zarr.",
        _GROUP,
    ),
    Setting(
        "upload_quota_bytes",
        kinds.byte_size,
        "0",
        "How much one person may upload in all; 0 for as much as there is room.",
        _GROUP,
    ),
    Setting(
        "upload_reserve_bytes",
        kinds.byte_size,
        "1 GiB",
        "Room on the disk that uploads leave free.",
        _GROUP,
    ),
    Setting(
        "upload_lifetime",
        kinds.duration,
        "7 d",
        "How long an upload that stopped half-way can be continued; then what has "
        "arrived of it is removed.",
        _GROUP,
    ),
    Setting(
        "uploads",
        kinds.positive,
        "8",
        "Uploads each worker receives at once; whoever comes then is asked to come "
        "again.",
        _GROUP,
    ),
)

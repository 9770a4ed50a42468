"""What a request may cost; part of the one table of settings."""

from __future__ import annotations

from graticule.config import kinds
from graticule.config.setting import Setting

_GROUP = "Limits"

ROWS: tuple[Setting, ...] = (
    Setting(
        "max_sync_cutout_bytes",
        kinds.byte_size,
        "256 MB",
        "Most pixels of a cutout that a request is answered with.",
        _GROUP,
    ),
    Setting(
        "max_cutout_bytes",
        kinds.byte_size,
        "64 GB",
        "Most pixels of a cutout that a job makes.",
        _GROUP,
    ),
    Setting(
        "max_cutouts",
        kinds.positive,
        "10000",
        "Most cutouts that one job makes: all combinations of what is asked.",
        _GROUP,
    ),
    Setting(
        "max_chunk_bytes",
        kinds.byte_size,
        "1 GiB",
        "Largest stored tile, strip or chunk that is decoded.",
        _GROUP,
    ),
    Setting(
        "max_read_bytes",
        kinds.byte_size,
        "2 GiB",
        "Most pixels read at once.",
        _GROUP,
    ),
    Setting(
        "max_axis_pixels",
        kinds.whole,
        "16777216",
        "Longest side of an image; files that announce more are refused.",
        _GROUP,
    ),
    Setting(
        "max_planes",
        kinds.whole,
        "4194304",
        "Most planes (z x channels x t) of an image.",
        _GROUP,
    ),
    Setting(
        "max_plane_pixels",
        kinds.whole,
        "10188864",
        "Planes with more pixels are big: they get a pyramid, and no statistics of "
        "their full size.",
        _GROUP,
    ),
    Setting(
        "scan_timeout",
        kinds.duration,
        "30 min",
        "How long a scan may take over one file before it gives it up and reports it.",
        _GROUP,
    ),
    Setting(
        "max_render_pixels",
        kinds.whole,
        "100000000",
        "Most pixels of one rendered answer (a plane or a region).",
        _GROUP,
    ),
    Setting(
        "max_figure_pixels",
        kinds.whole,
        "50000000",
        "Most pixels of a figure that is made of a view.",
        _GROUP,
    ),
    Setting(
        "max_projection_bytes",
        kinds.byte_size,
        "1 GiB",
        "Most raw pixels one projection may read in a request.",
        _GROUP,
    ),
    Setting(
        "max_measured_pixels",
        kinds.whole,
        "100000000",
        "Most pixels, over all shapes and channels, that one answer measures.",
        _GROUP,
    ),
    Setting(
        "max_region_shapes",
        kinds.whole,
        "5000",
        "Most shapes of one view that are sent one by one; of more, small ones become "
        "dots.",
        _GROUP,
    ),
    Setting(
        "max_attachment_bytes",
        kinds.byte_size,
        "512 MiB",
        "Largest file that people attach to something.",
        _GROUP,
    ),
    Setting(
        "max_table_upload_bytes",
        kinds.byte_size,
        "100 MiB",
        "Largest file that becomes a table in the browser; `graticule table import` "
        "takes any.",
        _GROUP,
    ),
    Setting(
        "max_original_entries",
        kinds.whole,
        "50000",
        "Most keys and values read from a file to show its original metadata.",
        _GROUP,
    ),
    Setting(
        "max_original_bytes",
        kinds.byte_size,
        "8 MiB",
        "Most text read from a file to show its original metadata.",
        _GROUP,
    ),
    Setting(
        "max_annotated",
        kinds.whole,
        "10000",
        "Most things that are tagged or given key-values at once.",
        _GROUP,
    ),
    Setting(
        "max_form_bytes",
        kinds.byte_size,
        "16 MiB",
        "Largest body of a request that changes something, such as a saved figure.",
        _GROUP,
    ),
    Setting(
        "max_tile_length",
        kinds.whole,
        "1024",
        "Longest side of a tile; longer ones are cut to it.",
        _GROUP,
    ),
    Setting(
        "max_thumbnail_length",
        kinds.whole,
        "2048",
        "Longest side of a thumbnail.",
        _GROUP,
    ),
    Setting(
        "api_limit",
        kinds.positive,
        "200",
        "Objects in a list of the JSON API when no number is asked for.",
        _GROUP,
    ),
    Setting(
        "api_max_limit",
        kinds.positive,
        "500",
        "Most objects in one list of the JSON API.",
        _GROUP,
    ),
    Setting(
        "max_listed_ids",
        kinds.whole,
        "100000",
        "Most ids of a sorted list of images in one answer; pages ask for more by and "
        "by.",
        _GROUP,
    ),
    Setting(
        "max_export_bytes",
        kinds.byte_size,
        "1 GiB",
        "Most pixels an export (OME-TIFF, movie) made in a request may hold.",
        _GROUP,
    ),
    Setting(
        "max_export_images",
        kinds.whole,
        "200",
        "Most images exported in one request.",
        _GROUP,
    ),
    Setting(
        "max_movie_frames",
        kinds.whole,
        "500",
        "Most frames of a movie made in a request.",
        _GROUP,
    ),
    Setting(
        "thumbnails_batch",
        kinds.whole,
        "50",
        "Most thumbnails in one answer.",
        _GROUP,
    ),
    Setting(
        "max_download_bytes",
        kinds.byte_size,
        "1 GiB",
        "Largest total size of several original files in one download; single files "
        "may be larger.",
        _GROUP,
    ),
    Setting(
        "max_download_files",
        kinds.positive,
        "100000",
        "Most original files in one download.",
        _GROUP,
    ),
    Setting(
        "max_download_images",
        kinds.positive,
        "1000",
        "Most images drawn for one download.",
        _GROUP,
    ),
    Setting(
        "downloads",
        kinds.positive,
        "8",
        "Downloads each worker sends at once; whoever comes then is asked to come "
        "again.",
        _GROUP,
    ),
    Setting(
        "max_table_download_rows",
        kinds.positive,
        "10000",
        "Most rows of an attached table in one answer to a query.",
        _GROUP,
    ),
    Setting(
        "max_table_slice_size",
        kinds.positive,
        "1000000",
        "Most cells of an attached table in one slice, and most rows searched for "
        "one list of row numbers.",
        _GROUP,
    ),
    Setting(
        "max_table_object_id",
        kinds.positive,
        "1000000000",
        "Highest id in a bit mask of ids of an attached table: the mask has a bit "
        "for every smaller one, used or not.",
        _GROUP,
    ),
    Setting(
        "table_query_timeout",
        kinds.duration,
        "30 s",
        "How long one query of an attached table may take.",
        _GROUP,
    ),
    Setting(
        "table_memory_bytes",
        kinds.byte_size,
        "1 GiB",
        "Most memory that queries of attached tables take, in each worker and in "
        "`graticule table`.",
        _GROUP,
    ),
    Setting(
        "table_threads",
        kinds.positive,
        "2",
        "Threads that queries of attached tables share in each worker.",
        _GROUP,
    ),
    Setting(
        "max_profile_samples",
        kinds.positive,
        "1000000",
        "Most samples of one line profile: length by width in pixels, by channels.",
        _GROUP,
    ),
)

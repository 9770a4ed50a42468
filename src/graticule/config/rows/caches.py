"""What is kept to be quick; part of the one table of settings."""

from __future__ import annotations

from graticule.config import kinds
from graticule.config.setting import Setting

_GROUP = "Caches"

ROWS: tuple[Setting, ...] = (
    Setting(
        "chunk_cache_bytes",
        kinds.byte_size,
        "256 MiB",
        "Decoded chunks each worker keeps in memory.",
        _GROUP,
    ),
    Setting(
        "table_order_bytes",
        kinds.byte_size,
        "96 MiB",
        "Orders of rows of attached tables each worker keeps in memory: 4 bytes a row.",
        _GROUP,
    ),
    Setting(
        "open_sources",
        kinds.whole,
        "64",
        "Files each worker keeps open.",
        _GROUP,
    ),
    Setting(
        "tile_cache_bytes",
        kinds.byte_size,
        "64 MiB",
        "Rendered pictures each worker keeps in memory; 0 keeps none.",
        _GROUP,
    ),
    Setting(
        "picture_age",
        kinds.duration,
        "5 min",
        "How long a browser may show a plane or tile again without asking, where the "
        "request named the image's revision (`rev`), as the image page does: what "
        "somebody has seen may be seen so long; 0 lets it ask each time.",
        _GROUP,
    ),
    Setting(
        "temp_folder",
        kinds.text,
        "",
        "Folder where exported files are kept for 12 h, so that who asks again need "
        "not wait. Empty: they are sent and forgotten.",
        _GROUP,
    ),
    Setting(
        "disk_cache_life",
        kinds.duration,
        "1 h",
        "How long pictures and answers are kept on disk (folder cache in the home "
        "folder); 0 s for ever.",
        _GROUP,
    ),
    Setting(
        "thumb_cache_bytes",
        kinds.byte_size,
        "20 MiB",
        "Space for thumbnails on disk; 0 keeps none there.",
        _GROUP,
    ),
    Setting(
        "img_cache_bytes",
        kinds.byte_size,
        "512 MiB",
        "Space on disk for pictures that were dear to draw: planes, projections; 0 "
        "keeps none there.",
        _GROUP,
    ),
    Setting(
        "json_cache_bytes",
        kinds.byte_size,
        "1 MiB",
        "Space for grids of plates on disk; 0 keeps none there.",
        _GROUP,
    ),
    Setting(
        "thumb_cache_entries",
        kinds.whole,
        "0",
        "Most thumbnails on disk; 0 for any number.",
        _GROUP,
    ),
    Setting(
        "img_cache_entries",
        kinds.whole,
        "0",
        "Most pictures on disk; 0 for any number.",
        _GROUP,
    ),
    Setting(
        "json_cache_entries",
        kinds.whole,
        "0",
        "Most grids of plates on disk; 0 for any number.",
        _GROUP,
    ),
)

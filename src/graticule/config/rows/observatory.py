"""How the server presents itself to astronomers; part of the one table of settings."""

from __future__ import annotations

from graticule.config import kinds
from graticule.config.setting import Setting

_GROUP = "Astronomy"

ROWS: tuple[Setting, ...] = (
    Setting(
        "ivoid",
        kinds.ivoid,
        "ivo://graticule.invalid/images",
        "The identifier of this collection in the Virtual Observatory; identifiers of "
        "images begin with it. Choose an authority that is yours before you register "
        "the server.",
        _GROUP,
    ),
    Setting(
        "max_datalink_ids",
        kinds.whole,
        "500",
        "Most identifiers whose links (DataLink) are answered at once.",
        _GROUP,
    ),
    Setting(
        "max_sia_rows",
        kinds.whole,
        "10000",
        "Most images that a search by position, time and wavelength (SIA) answers at "
        "once; MAXREC asks for fewer.",
        _GROUP,
    ),
)

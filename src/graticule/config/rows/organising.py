"""How people arrange and share things; part of the one table of settings."""

from __future__ import annotations

from graticule.config import kinds
from graticule.config.setting import Setting

_GROUP = "Arranging and sharing"

ROWS: tuple[Setting, ...] = (
    Setting(
        "undo_time",
        kinds.duration,
        "1 d",
        "How long a change of names, places or tags can be undone.",
        _GROUP,
    ),
    Setting(
        "max_organised",
        kinds.positive,
        "100000",
        "Most things, and links between them, that one such change may touch.",
        _GROUP,
    ),
)

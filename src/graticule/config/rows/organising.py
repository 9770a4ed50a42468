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
    Setting(
        "share_links",
        kinds.boolean,
        "true",
        "Whether people may show what is theirs by links that need no login. Switched "
        "off, links that there are show nothing.",
        _GROUP,
    ),
    Setting(
        "max_share_lifetime",
        kinds.duration,
        "366 d",
        "How long such a link may be good at most.",
        _GROUP,
    ),
    Setting(
        "max_shares",
        kinds.positive,
        "1000",
        "Most such links of one person at a time.",
        _GROUP,
    ),
)

"""Where state lies; part of the one table of settings."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_data_path

from graticule.config import kinds
from graticule.config.setting import Setting

_GROUP = "State"


def default_home() -> Path:
    """Where state lies when nothing else is said."""
    return user_data_path("graticule", appauthor=False)


ROWS: tuple[Setting, ...] = (
    Setting(
        "home",
        kinds.path,
        str(default_home()),
        "Folder for everything Graticule writes: database, caches, pyramids, keys.",
        _GROUP,
    ),
    Setting(
        "database_url",
        kinds.text,
        "",
        "Where the catalogue lies: empty for an SQLite file in the home folder, or "
        "postgresql://user:password@host:5432/name.",
        _GROUP,
        secret=True,
    ),
    Setting(
        "database_connections",
        kinds.whole,
        "8",
        "Connections each worker keeps to PostgreSQL.",
        _GROUP,
    ),
    Setting(
        "secret_key",
        kinds.text,
        "",
        "Signs cookies. Empty: a random one is made once and kept in the home folder.",
        _GROUP,
        secret=True,
    ),
    Setting(
        "log_level",
        kinds.log_level,
        "info",
        "How much is logged: debug, info, warning or error.",
        _GROUP,
    ),
)

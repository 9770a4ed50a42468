"""The database settings of Django from one URL.

SQLite is tuned as it must be for many processes; PostgreSQL gets a pool. Knows
nothing of tables.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from graticule.errors import SettingError


def database(url: str, home: Path, connections: int) -> dict[str, Any]:
    """Make one entry of Django's ``DATABASES``.

    Parameters
    ----------
    url
        Empty for SQLite in ``home``, ``sqlite:///path`` or ``postgresql://…``.

    Raises
    ------
    graticule.errors.SettingError
        If the scheme is another one.
    """
    if not url:
        return _sqlite(home / "graticule.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(Path(unquote(parts.path)))
    if parts.scheme in {"postgresql", "postgres"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                **dict(parse_qsl(parts.query)),
                "pool": {"min_size": 1, "max_size": max(1, connections)},
            },
        }
    raise SettingError(
        f"database_url: {parts.scheme}:// is not supported; leave it empty for SQLite "
        "or give postgresql://user:password@host:5432/name."
    )


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 20,
            # Take the write lock at once: a transaction that reads first and
            # writes later would be refused instead of waiting its turn.
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL;"
                "PRAGMA synchronous=NORMAL;"
                "PRAGMA cache_size=-32000;"
                "PRAGMA mmap_size=134217728;"
            ),
        },
    }

"""How the text of a setting becomes its value.

One parser per kind of value, each raising ``ValueError`` with what it expected.
Knows nothing of which settings exist.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_BYTE_UNITS = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "tib": 2**40,
}
_TIME_UNITS = {"ms": 0.001, "s": 1, "min": 60, "h": 3600, "d": 86400}


def text(value: str) -> str:
    """Take the text as it is."""
    return value


def boolean(value: str) -> bool:
    """Read ``true`` or ``false`` (also ``yes no on off 1 0``)."""
    lowered = value.strip().lower()
    if lowered in {"true", "yes", "on", "1"}:
        return True
    if lowered in {"false", "no", "off", "0"}:
        return False
    raise ValueError("expected true or false")


def whole(value: str) -> int:
    """Read a whole number, zero or more."""
    try:
        number = int(value)
    except ValueError:
        number = -1
    if number < 0:
        raise ValueError("expected a whole number, zero or more")
    return number


def positive(value: str) -> int:
    """Read a whole number, one or more."""
    try:
        number = int(value)
    except ValueError:
        number = 0
    if number < 1:
        raise ValueError("expected a whole number, one or more")
    return number


def integer(value: str) -> int:
    """Read a whole number, negative ones too."""
    try:
        return int(value)
    except ValueError:
        raise ValueError("expected a whole number") from None


def byte_size(value: str) -> int:
    """Read a number of bytes, with or without a unit (``512 MiB``)."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\s*", value)
    if not match or match[2].lower() not in _BYTE_UNITS:
        raise ValueError("expected a number of bytes such as 1000000 or 512 MiB")
    return round(float(match[1]) * _BYTE_UNITS[match[2].lower()])


def duration(value: str) -> timedelta:
    """Read a time with its unit (``500 ms``, ``30 s``, ``12 h``, ``7 d``)."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*", value)
    if not match or match[2] not in _TIME_UNITS:
        raise ValueError("expected a time such as 500 ms, 30 s, 5 min, 12 h or 7 d")
    return timedelta(seconds=float(match[1]) * _TIME_UNITS[match[2]])


def path(value: str) -> Path:
    """Read a path; ``~`` is the home folder, relative ones start here."""
    if not value.strip():
        raise ValueError("expected a path")
    return Path(value).expanduser().absolute()


def names(value: str) -> tuple[str, ...]:
    """Read texts separated by commas."""
    return tuple(part.strip() for part in value.split(",") if part.strip())


def paths(value: str) -> tuple[Path, ...]:
    """Read paths separated by commas."""
    return tuple(path(part) for part in names(value))


def port(value: str) -> int:
    """Read a TCP port; 0 lets the system choose."""
    number = whole(value)
    if number > 65535:
        raise ValueError("expected a port from 0 to 65535")
    return number


def log_level(value: str) -> str:
    """Read the name of a log level."""
    upper = value.strip().upper()
    if upper not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ValueError("expected debug, info, warning or error")
    return upper


def pattern(value: str) -> re.Pattern[str]:
    """Read a regular expression."""
    try:
        return re.compile(value)
    except re.error as error:
        raise ValueError(f"expected a regular expression: {error}") from None


def plate_layout(value: str) -> str:
    """Read how plates are laid out."""
    lower = value.strip().lower()
    if lower not in {"expand", "shrink", "trim"}:
        raise ValueError("expected expand, shrink or trim")
    return lower


def image_page(value: str) -> str:
    """Read which page shows an image."""
    lower = value.strip().lower()
    if lower not in {"graticule", "viewport", "iviewer"}:
        raise ValueError("expected graticule, viewport or iviewer")
    return lower


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in; ``tls`` from the start, ``starttls`` after a hello."""

    host: str
    port: int
    username: str
    password: str
    tls: bool
    starttls: bool


def mail_server(value: str) -> MailServer | None:
    """Read the URL of a mail server; nothing where there is none."""
    if not value.strip():
        return None
    try:
        parts = urlsplit(value.strip())
        number = parts.port
    except ValueError:
        parts, number = urlsplit(""), None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("expected smtp://name:password@host:587 or smtps://…:465")
    tls, username = parts.scheme == "smtps", unquote(parts.username or "")
    return MailServer(
        host=parts.hostname,
        port=number or (465 if tls else 587 if username else 25),
        username=username,
        password=unquote(parts.password or ""),
        tls=tls,
        starttls=bool(username) and not tls,
    )


_VIEWER_TEXTS = ("target", "label", "script_url")


def viewers(value: str) -> tuple[tuple[str, str, dict[str, Any]], ...]:
    """Read a JSON list of ``[name, address, {options}]``; shorter ones are skipped."""
    try:
        entries = json.loads(value)
    except (ValueError, RecursionError):
        entries = None
    if not isinstance(entries, list) or not all(map(_is_viewer, entries)):
        raise ValueError("expected a JSON list of [name, address, {options}]")
    return tuple(
        (entry[0], entry[1], entry[2] if len(entry) > 2 else {})
        for entry in entries
        if len(entry) >= 2
    )


def _is_viewer(entry: Any) -> bool:
    if not isinstance(entry, list) or len(entry) < 2:
        return isinstance(entry, list)
    options = entry[2] if len(entry) > 2 else {}
    if not isinstance(options, dict):
        return False
    objects = options.get("supported_objects", [])
    texts = [*entry[:2], *(options.get(key, "") for key in _VIEWER_TEXTS)]
    return isinstance(objects, list) and all(isinstance(text, str) for text in texts)


_IVOID = re.compile(r"ivo://[a-z0-9][\w.~-]{2,}(/[\w.~*'()+-]+)+", re.IGNORECASE)


def ivoid(value: str) -> str:
    """Read the identifier of a collection (IVOA Identifiers 2.0, 2.3)."""
    text = value.strip()
    if not _IVOID.fullmatch(text):
        raise ValueError(
            "expected ivo://authority/resource, as ivo://org.example/images"
        )
    return text


def anonymous_jobs(value: str) -> str:
    """Read ``all``, ``own`` or ``none``."""
    lowered = value.strip().lower()
    if lowered not in {"all", "own", "none"}:
        raise ValueError("expected all, own or none")
    return lowered


def service_groups(value: str) -> tuple[tuple[str, str], ...]:
    """Read pairs such as ``movie:Imaging``, separated by commas."""
    pairs = []
    for part in names(value):
        service, colon, group = part.partition(":")
        if not colon or not service.strip() or not group.strip():
            raise ValueError("expected pairs such as movie:Imaging, between commas")
        pairs.append((service.strip(), group.strip()))
    return tuple(pairs)

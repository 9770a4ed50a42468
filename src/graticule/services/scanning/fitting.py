"""Make what files say fit what databases hold.

Texts are cut to their column and lose the NUL that PostgreSQL refuses; numbers
that JSON does not know become nothing; times get their zone. One odd value in
one file must not spoil a batch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from graticule.render.settings import Rgba

NAME_LENGTH = 1024
KEY_LENGTH = 255
_INTEGER = 1 << 31
_BIG_INTEGER = 1 << 63


def fit_text(text: str | None, length: int | None = None) -> str:
    """Cut a text; surrogates left by bytes that are no text become ``?``."""
    clean = (text or "").replace("\0", "").encode(errors="replace").decode()
    return clean[:length]


def fit_optional(text: str | None, length: int | None = None) -> str | None:
    """Cut a text that may be missing."""
    return None if text is None else fit_text(text, length)


def fit_key(key: str) -> str:
    """Shorten a key so that two different ones stay different."""
    clean = fit_text(key)
    if len(clean) <= KEY_LENGTH:
        return clean
    digest = blake2b(key.encode(errors="replace"), digest_size=16).hexdigest()
    return f"{clean[: KEY_LENGTH - 33]}#{digest}"


def fit_number(number: float | None) -> float | None:
    """Keep a number if it is finite."""
    return number if number is not None and math.isfinite(number) else None


def fit_count(number: int | None) -> int | None:
    """Keep an integer that a positive 32-bit column takes."""
    return number if number is not None and 0 <= number < _INTEGER else None


def fit_color(color: int | None) -> int | None:
    """Keep a colour if it is a signed 32-bit integer."""
    return color if color is not None and -_INTEGER <= color < _INTEGER else None


def fit_whole(number: int) -> int | None:
    """Keep an integer that a 64-bit column takes."""
    return number if -_BIG_INTEGER <= number < _BIG_INTEGER else None


def fit_json(value: Any) -> Any:
    """Make plain JSON: no NaN, no NUL, keys as texts."""
    fitted: Any
    match value:
        case None | bool() | int():
            fitted = value
        case float():
            fitted = fit_number(value)
        case list() | tuple():
            fitted = [fit_json(held) for held in value]
        case Mapping():
            fitted = {fit_text(str(key)): fit_json(held) for key, held in value.items()}
        case datetime():
            fitted = fit_time(value).isoformat()
        case _:
            fitted = fit_text(str(value))
    return fitted


def fit_time(moment: datetime) -> datetime:
    """Take a time without a zone for UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def time_of(modified_ns: int) -> datetime:
    """Turn a file's time into one that a calendar has."""
    try:
        return datetime.fromtimestamp(modified_ns / 1e9, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, tz=UTC)


def signed_color(color: Rgba) -> int:
    """Write RGBA as a signed 32-bit integer (contract rendering 17)."""
    red, green, blue, alpha = color
    number = red << 24 | green << 16 | blue << 8 | alpha
    return number - (1 << 32) if number >= _INTEGER else number

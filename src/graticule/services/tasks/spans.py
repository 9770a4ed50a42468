"""Ranges of planes, channels and times as people write them: ``3``, ``0:9``.

Both ends included, from 0. Knows no image.
"""

from __future__ import annotations

SPAN = r"^\s*(\d{1,9}(:\d{1,9})?)?\s*$"
"""What a range looks like; empty for everything."""


def read_span(text: str) -> tuple[int, int] | None:
    """Read a range that looks like :data:`SPAN`; nothing for everything.

    >>> read_span("3"), read_span("0:9"), read_span("")
    ((3, 3), (0, 9), None)
    """
    if not text.strip():
        return None
    first, _, last = text.strip().partition(":")
    return int(first), int(last or first)

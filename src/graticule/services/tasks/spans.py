"""Ranges of planes, channels and times as people write them: ``3``, ``0:9``.

Both ends included, from 0. Must not load what reads pixels.
"""

from __future__ import annotations

from pydantic import Field

from graticule.services.tasks.selection import Selection

_SPAN = r"^\s*(\d{1,9}(:\d{1,9})?)?\s*$"
Span = tuple[int, int]


class Ranged(Selection):
    """A selection of images, and which part of each is wanted."""

    z_range: str = Field(
        "", pattern=_SPAN, description="Planes from 0, as 3 or 0:9; empty for all."
    )
    c_range: str = Field(
        "", pattern=_SPAN, description="Channels from 0, as 1 or 0:2; empty for all."
    )
    t_range: str = Field(
        "", pattern=_SPAN, description="Times from 0, as 5 or 0:99; empty for all."
    )

    @property
    def spans(self) -> tuple[Span | None, Span | None, Span | None]:
        """First and last of z, c and t; nothing for all."""
        return read_span(self.z_range), read_span(self.c_range), read_span(self.t_range)


def read_span(text: str) -> Span | None:
    """Read a range; nothing for everything.

    >>> read_span("3"), read_span("0:9"), read_span("")
    ((3, 3), (0, 9), None)
    """
    if not text.strip():
        return None
    first, _, last = text.strip().partition(":")
    return int(first), int(last or first)

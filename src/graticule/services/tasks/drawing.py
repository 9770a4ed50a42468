"""How images are to be drawn: parameters in the gateway's words, for several kinds.

Must not load what reads pixels: declarations are loaded with every list of services.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from graticule.errors import OutOfRangeError
from graticule.render.settings import Projection, Rendering
from graticule.services.changes import apply_changes
from graticule.services.rendering_texts import parse_changes, parse_projection
from graticule.services.tasks.task import Parameters


class Drawn(Parameters):
    """Changes of the saved settings, and a projection."""

    c: str = Field(
        "",
        description="Channels, windows and colours as the gateway has them, such as "
        "1|0:255$FF0000,-2; saved settings if empty.",
    )
    maps: str = Field("", description="Curves and inversion of channels, JSON.")
    m: Literal["c", "g"] | None = Field(None, description="c for colour, g for grey.")
    p: str = Field(
        "",
        description="A projection over z: intmax, intmean or intsum, with |start:end "
        "or without.",
    )

    @field_validator("p")
    @classmethod
    def _is_projection(cls, text: str) -> str:
        if text not in {"", "normal"} and parse_projection(text) is None:
            raise ValueError("is intmax, intmean or intsum, with |start:end or without")
        return text

    def rendering_of(self, saved: Rendering) -> Rendering:
        """Change what is saved.

        Raises
        ------
        graticule.errors.RequestError
            If C makes no sense.
        """
        changes = parse_changes(self.c or None, self.maps or None, self.m)
        return apply_changes(saved, changes)

    def projection_of(self, size_z: int) -> Projection | None:
        """Give the projection over a stack, its ends moved into it.

        Raises
        ------
        graticule.errors.OutOfRangeError
            If nothing of the stack is in its range.
        """
        asked = parse_projection(self.p)
        if asked is None:
            return None
        last = size_z - 1
        start = max(0, asked.start or 0)
        end = last if asked.end is None else min(last, asked.end)
        if start > last or end < 0:
            raise OutOfRangeError(
                f"The planes {asked.start} to {asked.end} of P are outside 0 to {last}."
            )
        return Projection(asked.kind, start, end)

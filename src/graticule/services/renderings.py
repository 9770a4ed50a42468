"""Rendering settings between their table and the renderer's frozen values.

Also the question of whose settings apply: the person's own, else the owner's,
else those made at import (contract webgateway 3).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from graticule.catalog.models import Image, Person, RenderingSettings
from graticule.render.settings import ChannelRendering, Family, Model, Rendering


@dataclass(frozen=True, slots=True)
class SavedRendering:
    """A rendering as somebody saved it, with the plane shown first."""

    rendering: Rendering
    default_z: int
    default_t: int
    projection: str = "normal"


def channel_rows(rendering: Rendering) -> list[dict[str, Any]]:
    """Write the channels for :attr:`RenderingSettings.channels`."""
    return [
        {
            "active": channel.active,
            "start": _written(channel.window[0]),
            "end": _written(channel.window[1]),
            "color": list(channel.color),
            "lut": channel.lut,
            "family": channel.family.value,
            "coefficient": channel.coefficient,
            "noise_reduction": channel.noise_reduction,
            "reverse": channel.reverse,
        }
        for channel in rendering.channels
    ]


def _written(bound: float) -> float | str:
    """Write infinities and NaN as texts: JSON and databases have no numbers so."""
    return bound if math.isfinite(bound) else str(bound)


def read_rendering(row: RenderingSettings) -> SavedRendering:
    """Read a row of the table."""
    channels = tuple(
        ChannelRendering(
            window=(float(entry["start"]), float(entry["end"])),
            active=entry["active"],
            color=tuple(entry["color"]),
            lut=entry["lut"],
            family=Family(entry["family"]),
            coefficient=entry["coefficient"],
            noise_reduction=entry["noise_reduction"],
            reverse=entry["reverse"],
        )
        for entry in row.channels
    )
    return SavedRendering(
        Rendering(channels, Model(row.model)),
        row.default_z,
        row.default_t,
        row.projection,
    )


def rendering_for(
    image: Image, person: Person | None, *, imported: bool = False
) -> SavedRendering:
    """Find the settings that apply to a person.

    Parameters
    ----------
    imported
        Take those made at import, whatever has been saved.
    """
    by_person = {row.person_id: row for row in image.renderings.all()}
    wanted = [person.pk if person else None, image.owner_id, None]
    for who in [None] if imported else wanted:
        if who in by_person:
            return read_rendering(by_person[who])
    raise AssertionError(f"image {image.pk} has no rendering settings")

"""What a request changes in the saved rendering, for itself only.

Doors parse their own words into these values; the rules of how changes apply
(channels not named are off, colour ousts lookup table …) stand here, once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from graticule.render.settings import (
    ChannelRendering,
    Family,
    Model,
    Rendering,
    Rgba,
)


@dataclass(frozen=True, slots=True)
class ChannelChange:
    """What is asked of one channel, by its index from 0.

    Unset fields leave what is saved. ``color`` takes a lookup table away,
    ``lut`` sets one.
    """

    index: int
    active: bool
    window: tuple[float, float] | None = None
    color: Rgba | None = None
    lut: str | None = None
    reverse: bool | None = None
    family: Family | None = None
    coefficient: float | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What is asked of the whole rendering.

    ``channels`` unset leaves all channels as saved; otherwise those that are
    not named are switched off.
    """

    channels: tuple[ChannelChange, ...] | None = None
    model: Model | None = None


# Viewers ask for all tiles of a view with the same changes.
@lru_cache(maxsize=1024)
def apply_changes(
    rendering: Rendering, changes: Changes, *, inactive_too: bool = False
) -> Rendering:
    """Change a rendering (contract webgateway 3.1, 3.2).

    Entries are matched to channels by number; of several for one channel the
    last counts; numbers beyond the image have no effect.

    Parameters
    ----------
    inactive_too
        Take windows and colours of channels that are switched off, too (9.1).
    """
    channels = rendering.channels
    if changes.channels is not None:
        named = {change.index: change for change in changes.channels}
        channels = tuple(
            _changed(channel, named[index], inactive_too=inactive_too)
            if index in named
            else replace(channel, active=False)
            for index, channel in enumerate(channels)
        )
    model = rendering.model if changes.model is None else changes.model
    return replace(rendering, channels=channels, model=model)


def _changed(
    channel: ChannelRendering, change: ChannelChange, *, inactive_too: bool
) -> ChannelRendering:
    channel = replace(channel, active=change.active)
    if change.family is not None:
        linear = change.family is Family.LINEAR
        coefficient = 1.0 if linear else (change.coefficient or 1.0)
        channel = replace(channel, family=change.family, coefficient=coefficient)
    if change.reverse is not None:
        channel = replace(channel, reverse=change.reverse)
    if not (change.active or inactive_too):
        return channel
    if change.window is not None:
        channel = replace(channel, window=change.window)
    if change.color is not None:
        channel = replace(channel, color=change.color, lut=None)
    if change.lut is not None:
        channel = replace(channel, lut=change.lut)
    return channel

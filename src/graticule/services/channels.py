"""What a channel is called, and what its values can be, by the wire's rules.

Shared by what describes images and by what writes it into pictures. Opens no
file.
"""

from __future__ import annotations

import math

from graticule.catalog.models import Channel
from graticule.pixels.model import PixelType


def pixel_range(pixel_type: PixelType) -> list[int] | list[float]:
    """Give the range by size and sign (contract 7.1): signed ones as floats.

    Floating types say what the signed integer of the same width would.
    """
    bits = 8 * pixel_type.dtype.itemsize
    if pixel_type.is_signed:
        return [-float(2 ** (bits - 1)), float(2 ** (bits - 1) - 1)]
    if pixel_type is PixelType.BIT:
        return [0, 1]
    return [0, 2**bits - 1]


def channel_label(channel: Channel) -> str:
    """Call a channel: its name, its emission wavelength, its index (7.2)."""
    if channel.name:
        return channel.name
    if channel.emission_nm is not None:
        return f"{channel.emission_nm:.15g}"
    return str(channel.index)


def channel_limits(channel: Channel, pixel_type: PixelType) -> tuple[float, float]:
    """Give the least and most of a channel; where unknown, of its type (7.2)."""
    low, high = pixel_range(pixel_type)
    return finite_or(channel.minimum, low), finite_or(channel.maximum, high)


def finite_or(value: float | None, unknown: float) -> float:
    """Give a bound, or another for what JSON has no number for."""
    return float(unknown if value is None or not math.isfinite(value) else value)

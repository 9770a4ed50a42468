"""What a channel is called, and what its values can be, by the wire's rules.

Shared by what describes images and by what writes it into pictures. Opens no
file.
"""

from __future__ import annotations

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

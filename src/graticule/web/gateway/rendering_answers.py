"""Rendering settings in the words of the contract (webgateway 9)."""

from __future__ import annotations

import math
from typing import Any

from graticule.pixels.model import PixelType
from graticule.render.settings import ChannelRendering, Model
from graticule.services.channels import pixel_range
from graticule.services.image_data import ImageData
from graticule.services.saved_renderings import Owned


def clipboard_answer(data: ImageData) -> dict[str, Any]:
    """Write the settings of an image as a query would say them (contract 9.2)."""
    low, high = pixel_range(PixelType(data.image.pixel_type))
    channels = data.rendering.channels
    return {
        "c": ",".join(
            f"{'' if channel.active else '-'}{number}"
            f"|{_finite(channel.window[0], low)}:{_finite(channel.window[1], high)}"
            f"${channel.lut or _hexadecimal(channel)}"
            for number, channel in enumerate(channels, 1)
        ),
        "m": "color" if data.rendering.model is Model.RGB else "greyscale",
        "pixel_range": f"{low}:{high}",
        "maps": [
            {
                "inverted": {"enabled": channel.reverse},
                "quantization": {
                    "family": channel.family.value,
                    "coefficient": channel.coefficient,
                },
            }
            for channel in channels
        ],
    }


def owned_answer(owned: Owned, pixel_type: PixelType) -> dict[str, Any]:
    """Write the settings of one person (contract 9.5)."""
    low, high = pixel_range(pixel_type)
    return {
        "id": owned.id,
        "owner": {
            "id": owned.person.pk,
            "firstName": owned.person.first_name,
            "lastName": owned.person.last_name,
        },
        "z": owned.saved.default_z,
        "t": owned.saved.default_t,
        "model": owned.saved.rendering.model.value,
        "c": [
            _channel(channel, low, high) for channel in owned.saved.rendering.channels
        ],
    }


def _channel(channel: ChannelRendering, low: float, high: float) -> dict[str, Any]:
    red, green, blue, _ = channel.color
    return {
        "active": channel.active,
        "start": _finite(channel.window[0], low),
        "end": _finite(channel.window[1], high),
        "color": _hexadecimal(channel),
        "inverted": channel.reverse,
        "reverseIntensity": channel.reverse,
        "family": channel.family.value,
        "coefficient": channel.coefficient,
        "rgb": {"red": red, "green": green, "blue": blue},
        **({"lut": channel.lut} if channel.lut else {}),
    }


def _hexadecimal(channel: ChannelRendering) -> str:
    red, green, blue, _ = channel.color
    return f"{red:02X}{green:02X}{blue:02X}"


def _finite(bound: float, otherwise: float) -> float:
    """Write a bound; JSON has no infinities: those are drawn as the whole range."""
    return float(bound if math.isfinite(bound) else otherwise)

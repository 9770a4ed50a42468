"""How an OME-Zarr wants an image shown: omero block, label colours.

Lenient throughout: what makes no sense here is as if it had not been said. Must
not know arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graticule.pixels.model import Channel
from graticule.pixels.zarr.metadata import (
    list_or_empty,
    number_or_none,
    object_or_empty,
)

_MAX_LABEL_COLORS = 4096


def image_name(multiscale: Mapping[str, Any], omero: Mapping[str, Any]) -> str | None:
    """Choose the name; a path such as ``/`` or ``/0``, as some write, is none."""
    for said in (multiscale.get("name"), omero.get("name")):
        if isinstance(said, str) and said.strip() and not said.startswith("/"):
            return said.strip()
    return None


def read_channels(described: object, size_c: int) -> tuple[Channel, ...]:
    """Describe exactly ``size_c`` channels, whatever number is described."""
    channels = [_channel(object_or_empty(c)) for c in list_or_empty(described)]
    return tuple(channels[:size_c] + [Channel()] * (size_c - len(channels)))


def _channel(described: Mapping[str, Any]) -> Channel:
    label, lut, active = (described.get(key) for key in ("label", "lut", "active"))
    plain: dict[str, Any] = {"family": "linear", "coefficient": 1, "inverted": False}
    return Channel(
        name=str(label) if isinstance(label, str | int) else None,
        color=_color(described.get("color")),
        lut=lut if isinstance(lut, str) and lut else None,
        window=_window(object_or_empty(described.get("window"))),
        active=active if isinstance(active, bool) else None,
        facts={
            key: described[key]
            for key, usual in plain.items()
            if isinstance(described.get(key), str | int | float)
            and described[key] != usual
        },
    )


def _color(text: object) -> tuple[int, int, int, int] | None:
    """Parse ``RRGGBB`` or ``RRGGBBAA``."""
    digits = str(text).lstrip("#")
    if len(digits) not in {6, 8}:
        return None
    try:
        red, green, blue, *alpha = bytes.fromhex(digits)
    except ValueError:
        return None
    return red, green, blue, alpha[0] if alpha else 255


def _window(window: Mapping[str, Any]) -> tuple[float, float] | None:
    """Take a window that has a width; writers put 0 to 0 where they know none."""
    start, end = number_or_none(window.get("start")), number_or_none(window.get("end"))
    if start is None or end is None or start >= end:
        return None
    return start, end


def plane_or_none(number: object, size: int) -> int | None:
    """Take the number of a plane that exists, anything else as not said."""
    return number if type(number) is int and 0 <= number < size else None


def label_facts(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the colours of a label image, as ``[value, [r, g, b, a]]``."""
    label = attributes.get("image-label")
    if not isinstance(label, dict):
        return {}
    colors = [
        [entry["label-value"], entry["rgba"]]
        for entry in list_or_empty(label.get("colors"))
        if isinstance(entry, dict) and {"label-value", "rgba"} <= entry.keys()
    ]
    return {"label_colors": colors[:_MAX_LABEL_COLORS]}

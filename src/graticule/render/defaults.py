"""How an image is drawn before anybody has said so (contract rendering 8).

Joins what the original spreads over two programs: its importer gives channels
colours, its server makes the settings. What the file itself asks for (window,
colour, table, active channels, model) comes first. Statistics are measured
elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from graticule.pixels.model import Channel, ImageInfo, PixelType
from graticule.render.quantize import Range, type_range
from graticule.render.settings import ChannelRendering, Model, Rendering, Rgba

GREY: Rgba = (128, 128, 128, 255)
WHITE: Rgba = (255, 255, 255, 255)
RED: Rgba = (255, 0, 0, 255)
GREEN: Rgba = (0, 255, 0, 255)
BLUE: Rgba = (0, 0, 255, 255)
HIDDEN: Rgba = (0, 0, 0, 0)

_CYCLE = (RED, GREEN, BLUE)
_GRAPHICS_NAMES = ("Red", "Green", "Blue", "Alpha")
_ALPHA_CHANNEL = 3
_FIRST_ACTIVE = 3
_MOST_RGB_CHANNELS = 7
_CLOSEST_WINDOW = 0.00001
# The words of OME-Zarr and of OMERO.
_MODELS = {"color": Model.RGB, "rgb": Model.RGB, "greyscale": Model.GREYSCALE}


def default_rendering(
    info: ImageInfo, statistics: Sequence[Range | None]
) -> tuple[Rendering, int, int]:
    """Make the rendering an image starts with.

    Parameters
    ----------
    statistics
        Global minimum and maximum by channel number, ``None`` where unknown.

    Returns
    -------
    tuple
        The rendering, and the z and t to show first.
    """
    colors = default_colors(info)
    known = fixed_statistics(info) or statistics
    channels = tuple(
        ChannelRendering(
            window=_window(info, channel, known[number]),
            active=(
                number < _FIRST_ACTIVE if channel.active is None else channel.active
            ),
            color=colors[number],
            lut=channel.lut,
        )
        for number, channel in enumerate(info.channels)
    )
    z = info.size_z // 2 if info.default_z is None else info.default_z
    t = 0 if info.default_t is None else info.default_t
    return Rendering(channels, _model(info)), z, t


def fixed_statistics(info: ImageInfo) -> tuple[Range, ...] | None:
    """Give the statistics that are so by rule: 0 to 255 in 8-bit pictures.

    Returns
    -------
    tuple or None
        By channel number; ``None`` where pixels have to be looked at.
    """
    if info.graphics and info.pixel_type is PixelType.UINT8:
        return ((0.0, 255.0),) * info.size_c
    return None


def default_channel_names(info: ImageInfo) -> tuple[str | None, ...]:
    """Names by channel number: the file's, or in pictures those of the colours."""
    names = [channel.name for channel in info.channels]
    if info.graphics and info.size_c > 1:
        for number, name in enumerate(_GRAPHICS_NAMES[: info.size_c]):
            names[number] = names[number] or name
    return tuple(names)


def default_colors(info: ImageInfo) -> tuple[Rgba, ...]:
    """Colours by channel number.

    Grey for a single channel, red, green, blue in pictures, else by wavelength;
    beside channels with a colour or an emission those without become white.
    """
    if info.graphics and info.size_c > 1:
        return tuple(
            HIDDEN if number == _ALPHA_CHANNEL else _CYCLE[number % 3]
            for number in range(info.size_c)
        )
    told = [
        channel.color is not None or _emission(channel) is not None
        for channel in info.channels
    ]
    mixed = any(told) and not all(told)
    return tuple(
        channel.color
        or (GREY if info.size_c == 1 else None)
        or (WHITE if mixed and not told[number] else None)
        or _by_wavelength(channel)
        or _CYCLE[number % 3]
        for number, channel in enumerate(info.channels)
    )


def _model(info: ImageInfo) -> Model:
    asked = _MODELS.get(info.model or "")
    if asked is not None:
        return asked
    return Model.RGB if 1 < info.size_c <= _MOST_RGB_CHANNELS else Model.GREYSCALE


def _window(info: ImageInfo, channel: Channel, statistics: Range | None) -> Range:
    """Choose the file's window, else the statistics, else the type range."""
    low, high = type_range(info.pixel_type, info.significant_bits)
    if channel.window is not None and all(map(math.isfinite, channel.window)):
        return channel.window
    if statistics is None or not all(map(math.isfinite, statistics)):
        return float(low), float(high)
    if abs(statistics[1] - statistics[0]) < _CLOSEST_WINDOW:
        return float(low), float(high)
    return float(statistics[0]), float(statistics[1])


def _by_wavelength(channel: Channel) -> Rgba | None:
    found = _emission(channel)
    if found is None:
        found = _excitation(channel)
    if found is None:
        return None
    if found < 500:
        return BLUE
    return GREEN if found < 560 else RED


def _emission(channel: Channel) -> float | None:
    """Emission wavelength, else that of the emission filters (cut-in + 15)."""
    if channel.emission_nm is not None:
        return channel.emission_nm
    for cut_in, _ in _bands(channel, "EmissionFilters"):
        return cut_in + 15
    return None


def _excitation(channel: Channel) -> float | None:
    """Laser wavelength, else excitation, else middle of an excitation filter."""
    settings = _part(channel.facts, "LightSourceSettings")
    source = _part(settings, "LightSource")
    if source.get("Kind") == "Laser":
        laser = settings.get("Wavelength", source.get("Wavelength"))
        if isinstance(laser, int | float):
            return float(laser)
    if channel.excitation_nm is not None:
        return channel.excitation_nm
    for cut_in, cut_out in _bands(channel, "ExcitationFilters"):
        return (cut_in + cut_out) / 2
    return None


def _bands(channel: Channel, kind: str) -> Iterator[tuple[float, float]]:
    """Give cut-in and cut-out of filters, the light path's before the set's."""
    for holder in ("LightPath", "FilterSet"):
        filters: Iterable[dict[str, Any]] = _part(channel.facts, holder).get(kind, ())
        for one in filters:
            band = _part(one, "TransmittanceRange")
            cut_out = band.get("CutOut")
            cut_in = band.get("CutIn")
            if cut_in is None and cut_out is not None:
                cut_in = cut_out - 30
            if cut_in is not None:
                yield float(cut_in), float(cut_in if cut_out is None else cut_out)


def _part(facts: dict[str, Any], name: str) -> dict[str, Any]:
    part = facts.get(name)
    return part if isinstance(part, dict) else {}

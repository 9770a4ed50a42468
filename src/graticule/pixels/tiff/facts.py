"""What TIFF files that are not OME say of their images beyond pixels.

ImageJ's description and tags, Aperio's and Hamamatsu's notes, resolution tags.
Values in, values out; knows no pages' layout.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from tifffile import TiffPage

from graticule.pixels.model import Channel

_UNIT_UM = {
    "micron": 1.0,
    "microns": 1.0,
    "micrometer": 1.0,
    "um": 1.0,
    "µm": 1.0,
    "μm": 1.0,
    "nm": 1e-3,
    "nanometer": 1e-3,
    "mm": 1e3,
    "millimeter": 1e3,
    "cm": 1e4,
    "m": 1e6,
    "inch": 25_400.0,
}
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_INCH, _CENTIMETRE = 2, 3
# Coarser pixels than this come from a printing resolution (72 dpi, 300 dpi),
# which says nothing of the thing in the picture.
_COARSEST_INCH_UM = 20.0
_COARSEST_CENTIMETRE_UM = 80.0
_APERIO_LABEL = re.compile(r"^\s*([^=|]+?)\s*=\s*(.*?)\s*$")


@dataclass(slots=True)
class SeriesFacts:
    """What could be found out; unset where the file is silent."""

    description: str = ""
    pixel_um: tuple[float | None, float | None, float | None] = (None, None, None)
    time_increment: timedelta | None = None
    acquired: datetime | None = None
    magnification: float | None = None
    channels: tuple[Channel, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


def plain_facts(page: TiffPage) -> SeriesFacts:
    """Read the baseline tags: description, software, date, resolution."""
    described = page.description.strip()
    facts = {"Software": page.software.strip()} if page.software.strip() else {}
    return SeriesFacts(
        description="" if described.startswith(("{", "ImageJ=", "<")) else described,
        pixel_um=(*_resolution_um(page), None),
        acquired=_utc(page.datetime),
        facts=facts,
    )


def imagej_facts(page: TiffPage, said: Mapping[str, Any], channels: int) -> SeriesFacts:
    """Read ImageJ's calibration, display ranges, lookup tables and notes.

    Parameters
    ----------
    page
        The first page, for the resolution (pixels per unit) and date.
    said
        tifffile's ``imagej_metadata``.
    channels
        How many there are.
    """
    facts = plain_facts(page)
    unit = _ESCAPE.sub(lambda m: chr(int(m[1], 16)), str(said.get("unit", "")))
    factor = _UNIT_UM.get(unit.strip().lower())
    if factor is not None:
        across, down = (_reciprocal(value) for value in page.resolution)
        depth = _number(said.get("spacing"))
        facts.pixel_um = (
            across and across * factor,
            down and down * factor,
            depth and abs(depth) * factor,
        )
    else:
        facts.pixel_um = (None, None, None)
    interval = _number(said.get("finterval"))
    if interval and 0 < interval < 1e8:
        facts.time_increment = timedelta(seconds=interval)
    notes = str(said.get("Info", "")).strip()
    if notes:
        facts.facts["ImageJ Info"] = notes
    facts.channels = tuple(_imagej_channel(said, c, channels) for c in range(channels))
    return facts


def _imagej_channel(said: Mapping[str, Any], number: int, channels: int) -> Channel:
    window = None
    ranges = said.get("Ranges") or ()
    if len(ranges) >= 2 * number + 2:
        window = float(ranges[2 * number]), float(ranges[2 * number + 1])
    elif channels == 1 and "min" in said and "max" in said:
        low, high = _number(said["min"]), _number(said["max"])
        window = (low, high) if low is not None and high is not None else None
    if window is not None and not window[0] < window[1]:
        window = None
    tables = said.get("LUTs") or ()
    color = _ramp_color(tables[number]) if number < len(tables) else None
    return Channel(color=color, window=window)


def _ramp_color(table: Any) -> tuple[int, int, int, int] | None:
    """Find the colour of a lookup table that runs evenly from black to it.

    ImageJ's grey is told by no colour: it is what one channel has anyway.
    """
    colors = np.asarray(table)
    if colors.shape != (3, 256):
        return None
    last = colors[:, 255].astype(np.float64)
    even = np.outer(last / 255, np.arange(256))
    if not last.any() or np.abs(colors - even).max() > 1:
        return None
    red, green, blue = (int(value) for value in last)
    return red, green, blue, 255


def aperio_facts(page: TiffPage) -> SeriesFacts:
    """Read an Aperio description: ``key = value`` between bars.

    ``AppMag`` is the magnification, ``MPP`` the pixel size in µm.
    """
    facts = plain_facts(page)
    pairs = {}
    for part in page.description.split("|")[1:]:
        found = _APERIO_LABEL.match(part)
        if found:
            pairs[found[1]] = found[2]
    size = _number(pairs.get("MPP"))
    if size is not None and size > 0:
        facts.pixel_um = (size, size, None)
    facts.magnification = _number(pairs.get("AppMag"))
    stamp = f"{pairs.get('Date', '')} {pairs.get('Time', '')}"
    with suppress(ValueError):
        when = datetime.strptime(stamp, "%m/%d/%y %H:%M:%S")  # noqa: DTZ007 - names no zone
        facts.acquired = _utc(when)
    if pairs:
        facts.facts["Aperio"] = pairs
    return facts


def hamamatsu_facts(page: TiffPage) -> SeriesFacts:
    """Read an NDPI page: magnification (tag 65421), size in µm per pixel."""
    facts = plain_facts(page)
    magnification = _number(page.tags.valueof(65421))
    if magnification is not None and magnification > 0:
        facts.magnification = magnification
    return facts


def _resolution_um(page: TiffPage) -> tuple[float | None, float | None]:
    unit = int(page.resolutionunit)
    if unit == _CENTIMETRE:
        factor, coarsest = 1e4, _COARSEST_CENTIMETRE_UM
    elif unit == _INCH:
        factor, coarsest = 25_400.0, _COARSEST_INCH_UM
    else:
        return None, None
    across, down = (_reciprocal(value) for value in page.resolution)
    if not across or not down or max(across, down) * factor > coarsest:
        return None, None
    return across * factor, down * factor


def _reciprocal(value: float) -> float | None:
    return 1 / value if value > 0 and math.isfinite(value) else None


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _utc(when: datetime | None) -> datetime | None:
    """TIFF dates name no zone: taken for UTC."""
    return None if when is None else when.replace(tzinfo=UTC)

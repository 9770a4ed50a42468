"""What a FITS header says about an image: axes, pixel type, facts, time.

Reads cards only; never touches pixels and opens no file. Keywords are those of
the FITS Standard 4.0 (sections 4.4 and 8).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from astropy.io import fits

from graticule.pixels.model import PixelType

MAX_HEADER_CHARACTERS = 65_536
"""How much of a header's text is kept in the facts."""

FACT_KEYWORDS = (
    "OBJECT",
    "TELESCOP",
    "INSTRUME",
    "DETECTOR",
    "FILTER",
    "OBSERVER",
    "DATE-OBS",
    "EXPTIME",
    "BUNIT",
)
INHERITED_KEYWORDS = (
    *("OBS_ID", "OBSID", "SURVEY", "TARGNAME", "OBSERVAT"),
    *("MJD-BEG", "MJD-END", "DATE-BEG", "DATE-END", "EXPSTART", "EXPEND", "MJD-OBS"),
    *("TIME-OBS", "UTSTART", "UTC-OBS", "UT", "TIMESYS"),
    *("XPOSURE", "TEXPTIME", "EXPOSURE", "ITIME", "ONTIME"),
    *("BAND", "FILTER1", "FILTER2", "FILTNAM1", "FILTNAM2", "PHOTPLAM", "PHOTBW"),
    *("SEEING", "SPEC_RES", "CALIBLEV"),
)
"""Cards of the first header that say something of all images of a file."""
# First four letters of CTYPE (Standard 4.0, tables 25 and 28; AIPS words too).
SPECTRAL = frozenset(
    {"FREQ", "ENER", "WAVN", "VRAD", "WAVE", "VOPT", "ZOPT", "AWAV", "VELO", "BETA"}
    | {"FELO", "LAMB"}
)
TIMES = frozenset(
    {"TIME", "UTC", "UT1", "UT", "TAI", "TT", "TDT", "ET", "TDB", "TCB", "TCG"}
    | {"GMT", "MJD", "JD"}
)
CHANNELS = frozenset({"STOKES", "RGB", "CHANNEL", "FILTER", "BAND"})
STOKES = dict(
    zip(
        (1, 2, 3, 4, -1, -2, -3, -4, -5, -6, -7, -8),
        ("I", "Q", "U", "V", "RR", "LL", "RL", "LR", "XX", "YY", "XY", "YX"),
        strict=True,
    )
)


def value(header: fits.Header, keyword: str) -> Any:
    """Value of a card; ``None`` if absent, empty or not parsable."""
    try:
        found = header.get(keyword)
    except (fits.VerifyError, ValueError):
        return None
    return None if isinstance(found, fits.card.Undefined) else found


def text(header: fits.Header, keyword: str) -> str:
    """Value of a card as stripped text; empty where there is none."""
    found = value(header, keyword)
    return found.strip() if isinstance(found, str) else ""


def number(header: fits.Header, keyword: str, default: float) -> float:
    """Value of a card as a number.

    Raises
    ------
    ValueError
        If the card is there and no finite number; the message names it.
    """
    found = value(header, keyword)
    if found is None and keyword not in header:
        return default
    plain = isinstance(found, int | float) and not isinstance(found, bool)
    if not plain or not math.isfinite(found):
        raise ValueError(f"{keyword} is {found!r}, not a finite number")
    return float(found)


@dataclass(frozen=True, slots=True)
class Scaling:
    """How stored numbers become pixels: ``scale * stored + zero``.

    ``offset`` is the whole number that only moves the range (the "unsigned
    trick"); then nothing is computed in floating point.
    """

    pixel_type: PixelType
    scale: float = 1.0
    zero: float = 0.0
    offset: int = 0
    blank: int | None = None


_AS_STORED = {
    8: PixelType.UINT8,
    16: PixelType.INT16,
    32: PixelType.INT32,
    64: PixelType.DOUBLE,
    -32: PixelType.FLOAT,
    -64: PixelType.DOUBLE,
}
_MOVED = {
    (8, -(2.0**7)): (PixelType.INT8, -(1 << 7)),
    (16, 2.0**15): (PixelType.UINT16, 1 << 15),
    (32, 2.0**31): (PixelType.UINT32, 1 << 31),
}


def scaling(header: fits.Header) -> Scaling:
    """Find the pixel type and the arithmetic that leads to it.

    Integers keep their type where BSCALE is 1 and BZERO 0 or the half of the
    range (Standard 4.0, 4.4.2.5 and table 11). Scaled or blanked integers
    become ``float`` (up to 16 bits) or ``double``, blank ones NaN. Integers of
    64 bits are shown as ``double``: exact up to 2**53.

    Raises
    ------
    ValueError
        If BITPIX, BSCALE or BZERO is nonsense; the message says which.
    """
    bitpix = value(header, "BITPIX")
    if bitpix not in _AS_STORED:
        raise ValueError(f"BITPIX is {bitpix!r}")
    scale = number(header, "BSCALE", 1.0)
    zero = number(header, "BZERO", 0.0)
    if bitpix < 0:
        return Scaling(_AS_STORED[bitpix], scale, zero)
    blank = value(header, "BLANK")
    if not isinstance(blank, int) or isinstance(blank, bool):
        blank = None
    if blank is None and scale == 1.0:
        if zero == 0.0:
            return Scaling(_AS_STORED[bitpix])
        if (bitpix, zero) in _MOVED:
            pixel_type, offset = _MOVED[bitpix, zero]
            return Scaling(pixel_type, offset=offset)
    pixel_type = PixelType.FLOAT if bitpix <= 16 else PixelType.DOUBLE
    return Scaling(pixel_type, scale, zero, blank=blank)


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis beyond x and y: its number in FITS, length and role."""

    fits_axis: int
    size: int
    role: str
    """``"z"``, ``"c"``, ``"t"``, or ``""`` for a length of 1."""


def sizes(header: fits.Header) -> tuple[int, ...]:
    """Lengths of the axes, NAXIS1 first."""
    return tuple(
        int(number(header, f"NAXIS{i + 1}", 0.0))
        for i in range(int(number(header, "NAXIS", 0.0)))
    )


def extra_axes(header: fits.Header) -> tuple[Axis, ...]:
    """Decide what the third and further axes are.

    CTYPE decides: spectral axes are z, Stokes (and RGB) c, times t. Others take
    what is left, z before t before c. Axes of length 1 take nothing.

    Raises
    ------
    ValueError
        If there are more axes than z, c and t.
    """
    lengths = sizes(header)
    roles: dict[int, str] = {}
    wanting = []
    for i, size in enumerate(lengths[2:], start=3):
        role = "" if size == 1 else _role(text(header, f"CTYPE{i}"))
        if size > 1 and (not role or role in roles.values()):
            wanting.append(i)
        else:
            roles[i] = role
    for i in wanting:
        free = [role for role in "ztc" if role not in roles.values()]
        if not free:
            raise ValueError(f"its {len(lengths)} axes are more than x, y, z, c and t")
        roles[i] = free[0]
    return tuple(Axis(i, lengths[i - 1], roles[i]) for i in sorted(roles))


def _role(ctype: str) -> str:
    word = ctype.upper().split("-")[0]
    if word[:4] in SPECTRAL:
        return "z"
    if word in CHANNELS:
        return "c"
    return "t" if word in TIMES else ""


def axis_facts(header: fits.Header, axes: Sequence[Axis]) -> list[dict[str, Any]]:
    """Describe the axes beyond x and y in the words of their cards."""
    return [
        {
            "axis": axis.fits_axis,
            "size": axis.size,
            "shown_as": axis.role,
            "ctype": text(header, f"CTYPE{axis.fits_axis}"),
            "unit": text(header, f"CUNIT{axis.fits_axis}"),
        }
        for axis in axes
    ]


def dimension_order(axes: Sequence[Axis]) -> str:
    """Say in which order the planes lie, as OME does (``"XYZCT"``)."""
    order = [axis.role.upper() for axis in axes if axis.role]
    return "XY" + "".join(order + [role for role in "ZCT" if role not in order])


def channel_names(
    header: fits.Header, axes: Sequence[Axis], band: str
) -> tuple[str | None, ...]:
    """Name the channels: Stokes parameters, or the filter of a single one."""
    axis = next((a for a in axes if a.role == "c"), None)
    if axis is None:
        return (band or None,)
    ctype = text(header, f"CTYPE{axis.fits_axis}").upper()
    if ctype == "RGB" and axis.size == 3:
        return ("Red", "Green", "Blue")
    if ctype != "STOKES":
        return (None,) * axis.size
    try:
        first, step, at = (
            number(header, f"{key}{axis.fits_axis}", default)
            for key, default in (("CRVAL", 0.0), ("CDELT", 1.0), ("CRPIX", 0.0))
        )
    except ValueError:
        return (None,) * axis.size
    codes = (first + step * (i + 1 - at) for i in range(axis.size))
    return tuple(STOKES.get(round(code)) for code in codes)


def time_step(header: fits.Header, axes: Sequence[Axis]) -> timedelta | None:
    """Find the time between planes, where a time axis in seconds gives it."""
    axis = next((a for a in axes if a.role == "t"), None)
    if axis is None or text(header, f"CUNIT{axis.fits_axis}") != "s":
        return None
    try:
        return timedelta(seconds=number(header, f"CDELT{axis.fits_axis}", 1.0))
    except (ValueError, OverflowError):
        return None


def observed(headers: Sequence[fits.Header]) -> datetime | None:
    """Find when it was taken: DATE-OBS (with TIME-OBS), else MJD-OBS.

    Taken as UTC whatever TIMESYS says: the difference is about a minute. The
    old form ``DD/MM/YY`` means the years 1900 to 1999 (Standard 4.0, 4.4.2.1).
    """
    for header in headers:
        found = _written_date(text(header, "DATE-OBS"), text(header, "TIME-OBS"))
        if found:
            return found
    for header in headers:
        days = value(header, "MJD-OBS")
        if isinstance(days, int | float) and not isinstance(days, bool):
            try:
                return datetime(1858, 11, 17, tzinfo=UTC) + timedelta(days=days)
            except (OverflowError, ValueError):
                return None
    return None


def _written_date(date: str, time: str) -> datetime | None:
    if date[2:3] == "/" and date[5:6] == "/":
        date = f"19{date[6:8]}-{date[3:5]}-{date[:2]}"
    for form in (f"{date}T{time}", date) if time and "T" not in date else (date,):
        try:
            found = datetime.fromisoformat(form)
        except ValueError:
            continue
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def facts(headers: Sequence[fits.Header]) -> dict[str, Any]:
    """Collect what is worth showing; the first header that has a card wins.

    The text of the first header stands under ``header``, cut after
    :data:`MAX_HEADER_CHARACTERS`; what only the others say of the observation, under
    ``inherited``.
    """
    kept = _told(headers, FACT_KEYWORDS)
    inherited = _told(headers[1:], INHERITED_KEYWORDS)
    if inherited:
        kept["inherited"] = inherited
    cards = headers[0].tostring(sep="\n", endcard=False, padding=False)
    kept["header"] = cards[:MAX_HEADER_CHARACTERS]
    return kept


def _told(headers: Sequence[fits.Header], keywords: Sequence[str]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for keyword in keywords:
        for header in headers:
            found = value(header, keyword)
            if isinstance(found, str):
                found = found.strip()
            if isinstance(found, bool | int | str) and found != "":
                kept[keyword] = found
                break
            if isinstance(found, float) and math.isfinite(found):
                kept[keyword] = found
                break
    return kept

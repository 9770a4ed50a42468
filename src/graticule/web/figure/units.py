"""Lengths in the units of the OME schema, by the names of its enumeration.

Pixels and reference frames have no size: they are only themselves.
"""

from __future__ import annotations

import math

from graticule.errors import RequestError
from graticule.pixels.omexml.units import length_um

_PREFIXES = {
    "YOTTA": "Y",
    "ZETTA": "Z",
    "EXA": "E",
    "PETA": "P",
    "TERA": "T",
    "GIGA": "G",
    "MEGA": "M",
    "KILO": "k",
    "HECTO": "h",
    "DECA": "da",
    "": "",
    "DECI": "d",
    "CENTI": "c",
    "MILLI": "m",
    "MICRO": "µ",
    "NANO": "n",
    "PICO": "p",
    "FEMTO": "f",
    "ATTO": "a",
    "ZEPTO": "z",
    "YOCTO": "y",
}
SYMBOLS: dict[str, str] = {
    **{f"{name}METER": f"{symbol}m" for name, symbol in _PREFIXES.items()},
    "ANGSTROM": "Å",
    "THOU": "thou",
    "LINE": "li",
    "INCH": "in",
    "FOOT": "ft",
    "YARD": "yd",
    "MILE": "mi",
    "ASTRONOMICALUNIT": "ua",
    "LIGHTYEAR": "ly",
    "PARSEC": "pc",
    "POINT": "pt",
    "PIXEL": "pixel",
    "REFERENCEFRAME": "reference frame",
}
"""Symbols of the units of length by their names."""

# Name → micrometres.
_SIZES_UM = {
    name: size
    for name, symbol in SYMBOLS.items()
    if (size := length_um(1.0, symbol)) is not None
}
LENGTH_UNITS = {
    name: {"symbol": SYMBOLS[name], "microns": size} for name, size in _SIZES_UM.items()
}
"""Symbols and sizes as the client's page wants them."""


def convert_length(value: float, unit: str, into: str) -> float:
    """Convert a length from one unit into another, to 15 digits.

    Parameters
    ----------
    unit, into
        Names such as ``MICROMETER``.

    Raises
    ------
    graticule.errors.RequestError
        If there is no such unit, one of two different units has no size, or the
        number comes out too large.
    """
    for name in (unit, into):
        if name not in SYMBOLS:
            known = ", ".join(SYMBOLS)
            raise RequestError(f"There is no unit {name}; known are {known}.")
    if unit == into:
        return value
    for name in (unit, into):
        if name not in _SIZES_UM:
            raise RequestError(f"{name} has no size: it cannot be converted.")
    converted = value * (_SIZES_UM[unit] / _SIZES_UM[into])
    if not math.isfinite(converted):
        raise RequestError(f"{value} {unit} is out of range in {into}.")
    return float(f"{converted:.15g}")

"""Units of the OME schema as factors to µm, nm and seconds.

Knows the symbols of the enumerations UnitsLength and UnitsTime of OME 2016-06
and no XML. Lengths in ``pixel`` or ``reference frame`` have no size.
"""

from __future__ import annotations

_PREFIXES = {
    "Y": 1e24,
    "Z": 1e21,
    "E": 1e18,
    "P": 1e15,
    "T": 1e12,
    "G": 1e9,
    "M": 1e6,
    "k": 1e3,
    "h": 1e2,
    "da": 1e1,
    "": 1.0,
    "d": 1e-1,
    "c": 1e-2,
    "m": 1e-3,
    "µ": 1e-6,
    "n": 1e-9,
    "p": 1e-12,
    "f": 1e-15,
    "a": 1e-18,
    "z": 1e-21,
    "y": 1e-24,
}
_INCH_UM = 25_400.0
_LENGTHS_UM: dict[str, float] = {
    **{f"{prefix}m": factor * 1e6 for prefix, factor in _PREFIXES.items()},
    # Exact where rounding of a product would show in every file.
    "mm": 1e3,
    "µm": 1.0,
    "nm": 1e-3,
    "Å": 1e-4,
    "micron": 1.0,
    "thou": _INCH_UM / 1000,
    "li": _INCH_UM / 12,
    "in": _INCH_UM,
    "ft": _INCH_UM * 12,
    "yd": _INCH_UM * 36,
    "mi": _INCH_UM * 63_360,
    "pt": _INCH_UM / 72,
    "ua": 149_597_870_700e6,
    "ly": 9_460_730_472_580_800e6,
    "pc": 30_856_775_814_913_673e6,
}
_TIMES_SECONDS: dict[str, float] = {
    **{f"{prefix}s": factor for prefix, factor in _PREFIXES.items()},
    "min": 60.0,
    "h": 3600.0,
    "d": 86_400.0,
}
# The Greek letter, the bare u and the Angstrom sign stand for the schema's own.
_SPELLINGS = str.maketrans({"\u03bc": "\u00b5", "\u212b": "\u00c5"})


def _factor(table: dict[str, float], unit: str) -> float | None:
    symbol = unit.strip().translate(_SPELLINGS)
    if symbol in {"um", "us"}:
        symbol = f"µ{symbol[1]}"
    return table.get(symbol)


def _scaled(value: float, factor: float) -> float:
    """Multiply, and drop the last digit, where binary fractions leave dust."""
    return value if factor == 1 else float(f"{value * factor:.15g}")


def length_um(value: float | None, unit: str | None) -> float | None:
    """Convert a length to micrometres; without a unit it is in µm already.

    Returns
    -------
    float or None
        None for no value, and for units without a size.
    """
    factor = _factor(_LENGTHS_UM, unit or "µm")
    return None if value is None or factor is None else _scaled(value, factor)


def length_nm(value: float | None, unit: str | None) -> float | None:
    """Convert a length to nanometres; without a unit it is in nm already."""
    symbol = (unit or "nm").strip()
    if value is None or symbol == "nm":
        return value
    factor = _factor(_LENGTHS_UM, symbol)
    return None if factor is None else _scaled(value, factor * 1000)


def time_seconds(value: float | None, unit: str | None) -> float | None:
    """Convert a time to seconds; without a unit it is in seconds already."""
    factor = _factor(_TIMES_SECONDS, unit or "s")
    return None if value is None or factor is None else _scaled(value, factor)

"""Which wavelengths an image shows: from its spectral axis, or from its filter.

All of them are metres in vacuum. Knows cards, no file and no table.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from astropy import units as u
from astropy.io import fits
from astropy.wcs import WCS

from graticule.pixels.fits import header as fits_header
from graticule.pixels.fits.warned import caught
from graticule.services.observatory.bands import band_of
from graticule.services.observatory.cards import Cards
from graticule.services.observatory.signalled import SIGNALLED

Numbers = npt.NDArray[np.float64]

_SPEED_OF_LIGHT = 299_792_458.0
# A Gaussian's full width at half maximum by its standard deviation.
_FWHM = 2 * math.sqrt(2 * math.log(2))
_ANGSTROM = 1e-10
# Axes that only their unit tells to be wavelengths.
_PLAIN = {"LINE", "LAMB", ""}
_LENGTHS = {"angstrom", "angstroms", "nm", "um", "micron", "m"}
_FILTERS = ("FILTER", "BAND", "FILTER1", "FILTER2", "FILTNAM1", "FILTNAM2")


@dataclass(frozen=True)
class Spectrum:
    """Shortest and longest wavelength and samples; each may be unknown."""

    shortest: float | None = None
    longest: float | None = None
    samples: int | None = None


def spectrum(wcs_header: str, cards: Cards) -> Spectrum:
    """Find the wavelengths of an image.

    The spectral axis of the header decides, from the outer edge of its first sample to
    that of its last. A velocity without a rest value says nothing. Else PHOTPLAM and
    PHOTBW, as Hubble's pipelines write them (pivot wavelength and standard deviation,
    ångström), or a filter whose name is known.
    """
    header = fits.Header.fromstring(wcs_header, sep="\n")
    axis = _spectral_axis(header)
    if axis is not None:
        samples = int(header[f"NAXIS{axis}"])
        limits = _limits(header, axis, samples)
        shortest, longest = limits or (None, None)
        return Spectrum(shortest, longest, samples)
    limits = _photometric(cards) or _filtered(cards)
    return Spectrum(*limits, 1) if limits else Spectrum()


def _spectral_axis(header: fits.Header) -> int | None:
    count = len(fits_header.sizes(header))
    for axis in range(1, count + 1):
        kind = fits_header.text(header, f"CTYPE{axis}").upper().split("-")[0][:4]
        if kind in fits_header.SPECTRAL:
            return axis
        unit = fits_header.text(header, f"CUNIT{axis}").lower()
        if axis > 2 and kind in _PLAIN and unit in _LENGTHS:
            return axis
    return None


def _limits(header: fits.Header, axis: int, samples: int) -> tuple[float, float] | None:
    """Compute the wavelengths of the outer edges of an axis' samples."""
    try:
        with caught():
            whole = WCS(header)
            line = whole.sub([axis])
            world = line.all_pix2world(np.array([[-0.5], [samples - 0.5]]), 0)[:, 0]
            quantity = u.Quantity(world, line.wcs.cunit[0])
            kind = str(line.wcs.ctype[0]).split("-", maxsplit=1)[0][:4].upper()
            rest = _rest(line)
            metres = _wavelengths(kind, quantity, rest)
    except SIGNALLED:
        return None
    if metres is None or not np.isfinite(metres).all() or (metres <= 0).any():
        return None
    return float(metres.min()), float(metres.max())


def _rest(line: WCS) -> float | None:
    """Give the rest wavelength in metres, if the header tells one."""
    if line.wcs.restwav > 0:
        return float(line.wcs.restwav)
    return _SPEED_OF_LIGHT / line.wcs.restfrq if line.wcs.restfrq > 0 else None


def _wavelengths(kind: str, quantity: u.Quantity, rest: float | None) -> Numbers | None:
    """Turn what the axis counts in into wavelengths (Standard 4.0, table 25)."""
    metres: Numbers
    if quantity.unit.is_equivalent(u.m):
        metres = quantity.to_value(u.m)
        return metres * _refraction(metres) if kind == "AWAV" else metres
    is_speed = quantity.unit.is_equivalent(u.m / u.s)
    if not is_speed and kind not in {"ZOPT", "BETA"}:
        metres = quantity.to_value(u.m, equivalencies=u.spectral())
        return metres
    if rest is None:
        return None
    speed: Numbers = quantity.to_value(u.m / u.s) if is_speed else quantity.value
    beta = speed / _SPEED_OF_LIGHT if is_speed else speed
    if kind in {"VOPT", "ZOPT", "FELO"}:
        return rest * (1 + beta)
    if kind == "VRAD":
        return rest / (1 - beta)
    return rest * np.sqrt((1 + beta) / (1 - beta))


def _refraction(metres: Numbers) -> Numbers:
    """Give the refractive index of standard air (Edlén 1953, as wcslib has it)."""
    waves = (1e-6 / metres) ** 2
    return 1 + 6.4328e-5 + 2.94981e-2 / (146 - waves) + 2.5540e-4 / (41 - waves)


def _photometric(cards: Cards) -> tuple[float, float] | None:
    pivot, deviation = cards.number("PHOTPLAM"), cards.number("PHOTBW")
    if not pivot or not deviation or pivot < 0 or deviation < 0:
        return None
    half = deviation * _FWHM / 2
    return (pivot - half) * _ANGSTROM, (pivot + half) * _ANGSTROM


def _filtered(cards: Cards) -> tuple[float, float] | None:
    for keyword in _FILTERS:
        found = band_of(cards.text(keyword))
        if found is not None:
            return found
    return None

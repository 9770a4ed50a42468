"""Which part of an axis shows some wavelengths, times or states of polarization.

From the header as it is in the file, by astropy; pixels count from 0. Each says
``None`` where the image has no such axis. Knows no sky and no person.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from astropy import units
from astropy.io import fits
from astropy.time import Time
from astropy.wcs import WCS

from graticule.errors import RequestError
from graticule.pixels.fits import header as fits_header
from graticule.services.observatory.cutout_words import Interval
from graticule.services.observatory.signalled import SIGNALLED

Numbers = npt.NDArray[np.float64]

_SCALES = {
    "TAI": "tai",
    "IAT": "tai",
    "TT": "tt",
    "TDT": "tt",
    "ET": "tt",
    "TDB": "tdb",
    "TCB": "tcb",
    "TCG": "tcg",
    "UT1": "ut1",
}


@dataclass(frozen=True)
class Axis:
    """An axis of the file, from 0, and the values at the edges of its pixels.

    Pixel ``n`` shows what is between ``edges[n]`` and ``edges[n + 1]``.
    """

    number: int
    edges: Numbers

    def pixels(self, wanted: Interval) -> tuple[int, int] | None:
        """Find the first pixel, and the one after the last, that show some of it."""
        low = np.minimum(self.edges[:-1], self.edges[1:])
        high = np.maximum(self.edges[:-1], self.edges[1:])
        with np.errstate(invalid="ignore"):
            touched = np.flatnonzero((high >= wanted.low) & (low <= wanted.high))
        if not len(touched):
            return None
        first, last = int(touched[0]), int(touched[-1])
        if wanted.low == wanted.high and last == first + 1:
            # A single value on the edge of two: the one that it begins.
            last = first
        return first, last + 1


def wavelength_axis(header: fits.Header, whole: WCS) -> Axis | None:
    """Find the spectral axis: metres in vacuum.

    Raises
    ------
    graticule.errors.RequestError
        If it cannot be turned into wavelengths.
    """
    for number, size in enumerate(fits_header.sizes(header)):
        kind = fits_header.text(header, f"CTYPE{number + 1}").upper()
        unit = str(whole.wcs.cunit[number]) if number < whole.naxis else ""
        is_spectral = kind.split("-")[0][:4] in fits_header.SPECTRAL
        if is_spectral or (kind in {"LINEAR", "LAMBDA", ""} and _is_length(unit)):
            try:
                return Axis(number, _wavelengths(_alone(whole, number), size))
            except SIGNALLED as error:
                raise RequestError(
                    f"BAND: the axis {kind or number + 1} cannot be turned into "
                    "wavelengths (a velocity needs RESTFRQ or RESTWAV in the header). "
                    "Choose its pixels by Z."
                ) from error
    return None


def _is_length(unit: str) -> bool:
    try:
        return bool(units.Unit(unit).is_equivalent(units.m)) and unit not in {"", "deg"}
    except ValueError:
        return False


def _alone(whole: WCS, number: int) -> WCS:
    """Take one axis out of the world coordinates.

    Raises
    ------
    ValueError
        If it is turned against others.
    """
    related = np.asarray(whole.axis_correlation_matrix)
    if related[number].sum() > 1:
        raise ValueError("it changes along other axes, too")
    return whole.sub([number + 1])


def _wavelengths(line: WCS, size: int) -> Numbers:
    edges = np.arange(size + 1)[:, None] - 0.5
    is_energy = str(line.wcs.ctype[0]).startswith("ENER")
    if line.wcs.spec >= 0 and not is_energy:  # of which wcslib has an old constant
        # wcslib knows all of Paper III: velocities, redshifts, air.
        plain = _with_a_step(line)
        plain.wcs.sptr("WAVE-???")
        plain.wcs.set()
        found = plain.all_pix2world(edges, 0)[:, 0]
    else:
        there = line.all_pix2world(edges, 0)[:, 0] * units.Unit(line.wcs.cunit[0])
        found = there.to_value(units.m, equivalencies=units.spectral())
    if not np.isfinite(found).any():
        raise ValueError("no pixel has a wavelength")
    return np.asarray(found, float)


def _with_a_step(line: WCS) -> WCS:
    """Write one axis with CDELT: what translates it does not look at a matrix."""
    old, new = line.wcs, WCS(naxis=1)
    for name in ("ctype", "cunit", "crval", "crpix", "restfrq", "restwav", "specsys"):
        setattr(new.wcs, name, getattr(old, name))
    new.wcs.cdelt = [float(line.pixel_scale_matrix[0, 0])]
    new.wcs.set_pv(old.get_pv())
    new.wcs.set()
    return new


def time_axis(header: fits.Header, whole: WCS) -> Axis | None:
    """Find the axis of times: MJD, UTC."""
    for number, size in enumerate(fits_header.sizes(header)):
        kind = fits_header.text(header, f"CTYPE{number + 1}").upper().split("-")[0]
        if number < 2 or kind not in fits_header.TIMES:
            continue
        try:
            line = _alone(whole, number)
            unit = units.Unit(line.wcs.cunit[0] or "s")
            edges = np.arange(size + 1)[:, None] - 0.5
            there = line.all_pix2world(edges, 0)[:, 0] * unit
            days = there.to_value(units.day)
            start = np.nan_to_num(whole.wcs.mjdref).sum()
            scale = kind if kind in _SCALES else fits_header.text(header, "TIMESYS")
            moments = Time(
                np.full(len(days), start),
                days,
                format="mjd",
                scale=_SCALES.get(scale.upper(), "utc"),
            )
            return Axis(number, np.asarray(moments.utc.mjd))
        except SIGNALLED as error:
            raise RequestError(
                f"TIME: the axis {kind} cannot be turned into times. Choose its "
                "pixels by T."
            ) from error
    return None


def polarized_pixels(
    header: fits.Header, states: Collection[str]
) -> tuple[int, tuple[int, int] | None] | None:
    """Find the axis of polarization, and from where to where it shows some states.

    Returns
    -------
    tuple or None
        The axis, from 0, and the first pixel and the one after the last; those
        between two that are wanted come along.
    """
    for number, size in enumerate(fits_header.sizes(header)):
        if fits_header.text(header, f"CTYPE{number + 1}").upper() != "STOKES":
            continue
        first, step, at = (
            fits_header.number(header, f"{word}{number + 1}", default)
            for word, default in (("CRVAL", 0.0), ("CDELT", 1.0), ("CRPIX", 0.0))
        )
        codes = [first + step * (n + 1 - at) for n in range(size)]
        names = [
            fits_header.STOKES.get(round(code)) if math.isfinite(code) else None
            for code in codes
        ]
        held = [n for n, name in enumerate(names) if name in states]
        return number, (held[0], held[-1] + 1) if held else None
    return None

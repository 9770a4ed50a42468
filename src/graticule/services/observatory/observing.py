"""From what a FITS header says to a row of ObsCore.

Every column, and where it comes from, is told in the reference (``docs/reference``,
ObsCore). Knows no tables and no Django, so that a scan's workers can use it; the
collection, which depends on where a file lies, is put in by who saves the row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from astropy.io import fits

from graticule.pixels.fits import header as fits_header
from graticule.services.observatory.cards import Cards
from graticule.services.observatory.footprints import Footprint, footprint
from graticule.services.observatory.observed_times import Times, observed_times
from graticule.services.observatory.signalled import SIGNALLED
from graticule.services.observatory.sky import Sky
from graticule.services.observatory.spectral import Spectrum, spectrum

READY_FOR_SCIENCE = 2
"""The level of calibration (ObsCore 1.1, 4.2) of what does not say it."""
_HIGHEST_LEVEL = 4
# In the order that pol_states has (ObsCore 1.1, B.6.6).
_STATES = ("I", "Q", "U", "V", "RR", "LL", "RL", "LR", "XX", "YY", "XY", "YX")
_COUNTS = {"adu", "dn", "count", "counts", "electron", "electrons", "ph", "photon"}


@dataclass(frozen=True, slots=True)
class Observed:
    """What a header says of an observation, by the names of ObsCore.

    Units are those of :class:`graticule.catalog.models.Observation`; empty texts and
    ``None`` where nothing is known. ``obs_collection`` and ``obs_id`` may be empty too.
    """

    dataproduct_type: str
    calib_level: int
    obs_collection: str
    obs_id: str
    target_name: str
    s_ra: float
    s_dec: float
    s_fov: float
    s_region: str
    s_resolution: float | None
    s_xel1: int
    s_xel2: int
    t_min: float | None
    t_max: float | None
    t_exptime: float | None
    t_resolution: float | None
    t_xel: int | None
    em_min: float | None
    em_max: float | None
    em_res_power: float | None
    em_xel: int | None
    o_ucd: str
    pol_states: str
    pol_xel: int | None
    facility_name: str
    instrument_name: str


def observe(wcs_header: str | None, facts: Mapping[str, Any]) -> Observed | None:
    """Make the observation of an image.

    Parameters
    ----------
    wcs_header, facts
        As in :class:`graticule.pixels.model.ImageInfo`: the world coordinates for rows
        from the top, and the cards of the file.

    Returns
    -------
    Observed or None
        ``None`` for an image without celestial coordinates.
    """
    sky = Sky.of(wcs_header) if wcs_header else None
    if sky is None or wcs_header is None:
        return None
    try:
        where = footprint(sky)
    except SIGNALLED:
        return None
    if where is None:
        return None
    cards = Cards(facts)
    axes = _Axes.of(wcs_header)
    return _observed(cards, sky, where, axes, spectrum(wcs_header, cards))


@dataclass(frozen=True, slots=True)
class _Axes:
    """What the axes beyond the picture hold."""

    planes: int
    time_samples: int | None
    time_step: float | None
    states: tuple[str, ...]

    @classmethod
    def of(cls, wcs_header: str) -> _Axes:
        header = fits.Header.fromstring(wcs_header, sep="\n")
        samples: int | None = None
        step: float | None = None
        states: tuple[str, ...] = ()
        planes = 1
        for axis, size in enumerate(fits_header.sizes(header)[2:], start=3):
            planes *= size
            kind = fits_header.text(header, f"CTYPE{axis}").upper().split("-")[0]
            if kind in fits_header.TIMES:
                samples, step = size, _seconds_apart(header, axis)
            elif kind == "STOKES":
                states = _states(header, axis, size)
        return cls(planes, samples, step, states)


def _seconds_apart(header: fits.Header, axis: int) -> float | None:
    unit = fits_header.text(header, f"CUNIT{axis}")
    seconds = {"s": 1.0, "d": 86_400.0, "a": 31_557_600.0, "": 1.0}.get(unit)
    try:
        step = abs(fits_header.number(header, f"CDELT{axis}", 1.0))
    except ValueError:
        return None
    return None if seconds is None else step * seconds


def _states(header: fits.Header, axis: int, size: int) -> tuple[str, ...]:
    """List the states of a STOKES axis, in the order that ObsCore has them."""
    try:
        first, step, at = (
            fits_header.number(header, f"{key}{axis}", default)
            for key, default in (("CRVAL", 0.0), ("CDELT", 1.0), ("CRPIX", 0.0))
        )
    except ValueError:
        return ()
    codes = {round(first + step * (i + 1 - at)) for i in range(min(size, 100))}
    names = {fits_header.STOKES[code] for code in codes if code in fits_header.STOKES}
    return tuple(state for state in _STATES if state in names)


def _observed(
    cards: Cards, sky: Sky, where: Footprint, axes: _Axes, colours: Spectrum
) -> Observed:
    times = observed_times(cards)
    known_time = axes.time_samples is not None or times.start is not None
    return Observed(
        dataproduct_type="cube" if axes.planes > 1 else "image",
        calib_level=_calibration(cards),
        obs_collection=cards.text("SURVEY"),
        obs_id=cards.text("OBS_ID", "OBSID"),
        target_name=cards.text("OBJECT", "TARGNAME"),
        s_ra=where.ra,
        s_dec=where.dec,
        s_fov=where.diameter,
        s_region=where.region,
        s_resolution=_resolution(cards),
        s_xel1=sky.width,
        s_xel2=sky.height,
        t_min=times.start,
        t_max=times.end,
        t_exptime=times.exposure,
        t_resolution=_time_resolution(axes, times),
        t_xel=(axes.time_samples or 1) if known_time else None,
        em_min=colours.shortest,
        em_max=colours.longest,
        em_res_power=_positive(cards.number("SPEC_RES")),
        em_xel=colours.samples,
        o_ucd=_observable(cards.text("BUNIT")),
        pol_states="".join(f"/{state}" for state in axes.states)
        + ("/" if axes.states else ""),
        pol_xel=len(axes.states) or None,
        facility_name=cards.text("TELESCOP", "OBSERVAT"),
        instrument_name=cards.text("INSTRUME"),
    )


def _calibration(cards: Cards) -> int:
    level = cards.number("CALIBLEV")
    if level is not None and level == int(level) and 0 <= level <= _HIGHEST_LEVEL:
        return int(level)
    return READY_FOR_SCIENCE


def _resolution(cards: Cards) -> float | None:
    """Give the width of the beam (BMAJ, degrees) or of the seeing (arcseconds)."""
    beam = _positive(cards.number("BMAJ"))
    return beam * 3600 if beam is not None else _positive(cards.number("SEEING"))


def _time_resolution(axes: _Axes, times: Times) -> float | None:
    if axes.time_samples is not None and axes.time_samples > 1:
        return axes.time_step
    return times.exposure


def _positive(number: float | None) -> float | None:
    return number if number is not None and number > 0 else None


def _observable(unit: str) -> str:
    """Say what the pixels mean, where their unit leaves no doubt."""
    plain = unit.lower().split("/")[0].strip()
    if plain in _COUNTS:
        return "phot.count"
    if plain in {"jy", "mjy"} or "jy/beam" in unit.lower():
        return "phot.flux.density"
    if "erg" in plain and "cm" in plain and "s-1" in plain:
        return "phot.flux.density"
    return ""

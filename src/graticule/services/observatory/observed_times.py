"""When an image was taken, as its header tells it in one of several ways.

Days are MJD in UTC. Knows cards, no file and no table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from astropy.time import Time

from graticule.pixels.fits.warned import caught
from graticule.services.observatory.cards import Cards

_DAY_SECONDS = 86_400.0
_EXPOSURE = ("XPOSURE", "EXPTIME", "TEXPTIME", "EXPOSURE", "ITIME", "ONTIME")
# Scales that astropy knows (Standard 4.0, table 30); what is not here is read as UTC.
_SCALES = {
    "TAI": "tai",
    "IAT": "tai",
    "TT": "tt",
    "TDT": "tt",
    "ET": "tt",
    "TDB": "tdb",
    "TCG": "tcg",
    "TCB": "tcb",
}
_OLD_DATE = re.compile(r"(\d\d)/(\d\d)/(\d\d)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Times:
    """Start and end (MJD, UTC) and exposure (seconds); each may be unknown."""

    start: float | None = None
    end: float | None = None
    exposure: float | None = None


def observed_times(cards: Cards) -> Times:
    """Find when an image was taken.

    The start is MJD-BEG, DATE-BEG, EXPSTART (an MJD, as Hubble's instruments write it),
    DATE-OBS with a time of day (its own, or of TIME-OBS, UTSTART or UT), MJD-OBS, or
    the date alone; the end MJD-END, DATE-END, EXPEND, or start and exposure together.
    Of a date alone the whole day counts.
    """
    exposure = cards.number(*_EXPOSURE)
    if exposure is not None and exposure < 0:
        exposure = None
    start, is_day = _start(cards)
    end = _moment(cards, "END")
    if end is None:
        end = cards.number("EXPEND")
    if end is None and start is not None:
        if is_day:
            end = start + 1
        elif exposure is not None:
            end = start + exposure / _DAY_SECONDS
    if start is not None and end is not None and end < start:
        end = None
    return Times(start, end, exposure)


def _start(cards: Cards) -> tuple[float | None, bool]:
    """Find the start, and whether only its day is known."""
    for found in (_moment(cards, "BEG"), cards.number("EXPSTART")):
        if found is not None:
            return found, False
    date = _written(cards.text("DATE-OBS", "DATE_OBS"))
    clock = cards.text("TIME-OBS", "TIME_OBS", "UTSTART", "UTC-OBS", "UT")
    if date and "T" not in date and ":" in clock:
        date = f"{date}T{clock}"
    if "T" in date:
        found = _mjd_of(date, _scale(cards))
        if found is not None:
            return found, False
    days = cards.number("MJD-OBS", "MJD_OBS")
    if days is not None:
        return _in_utc(days, _scale(cards)), False
    return _mjd_of(date, "utc"), True


def _moment(cards: Cards, which: str) -> float | None:
    days = cards.number(f"MJD-{which}")
    if days is not None:
        return _in_utc(days, _scale(cards))
    return _mjd_of(_written(cards.text(f"DATE-{which}")), _scale(cards))


def _scale(cards: Cards) -> str:
    return _SCALES.get(cards.text("TIMESYS").upper(), "utc")


def _written(date: str) -> str:
    """Write a date as ISO does; the old form means the years 1900 to 1999."""
    old = _OLD_DATE.match(date)
    if old is not None:
        return f"19{old[3]}-{old[2]}-{old[1]}"
    return date.removesuffix("Z").replace(" ", "T") if _DATE.match(date) else ""


def _mjd_of(date: str, scale: str) -> float | None:
    if not date:
        return None
    try:
        with caught():
            return float(Time(date, scale=scale).utc.mjd)
    except ValueError:
        return None


def _in_utc(days: float, scale: str) -> float:
    if scale == "utc":
        return days
    with caught():
        return float(Time(days, format="mjd", scale=scale).utc.mjd)

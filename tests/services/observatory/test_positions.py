"""Positions as people write them; astropy reads the same."""

import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord

from graticule.errors import RequestError
from graticule.services.observatory.positions import read_position

CRAB = SkyCoord("05h34m31.94s +22d00m52.2s")


@pytest.mark.parametrize(
    "text",
    [
        "05:34:31.94 +22:00:52.2",
        "5 34 31.94 22 0 52.2",
        "05h34m31.94s +22d00m52.2s",
        "05h34m31.94s, +22°00\N{PRIME}52.2\N{DOUBLE PRIME}",
        "ICRS 05:34:31.94 +22:00:52.2",
        "83.63308333 22.0145",
        "83.63308333, +22.0145",
        "ra=83.63308333 dec=22.0145",
        "83d37m59.1s 22d00m52.2s",
        f"{CRAB.galactic.l.deg} {CRAB.galactic.b.deg} gal",
        f"l={CRAB.galactic.l.deg} b={CRAB.galactic.b.deg}",
        f"galactic {CRAB.galactic.l.deg:.8f}, {CRAB.galactic.b.deg:.8f}",
    ],
)
def test_the_crab_nebula(text):
    ra, dec = read_position(text)
    assert SkyCoord(ra, dec, unit="deg").separation(CRAB) < 0.01 * u.arcsec


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17:45:40.0 -29:00:28", "17h45m40s -29d00m28s"),
        ("00:00:01 -00:30:00", "0h0m1s -0d30m0s"),
        ("12:30 +10:15", "12h30m +10d15m"),
        ("-10.5 -5", "349.5d -5d"),
    ],
)
def test_others(text, expected):
    ra, dec = read_position(text)
    found = SkyCoord(ra, dec, unit="deg")
    assert found.separation(SkyCoord(expected)) < 1e-5 * u.arcsec


@pytest.mark.parametrize(
    "text",
    [
        *("", "M 31", "83.6", "1 2 3", "NGC 1068", "10 95", "1e5 3"),
        *("10:70:00 +20:00:00", "25:00:00 +10:00:00", "1 2 3 4 5 6 7 8", "x" * 5000),
    ],
)
def test_what_is_none(text):
    with pytest.raises(RequestError):
        read_position(text)

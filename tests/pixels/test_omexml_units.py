"""OME units against astropy's, which has its own tables."""

import astropy.units as u
import pytest
from astropy.units import imperial

from graticule.pixels.omexml.units import length_nm, length_um, time_seconds

SI = ["Y", "Z", "E", "P", "T", "G", "M", "k", "h", "da", ""]
SI += ["d", "c", "m", "µ", "n", "p", "f", "a", "z", "y"]
INCH = imperial.inch
OTHERS = {
    "Å": u.AA,
    "thou": INCH / 1000,
    "li": INCH / 12,
    "in": INCH,
    "ft": imperial.foot,
    "yd": imperial.yard,
    "mi": imperial.mile,
    "ua": u.au,
    "ly": u.lyr,
    "pc": u.pc,
    "pt": INCH / 72,
}
LENGTHS = {f"{p}m": u.Unit(f"{p.replace('µ', 'u')}m") for p in SI} | OTHERS
TIMES = {f"{p}s": u.Unit(f"{p.replace('µ', 'u')}s") for p in SI}
TIMES |= {"min": u.min, "h": u.hour, "d": u.day}


@pytest.mark.parametrize("symbol", LENGTHS)
def test_lengths(symbol):
    unit = LENGTHS[symbol]
    assert length_um(2.5, symbol) == pytest.approx((2.5 * unit).to_value(u.um))
    assert length_nm(2.5, symbol) == pytest.approx((2.5 * unit).to_value(u.nm))


@pytest.mark.parametrize("symbol", TIMES)
def test_times(symbol):
    expected = (2.5 * TIMES[symbol]).to_value(u.s)
    assert time_seconds(2.5, symbol) == pytest.approx(expected)


def test_every_unit_of_the_schema_is_known():
    from ome_types.model import UnitsLength, UnitsTime

    sizeless = {UnitsLength.PIXEL, UnitsLength.REFERENCEFRAME}
    for unit in UnitsLength:
        assert (length_um(1.0, unit.value) is None) == (unit in sizeless)
    for unit in UnitsTime:
        assert time_seconds(1.0, unit.value) is not None


def test_defaults_and_spellings():
    assert length_um(3.0, None) == 3.0
    assert length_nm(488.0, None) == 488.0
    assert time_seconds(3.0, None) == 3.0
    for symbol in ("µm", "μm", "um", " µm ", "micron"):
        assert length_um(3.0, symbol) == 3.0
    assert length_um(1.0, "\u212b") == 1e-4
    assert time_seconds(5.0, "μs") == time_seconds(5.0, "us") == 5e-6


def test_no_dust_of_binary_fractions():
    assert length_nm(488600.0, "pm") == 488.6
    assert time_seconds(172.0, "ms") == 0.172


def test_nothing_and_nonsense():
    assert length_um(None, "µm") is None
    assert length_um(1.0, "furlong") is None
    assert length_nm(1.0, "pixel") is None
    assert time_seconds(1.0, "fortnight") is None

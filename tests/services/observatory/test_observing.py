"""Columns of ObsCore from headers: expected values worked out apart from the code."""

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from astropy.time import Time
from astropy.wcs import WCS

from graticule.pixels.cache import ChunkCache
from graticule.pixels.fits.header import facts
from graticule.pixels.fits.reader import FitsReader
from graticule.pixels.fits.wcs import turned_wcs
from graticule.pixels.reader import ReadContext, ReadLimits
from graticule.services.observatory.observing import observe


def made(sizes=(64, 48), **cards):
    header = fits.Header()
    header["SIMPLE"] = True
    header["NAXIS"] = len(sizes)
    for axis, size in enumerate(sizes, start=1):
        header[f"NAXIS{axis}"] = size
    plain = {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 10.0, "CRVAL2": 20.0}
    plain |= {"CDELT1": -0.01, "CDELT2": 0.01, "CRPIX1": 32.0, "CRPIX2": 24.0}
    for key, value in (plain | cards).items():
        header[key.replace("_OBS", "-OBS").replace("_END", "-END")] = value
    return header


def observed(header, primary=None):
    text, _ = turned_wcs(header, header["NAXIS2"])
    headers = (header, primary) if primary is not None else (header,)
    return observe(text, facts(headers))


def test_a_bare_header():
    found = observed(made())
    assert (found.dataproduct_type, found.calib_level) == ("image", 2)
    assert (found.s_xel1, found.s_xel2) == (64, 48)
    assert found.s_fov == pytest.approx(0.8, rel=0.01)
    empty = ("obs_collection", "obs_id", "target_name", "pol_states", "o_ucd")
    assert {getattr(found, name) for name in empty} == {""}
    unknown = ("t_min", "t_max", "t_exptime", "t_xel", "em_min", "em_max", "em_xel")
    unknown += ("t_resolution", "s_resolution", "em_res_power", "pol_xel")
    assert {getattr(found, name) for name in unknown} == {None}


def test_words_of_the_header():
    found = observed(
        made(
            OBJECT="NGC 1068",
            TELESCOP="WHT",
            INSTRUME="ISIS",
            OBS_ID="r123",
            SURVEY="Small",
            CALIBLEV=3,
            BUNIT="Jy/beam",
            BMAJ=0.001,
            SPEC_RES=1500.0,
        )
    )
    assert found.target_name == "NGC 1068"
    assert (found.facility_name, found.instrument_name) == ("WHT", "ISIS")
    assert (found.obs_collection, found.calib_level) == ("Small", 3)
    assert found.o_ucd == "phot.flux.density"
    assert found.s_resolution == pytest.approx(3.6)
    assert found.em_res_power == 1500


def test_an_extension_inherits():
    primary = fits.Header()
    primary["OBJECT"], primary["FILTER2"], primary["OBSID"] = "M 31", "g_G0301", "x7"
    primary["EXPSTART"], primary["EXPEND"] = 50000.25, 50000.5
    found = observed(made(), primary)
    assert (found.target_name, found.obs_id) == ("M 31", "x7")
    assert (found.t_min, found.t_max, found.t_xel) == (50000.25, 50000.5, 1)
    assert found.em_min < 477e-9 < found.em_max


NOON = "2001-09-10T12:00:00"
DAY = 52162


@pytest.mark.parametrize(
    ("cards", "start", "end"),
    [
        ({"DATE_OBS": NOON, "EXPTIME": 60.0}, DAY + 0.5, DAY + 0.5 + 60 / 86400),
        ({"DATE_OBS": "2001-09-10", "EXPTIME": 60.0}, DAY, DAY + 1),
        ({"DATE_OBS": "10/09/99", "UT": "06:00:00"}, 51431.25, None),
        ({"DATE_OBS": "2001-09-10", "MJD_OBS": DAY + 0.125}, DAY + 0.125, None),
        ({"MJD_OBS": DAY, "MJD_END": DAY + 0.5, "EXPTIME": 9.0}, DAY, DAY + 0.5),
        ({"DATE_OBS": NOON, "DATE_END": "2001-09-10T18:00"}, DAY + 0.5, DAY + 0.75),
        ({"DATE_OBS": "yesterday"}, None, None),
        ({"DATE_OBS": "2001-99-99T12:00:00"}, None, None),
    ],
)
def test_times(cards, start, end):
    found = observed(made(**cards))
    assert found.t_min == (None if start is None else pytest.approx(start, abs=1e-9))
    assert found.t_max == (None if end is None else pytest.approx(end, abs=1e-9))
    assert found.t_exptime == cards.get("EXPTIME")


def test_other_time_scales_become_utc():
    found = observed(made(DATE_OBS="2001-09-10T12:00:00", TIMESYS="TT"))
    # 32 leap seconds since 1972 then, and 32.184 s to terrestrial time.
    assert found.t_min == pytest.approx(52162.5 - (32 + 32.184) / 86400, abs=1e-9)
    assert Time("2001-09-10T12:00:00", scale="tt").utc.mjd == pytest.approx(found.t_min)


C = 299_792_458.0


def frequency(rest, speed):
    """Frequency of a line that moves away, by the radio convention."""
    return rest * (1 - speed / C)


def metres(kilo_electron_volts):
    return (kilo_electron_volts * u.keV).to_value(u.m, u.spectral())


@pytest.mark.parametrize(
    ("axis", "further", "expected"),
    [
        (("WAVE", "nm", 500.0, 2.0), {}, (499e-9, 519e-9)),
        (("LINEAR", "Angstrom", 5000.0, 20.0), {}, (499e-9, 519e-9)),
        (("FREQ", "GHz", 100.0, 1.0), {}, (C / 109.5e9, C / 99.5e9)),
        (
            ("VRAD", "km/s", 0.0, 1000.0),
            {"RESTFRQ": 1.42e9},
            (C / frequency(1.42e9, -5e5), C / frequency(1.42e9, 9.5e6)),
        ),
        (
            ("VOPT", "m/s", 0.0, 1e6),
            {"RESTWAV": 656e-9},
            (656e-9 * (1 - 5e5 / C), 656e-9 * (1 + 9.5e6 / C)),
        ),
        (("VOPT", "m/s", 0.0, 1e6), {}, (None, None)),
        (("ENER", "keV", 1.0, 0.5), {}, (metres(5.75), metres(0.75))),
    ],
)
def test_spectral_axes(axis, further, expected):
    names = ("CTYPE3", "CUNIT3", "CRVAL3", "CDELT3")
    cards = dict(zip(names, axis, strict=True)) | further
    found = observed(made((64, 48, 10), CRPIX3=1.0, **cards))
    assert (found.dataproduct_type, found.em_xel) == ("cube", 10)
    for value, wanted in zip((found.em_min, found.em_max), expected, strict=True):
        assert value == (None if wanted is None else pytest.approx(wanted, rel=1e-9))


def test_air_is_not_vacuum():
    cards = {"CTYPE3": "AWAV", "CUNIT3": "Angstrom", "CRVAL3": 6562.8, "CDELT3": 0.1}
    found = observed(made((64, 48, 2), CRPIX3=0.5, **cards))
    # Hydrogen alpha, by wcslib's own translation.
    line = WCS(fits.Header({"CTYPE1": "AWAV", "CRVAL1": 6562.8e-10, "CDELT1": 1e-11}))
    line.wcs.set()
    line.wcs.sptr("WAVE-A2W")
    assert found.em_min == pytest.approx(line.wcs.crval[0], rel=1e-9)
    assert found.em_min == pytest.approx(6564.6e-10, abs=0.2e-10)


@pytest.mark.parametrize(
    ("cards", "inside", "width"),
    [
        ({"BAND": "J"}, 1235e-9, 162e-9),
        ({"FILTER": "K_s"}, 2159e-9, 262e-9),
        ({"FILTER": "SDSS r'"}, 623e-9, 137e-9),
        ({"FILTER": "Johnson V"}, 545e-9, 84e-9),
        ({"FILTER": "F606W"}, 600e-9, 150e-9),
        ({"PHOTPLAM": 6001.294, "PHOTBW": 637.8062, "FILTER": "V"}, 600.1e-9, 150e-9),
        ({"FILTER": "my filter"}, None, None),
    ],
)
def test_filters(cards, inside, width):
    found = observed(made(**cards))
    if inside is None:
        assert (found.em_min, found.em_max, found.em_xel) == (None, None, None)
        return
    assert found.em_min < inside < found.em_max
    assert found.em_max - found.em_min == pytest.approx(width, rel=0.01)
    assert found.em_xel == 1


def test_polarisation_in_the_order_of_the_standard():
    axes = {"CTYPE3": "STOKES", "CRVAL3": 1.0, "CDELT3": 1.0, "CRPIX3": 1.0}
    found = observed(made((64, 48, 4), **axes))
    assert (found.pol_states, found.pol_xel) == ("/I/Q/U/V/", 4)
    axes = {"CTYPE3": "STOKES", "CRVAL3": -1.0, "CDELT3": -1.0, "CRPIX3": 1.0}
    found = observed(made((64, 48, 2), **axes))
    assert (found.pol_states, found.pol_xel) == ("/RR/LL/", 2)


def test_time_axes():
    axes = {"CTYPE3": "TIME", "CUNIT3": "s", "CDELT3": 2.5}
    found = observed(made((64, 48, 30), EXPTIME=75.0, **axes))
    assert (found.t_xel, found.t_resolution, found.t_exptime) == (30, 2.5, 75.0)


def images_of(path):
    source = FitsReader().open(path, ReadContext(ReadLimits(), ChunkCache(10**7)))
    try:
        return source.fileset.images
    finally:
        source.close()


def test_every_shared_file(shared_data):
    """Who has an observation, and what some of the files say."""
    found = {}
    for path in sorted((shared_data / "fits").glob("*.fits")):
        for info in images_of(path):
            found[path.name, info.key] = observe(info.wcs_header, info.facts)
    assert len(found) == 24
    none = {name for name, one in found.items() if one is None}
    assert none == {("aia_171_level1.fits", "0"), ("test0.fits", "SCI,1")}
    muse = found["Central_Datacube_bkg.fits", "DATA,1"]
    assert muse.t_min == pytest.approx(55836.0833333)
    edges = 6050 + 1.25 * np.array([-0.5, 9.5])
    assert (muse.em_min, muse.em_max) == pytest.approx(tuple(edges * 1e-10))
    gemini = found["multi.fits", "SCI,2"]
    assert gemini.facility_name == "Gemini-North"
    assert gemini.t_min == pytest.approx(Time("2001-09-10T15:01:11.5").mjd)
    radio = found["l1448_13co.fits", "0"]
    assert (radio.dataproduct_type, radio.em_xel, radio.em_min) == ("cube", 53, None)

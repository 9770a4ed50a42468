"""Positions of pixels, for every shared file, against astropy on the raw file."""

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS
from tests.services.observatory.raw_sky import IMAGES, RawSky, read_header

from graticule.pixels.fits.wcs import turned_wcs
from graticule.services.observatory.sky import Sky

RNG = np.random.default_rng(2)
MICROARCSECOND = 1e-6


def both(header):
    text, _ = turned_wcs(header, header["NAXIS2"])
    return Sky.of(text), RawSky(header)


def some_pixels(raw, count=200):
    x = RNG.uniform(-0.5, raw.width - 0.5, count)
    return x, RNG.uniform(-0.5, raw.height - 0.5, count)


def assert_same(sky, raw):
    x, y = some_pixels(raw)
    ra, dec = sky.icrs(x, y)
    found = SkyCoord(ra, dec, unit="deg")
    assert found.separation(raw.icrs(x, y)).to_value(u.arcsec).max() < MICROARCSECOND
    back_x, back_y = sky.pixels(ra, dec)
    np.testing.assert_allclose(back_x, x, atol=1e-5)
    np.testing.assert_allclose(back_y, y, atol=1e-5)


@pytest.mark.parametrize(("name", "number"), IMAGES)
def test_every_shared_file(shared_data, name, number):
    assert_same(*both(read_header(shared_data / "fits" / name, number)))


def test_the_sun_and_lines_are_no_sky(shared_data):
    for name, number in (("aia_171_level1.fits", 0), ("test0.fits", 1)):
        header = read_header(shared_data / "fits" / name, number)
        text, _ = turned_wcs(header, header["NAXIS2"])
        assert text
        assert Sky.of(text) is None


def made(kinds=("RA---TAN", "DEC--TAN"), **cards):
    header = fits.Header()
    values = {"NAXIS": 2, "NAXIS1": 60, "NAXIS2": 40, "CRPIX1": 20.5, "CRPIX2": 11.0}
    values |= {"CTYPE1": kinds[0], "CTYPE2": kinds[1], "CDELT1": -0.02, "CDELT2": 0.02}
    for key, value in (values | {"CRVAL1": 83.6, "CRVAL2": 22.0} | cards).items():
        header[key] = value
    return header


@pytest.mark.parametrize(
    "cards",
    [
        {"RADESYS": "FK4", "EQUINOX": 1950.0},
        {"RADESYS": "FK5", "EQUINOX": 1975.0},
        {"RADESYS": "FK4-NO-E", "EQUINOX": 1950.0},
        {"EQUINOX": 2000.0},
        {"RADESYS": "ICRS", "LONPOLE": 120.0},
        {"CRVAL1": 359.99},
        {"CRVAL2": 89.9},
        {"CROTA2": 40.0},
    ],
)
def test_frames(cards):
    assert_same(*both(made(**cards)))


def test_latitude_before_longitude():
    header = made(("DEC--TAN", "RA---TAN"), CRVAL1=22.0, CRVAL2=83.6)
    text, _ = turned_wcs(header, 40)
    sky = Sky.of(text)
    x, y = RNG.uniform(0, 59, 100), RNG.uniform(0, 39, 100)
    # All axes as they stand in the header: latitude is the first.
    dec, ra = WCS(header).all_pix2world(x, 39 - y, 0)
    np.testing.assert_allclose(sky.icrs(x, y), (ra, dec), atol=1e-10)
    np.testing.assert_allclose(sky.pixels(ra, dec), (x, y), atol=1e-6)


def test_ecliptic():
    text, _ = turned_wcs(made(("ELON-TAN", "ELAT-TAN"), EQUINOX=2000.0), 40)
    sky = Sky.of(text)
    ra, dec = sky.icrs(19.5, 29.0)
    expected = SkyCoord(
        83.6 * u.deg, 22 * u.deg, frame="barycentricmeanecliptic", equinox="J2000"
    ).icrs
    assert SkyCoord(ra, dec, unit="deg").separation(expected).arcsec < 1e-3


def test_what_is_not_on_the_sky():
    header = made(("RA---AIT", "DEC--AIT"), CDELT1=-6.0, CDELT2=6.0, CRPIX1=30.5)
    sky, _ = both(header)
    assert np.isnan(sky.icrs(0, 0)).all()
    # The other side of a tangent plane has no pixel.
    plane, _ = both(made())
    assert np.isnan(plane.pixels(263.6, -22.0)).all()


def test_nonsense_is_no_sky():
    for cards in (
        {"CDELT1": 0.0},
        {"CTYPE1": "RA---XXX"},
        {"CTYPE2": "GLAT-TAN"},
        {"CUNIT1": "parrot"},
        {"RADESYS": "GAPPT"},
    ):
        text, _ = turned_wcs(made(**cards), 40)
        assert Sky.of(text) is None, cards

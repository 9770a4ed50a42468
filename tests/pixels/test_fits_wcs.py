"""World coordinates after the rows are turned: astropy computes both ways."""

import warnings

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS
from hypothesis import given, settings
from hypothesis import strategies as st

from graticule.pixels.cache import ChunkCache
from graticule.pixels.fits.reader import FitsReader
from graticule.pixels.fits.wcs import turned_wcs
from graticule.pixels.reader import ReadContext, ReadLimits


def world(header, *pixel, letter=" ", origin=0):
    with warnings.catch_warnings():
        # Old spellings in the files (dates, units) are not our subject.
        warnings.simplefilter("ignore")
        wcs = WCS(header, key=letter)
        further = [np.zeros_like(pixel[0])] * (wcs.naxis - 2)
        return np.array(wcs.all_pix2world(*pixel, *further, origin))


def places(width, height):
    x = np.array([0.0, width - 1, 0, width - 1, width / 3, 2.25])
    y = np.array([0.0, 0, height - 1, height - 1, height / 4, 7.5])
    return x, y


def assert_turned(original, height, width=64, letter=" "):
    """Our (x, y) has the sky position of the file's (x, height - 1 - y)."""
    text, lost = turned_wcs(original, height)
    assert lost == []
    turned = fits.Header.fromstring(text, sep="\n")
    x, y = places(width, height)
    expected = world(original, x, height - 1 - y, letter=letter)
    assert np.isfinite(expected).any()
    np.testing.assert_allclose(
        world(turned, x, y, letter=letter), expected, rtol=1e-11, atol=1e-11
    )


def celestial(**cards):
    header = fits.Header()
    header["NAXIS"] = 2
    header["NAXIS1"] = 64
    header["NAXIS2"] = 48
    header["CTYPE1"] = "RA---TAN"
    header["CTYPE2"] = "DEC--TAN"
    header["CRVAL1"] = 150.1
    header["CRVAL2"] = -33.3
    header["CRPIX1"] = 20.25
    header["CRPIX2"] = 11.5
    for key, value in cards.items():
        header[key] = value
    return header


def test_cdelt_only():
    assert_turned(celestial(CDELT1=-0.01, CDELT2=0.012), 48)


def test_rotation():
    assert_turned(celestial(CDELT1=-0.01, CDELT2=0.012, CROTA2=33.0), 48)


def test_cd_matrix():
    cards = {"CD1_1": -0.01, "CD1_2": 0.003, "CD2_1": 0.002, "CD2_2": 0.011}
    assert_turned(celestial(**cards), 48)


def test_pc_matrix_with_its_defaults():
    # PC2_2 is not written: it is 1.
    assert_turned(celestial(PC1_2=0.4, CDELT1=-0.01, CDELT2=0.02), 48)


def test_reference_pixel_that_is_not_written():
    header = celestial(CDELT1=-0.01, CDELT2=0.01)
    del header["CRPIX2"]
    assert_turned(header, 48)


def test_alternate_description():
    header = celestial(CDELT1=-0.01, CDELT2=0.01)
    for key in ("CTYPE1", "CTYPE2"):
        header[f"{key}B"] = {"CTYPE1": "GLON-CAR", "CTYPE2": "GLAT-CAR"}[key]
    header.update(
        CRPIX1B=3.0, CRPIX2B=4.0, CRVAL1B=9.0, CRVAL2B=1.0, CD1_2B=0.1, CD2_1B=0.2
    )
    assert_turned(header, 48)
    assert_turned(header, 48, letter="B")


def test_cube_keeps_its_third_axis():
    header = celestial(CDELT1=-0.01, CDELT2=0.01)
    header.update(
        NAXIS=3, NAXIS3=5, CTYPE3="FREQ", CRVAL3=1.4e9, CDELT3=1e5, CUNIT3="Hz"
    )
    header["PC3_2"] = 0.5
    assert_turned(header, 48)


def test_tpv_distortion():
    header = celestial(CTYPE1="RA---TPV", CTYPE2="DEC--TPV", CD1_1=-0.01, CD2_2=0.01)
    header.update(PV1_0=0.0, PV1_1=1.0, PV1_4=0.02, PV2_0=0.0, PV2_1=1.0, PV2_5=0.03)
    assert_turned(header, 48)


coefficient = st.floats(-1e-5, 1e-5).map(lambda number: round(number, 12))


@settings(max_examples=40, deadline=None)
@given(
    a=st.lists(coefficient, min_size=6, max_size=6),
    b=st.lists(coefficient, min_size=6, max_size=6),
    height=st.integers(10, 5000),
)
def test_sip_distortion(a, b, height):
    header = celestial(CTYPE1="RA---TAN-SIP", CTYPE2="DEC--TAN-SIP")
    header.update(CD1_1=-1e-4, CD1_2=2e-5, CD2_1=1e-5, CD2_2=1e-4)
    powers = ((2, 0), (1, 1), (0, 2), (3, 0), (2, 1), (0, 3))
    for name, numbers in (("A", a), ("B", b)):
        header[f"{name}_ORDER"] = 3
        for (p, q), number in zip(powers, numbers, strict=True):
            header[f"{name}_{p}_{q}"] = number
    assert_turned(header, height)


@settings(max_examples=40, deadline=None)
@given(
    a=st.lists(coefficient, min_size=4, max_size=4),
    b=st.lists(coefficient, min_size=4, max_size=4),
    u=st.floats(-99, 99),
    v=st.floats(-99, 99),
)
def test_the_way_back_through_sip(a, b, u, v):
    header = celestial(CDELT1=-0.01, CDELT2=0.01, AP_ORDER=2, BP_ORDER=2)
    powers = ((0, 1), (2, 0), (1, 1), (0, 2))
    for name, numbers in (("AP", a), ("BP", b)):
        for (p, q), number in zip(powers, numbers, strict=True):
            header[f"{name}_{p}_{q}"] = number
    text, _ = turned_wcs(header, 48)
    turned = fits.Header.fromstring(text, sep="\n")

    def added(cards, name, x, y):
        return sum(cards[f"{name}_{p}_{q}"] * x**p * y**q for p, q in powers)

    assert added(turned, "AP", u, -v) == pytest.approx(added(header, "AP", u, v))
    assert added(turned, "BP", u, -v) == pytest.approx(-added(header, "BP", u, v))


def test_distortion_tables_are_dropped_and_said():
    header = celestial(CDELT1=-0.01, CDELT2=0.01)
    header["CPDIS1"] = "LOOKUP"
    header["DP1"] = ("EXTVER: 1", "")
    text, lost = turned_wcs(header, 48)
    assert "CPDIS" not in text
    assert "DP1" not in text
    assert len(lost) == 1


def test_no_world_coordinates():
    assert turned_wcs(fits.Header(), 10) == (None, [])


def test_nonsense_is_said():
    header = celestial(CRPIX2="here")
    text, lost = turned_wcs(header, 48)
    assert text is None
    assert "CRPIX2" in lost[0]


@pytest.mark.shared_data
def test_every_real_file_keeps_its_sky(shared_data):
    seen = 0
    for path in sorted((shared_data / "fits").glob("*.fits")):
        source = FitsReader().open(path, ReadContext(ReadLimits(), ChunkCache(0)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with fits.open(path) as hdus:
                headers = [h.header for h in hdus if h.header.get("NAXIS", 0) >= 2]
                headers = [
                    h for h in headers if h["NAXIS1"] and "XTENSION" not in h
                ] + [h for h in headers if h.get("XTENSION", "").strip() == "IMAGE"]
        assert len(headers) == len(source.fileset.images)
        for info, header in zip(source.fileset.images, headers, strict=True):
            if info.wcs_header is None:
                assert "CTYPE1" not in header
                continue
            x, y = places(info.width, info.height)
            expected = world(header, x, info.height - 1 - y)
            ours = world(fits.Header.fromstring(info.wcs_header, sep="\n"), x, y)
            np.testing.assert_allclose(ours, expected, rtol=1e-12, atol=1e-12)
            seen += 1
        source.close()
    assert seen == 24

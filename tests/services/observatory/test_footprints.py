"""Outlines on the sky hold every pixel and nothing beyond, by winding numbers."""

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.observatory.raw_sky import (
    IMAGES,
    RawSky,
    inside,
    polygon_of,
    read_header,
    turning,
    vectors,
)

from graticule.pixels.fits.wcs import turned_wcs
from graticule.services.observatory.footprints import MAX_POINTS_PER_EDGE, footprint
from graticule.services.observatory.sky import Sky


def centres(width, height):
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    return x.ravel(), y.ravel()


def beyond(width, height):
    """Places one and a half pixels outside of the outermost pixels' centres."""
    along_x, along_y = (
        np.linspace(-1.5, width + 0.5, 40),
        np.linspace(-1.5, height + 0.5, 40),
    )
    x = np.concatenate([along_x, along_x, np.full(40, -1.5), np.full(40, width + 0.5)])
    y = np.concatenate([np.full(40, -1.5), np.full(40, height + 0.5), along_y, along_y])
    return x, y


def assert_exact(header, most=4000):
    raw = RawSky(header)
    text, _ = turned_wcs(header, raw.height)
    found = footprint(Sky.of(text))
    assert found is not None
    assert found.corners is not None
    corners = polygon_of(found.region)
    assert turning(corners) > 0
    x, y = centres(raw.width, raw.height)
    step = max(1, len(x) // most)
    edge = (x == 0) | (y == 0) | (x == raw.width - 1) | (y == raw.height - 1)
    some = edge | (np.arange(len(x)) % step == 0)
    assert inside(vectors(raw.icrs(x[some], y[some])), corners).all()
    outside = raw.icrs(*beyond(raw.width, raw.height))
    there = np.isfinite(outside.ra.deg)
    assert not inside(vectors(outside[there]), corners).any()
    middle = raw.icrs((raw.width - 1) / 2, (raw.height - 1) / 2)
    assert middle.ra.deg == pytest.approx(found.ra, abs=1e-8)
    assert middle.dec.deg == pytest.approx(found.dec, abs=1e-8)
    farthest = raw.icrs(*outer_edge(raw)).separation(middle).deg.max()
    pixel = raw.icrs(*outer_edge(raw, 1)).separation(raw.icrs(*outer_edge(raw))).deg
    assert abs(found.diameter / 2 - farthest) < pixel.max()
    return found


def outer_edge(raw, inner=0):
    low = -0.5 + inner
    right, bottom = raw.width - 0.5 - inner, raw.height - 0.5 - inner
    x, y = np.linspace(low, right, 300), np.linspace(low, bottom, 300)
    ends = np.full(300, low)
    return (
        np.concatenate([x, x, ends, np.full(300, right)]),
        np.concatenate([ends, np.full(300, bottom), y, y]),
    )


@pytest.mark.parametrize(("name", "number"), IMAGES)
def test_every_shared_file(shared_data, name, number):
    assert_exact(read_header(shared_data / "fits" / name, number))


def made(projection, frame, at, scale, turned, size):
    header = fits.Header()
    lon, lat = ("RA--", "DEC-") if frame != "galactic" else ("GLON", "GLAT")
    header["NAXIS"], (header["NAXIS1"], header["NAXIS2"]) = 2, size
    header["CTYPE1"], header["CTYPE2"] = f"{lon}-{projection}", f"{lat}-{projection}"
    header["CRPIX1"], header["CRPIX2"] = size[0] / 2, size[1] / 3
    header["CRVAL1"], header["CRVAL2"] = at
    angle = np.radians(turned)
    header["CD1_1"], header["CD1_2"] = -scale * np.cos(angle), scale * np.sin(angle)
    header["CD2_1"], header["CD2_2"] = scale * np.sin(angle), scale * np.cos(angle)
    if frame != "galactic":
        header["RADESYS"] = frame
        header["EQUINOX"] = 1950.0 if frame == "FK4" else 2000.0
    return header


@settings(max_examples=120, deadline=None)
@given(
    projection=st.sampled_from(
        ["TAN", "SIN", "ARC", "STG", "ZEA", "CAR", "SFL", "AIT"]
    ),
    frame=st.sampled_from(["ICRS", "FK5", "FK4", "galactic"]),
    lon=st.floats(0, 360),
    lat=st.floats(-90, 90),
    scale=st.sampled_from([1e-5, 1e-3, 0.05, 0.5]),
    turned=st.floats(0, 360),
    width=st.integers(2, 60),
    height=st.integers(2, 60),
)
def test_synthetic_skies(projection, frame, lon, lat, scale, turned, width, height):
    if projection in {"CAR", "SFL", "AIT"}:
        # Their reference is the equator, unless one wants them slanted.
        lat = lat / 3
    header = made(projection, frame, (lon, lat), scale, turned, (width, height))
    assert_exact(header)


def test_a_pole_in_the_middle():
    found = assert_exact(made("TAN", "ICRS", (123.0, 90.0), 0.1, 17.0, (50, 50)))
    ra = found.corners[:, 0]
    # All around: the corners' right ascensions leave no wide gap.
    assert np.diff(np.sort(ra)).max() < 180


def test_longitude_zero():
    found = assert_exact(made("TAN", "ICRS", (0.0, 10.0), 0.01, 0.0, (40, 40)))
    assert found.corners[:, 0].min() < 1
    assert found.corners[:, 0].max() > 359


def test_bent_edges_get_points():
    header = made("CAR", "ICRS", (80.0, 0.0), 0.5, 0.0, (100, 60))
    header["CRPIX2"] = -60.0
    found = assert_exact(header)
    assert 12 < len(found.corners) <= 4 * (2 * MAX_POINTS_PER_EDGE)


def test_straight_edges_get_none():
    assert (
        len(assert_exact(made("TAN", "FK5", (80, 40), 1e-3, 9, (50, 40))).corners) == 4
    )


@pytest.mark.parametrize("projection", ["AIT", "CAR", "MOL"])
def test_the_whole_sky(projection):
    header = made(projection, "galactic", (0.0, 0.0), 2.0, 0.0, (180, 90))
    header["CRPIX1"], header["CRPIX2"] = 90.5, 45.5
    text, _ = turned_wcs(header, 90)
    found = footprint(Sky.of(text))
    kind, frame, *numbers = found.region.split()
    middle = SkyCoord(0, 0, unit="deg", frame="galactic").icrs
    assert (kind, frame) == ("CIRCLE", "ICRS")
    assert SkyCoord(*map(float, numbers[:2]), unit="deg").separation(middle).deg < 2
    assert float(numbers[2]) == 180
    assert found.diameter == 360


def test_a_band_around_the_sky():
    """Of a circle around it most is not shown: there is no outline."""
    header = made("CAR", "galactic", (0.0, 0.0), 2.0, 0.0, (180, 20))
    header["CRPIX1"], header["CRPIX2"] = 90.5, 10.5
    text, _ = turned_wcs(header, 20)
    found = footprint(Sky.of(text))
    assert found.region == ""
    assert found.diameter > 300


def test_a_disk_on_the_sky():
    """Edges beyond the sky: a circle that holds what there is."""
    header = made("SIN", "ICRS", (30.0, 40.0), 1.5, 0.0, (90, 90))
    header["CRPIX2"] = 45.0
    text, _ = turned_wcs(header, 90)
    found = footprint(Sky.of(text))
    assert found.corners is None
    assert found.diameter == pytest.approx(180, abs=15)
    kind, _, *numbers = found.region.split()
    assert kind == "CIRCLE"
    assert np.array(numbers, float) == pytest.approx([30, 40, 90], abs=8)
    # Of a part of it there is an outline.
    header = made("AIT", "ICRS", (0.0, 0.0), 0.5, 0.0, (60, 60))
    header["CRPIX1"], header["CRPIX2"] = -260.0, 30.0
    raw = RawSky(header)
    text, _ = turned_wcs(header, 60)
    found = footprint(Sky.of(text))
    assert found.corners is not None
    positions = raw.icrs(*centres(60, 60))
    there = np.isfinite(positions.ra.deg)
    assert 0 < there.sum() < 3600
    assert inside(vectors(positions[there]), polygon_of(found.region)).all()


def test_nothing_on_the_sky():
    header = made("AIT", "ICRS", (0.0, 0.0), 1.0, 0.0, (20, 20))
    header["CRPIX1"], header["CRPIX2"] = -500.0, -500.0
    text, _ = turned_wcs(header, 20)
    sky = Sky.of(text)
    assert sky is None or footprint(sky) is None

"""Boxes of pixels of regions: against every pixel's own position, by astropy."""

import warnings

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.nddata import Cutout2D
from astropy.wcs import WCS
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from graticule.errors import RequestError
from graticule.services.observatory.cutout_words import (
    Circle,
    Interval,
    Polygon,
    Range,
    read_pos,
)
from graticule.services.observatory.other_axes import Axis, time_axis, wavelength_axis
from graticule.services.observatory.regions import Region
from graticule.services.observatory.sky_plane import sky_plane
from graticule.services.observatory.sky_window import sky_window

pytestmark = pytest.mark.filterwarnings("ignore::astropy.wcs.FITSFixedWarning")

# Points in each pixel, along a side.
FINE = 4
ZENITHAL = ("TAN", "SIN", "ZEA")


def header_of(projection, frame, size, scale, centre, turn):
    header = fits.Header()
    header["NAXIS"], header["NAXIS1"], header["NAXIS2"] = 2, *size
    names = {"equatorial": ("RA---", "DEC--"), "galactic": ("GLON-", "GLAT-")}[frame]
    header["CTYPE1"], header["CTYPE2"] = (name + projection for name in names)
    header["CRVAL1"], header["CRVAL2"] = centre
    header["CRPIX1"], header["CRPIX2"] = size[0] / 2 + 0.3, size[1] / 2 - 0.2
    cosine, sine = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    header["CD1_1"], header["CD1_2"] = -scale * cosine, scale * sine
    header["CD2_1"], header["CD2_2"] = scale * sine, scale * cosine
    return header


def positions(header, fine=FINE):
    """Where points in all pixels lie, as astropy says it."""
    x = (np.arange(header["NAXIS1"] * fine) + 0.5) / fine - 0.5
    y = (np.arange(header["NAXIS2"] * fine) + 0.5) / fine - 0.5
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return WCS(header).pixel_to_world(*np.meshgrid(x, y)).icrs


def box_of(inside, fine=FINE):
    rows, columns = np.nonzero(inside)
    return (
        columns.min() // fine,
        rows.min() // fine,
        columns.max() // fine + 1,
        rows.max() // fine + 1,
    )


def check(header, shape, inside, loose=1):
    """Nothing that is inside is missing, and hardly anything else is there."""
    window = sky_window(sky_plane(header, None), Region(shape))
    if not inside.any():
        # Between the points of a pixel, and no more pixels around it than are loose.
        most = 1 + 2 * loose
        assert window is None or min(window.width, window.height) <= most
        return
    assert window is not None
    x0, y0, x1, y1 = box_of(inside)
    assert x0 - loose <= window.x0 <= x0
    assert y0 - loose <= window.y0 <= y0
    assert x1 <= window.x1 <= x1 + loose
    assert y1 <= window.y1 <= y1 + loose


@st.composite
def skies(draw):
    projection = draw(st.sampled_from([*ZENITHAL, "CAR", "SFL", "AIT"]))
    lat = st.sampled_from([0.0, 89.99, -90.0]) | st.floats(-90, 90)
    lon = st.sampled_from([0.0, 359.9999]) | st.floats(0, 359.99)
    # Off the equator, these projections are something else altogether.
    centre = draw(lon), draw(lat) if projection in ZENITHAL else 0.0
    size = draw(st.integers(5, 60)), draw(st.integers(5, 60))
    scale = 10 ** draw(st.floats(-5, -0.3))
    frame = draw(st.sampled_from(["equatorial", "galactic"]))
    return header_of(projection, frame, size, scale, centre, draw(st.floats(0, 360)))


def near(header, draw):
    """A position in or near the image, and a size of some pixels."""
    x = draw(st.floats(-3, header["NAXIS1"] + 3))
    y = draw(st.floats(-3, header["NAXIS2"] + 3))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        there = WCS(header).pixel_to_world(x, y).icrs
    assume(np.isfinite(there.ra.deg))
    scale = np.hypot(header["CD1_1"], header["CD2_1"])
    return there, scale * 10 ** draw(st.floats(-1, 1.8))


@settings(max_examples=60, deadline=None)
@given(skies(), st.data())
def test_circles(header, data):
    there, radius = near(header, data.draw)
    shape = Circle(there.ra.deg, there.dec.deg, radius)
    check(header, shape, positions(header).separation(there).deg <= radius)


@settings(max_examples=60, deadline=None)
@given(skies(), st.data())
def test_ranges(header, data):
    there, size = near(header, data.draw)
    width = min(360.0, size / max(np.cos(there.dec.rad), 1e-3))
    west = (there.ra.deg - data.draw(st.floats(0, 1)) * width) % 360
    south = max(-90.0, there.dec.deg - data.draw(st.floats(0, 1)) * size)
    shape = Range(west, width, south, min(90.0, south + size))
    sky = positions(header)
    inside = ((sky.ra.deg - west) % 360 <= width) & (sky.dec.deg >= south)
    check(header, shape, inside & (sky.dec.deg <= shape.north))


@settings(max_examples=60, deadline=None)
@given(skies(), st.data())
def test_triangles(header, data):
    there, size = near(header, data.draw)
    turns = [data.draw(st.floats(at, at + 80)) for at in (0, 120, 240)]
    corners = there.directional_offset_by(turns * u.deg, size * u.deg)
    shape = Polygon(tuple(zip(corners.ra.deg, corners.dec.deg, strict=True)))
    # On the side of all three great circles where the middle is.
    points = positions(header).cartesian.xyz.value
    a = corners.cartesian.xyz.value
    inside = np.ones(points.shape[1:], bool)
    for first, second, third in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        normal = np.cross(a[:, first], a[:, second])
        side = np.tensordot(normal, points, 1)
        inside &= side * np.sign(normal @ a[:, third]) >= 0
    check(header, shape, inside)


@pytest.mark.parametrize("projection", ["CAR", "AIT", "SFL"])
@pytest.mark.parametrize(
    "text",
    [
        "CIRCLE 0 90 20",
        "CIRCLE 180 0 15",
        "RANGE 0 360 80 90",
        "RANGE 170 190 -10 10",
        "RANGE -Inf +Inf -Inf +Inf",
        "CIRCLE 77 -41 0.2",
    ],
)
def test_all_of_the_sky(projection, text):
    header = header_of(projection, "equatorial", (200, 100), 1.8, (0.0, 0.0), 0)
    shape = read_pos(text)
    sky = positions(header)
    if isinstance(shape, Circle):
        centre = SkyCoord(shape.lon, shape.lat, unit="deg")
        inside = sky.separation(centre).deg <= shape.radius
    else:
        inside = ((sky.ra.deg - shape.lon) % 360 <= shape.width) & (
            (sky.dec.deg >= shape.south) & (sky.dec.deg <= shape.north)
        )
    check(header, shape, inside, loose=2)


def test_distorted_images():
    header = header_of("TAN", "equatorial", (300, 200), 1e-3, (40.0, 60.0), 33)
    header["CTYPE1"], header["CTYPE2"] = "RA---TAN-SIP", "DEC--TAN-SIP"
    header["A_ORDER"], header["B_ORDER"] = 2, 2
    header["A_2_0"], header["B_1_1"], header["B_0_2"] = 2e-4, -1e-4, 3e-4
    sky = positions(header, 1)
    centre = SkyCoord(40.05, 60.03, unit="deg")
    inside = sky.separation(centre).deg <= 0.04
    window = sky_window(sky_plane(header, None), Region(Circle(40.05, 60.03, 0.04)))
    x0, y0, x1, y1 = box_of(inside, 1)
    assert (window.x0, window.y0) <= (x0, y0)
    assert abs(window.x0 - x0) <= 1
    assert abs(window.x1 - x1) <= 1
    assert abs(window.y0 - y0) <= 1
    assert abs(window.y1 - y1) <= 1


def test_a_small_image_under_a_huge_region():
    # The outline's points are far apart, and the image is between two of them.
    header = header_of("TAN", "equatorial", (40, 40), 1e-5, (10.0, 0.0), 0)
    inside = positions(header).dec.deg >= 0
    check(header, Range(0.0, 360.0, 0.0, 90.0), inside)
    far = SkyCoord(100.0, 3.0, unit="deg")
    radius = far.separation(SkyCoord(10.0, 0.0, unit="deg")).deg
    inside = positions(header).separation(far).deg <= radius
    check(header, Circle(100.0, 3.0, radius), inside)


def test_the_same_as_cutout2d_centred_on_a_pixel():
    header = header_of("TAN", "galactic", (90, 70), 1e-4, (120.0, -50.0), 20)
    sky = WCS(header).pixel_to_world(50, 31).icrs
    radius = 7.4e-4
    window = sky_window(
        sky_plane(header, None), Region(Circle(sky.ra.deg, sky.dec.deg, radius))
    )
    theirs = Cutout2D(np.zeros((70, 90)), sky, 2 * radius * u.deg, wcs=WCS(header))
    assert (window.x0, window.y0) == theirs.origin_original
    assert (window.height, window.width) == theirs.shape


def test_ecliptic_and_old_equinoxes():
    for cards in (
        {"CTYPE1": "ELON-TAN", "CTYPE2": "ELAT-TAN"},
        {"RADESYS": "FK4", "EQUINOX": 1950.0},
        {"RADESYS": "FK5", "EQUINOX": 1975.0},
    ):
        header = header_of("TAN", "equatorial", (50, 40), 1e-3, (83.6, 22.0), 0)
        header.update(cards)
        if "ELON" in str(cards):
            plane = sky_plane(header, None)
            x, y = plane.pixels(plane.vectors(np.array([7.5]), np.array([33.25])))
            assert np.allclose([x[0], y[0]], [7.5, 33.25], atol=1e-9)
            continue
        there = WCS(header).pixel_to_world(20, 10).icrs
        inside = positions(header).separation(there).deg <= 0.005
        check(header, Circle(there.ra.deg, there.dec.deg, 0.005), inside)


def axis_header(kind, unit, value, step, **cards):
    header = header_of("TAN", "equatorial", (4, 4), 1e-3, (0.0, 0.0), 0)
    header["NAXIS"], header["NAXIS3"] = 3, 10
    header["CTYPE3"], header["CUNIT3"] = kind, unit
    header["CRVAL3"], header["CD3_3"], header["CRPIX3"] = value, step, 1.0
    for key, text in cards.items():
        header[key] = text
    return header


@pytest.mark.parametrize(
    ("kind", "unit", "value", "step", "equivalence"),
    [
        ("WAVE", "nm", 500.0, 1.0, []),
        ("FREQ", "GHz", 100.0, 0.5, u.spectral()),
        ("VRAD", "km/s", -5.0, 2.0, u.doppler_radio(1.4 * u.GHz)),
        ("VOPT", "km/s", -5.0, 2.0, u.doppler_optical(1.4 * u.GHz)),
        ("VELO", "km/s", -5.0, 2.0, u.doppler_relativistic(1.4 * u.GHz)),
        ("LINEAR", "Angstrom", 6000.0, 1.25, []),
        ("ENER", "keV", 2.0, 0.1, u.spectral()),
    ],
)
def test_wavelengths(kind, unit, value, step, equivalence):
    header = axis_header(kind, unit, value, step, RESTFRQ=1.4e9)
    axis = wavelength_axis(header, WCS(header))
    edges = (value + step * (np.arange(11) - 0.5)) * u.Unit(unit)
    expected = edges.to_value(u.m, equivalencies=equivalence)
    assert axis.number == 2
    assert np.allclose(axis.edges, expected, rtol=1e-12)


def test_velocities_without_a_rest_value_are_none():
    header = axis_header("VOPT", "km/s", 0.0, 1.0)
    with pytest.raises(RequestError, match="RESTFRQ"):
        wavelength_axis(header, WCS(header))


def test_times():
    header = axis_header("TIME", "s", 0.0, 3600.0, MJDREF=55000.25, TIMESYS="UTC")
    axis = time_axis(header, WCS(header))
    assert np.allclose(axis.edges, 55000.25 + (np.arange(11) - 0.5) / 24, rtol=1e-13)


def test_intervals_touch_pixels():
    axis = Axis(2, np.array([10.0, 8.0, 6.0, 4.0]))
    assert axis.pixels(Interval(7.0, 8.5)) == (0, 2)
    assert axis.pixels(Interval(-np.inf, 4.5)) == (2, 3)
    assert axis.pixels(Interval(8.0, 8.0)) == (0, 1)
    assert axis.pixels(Interval(11.0, 12.0)) is None

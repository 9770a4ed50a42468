"""Meshes: how well they tell positions, computed apart, for every shared file."""

import numpy as np
import pytest
from astropy.io import fits
from tests.services.observatory.raw_sky import IMAGES, RawSky, read_header, vectors

from graticule.pixels.fits.wcs import turned_wcs
from graticule.services.observatory.meshes import GOOD_PIXELS, MOST, mesh_of
from graticule.services.observatory.sky import Sky

RNG = np.random.default_rng(5)


def lagrange(values, at):
    """The cubic through four values at 0, 1, 2 and 3, by solving for it."""
    powers = np.vander([0.0, 1, 2, 3], increasing=True)
    return np.linalg.solve(powers, values).T @ at ** np.arange(4)


def from_mesh(nodes, width, height, x, y):
    rows, columns = nodes.shape[:2]
    u, v = (x + 0.5) / width * (columns - 1), (y + 0.5) / height * (rows - 1)
    i = min(max(int(np.floor(u)) - 1, 0), columns - 4)
    j = min(max(int(np.floor(v)) - 1, 0), rows - 4)
    square = nodes[j : j + 4, i : i + 4]
    across = np.array([lagrange(square[k], u - i) for k in range(4)])
    found = lagrange(across, v - j)
    return found / np.linalg.norm(found)


@pytest.mark.parametrize(("name", "number"), IMAGES)
def test_every_shared_file(shared_data, name, number):
    raw = RawSky(read_header(shared_data / "fits" / name, number))
    text, _ = turned_wcs(raw.header, raw.height)
    mesh = mesh_of(Sky.of(text))
    assert mesh.error_pixels <= GOOD_PIXELS
    for _ in range(20):
        x = RNG.uniform(-0.5, raw.width - 0.5)
        y = RNG.uniform(-0.5, raw.height - 0.5)
        found = from_mesh(mesh.nodes, raw.width, raw.height, x, y)
        exact = vectors(raw.icrs(x, y))
        pixel = np.linalg.norm(vectors(raw.icrs(x + 1, y)) - exact)
        assert np.linalg.norm(found - exact) < 0.1 * pixel


def test_wide_skies_get_more_nodes():
    header = fits.Header()
    header["NAXIS"], header["NAXIS1"], header["NAXIS2"] = 2, 3600, 1800
    header["CTYPE1"], header["CTYPE2"] = "RA---CAR", "DEC--CAR"
    header["CRPIX1"], header["CRPIX2"] = 1800.5, 900.5
    header["CDELT1"], header["CDELT2"] = -0.1, 0.1
    text, _ = turned_wcs(header, 1800)
    mesh = mesh_of(Sky.of(text))
    rows, columns = mesh.nodes.shape[:2]
    assert 5 < rows < columns <= MOST
    assert mesh.error_pixels < 0.1


def test_what_is_not_on_the_sky():
    header = fits.Header()
    header["NAXIS"], header["NAXIS1"], header["NAXIS2"] = 2, 180, 90
    header["CTYPE1"], header["CTYPE2"] = "GLON-AIT", "GLAT-AIT"
    header["CRPIX1"], header["CRPIX2"] = 90.5, 45.5
    header["CDELT1"], header["CDELT2"] = -2.0, 2.0
    text, _ = turned_wcs(header, 90)
    nodes = mesh_of(Sky.of(text)).nodes
    assert np.isnan(nodes[0, 0]).all()
    assert np.isfinite(nodes[nodes.shape[0] // 2, nodes.shape[1] // 2]).all()

"""The made sky, read back by Astropy."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from graticule.demo import sky


@pytest.fixture(scope="module")
def field(tmp_path_factory):
    path = tmp_path_factory.mktemp("sky") / "field.fits"
    sky.write_field(path, size=256)
    with fits.open(path, memmap=False) as file:
        return file[0].data, file[0].header


def test_field_is_float_sky_with_full_well(field):
    pixels, header = field
    assert pixels.shape == (256, 256)
    assert pixels.dtype.newbyteorder("=") == np.float32
    assert pixels.max() == header["SATURATE"]
    # Noise of photons and electronics goes below the sky, light above it.
    assert np.isfinite(pixels).all()
    assert pixels.min() < header["SKYLEVEL"] < np.median(pixels)


def test_field_knows_where_it_points(field):
    _, header = field
    world = WCS(header)
    assert world.has_celestial
    ra, dec = world.all_pix2world([[127.5, 127.5], [127.5, 128.5]], 0).T
    assert (ra[0], dec[0]) == pytest.approx(sky.CENTRE_DEG)
    assert (dec[1] - dec[0]) * 3600 == pytest.approx(0.2, rel=0.01)
    # North is up and east is left, as on the sky.
    assert world.all_pix2world([[200, 127.5]], 0)[0, 0] < ra[0]


def test_cube_turns_and_ends_at_its_beam(tmp_path):
    sky.write_cube(tmp_path / "cube.fits", size=64, channels=24)
    with fits.open(tmp_path / "cube.fits", memmap=False) as file:
        cube, world = file[0].data, WCS(file[0].header)
    assert cube.shape == (24, 64, 64)
    assert list(world.wcs.ctype) == ["RA---TAN", "DEC--TAN", "VRAD"]
    assert np.isnan(cube[:, 0, 0]).all()
    assert np.isfinite(cube[:, 32, 32]).all()
    # One side of the disc comes towards us, the other goes away.
    light = np.nan_to_num(cube) * (np.nan_to_num(cube) > 0.004)
    columns = np.arange(64)
    towards = (light[2:8].sum((0, 1)) * columns).sum() / light[2:8].sum()
    away = (light[16:22].sum((0, 1)) * columns).sum() / light[16:22].sum()
    assert abs(towards - away) > 10

"""The window around the sky, beside astropy's own computation."""

from contextlib import ExitStack

import numpy as np
import pytest
from astropy.io import fits
from astropy.visualization import ZScaleInterval

from graticule.pixels.cache import ChunkCache
from graticule.pixels.reader import ReadContext, ReadLimits
from graticule.pixels.registry import open_source
from graticule.pixels.stretch import with_sky_windows


@pytest.fixture
def sky(tmp_path):
    with ExitStack() as opened:

        def make(values):
            fits.writeto(tmp_path / "sky.fits", values, overwrite=True)
            context = ReadContext(ReadLimits(), ChunkCache(1 << 20))
            source = open_source(tmp_path / "sky.fits", context)
            opened.callback(source.close)
            return source

        yield make


def test_stars_do_not_blacken_the_sky(sky):
    rng = np.random.default_rng(0)
    values = rng.normal(100, 5, (300, 200)).astype(np.float32)
    values[150, 100] = 60_000
    low, high = with_sky_windows(sky(values), 0).channels[0].window
    assert 70 < low < 100 < high < 130
    assert (low, high) == pytest.approx(ZScaleInterval().get_limits(values[::-1]))


def test_only_nan(sky):
    source = sky(np.full((4, 4), np.nan, np.float32))
    assert with_sky_windows(source, 0).channels[0].window is None


def test_flat(sky):
    assert (
        with_sky_windows(sky(np.ones((9, 9), np.int16)), 0).channels[0].window is None
    )

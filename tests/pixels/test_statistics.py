"""Minimum and maximum per channel, beside NumPy over the whole array."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graticule.pixels.model import Channel, ImageInfo, Level, PixelType
from graticule.pixels.reader import Fileset
from graticule.pixels.statistics import channel_statistics


class ArraySource:
    """Levels as arrays of shape t z c y x; remembers how much was read."""

    def __init__(self, *levels, graphics=False, tile=64, pixel_type=None):
        self.arrays = levels
        self.read_pixels = 0
        t, z, c, _, _ = levels[0].shape
        info = ImageInfo(
            key="0",
            name="array",
            pixel_type=pixel_type or PixelType.of(levels[0].dtype),
            size_z=z,
            size_c=c,
            size_t=t,
            levels=tuple(
                Level(a.shape[4], a.shape[3], min(tile, a.shape[4]), tile)
                for a in levels
            ),
            channels=(Channel(),) * c,
            graphics=graphics,
        )
        self.fileset = Fileset("array", None, (), (info,))

    def read(self, image, level, z, t, channels, window):
        self.read_pixels += len(channels) * window.area
        found = self.arrays[level][t, z][list(channels)]
        return found[:, window.y0 : window.y1, window.x0 : window.x1]


def test_over_all_z_and_t():
    pixels = np.full((2, 3, 2, 5, 7), 100, "u2")
    pixels[1, 2, 0, 4, 6] = 7
    pixels[0, 0, 0, 0, 0] = 900
    pixels[0, 1, 1, 2, 3] = 101
    assert channel_statistics(ArraySource(pixels), 0) == ((7, 900), (100, 101))


@settings(max_examples=60, deadline=None)
@given(
    dtype=st.sampled_from(["i1", "u1", "i2", "u2", "i4", "u4", "f4", "f8"]),
    shape=st.tuples(*[st.integers(1, 3)] * 3, st.integers(1, 9), st.integers(1, 9)),
    seed=st.integers(0, 2**32 - 1),
    holes=st.floats(0, 1),
)
def test_as_numpy_finds_them(dtype, shape, seed, holes):
    rng = np.random.default_rng(seed)
    if dtype[0] == "f":
        pixels = rng.normal(0, 1e6, shape).astype(dtype)
        pixels[rng.random(shape) < holes] = np.nan
    else:
        limits = np.iinfo(dtype)
        pixels = rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)
    expected = []
    for c in range(shape[2]):
        values = pixels[:, :, c]
        values = values[~np.isnan(values)]
        expected.append(
            (float(values.min()), float(values.max())) if values.size else None
        )
    found = channel_statistics(ArraySource(pixels, tile=2), 0)
    assert found == tuple(expected)


def test_nan_is_skipped_and_infinity_is_not():
    pixels = np.zeros((1, 1, 3, 2, 2), "f4")
    pixels[0, 0, 0] = [[np.nan, 2], [np.nan, -1]]
    pixels[0, 0, 1] = [[np.inf, 2], [np.nan, -np.inf]]
    pixels[0, 0, 2] = np.nan
    found = channel_statistics(ArraySource(pixels), 0)
    assert found == ((-1, 2), (-np.inf, np.inf), None)


def test_bits():
    pixels = np.zeros((1, 1, 2, 3, 3), "u1")
    pixels[0, 0, 1, 1, 1] = 1
    source = ArraySource(pixels, pixel_type=PixelType.BIT)
    assert channel_statistics(source, 0) == ((0, 0), (0, 1))


def test_plain_pictures_are_not_looked_at():
    source = ArraySource(np.full((1, 1, 3, 4, 4), 50, "u1"), graphics=True)
    assert channel_statistics(source, 0) == ((0, 255),) * 3
    assert source.read_pixels == 0


def test_pictures_of_other_types_are():
    source = ArraySource(np.full((1, 1, 1, 4, 4), 50, "u2"), graphics=True)
    assert channel_statistics(source, 0) == ((50, 50),)


def test_the_limit_is_an_area_and_included():
    pixels = np.full((1, 1, 1, 4, 25), 3, "u2")
    assert channel_statistics(ArraySource(pixels), 0, max_plane_pixels=100) == ((3, 3),)
    assert channel_statistics(ArraySource(pixels), 0, max_plane_pixels=99) == (None,)


def test_big_images_are_measured_on_a_level():
    full = np.full((1, 1, 1, 40, 40), 3, "u2")
    half = np.full((1, 1, 1, 20, 20), 2, "u2")
    quarter = np.full((1, 1, 1, 10, 10), 1, "u2")
    source = ArraySource(full, half, quarter)
    assert channel_statistics(source, 0, max_plane_pixels=400) == ((2, 2),)
    assert source.read_pixels == 400


def test_floats_are_never_big():
    source = ArraySource(np.full((1, 1, 1, 40, 40), 1.5, "f4"))
    assert channel_statistics(source, 0, max_plane_pixels=400) == ((1.5, 1.5),)


def test_reading_ends_where_the_type_is_spanned():
    pixels = np.zeros((50, 1, 2, 4, 4), "u1")
    pixels[0, 0, 0, 0, 0] = 255
    source = ArraySource(pixels)
    assert channel_statistics(source, 0) == ((0, 255), (0, 0))
    assert source.read_pixels == 2 * 16 + 49 * 16


@pytest.mark.parametrize("channels", [1, 3, 40])
def test_memory_is_bounded(monkeypatch, channels):
    largest = 0

    class Bounded(ArraySource):
        def read(self, image, level, z, t, wanted, window):
            nonlocal largest
            largest = max(largest, len(wanted) * window.area * 2)
            return np.full((len(wanted), window.height, window.width), 5, "u2")

    # 10 Mpixel planes: an array that is not there in memory.
    plane = np.broadcast_to(np.zeros((), "u2"), (1, 1, channels, 3000, 3300))
    assert channel_statistics(Bounded(plane, tile=256), 0) == ((5, 5),) * channels
    assert largest <= 16 << 20

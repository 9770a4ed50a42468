"""Curves over an image (contract rendering 16), against a loop over points."""

import io
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from graticule.errors import LimitError
from graticule.render.plots import Axis, Curve, draw_plot, encode_gif

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def by_points(curves, axis, shape, position, line_width=1):
    """The rule, one point at a time, into a dictionary of points."""
    height, width = shape
    row = axis is Axis.ROW
    length, n = (width, height) if row else (height, width)
    before = (line_width - 1) // 2
    brush = range(-before, line_width - before)
    points = {}

    def put(along, across, index):
        if 0 <= along < length and 0 <= across < n:
            points[(across, along) if row else (along, across)] = index

    for along in range(length):
        for offset in brush:
            put(along, position + offset, 2)
    index = 3
    for values, low, high in curves:
        if high == 0:
            continue
        last = None
        for along, value in enumerate(values):
            place = (value - low) * (n - 1) / high
            place = math.floor((n - 1 - place if row else place) + 0.5)
            start = place if last is None else last
            for across in range(min(start, place), max(start, place) + 1):
                for offset in brush:
                    put(along + offset, across, index)
            last = place
        index += 1
    picture = np.zeros(shape, int)
    for (y, x), index in points.items():
        picture[y, x] = index
    return picture


def made(curves):
    return [Curve(np.array(v), low, high, RED) for v, low, high in curves]


class TestByHand:
    def test_a_row(self):
        # Height 11, maximum 100: a value of 10 is one pixel up from the bottom.
        found = draw_plot(
            made([([0, 0, 50, 100, 30], 0, 100)]), Axis.ROW, (11, 5), position=2
        )
        expected = np.zeros((11, 5), int)
        expected[2] = 2
        expected[10, 0] = expected[10, 1] = 3
        expected[5:11, 2] = 3  # from the last value to the new one, at the new place
        expected[0:6, 3] = 3
        expected[0:8, 4] = 3
        np.testing.assert_array_equal(found, expected)

    def test_a_column(self):
        found = draw_plot(
            made([([0, 50, 100], 0, 100)]), Axis.COLUMN, (3, 11), position=4
        )
        expected = np.zeros((3, 11), int)
        expected[:, 4] = 2
        expected[0, 0] = 3
        expected[1, 0:6] = 3
        expected[2, 5:11] = 3
        np.testing.assert_array_equal(found, expected)

    def test_the_divisor_is_the_maximum_not_the_range(self):
        # 60 of 50 to 100: a tenth of the height, not a fifth
        found = draw_plot(made([([60], 50, 100)]), Axis.ROW, (11, 1), position=0)
        assert np.flatnonzero(found == 3).tolist() == [9]

    def test_a_maximum_of_0_is_left_out_and_the_next_moves_up(self):
        curves = made([([1, 1], 0, 0), ([5, 5], 0, 10)])
        found = draw_plot(curves, Axis.ROW, (11, 2), position=0)
        assert set(np.unique(found)) == {0, 2, 3}
        assert (found[5] == 3).all()

    @pytest.mark.parametrize(
        ("line_width", "rows"), [(0, [4]), (1, [4]), (2, [4, 5]), (3, [3, 4, 5])]
    )
    def test_the_width_of_the_line(self, line_width, rows):
        found = draw_plot([], Axis.ROW, (9, 3), 4, line_width)
        assert sorted({int(row) for row in np.nonzero(found == 2)[0]}) == rows
        found = draw_plot([], Axis.COLUMN, (3, 9), 4, line_width)
        assert sorted({int(column) for column in np.nonzero(found == 2)[1]}) == rows

    def test_a_width_beyond_everything(self):
        found = draw_plot(
            made([([1, 2, 3], 0, 3)]), Axis.COLUMN, (3, 5), 0, (1 << 63) - 1
        )
        assert (found[:, 2:] == 3).all()


numbers = st.integers(-50, 300)


@settings(deadline=None, max_examples=150)
@given(
    axis=st.sampled_from(Axis),
    height=st.integers(1, 12),
    width=st.integers(1, 12),
    line_width=st.integers(1, 15),
    data=st.data(),
)
def test_any_values(axis, height, width, line_width, data):
    row = axis is Axis.ROW
    length, across = (width, height) if row else (height, width)
    # Powers of two divide without rounding: ties fall the same way in both.
    limits = st.sampled_from([-64, 0, 1, 128, 256])
    values = st.lists(numbers, min_size=length, max_size=length)
    curves = data.draw(st.lists(st.tuples(values, numbers, limits), max_size=3))
    position = data.draw(st.integers(0, across - 1))
    found = draw_plot(made(curves), axis, (height, width), position, line_width)
    expected = by_points(curves, axis, (height, width), position, line_width)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8", ">u2", ">f8", "?"]
)
def test_every_type(dtype):
    values = np.array([0, 1, 1, 0], dtype)
    found = draw_plot([Curve(values, 0.0, 1.0, RED)], Axis.ROW, (5, 4), 2)
    expected = by_points([([0, 1, 1, 0], 0, 1)], Axis.ROW, (5, 4), 2)
    np.testing.assert_array_equal(found, expected)


def test_integers_do_not_overflow():
    values = np.array([0, 4_294_967_295], np.uint32)
    found = draw_plot([Curve(values, 0.0, 4294967295.0, RED)], Axis.ROW, (5, 2), 2)
    assert found[:, 1].tolist() == [3] * 5


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_a_gap(odd):
    values = np.array([1.0, odd, 3.0])
    found = draw_plot([Curve(values, 0.0, 4.0, RED)], Axis.ROW, (5, 3), 0)
    assert np.argwhere(found == 3).tolist() == [[1, 2], [3, 0]]


@pytest.mark.parametrize("maximum", [5e-324, -5e-324, 1e308])
def test_extreme_limits(maximum):
    values = np.array([1e308, -1e308, 0.0])
    found = draw_plot([Curve(values, -1e308, maximum, RED)], Axis.ROW, (5, 3), 0)
    assert set(np.unique(found)) <= {0, 2, 3}


class TestGif:
    def decoded(self, data):
        with Image.open(io.BytesIO(data)) as picture:
            assert picture.format == "GIF"
            assert picture.mode == "P"
            assert getattr(picture, "n_frames", 1) == 1
            return (
                np.asarray(picture),
                np.reshape(picture.getpalette(), (-1, 3)).tolist(),
                picture.info.get("transparency"),
            )

    @pytest.mark.parametrize("colors", [[], [RED], [RED, GREEN, BLUE], [RED] * 253])
    def test_places_palette_and_transparency(self, colors):
        indices = np.arange(3 + len(colors), dtype=np.uint8).reshape(1, -1)
        indices = np.repeat(indices, 4, axis=0)
        pixels, palette, transparency = self.decoded(encode_gif(indices, colors))
        np.testing.assert_array_equal(pixels, indices)
        expected = [(0, 0, 0), (0, 0, 0), (255, 255, 255), *colors]
        assert palette[: len(expected)] == [list(color) for color in expected]
        assert transparency == 0

    def test_unused_entries_stay(self):
        # A curve left out keeps its entry.
        indices = np.array([[0, 4]], np.uint8)
        pixels, palette, _ = self.decoded(encode_gif(indices, [RED, GREEN, BLUE]))
        assert pixels.tolist() == [[0, 4]]
        assert palette[:6] == [
            [0, 0, 0],
            [0, 0, 0],
            [255, 255, 255],
            list(RED),
            list(GREEN),
            list(BLUE),
        ]

    def test_a_side_too_long(self):
        with pytest.raises(LimitError, match="GIF side"):
            encode_gif(np.zeros((1, 65_536), np.uint8), [])


def test_too_many_curves():
    with pytest.raises(LimitError, match="254"):
        draw_plot(made([([1], 0, 1)] * 254), Axis.ROW, (1, 1), 0)

"""Sizes of figures and their scale bars: arithmetic, for any size."""

import math
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graticule.pixels.model import Level, Window
from graticule.render.marks import Block, Words


@pytest.fixture(scope="module")
def figures(database):
    """The modules under test: they come with the tables of the catalogue."""
    from graticule.services.view_figures import asked, frame, legend

    return SimpleNamespace(asked=asked, frame=frame, legend=legend)


CORNERS = ("bottom-right", "bottom-left", "top-right", "top-left")
LEVELS = tuple(Level(4000 // n, 3001 // n, 256, 256) for n in (1, 2, 4, 16))


@given(st.floats(1e-4, 1e7))
def test_round_lengths_are_the_longest_that_fit(figures, most):
    found = figures.legend.round_length(most)
    steps = sorted(d * 10.0**p for d in (1, 2, 5) for p in range(-6, 9))
    best = max(step for step in steps if step <= most * (1 + 1e-9))
    assert math.isclose(found, best)


def test_lengths_are_written_as_people_do(figures):
    said = [
        figures.legend.length_text(um)
        for um in (0.05, 0.5, 2.5, 50, 1000, 12_345, 20_000)
    ]
    assert said == ["50 nm", "500 nm", "2.5 µm", "50 µm", "1 mm", "1.2345 cm", "2 cm"]


windows = st.tuples(
    st.integers(0, 3998),
    st.integers(0, 2999),
    st.integers(1, 4000),
    st.integers(1, 3001),
).map(lambda w: Window(w[0], w[1], min(w[0] + w[2], 4000), min(w[1] + w[3], 3001)))


@given(windows, st.integers(1, 6000))
def test_a_level_suffices_and_no_smaller_one_would(figures, window, width):
    frame = figures.frame.frame_of(LEVELS, window, width)
    assert frame.width == width
    assert frame.height == max(1, round(window.height * width / window.width))
    needed = min(1.0, width / window.width)

    def reduced(level):
        return min(level.width / 4000, level.height / 3001)

    assert frame.level == 0 or reduced(LEVELS[frame.level]) >= needed - 1e-5
    for smaller in LEVELS[frame.level + 1 :]:
        assert reduced(smaller) < needed
    # What is read is the window, outward to whole pixels, within the level.
    level = LEVELS[frame.level]
    left, top, right, bottom = frame.box
    assert 0 <= left < right <= frame.read.width
    assert 0 <= top < bottom <= frame.read.height
    assert 0 <= frame.read.x0 <= frame.read.x1 <= level.width
    assert 0 <= frame.read.y0 <= frame.read.y1 <= level.height
    assert math.isclose(right - left, window.width * level.width / 4000, abs_tol=1e-5)
    assert math.isclose(
        frame.read.x0 + left, window.x0 * level.width / 4000, abs_tol=1e-5
    )


@given(
    st.integers(40, 4000),
    st.integers(40, 4000),
    st.floats(4, 60),
    st.floats(1e-3, 10),
    st.floats(0.01, 1),
    st.sampled_from(CORNERS),
    st.booleans(),
)
def test_a_bar_is_on_the_figure_whatever_its_size(
    figures, width, height, text, um_per_pixel, part, corner, label
):
    length, corner = part * width * um_per_pixel, figures.asked.Corner(corner)
    bar = figures.asked.ScaleBar(length, corner, label=label)
    canvas = figures.legend.Canvas(width, height, text)
    block, *words = figures.legend.bar_marks(canvas, bar, um_per_pixel)
    assert isinstance(block, Block)
    assert math.isclose(block.width, part * width)
    assert -1e-6 <= block.x <= block.x + block.width <= width + 1e-6
    assert len(words) == label
    for each in words:
        assert isinstance(each, Words)
        assert math.isclose(each.x, block.x + block.width / 2)
        assert each.y < block.y

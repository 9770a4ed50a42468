"""Panes in a grid (contract rendering 15): places, borders, labels."""

import numpy as np
import pytest

from graticule.render.split import SplitGrid, draw_split, font_size

# The contract's table: panes to columns x rows.
GRIDS = {
    1: (1, 1),
    2: (2, 1),
    3: (2, 2),
    4: (2, 2),
    5: (3, 2),
    6: (3, 2),
    7: (3, 3),
    8: (3, 3),
    9: (3, 3),
    10: (4, 3),
    12: (4, 3),
    13: (4, 4),
}


def flat(color, height=20, width=30):
    return np.full((height, width, 3), color, np.uint8)


@pytest.mark.parametrize("panes", GRIDS)
def test_grids(panes):
    grid = SplitGrid.of(panes, 30, 20)
    assert (grid.columns, grid.rows) == GRIDS[panes]
    assert grid.width == 30 * grid.columns + 2 * (grid.columns + 1)
    assert grid.height == 20 * grid.rows + 2 * (grid.rows + 1)


def test_every_pane_at_its_place_and_nothing_else_drawn():
    grid = SplitGrid.of(5, 30, 20)
    panes = [(place, "", flat((10 * place, 1, 2))) for place in (0, 2, 3, 4)]
    found = draw_split(grid, panes)
    expected = np.full((46, 98, 3), 255)
    for left, upper, red in ((2, 2, 0), (66, 2, 20), (2, 24, 30), (34, 24, 40)):
        expected[upper : upper + 20, left : left + 30] = (red, 1, 2)
    np.testing.assert_array_equal(found, expected)


def test_what_falls_off_the_grid_is_left_out():
    grid = SplitGrid.of(4, 30, 20)
    found = draw_split(grid, [(4, "merged", flat(0))])
    assert (found == 255).all()


@pytest.mark.parametrize(
    ("width", "size"),
    [
        (1, None),
        (95, None),
        (96, 8),
        (212, 8),
        (213, 10),
        (255, 10),
        (256, 12),
        (297, 12),
        (298, 14),
        (383, 14),
        (384, 18),
        (511, 18),
        (512, 24),
        (639, 24),
        (640, 24),
        (767, 24),
        (768, 32),
        (896, 40),
        (1279, 56),
        (1280, 64),
        (1281, 64),
        (9999, 64),
    ],
)
def test_size_of_labels(width, size):
    assert font_size(width) == size


class TestLabels:
    def drawn(self, label, width=96, height=40):
        """What a label draws on black, and the white around the pane."""
        grid = SplitGrid.of(1, width, height)
        found = draw_split(grid, [(0, label, flat(0, height, width))])
        inside = found[2:-2, 2:-2].copy()
        found[2:-2, 2:-2] = 255
        assert (found == 255).all()
        assert (inside == inside[:, :, :1]).all()  # white and grey only
        return inside[:, :, 0]

    def test_white_in_the_upper_left_corner(self):
        rows, columns = np.nonzero(self.drawn("DAPI"))
        assert rows.min() >= 2
        assert columns.min() >= 2
        assert rows.max() < 2 + 12
        assert columns.max() < 48
        assert self.drawn("DAPI").max() > 200

    def test_larger_on_larger_panes(self):
        heights = []
        for width in (96, 256, 512, 768):
            rows, _ = np.nonzero(self.drawn("H", width, 100))
            heights.append(rows.max() - rows.min())
        assert heights == sorted(set(heights))

    def test_none_on_small_panes(self):
        assert not self.drawn("DAPI", 95).any()

    def test_different_texts_look_different(self):
        assert (self.drawn("DAPI") != self.drawn("GFP")).any()

    def test_what_is_too_long_ends_with_the_pane(self):
        found = self.drawn("H" * 100_000)
        assert found[:, -3:].any()

    @pytest.mark.parametrize("label", ["a\nb\tc", "a  b c", "\r\n a b c "])
    def test_one_line(self, label):
        np.testing.assert_array_equal(self.drawn(label), self.drawn("a b c"))

    @pytest.mark.parametrize("label", ["", "  ", "\x00", "µm 画像 \U0001f52c"])
    def test_no_text_is_too_strange(self, label):
        assert self.drawn(label).shape == (40, 96)

    def test_the_picture_given_stays_as_it_is(self):
        picture = flat(0, 40, 96)
        draw_split(SplitGrid.of(1, 96, 40), [(0, "DAPI", picture)])
        assert not picture.any()

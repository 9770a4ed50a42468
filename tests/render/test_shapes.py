"""Masks and outlines (contract webgateway 6.1, 6.2, rendering 17)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graticule.errors import RequestError
from graticule.pixels.annotations import ShapeKind
from graticule.pixels.model import Window
from graticule.render.shapes import (
    Figure,
    draw_mask,
    frame,
    framed,
    inside,
    rgba,
    too_large,
)

GREEN = (0, 255, 0)
DARK = 40


class TestColours:
    @pytest.mark.parametrize(
        ("stored", "color"),
        [
            (-16776961, (255, 0, 0, 255)),
            (16711935, (0, 255, 0, 255)),
            (65535, (0, 0, 255, 255)),
            (-1, (255, 255, 255, 255)),
            (-65281, (255, 255, 0, 255)),
            (255, (0, 0, 0, 255)),
            (0, (0, 0, 0, 0)),
        ],
    )
    def test_those_of_the_contract(self, stored, color):
        assert rgba(stored) == color

    @given(st.integers(-(2**31), 2**31 - 1))
    @settings(deadline=None)
    def test_all(self, stored):
        red, green, blue, alpha = rgba(stored)
        value = red << 24 | green << 16 | blue << 8 | alpha
        assert (value - 2**32 if value >= 2**31 else value) == stored


class TestMask:
    @given(st.data())
    @settings(deadline=None)
    def test_bit_by_bit(self, data):
        width, height = (data.draw(st.integers(1, 20)) for _ in "wh")
        size = (width * height + 7) // 8
        bits = data.draw(st.binary(min_size=size, max_size=size + 2))
        picture = draw_mask(bits, width, height, 0x01020380)
        for y in range(height):
            for x in range(width):
                place = y * width + x
                covered = bits[place // 8] >> (7 - place % 8) & 1
                expected = [1, 2, 3, 128] if covered else [0, 0, 0, 0]
                assert picture[y, x].tolist() == expected

    def test_yellow_without_a_colour(self):
        picture = draw_mask(b"\xa0", 3, 1)
        assert picture.tolist() == [
            [[255, 255, 0, 255], [0, 0, 0, 0], [255, 255, 0, 255]]
        ]

    @pytest.mark.parametrize(
        ("bits", "width", "height"),
        [(b"", 1, 1), (b"\xff", 3, 3), (b"\xff", 0, 4), (b"\xff", 4, 0)],
    )
    def test_too_few_bits(self, bits, width, height):
        with pytest.raises(RequestError, match="mask"):
            draw_mask(bits, width, height)


def rectangle(x, y, width, height, kind=ShapeKind.RECTANGLE):
    return Figure(kind, ((x, y), (x + width, y + height)))


class TestFrame:
    @pytest.mark.parametrize(
        ("box", "origin", "size"),
        [
            ((300, 200, 40, 30), (195, 132), (250, 166)),
            ((0, 0, 0, 0), (-125, -83), (250, 166)),
            ((100, 100, 400, 300), (-37, 25), (675, 450)),
            # 166 is the widest box whose frame is 250 after all
            ((0, 0, 166, 1), (-42, -82), (250, 166)),
            ((0, 0, 167, 10), (-41, -78), (250, 166)),
            ((0, 0, 100, 201), (-175, -49), (451, 300)),
            ((10.5, 20.5, 400, 100), (-89, -128), (600, 399)),
            ((0, 0, 2128, 10), (-532, -1058), (3192, 2127)),
        ],
    )
    def test_by_hand(self, box, origin, size):
        found = frame(rectangle(*box))
        assert (found.x0, found.y0) == origin
        assert (found.width, found.height) == size

    @given(*[st.integers(-5000, 5000)] * 2, *[st.integers(0, 5000)] * 2)
    @settings(deadline=None)
    def test_the_rule_in_integers(self, x, y, width, height):
        room = max(width, (3 * height - height % 2) // 2)
        size = (3 * room // 2, 3 * (2 * room // 3) // 2)
        if size[0] < 250:
            size = (250, 166)
        found = frame(rectangle(x, y, width, height))
        assert (found.width, found.height) == size
        assert found.x0 + (size[0] - width) // 2 == x
        assert found.y0 + (size[1] - height) // 2 == y

    @pytest.mark.parametrize("kind", [ShapeKind.POINT, ShapeKind.LABEL])
    def test_around_a_spot(self, kind):
        found = frame(Figure(kind, ((400.0, 300.0),)))
        assert found == frame(rectangle(350, 250, 100, 100))

    @pytest.mark.parametrize("kind", [ShapeKind.POLYLINE, ShapeKind.POLYGON])
    def test_around_points(self, kind):
        points = ((10.0, 300.0), (500.0, 20.0), (400.0, 310.0))
        assert frame(Figure(kind, points)) == frame(rectangle(10, 20, 490, 290))

    def test_corners_in_any_order(self):
        found = frame(Figure(ShapeKind.LINE, ((90, 10), (20, 60))))
        assert found == frame(rectangle(20, 10, 70, 50))

    def test_beyond_all_bounds(self):
        found = frame(rectangle(-1e308, -1e308, 1.5e308, 1.5e308))
        assert found.width > 1_000_000


class TestInside:
    @pytest.mark.parametrize(
        ("around", "expected"),
        [
            (Window(1, 2, 3, 4), Window(1, 2, 3, 4)),
            (Window(-5, -5, 30, 30), Window(0, 0, 20, 10)),
            (Window(15, 8, 30, 30), Window(15, 8, 20, 10)),
            (Window(20, 0, 30, 5), None),
            (Window(-9, 0, 0, 5), None),
            (Window(0, 10, 5, 11), None),
        ],
    )
    def test_of_20_by_10(self, around, expected):
        assert inside(around, 20, 10) == expected


def drawn(figure):
    """Where the outline is, on a dark image that goes on for ever."""
    around = frame(figure)
    pixels = np.full((around.height, around.width, 3), DARK, np.uint8)
    picture = framed(figure, around, around, pixels, GREEN)
    lines = (picture == GREEN).all(axis=2)
    assert (picture[~lines] == DARK).all()
    return lines


class TestOutline:
    """Frames of 250 by 166, so that a pixel of the picture is one of the image."""

    def test_rectangle(self):
        expected = np.zeros((166, 250), bool)
        # offset (105, 68): the box ends at (145, 98); two pixels wide outwards
        expected[67:100, 104:147] = True
        expected[69:98, 106:145] = False
        assert (drawn(rectangle(300, 200, 40, 30)) == expected).all()

    def test_ellipse(self):
        lines = drawn(rectangle(300, 200, 60, 40, ShapeKind.ELLIPSE))
        y, x = np.nonzero(lines)
        away = np.hypot((x - 125) / 30, (y - 83) / 20)
        assert away.min() > 0.92
        assert away.max() < 1.08
        angle = np.arctan2(y - 83, x - 125)
        assert len(np.unique(np.round(angle, 1))) > 60  # all the way round
        assert lines[83, 94]
        assert lines[83, 95]

    @pytest.mark.parametrize(
        ("kind", "closed"), [(ShapeKind.POLYLINE, False), (ShapeKind.POLYGON, True)]
    )
    def test_segments(self, kind, closed):
        lines = drawn(Figure(kind, ((0, 0), (100, 0), (100, 60))))
        left, top = (250 - 100) // 2, (166 - 60) // 2
        assert lines[top - 1 : top + 2, left + 50].sum() == 2
        assert lines[top + 30, left + 98 : left + 103].sum() == 2
        assert lines[top + 29 : top + 32, left + 50].any() == closed

    def test_line(self):
        lines = drawn(Figure(ShapeKind.LINE, ((10, 80), (110, 20))))
        y, x = np.nonzero(lines)
        left, top = 75, 53
        off = np.abs((y - top - 60) + (x - left) * 0.6) / np.hypot(1, 0.6)
        assert off.max() <= 2
        assert set(range(left + 1, left + 100)) <= set(x)

    def test_point(self):
        y, x = np.nonzero(drawn(Figure(ShapeKind.POINT, ((500, 500),))))
        away = np.hypot(x - 125, y - 83)
        assert away.min() > 1.4
        assert away.max() < 3.7
        assert {(128, 83), (127, 83), (122, 83), (125, 80)} <= set(
            zip(x.tolist(), y.tolist(), strict=True)
        )

    def test_nothing_of_masks_and_labels(self):
        assert not drawn(rectangle(0, 0, 20, 20, ShapeKind.MASK)).any()
        assert not drawn(Figure(ShapeKind.LABEL, ((9, 9),))).any()

    def test_scaled_down(self):
        # frame 675 x 450, offset (137, 75)
        lines = drawn(rectangle(100, 100, 400, 300))
        assert lines.shape == (166, 250)
        y, x = np.nonzero(lines)
        ends = [x.min(), x.max(), y.min(), y.max()]
        place = np.array([137, 537, 75, 375]) * 250 / 675
        assert np.abs(ends - place).max() <= 2.01


class TestFramed:
    def test_grey_where_there_is_no_image(self):
        label = Figure(ShapeKind.LABEL, ((0, 0),))
        around = frame(label)
        seen = inside(around, 60, 40)
        pixels = np.random.default_rng(1).integers(0, 256, (40, 60, 3), np.uint8)
        picture = framed(label, around, seen, pixels, GREEN)
        assert (picture[83:123, 125:185] == pixels).all()
        grey = np.ones((166, 250), bool)
        grey[83:123, 125:185] = False
        assert (picture[grey] == 221).all()

    def test_all_grey(self):
        label = Figure(ShapeKind.LABEL, ((1e6, 0),))
        picture = framed(label, frame(label), None, None, GREEN)
        assert picture.shape == (166, 250, 3)
        assert (picture == 221).all()


def test_too_large():
    picture = too_large()
    assert picture.shape == (166, 250, 3)
    text = (picture != 221).any(axis=2)
    y, x = np.nonzero(text)
    assert text.sum() > 200
    assert x.min() >= 10
    assert 30 <= y.min() < 40
    assert y.max() < 70
    assert picture[text][:, 1:].min() < 60
    assert (picture[text][:, 0] >= 221).all()  # red on grey, soft edges

"""Thumbnails: against the original, and the geometry of the filter by hand."""

import math
from base64 import b64decode

import numpy as np
import pytest

from graticule.errors import RequestError
from graticule.pixels.model import Level
from graticule.render.thumbnail import (
    choose_level,
    rendered_size,
    scale,
    thumbnail_size,
)


@pytest.mark.golden
def test_golden_sizes(vectors):
    cases = vectors("thumbnail")["sizes"]
    assert len(cases) == 60
    for case in cases:
        image = tuple(case["image"])
        size = thumbnail_size(*image, case["longest_side"])
        assert size == tuple(case["requested"])
        assert rendered_size(image, size) == tuple(case["rendered"])


@pytest.mark.golden
def test_golden_pictures(vectors):
    cases = vectors("thumbnail")["cases"]
    assert len(cases) == 28
    for case in cases:
        picture = np.frombuffer(b64decode(case["rgb"]), "u1")
        picture = picture.reshape(case["height"], case["width"], 3)
        width, height = case["out_size"]
        expected = np.frombuffer(b64decode(case["out"]), "u1")
        found = scale(picture, (width, height))
        assert (found == expected.reshape(height, width, 3)).all()


def lanczos(x):
    if x == 0:
        return 1.0
    if abs(x) >= 3:
        return 0.0
    return (
        math.sin(math.pi * x)
        / (math.pi * x)
        * math.sin(math.pi * x / 3)
        / (math.pi * x / 3)
    )


def scaled_row(row, target):
    """One row by section 12 in doubles, before rounding."""
    source = len(row)
    factor = target / source
    radius = 3 / factor if factor < 1 else 3.0
    squeeze = 3 / math.ceil(radius) if factor < 1 else 1.0
    found = []
    for i in range(target):
        centre = i / factor + 0.5 / factor
        weights = []
        for j in range(math.floor(centre - radius), math.ceil(centre + radius) + 1):
            tap = -j if j < 0 else 2 * source - 1 - j if j >= source else j
            if 0 <= tap < source:
                weights.append((lanczos((centre - j) * squeeze), row[tap]))
        total = sum(weight for weight, _ in weights)
        found.append(sum(weight * value for weight, value in weights) / total)
    return np.array(found)


@pytest.mark.parametrize("target", [7, 30, 59, 60, 61, 150])
def test_scaling_is_lanczos_shifted_by_half_a_source_pixel(target):
    row = np.random.default_rng(target).integers(0, 256, 60)
    # All rows alike: scaling along them must leave each row's result alone.
    picture = np.broadcast_to(row[None, :, None], (40, 60, 3)).astype("u1")
    found = scale(picture, (target, 20))
    exact = np.clip(scaled_row(row, target), 0, 255)
    assert (abs(found - exact[None, :, None]) <= 0.51).all()


def test_tiny_pictures_take_the_nearest_pixel():
    picture = np.arange(2 * 10 * 3, dtype="u1").reshape(2, 10, 3)
    found = scale(picture, (4, 8))
    for i in range(8):
        for k in range(4):
            y, x = math.floor((i + 0.5) * 2 / 8), math.floor((k + 0.5) * 10 / 4)
            assert (found[i, k] == picture[y, x]).all()


def test_an_even_picture_stays_even():
    picture = np.full((33, 44, 3), 200, "u1")
    assert (scale(picture, (96, 5)) == 200).all()


@pytest.mark.parametrize("size", [(0, 5), (5, -1)])
def test_no_size_is_refused(size):
    with pytest.raises(RequestError, match="cannot be scaled"):
        scale(np.zeros((9, 9, 3), "u1"), size)


def test_width_may_come_out_one_short():
    assert thumbnail_size(148, 100, 96) == (96, 64)
    assert rendered_size((148, 100), (96, 64))[0] == 95
    assert rendered_size((5000, 10), thumbnail_size(5000, 10, 96))[1] == 3


def test_the_smallest_level_that_is_large_enough():
    levels = [Level(w, h, 256, 256) for w, h in ((1000, 500), (500, 250), (250, 125))]
    assert choose_level(levels, (96, 48)) == 2
    assert choose_level(levels, (250, 125)) == 2
    assert choose_level(levels, (251, 125)) == 1
    assert choose_level(levels, (300, 400)) == 0
    assert choose_level(levels, (4000, 2000)) == 0

"""Histograms: against the original, and counted one value at a time."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graticule.errors import RequestError
from graticule.pixels.model import PixelType
from graticule.render.histogram import histogram, histogram_range, plane_limits


@pytest.mark.golden
def test_golden_histograms(vectors, decode):
    cases = vectors("histogram")["cases"]
    assert len(cases) == 64
    for case in cases:
        shape = case["height"], case["width"]
        pixel_type = PixelType(case["type"])
        plane = decode(case["plane"], case["type"], *shape)
        expected = [float(number) for number in case["plane_min_max"]]
        limits = plane_limits(plane, pixel_type)
        assert np.array_equal(limits, expected, equal_nan=True)
        x, y, width, height = case["region"] or (0, 0, *reversed(shape))
        use = case["use_global_range"] and case["stats"]
        statistics = tuple(map(float, case["stats"])) if use else None
        found = histogram(
            plane[y : y + height, x : x + width],
            histogram_range(plane, pixel_type, statistics),
            case["bins"],
        )
        assert found.tolist() == case["out"]


@settings(max_examples=100, deadline=None)
@given(
    values=st.lists(st.integers(-300, 300), max_size=50),
    bounds=st.tuples(st.integers(-200, 200), st.integers(0, 200)),
    bins=st.sampled_from([1, 3, 64, 256]),
)
def test_counted_one_by_one(values, bounds, bins):
    low, high = bounds[0], bounds[0] + bounds[1]
    expected = [0] * bins
    width = (high - low) / bins
    for value in values:
        if low <= value <= high:
            number = int((value - low) / width) if width else 0
            expected[min(number, bins - 1)] += 1
    found = histogram(np.array(values, "i2"), (low, high), bins)
    assert found.tolist() == expected


def test_a_plane_larger_than_one_chunk_is_counted_whole():
    plane = np.arange(2_100_000, dtype="u4").reshape(1400, 1500)
    found = histogram(plane, (0.0, 2_099_999.0), 3)
    assert found.tolist() == [700_000, 700_000, 700_000]


def test_range_is_the_planes_own_without_statistics_or_with_a_maximum_of_1():
    plane = np.array([[3, 9]], "u1")
    assert histogram_range(plane, PixelType.UINT8, (0.0, 200.0)) == (0, 200)
    assert histogram_range(plane, PixelType.UINT8) == (3, 9)
    assert histogram_range(plane, PixelType.UINT8, (0.0, 1.0)) == (3, 9)


def test_nan_spoils_the_limits_and_empty_planes_have_none():
    plane = np.array([1.0, np.nan, 3.0], "f4")
    assert all(map(math.isnan, plane_limits(plane, PixelType.FLOAT)))
    assert plane_limits(plane[:0], PixelType.UINT8) == (255, 0)
    assert plane_limits(np.array([5e9, 6e9]), PixelType.DOUBLE) == (2**31 - 1, 6e9)


def test_bins_must_be_there():
    with pytest.raises(RequestError, match="at least 1"):
        histogram(np.zeros(3, "u1"), (0.0, 1.0), 0)

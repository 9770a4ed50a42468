"""Exact statistics against NumPy over all values at once (issue: statistics)."""

import numpy as np
import pytest

from graticule.pixels.exact_statistics import Measurer

PERCENTILES = (0, 0.1, 1, 25, 50, 75.5, 99, 100)
DTYPES = (
    "bool", "uint8", "int8", "uint16", "int16", "uint32", "int32",
    "float32", "float64",
)  # fmt: skip


def measured(pieces, dtype, bins=64, percentiles=PERCENTILES):
    one = Measurer(dtype, percentiles, bins)
    passes = 0
    while not one.done:
        for piece in pieces:
            one.add(piece)
        one.end_pass()
        passes += 1
    return one.summary(), passes


def drawn(dtype, count=40_001):
    rng = np.random.default_rng(11)
    kind = np.dtype(dtype)
    if kind.kind == "f":
        return (rng.standard_normal(count) * 10 ** rng.uniform(-8, 8, count)).astype(
            kind
        )
    if kind.kind == "b":
        return rng.integers(0, 2, count).astype(bool)
    limits = np.iinfo(kind)
    return rng.integers(limits.min, limits.max, count, kind, endpoint=True)


@pytest.mark.parametrize("dtype", DTYPES)
def test_it_agrees_with_numpy(dtype):
    values = drawn(dtype)
    found, passes = measured(np.array_split(values, 7), dtype)
    wide = values.astype(np.float64)
    assert passes == (
        1 if np.dtype(dtype).itemsize < 4 else np.dtype(dtype).itemsize // 2
    )
    assert (found.count, found.not_finite) == (len(values), 0)
    assert (found.minimum, found.maximum) == (wide.min(), wide.max())
    assert found.mean == pytest.approx(wide.mean(), rel=1e-12, abs=1e-9)
    assert found.std == pytest.approx(wide.std(), rel=1e-12)
    exact = np.percentile(wide, PERCENTILES)
    assert found.percentiles == pytest.approx(exact.tolist(), rel=1e-12, abs=1e-300)
    counts, _ = np.histogram(wide, 64)
    assert np.array_equal(found.histogram, counts)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_values(dtype, count):
    values = drawn(dtype, count)
    found, _ = measured([values], dtype, bins=3)
    wide = values.astype(np.float64)
    exact = np.percentile(wide, PERCENTILES)
    assert found.percentiles == pytest.approx(exact.tolist(), rel=1e-12)
    assert found.histogram.sum() == count


def test_neighbouring_floats_are_told_apart():
    values = np.full(1001, 1.0)
    values[500:] = np.nextafter(1.0, 2)
    found, _ = measured([values], "float64", percentiles=(49.9, 50, 50.1))
    assert found.percentiles == (1.0, np.nextafter(1.0, 2), np.nextafter(1.0, 2))
    found, _ = measured([-values.astype(np.float32)], "float32")
    assert found.percentiles == (-1.0,) * len(PERCENTILES)


def test_what_is_not_finite_is_counted_and_left_out():
    values = np.array([np.nan, 1, -np.inf, 3, np.inf, -0.0, 0.0], np.float32)
    found, _ = measured([values], "float32", percentiles=(0, 50, 100), bins=3)
    assert (found.count, found.not_finite) == (4, 3)
    assert found.percentiles == (0, 0.5, 3)
    assert found.histogram.tolist() == [2, 1, 1]


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_nothing(dtype):
    found, _ = measured([], dtype)
    assert (found.count, found.mean, found.histogram) == (0, None, None)
    assert found.percentiles == (None,) * len(PERCENTILES)


def test_all_alike():
    found, _ = measured([np.full(10, 7.5)], "float64", bins=4)
    assert (found.std, found.histogram.tolist()) == (0, [0, 0, 10, 0])


def test_numbers_beyond_what_can_be_subtracted():
    values = np.array([-1.7e308, 1.7e308])
    found, _ = measured([values], "float64", percentiles=(0, 100))
    assert found.histogram is None
    assert found.percentiles == (-1.7e308, 1.7e308)
    assert found.std is None


def test_narrow_ones_are_merged():
    parts = np.array_split(drawn("uint16"), 3)
    total = Measurer("uint16", PERCENTILES, 64)
    assert total.mergeable
    for part in parts:
        one = Measurer("uint16", PERCENTILES, 64)
        one.add(part)
        one.end_pass()
        total.merge(one)
    whole, _ = measured(parts, "uint16")
    assert total.summary().percentiles == whole.percentiles
    assert total.summary().std == whole.std
    assert not Measurer("float32", (), 1).mergeable

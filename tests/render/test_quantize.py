"""Grey levels: against the original, and against the contract word by word."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graticule.errors import RequestError
from graticule.pixels.model import PixelType
from graticule.render.compose import compose
from graticule.render.quantize import (
    Quantization,
    effective_window,
    grey_table,
    reversed_levels,
    type_range,
)
from graticule.render.settings import (
    BIT_RESOLUTIONS,
    ChannelRendering,
    Family,
    Model,
    Rendering,
)

# Where a window lies wholly above the type range, the contract recommends black
# for all types. The original fails for the small ones and gives white for the
# others; these groups of vectors differ on purpose.
BLACK_BY_RECOMMENDATION = {
    ("int8", "window above type range: original fails"),
    ("uint8", "window above type range: original fails"),
    ("int16", "window above type range: original fails"),
    ("uint16", "window above type range: original fails"),
    ("int16", "significant bits smaller than type, window above: original fails"),
    ("uint16", "significant bits smaller than type, window above: original fails"),
    ("int32", "window above type range"),
    ("uint32", "window above type range"),
}


def draw_grey(values, pixel_type, window, *, significant_bits=None, stats=None, **kw):
    """Quantize by drawing one row in greyscale, the way pixels really go."""
    codomain = tuple(kw.pop("codomain", (0, 255)))
    depth = kw.pop("bit_resolution", 255)
    rendering = Rendering(
        (ChannelRendering(tuple(window), **kw),), Model.GREYSCALE, codomain, depth
    )
    picture = compose(
        {0: np.asarray(values).reshape(1, -1)},
        rendering,
        pixel_type,
        significant_bits=significant_bits,
        statistics=[stats],
    )
    assert (picture[..., 0] == picture[..., 1]).all()
    assert (picture[..., 0] == picture[..., 2]).all()
    return picture[0, :, 0]


def pair(numbers):
    return tuple(float(number) for number in numbers) if numbers else None


@pytest.mark.golden
def test_golden_type_ranges(vectors):
    ranges = vectors("quantum")["type_ranges"]
    assert len(ranges) == 63
    for case in ranges:
        found = type_range(PixelType(case["type"]), case["significant_bits"])
        assert found == pair(case["range"]), case


@pytest.mark.golden
def test_golden_reverse_intensity(vectors):
    cases = vectors("quantum")["reverse_intensity"]
    assert len(cases) == 5
    for case in cases:
        found = reversed_levels(np.arange(256), tuple(case["codomain"]))
        assert found.tolist() == list(bytes.fromhex(case["out"]))


@pytest.mark.golden
def test_golden_refusals(vectors):
    cases = vectors("quantum")["errors"]
    assert len(cases) == 10
    for case in cases:
        with pytest.raises((RequestError, ValueError)):
            Rendering(
                (
                    ChannelRendering(
                        (0.0, 255.0),
                        family=Family(case["family"]),
                        coefficient=case["coefficient"],
                    ),
                ),
                codomain=tuple(case["codomain"]),
                bit_resolution=case["bit_resolution"],
            )


@pytest.mark.golden
def test_golden_effective_windows(vectors):
    groups = [g for g in vectors("quantum")["groups"] if "effective_window" in g]
    assert len(groups) > 100
    for group in groups:
        found = effective_window(
            pair(group["window"]), PixelType(group["type"]), group["significant_bits"]
        )
        assert found == pair(group["effective_window"]), group["note"]


@pytest.mark.golden
def test_golden_grey_levels(vectors):
    groups = vectors("quantum")["groups"]
    differing = set()
    compared = 0
    for group in groups:
        pixel_type = PixelType(group["type"])
        values = np.array([float(v) for v in group["values"]]).astype(pixel_type.dtype)
        for case in group["cases"]:
            found = draw_grey(
                values,
                pixel_type,
                pair(group["window"]),
                significant_bits=group["significant_bits"],
                stats=pair(group["stats"]),
                family=Family(case["family"]),
                coefficient=case["coefficient"],
                noise_reduction=case["noise_reduction"],
                codomain=case["codomain"],
                bit_resolution=case["bit_resolution"],
            )
            name = (group["type"], group["note"])
            if name in BLACK_BY_RECOMMENDATION:
                differing.add(name)
                start = case["codomain"][0]
                black = max(start, 10) if case["noise_reduction"] else start
                assert (found == black).all(), (name, case)
            else:
                assert found.tobytes().hex() == case["out"], (name, case)
                compared += len(values)
    assert differing == BLACK_BY_RECOMMENDATION
    assert compared > 650_000


# What follows is section 3 and 4 of the contract once more, one value at a time in
# plain Python, to be compared with the tables over random settings.


def java_round(x):
    if math.isnan(x):
        return 0.0
    if math.isinf(x):
        return x
    return float(math.floor(x) + (1 if x - math.floor(x) >= 0.5 else 0))


def to_byte(x):
    return int(max(-(2.0**31), min(2.0**31 - 1, x))) & 255


def guarded(function, *arguments):
    try:
        result = function(*arguments)
    except OverflowError:
        return math.inf
    except (ValueError, ZeroDivisionError):
        return math.nan
    return math.nan if isinstance(result, complex) else result


def divided(a, b):
    if b == 0:
        return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a)
    return a / b


class Reference:
    def __init__(self, kind, start, end, low, high, rendering):
        self.start, self.end = start, end
        self.family, self.k, noise, self.codomain, self.depth = rendering
        self.c0, self.c1 = self.codomain
        self.q1, self.q9 = min(start, low), max(end, high)
        number, den, base, off = 255.0, end - start, start, 0.0
        if noise:
            decile = (high - low) / 10
            self.q1 += decile
            self.q9 -= decile
            number, off, base, den = 235.0, 10.0, self.q1, self.q9 - self.q1
            if start >= self.q1 and end > self.q9:
                den, base = self.q9 - start, start
            elif start >= self.q1 and end <= self.q9:
                den, base = end - start, start
            elif start < self.q1 and end <= self.q9:
                den = end - self.q1
            self.c0, self.c1 = max(self.c0, 10), min(self.c1, 245)
        self.slope = divided(number, den)
        self.shift = self.slope * base - off

    def f(self, x):
        if self.family is Family.POLYNOMIAL:
            return guarded(math.pow, x, self.k)
        if self.family is Family.EXPONENTIAL:
            return guarded(math.exp, guarded(math.pow, x, self.k))
        if self.family is Family.LOGARITHMIC:
            return math.log(x) if x > 0 else 0.0
        return x

    def inside(self, x):
        if x > self.q9:
            v = float(self.c1)
        elif x <= self.q1:
            v = float(self.c0)
        else:
            v = self.slope * x - self.shift
        factor = divided(self.depth, self.f(255.0) - self.f(0.0))
        v = java_round(factor * (self.f(v) - self.f(0.0)))
        spread = (self.codomain[1] - self.codomain[0]) / self.depth
        return to_byte(java_round(spread * v + self.c0))

    def small_type(self, x):
        if x < self.start:
            return self.c0
        return self.c1 if x >= self.end else self.inside(x)

    def large_type(self, x):
        step = abs(self.end - self.start) / (self.codomain[1] - self.codomain[0] + 1)
        if x < self.start:
            return self.inside(self.start)
        if x > self.end:
            return self.inside(self.end)
        if x == self.start:
            return self.inside(self.start + step / 2)
        j = 0 if math.isnan(x) else int((x - self.start) / step)
        return self.inside(((self.start + (j - 1) * step) + self.start + j * step) / 2)


curves = st.tuples(
    st.sampled_from(Family),
    st.floats(0.1, 4),
    st.booleans(),
    st.sampled_from([(0, 255), (67, 253), (0, 1), (20, 200), (254, 255)]),
    st.sampled_from(sorted(BIT_RESOLUTIONS)),
)


@settings(max_examples=150, deadline=None)
@given(
    pixel_type=st.sampled_from(
        [PixelType.INT8, PixelType.UINT8, PixelType.INT16, PixelType.UINT16]
    ),
    curve=curves,
    data=st.data(),
)
def test_small_types_follow_the_contract(pixel_type, curve, data):
    low, high = type_range(pixel_type)
    bound = st.one_of(st.integers(low, high).map(float), st.floats(low, high))
    start, end = sorted([data.draw(bound), data.draw(bound)])
    stats = sorted([data.draw(bound), data.draw(bound)])
    reference = Reference(
        pixel_type, start, end, math.floor(stats[0]), math.trunc(stats[1]), curve
    )
    picked = data.draw(st.lists(st.integers(low, high), min_size=5, max_size=60))
    near = [start + n for n in range(-2, 3)] + [end + n for n in range(-2, 3)]
    values = np.array(
        picked + [int(v) for v in near if low <= int(v) <= high], pixel_type.dtype
    )
    family, k, noise, codomain, depth = curve
    found = draw_grey(
        values,
        pixel_type,
        (start, end),
        stats=tuple(stats),
        family=family,
        coefficient=k,
        noise_reduction=noise,
        codomain=codomain,
        bit_resolution=depth,
    )
    assert found.tolist() == [reference.small_type(float(v)) for v in values]


@settings(max_examples=150, deadline=None)
@given(
    pixel_type=st.sampled_from(
        [PixelType.INT32, PixelType.UINT32, PixelType.FLOAT, PixelType.DOUBLE]
    ),
    curve=curves,
    data=st.data(),
)
def test_large_types_follow_the_contract(pixel_type, curve, data):
    low, high = type_range(pixel_type)
    bound = st.one_of(
        st.integers(max(low, -5000), 5000).map(float),
        st.integers(low, high).map(float),
        st.floats(max(low, -10), 10, allow_subnormal=False, width=32),
    )
    start, end = sorted([data.draw(bound), data.draw(bound)])
    reference = Reference(pixel_type, start, end, 0.0, 0.0, curve)
    shares = data.draw(st.lists(st.floats(-0.2, 1.2), min_size=5, max_size=60))
    exact = np.array([start, end] + [start + s * (end - start) for s in shares])
    if not pixel_type.is_float:
        exact = np.clip(np.round(exact), low, high)
    values = exact.astype(pixel_type.dtype)
    if pixel_type.is_float:
        extra = np.array([np.nan, np.inf, -np.inf], pixel_type.dtype)
        values = np.concatenate([values, extra])
    family, k, noise, codomain, depth = curve
    found = draw_grey(
        values,
        pixel_type,
        (start, end),
        family=family,
        coefficient=k,
        noise_reduction=noise,
        codomain=codomain,
        bit_resolution=depth,
    )
    if start == end:  # the step is 0, only NaN would divide by it
        values, found = values[~np.isnan(values)], found[~np.isnan(values)]
    assert found.tolist() == [reference.large_type(float(v)) for v in values]


@pytest.mark.parametrize("pixel_type", [p for p in PixelType if p is not PixelType.BIT])
def test_windows_outside_the_range_are_black_above_and_white_below(pixel_type):
    low, high = type_range(pixel_type)
    values = np.array([low, 0, 1, 100, min(high, 2**31 - 1)]).astype(pixel_type.dtype)
    for above in (high + 0.5, high + 50.0):
        assert set(draw_grey(values, pixel_type, (above, above + 20))) == {0}
    assert set(draw_grey(values, pixel_type, (low - 50.0, low - 20.0))) == {255}


def test_worked_examples_of_the_contract():
    values = np.array([0.001, 0.004, 0.008, 0.5, 0.99, 1.0])
    found = draw_grey(values, PixelType.DOUBLE, (0.0, 1.0))
    assert found.tolist() == [0, 0, 1, 127, 252, 255]
    found = draw_grey(
        np.arange(3, dtype="u1"), PixelType.UINT8, (0, 255), codomain=(67, 253)
    )
    assert found.tolist() == [116, 68, 68]
    found = draw_grey(
        np.array([0, 1, 2, 3, 4, 194], "u2"),
        PixelType.UINT16,
        (0, 65535),
        family=Family.LOGARITHMIC,
    )
    assert found.tolist() == [0, 1, 33, 51, 64, 243]


@pytest.mark.parametrize("window", [(9.0, 3.0), (math.nan, 3.0), (0.0, 1e6)])
def test_impossible_windows_become_the_type_range(window):
    assert effective_window(window, PixelType.UINT16) == (0, 65535)
    assert effective_window(window, PixelType.UINT16, 12) == (0, 4095)


def test_values_beyond_the_significant_bits_are_moved_in():
    # R = 8190: 4095/8190 * x, at most 4095.
    found = draw_grey(
        np.array([4095, 4096, 6000, 8190, 65535], "u2"),
        PixelType.UINT16,
        (0, 4095),
        significant_bits=12,
        stats=(0.0, 8190.0),
    )
    moved = [4095, 2048, 3000, 4095, 4095]
    assert found.tolist() == [math.floor(255 * m / 4095 + 0.5) for m in moved]


def test_tables_are_kept_and_cannot_be_changed():
    one = grey_table(Quantization(PixelType.UINT16, (0.0, 100.0)))
    assert grey_table(Quantization(PixelType.UINT16, (0.0, 100.0))) is one
    with pytest.raises(ValueError, match="read-only"):
        one[0] = 1

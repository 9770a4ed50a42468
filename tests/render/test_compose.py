"""Pictures: against the original, and against colour arithmetic done by hand."""

import math
from base64 import b64decode
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graticule.errors import RequestError
from graticule.pixels.model import PixelType
from graticule.render import kernels
from graticule.render.compose import compose, drawn_channels
from graticule.render.lut import Lut
from graticule.render.settings import ChannelRendering, Family, Model, Rendering


def channel_of(case):
    return ChannelRendering(
        window=tuple(float(bound) for bound in case["window"]),
        active=case["active"],
        color=tuple(case["rgba"]),
        lut=case["lut"],
        family=Family(case["family"]),
        coefficient=case["coefficient"],
        noise_reduction=case["noise_reduction"],
        reverse=case["reverse"],
    )


@pytest.mark.golden
def test_golden_pictures(vectors, decode):
    data = vectors("composite")
    luts = {
        name: Lut(name, "/luts/", 768, b64decode(planes))
        for name, planes in data["luts"].items()
    }
    assert len(data["cases"]) == 300
    for case in data["cases"]:
        shape = case["height"], case["width"]
        pixel_type = PixelType(case["type"])
        rendering = Rendering(
            tuple(map(channel_of, case["channels"])),
            Model(case["model"]),
            tuple(case["codomain"]),
            case["bit_resolution"],
        )
        planes = {
            number: decode(rendering_of["pixels"], case["type"], *shape)
            for number, rendering_of in enumerate(case["channels"])
        }
        statistics = [
            tuple(map(float, c["stats"])) if c["stats"] else None
            for c in case["channels"]
        ]
        picture = compose(
            planes,
            rendering,
            pixel_type,
            significant_bits=case["significant_bits"],
            statistics=statistics,
            luts=luts,
            shape=shape,
        )
        argb = np.frombuffer(b64decode(case["argb"]), "u1").reshape(*shape, 4)
        assert (picture == argb[..., 1:]).all(), (case["id"], case["tag"])


def added(part, alpha, grey, *, fading):
    """One colour part by hand: cut, not rounded, twice if anything fades."""
    value = math.trunc(part / 255.0 * grey)
    if fading:
        factor = np.float32(alpha) / np.float32(255)
        value = math.trunc(float(np.float32(value) * factor))
    return value


colors = st.tuples(*[st.integers(0, 255)] * 4)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), colors), min_size=1, max_size=20), st.data())
def test_any_number_of_channels_adds_up_and_is_clipped(described, data):
    grey = np.random.default_rng(data.draw(st.integers(0, 99))).integers(
        0, 256, (len(described), 3, 7), np.uint8
    )
    rendering = Rendering(
        tuple(
            ChannelRendering((0.0, 255.0), active=active, color=color)
            for active, color in described
        )
    )
    # With window 0 to 255 a uint8 value is its own grey level.
    found = compose(dict(enumerate(grey)), rendering, PixelType.UINT8, shape=(3, 7))
    fading = any(active and color[3] != 255 for active, color in described)
    for y in range(3):
        for x in range(7):
            expected = [0, 0, 0]
            for plane, (active, color) in zip(grey, described, strict=True):
                for part in range(3 if active else 0):
                    expected[part] += added(
                        color[part], color[3], int(plane[y, x]), fading=fading
                    )
            assert found[y, x].tolist() == [min(255, value) for value in expected]


def test_a_16_bit_ramp_gets_the_levels_of_exact_fractions():
    ramp = np.arange(65536, dtype="u2").reshape(256, 256)
    found = compose(
        {0: ramp},
        Rendering((ChannelRendering((1000.0, 42000.0), color=(255, 0, 0, 255)),)),
        PixelType.UINT16,
    )
    half = Fraction(1, 2)
    for value in range(0, 65536, 97):
        level = Fraction(255 * (value - 1000), 41000) + half
        expected = min(255, max(0, math.floor(level)))
        assert found.reshape(-1, 3)[value].tolist() == [expected, 0, 0]


def test_tables_ignore_colour_and_alpha():
    values = np.arange(768, dtype="u4").astype("u1").tobytes()
    lut = Lut("own.lut", "/luts/", 768, values)
    channel = ChannelRendering((0.0, 255.0), color=(9, 9, 9, 0), lut="own.lut")
    plane = np.arange(256, dtype="u1").reshape(16, 16)
    found = compose(
        {0: plane}, Rendering((channel,)), PixelType.UINT8, luts={"own.lut": lut}
    )
    assert (found == lut.values[plane]).all()
    unknown = compose({0: plane}, Rendering((channel,)), PixelType.UINT8)
    assert not unknown.any()


def test_greyscale_needs_and_shows_the_first_active_channel_only():
    plane = np.arange(256, dtype="u1").reshape(16, 16)
    channels = (
        ChannelRendering((0.0, 255.0), active=False),
        ChannelRendering((0.0, 255.0), color=(255, 0, 0, 7), lut="x", reverse=True),
        ChannelRendering((0.0, 255.0)),
    )
    rendering = Rendering(channels, Model.GREYSCALE)
    assert drawn_channels(rendering) == (1,)
    assert drawn_channels(Rendering(channels)) == (1, 2)
    found = compose({1: plane}, rendering, PixelType.UINT8)
    assert (found == (255 - plane)[..., None]).all()


def test_nothing_active_is_black():
    rendering = Rendering((ChannelRendering((0.0, 1.0), active=False),))
    found = compose({}, rendering, PixelType.FLOAT, shape=(2, 3))
    assert found.shape == (2, 3, 3)
    assert not found.any()


def test_planes_come_in_any_memory_layout():
    plain = np.random.default_rng(1).integers(0, 65536, (70, 1100), np.uint16)
    rendering = Rendering((ChannelRendering((100.0, 50000.0)),))
    expected = compose({0: plain}, rendering, PixelType.UINT16)
    swapped = plain.astype(">u2")
    wide = np.zeros((140, 2200), np.uint16)
    wide[::2, ::2] = plain
    frozen = plain.copy()
    frozen.setflags(write=False)
    odd = np.frombuffer(b"\0" + plain.tobytes(), "u2", plain.size, 1).reshape(70, 1100)
    for other in (swapped, wide[::2, ::2], np.asfortranarray(plain), frozen, odd):
        assert (compose({0: other}, rendering, PixelType.UINT16) == expected).all()


def test_bits_may_be_bool():
    plane = np.array([[True, False], [False, True]])
    rendering = Rendering((ChannelRendering((0.0, 1.0)),))
    found = compose({0: plane}, rendering, PixelType.BIT)
    assert (found[..., 1] == plane * 255).all()


@pytest.mark.parametrize(
    ("planes", "shape", "words"),
    [
        ({0: np.zeros((2, 2), "u2")}, None, "channels \\[1\\] are missing"),
        ({0: np.zeros((2, 2), "u2"), 1: np.zeros((2, 3), "u2")}, None, "shapes"),
        ({0: np.zeros((2, 2), "u2"), 1: np.zeros((2, 2), "u2")}, (3, 3), "shapes"),
        ({0: np.zeros((2, 2), "u2"), 1: np.zeros((2, 2), "u1")}, None, "uint8"),
    ],
)
def test_wrong_planes_are_refused(planes, shape, words):
    rendering = Rendering((ChannelRendering((0.0, 9.0)), ChannelRendering((0.0, 9.0))))
    with pytest.raises(RequestError, match=words):
        compose(planes, rendering, PixelType.UINT16, shape=shape)


def test_a_region_is_a_cut_out_of_the_whole():
    planes = {
        number: np.random.default_rng(number).normal(50, 30, (300, 400)).astype("f4")
        for number in range(2)
    }
    rendering = Rendering(
        (
            ChannelRendering((0.0, 100.0), color=(255, 128, 3, 255)),
            ChannelRendering((20.0, 80.0), color=(0, 99, 255, 255)),
        )
    )
    whole = compose(planes, rendering, PixelType.FLOAT)
    cut = {number: plane[37:251, 11:399] for number, plane in planes.items()}
    assert (compose(cut, rendering, PixelType.FLOAT) == whole[37:251, 11:399]).all()


def test_kernels_do_without_a_cache_folder(monkeypatch):
    real = kernels.njit

    def without_cache(*arguments, cache=False, **options):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return real(*arguments, **options)

    monkeypatch.setattr(kernels, "njit", without_cache)
    total = np.array([5, 3 << 20 | 1023 << 10 | 300], np.int32)
    kernels.clip_kernel.__wrapped__()(total)
    assert total.tolist() == [5, 3 << 20 | 255 << 10 | 255]


def test_warm_up_compiles_everything():
    kernels.warm_up()
    assert kernels.table_kernel.cache_info().currsize == len(kernels.TABLE_DTYPES)
    assert kernels.bin_kernel.cache_info().currsize == len(kernels.BIN_DTYPES)

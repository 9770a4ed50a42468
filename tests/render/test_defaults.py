"""What images look like before anybody has set anything (contract 8)."""

import math

import pytest

from graticule.pixels.model import Channel, ImageInfo, Level, PixelType
from graticule.render.defaults import (
    default_channel_names,
    default_colors,
    default_rendering,
    fixed_statistics,
)
from graticule.render.settings import Family, Model

RED, GREEN, BLUE = (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255)
WHITE, GREY = (255, 255, 255, 255), (128, 128, 128, 255)


def image(*channels, pixel_type=PixelType.UINT16, size_z=1, **more):
    return ImageInfo(
        key="0",
        name="image",
        pixel_type=pixel_type,
        size_z=size_z,
        size_c=len(channels),
        size_t=1,
        levels=(Level(64, 64, 64, 64),),
        channels=channels,
        **more,
    )


def plain(count):
    return (Channel(),) * count


def emission_filter(**band):
    return Channel(
        facts={"LightPath": {"EmissionFilters": [{"TransmittanceRange": band}]}}
    )


def test_a_photograph_shows_itself():
    info = image(*plain(3), pixel_type=PixelType.UINT8, graphics=True)
    rendering, z, t = default_rendering(info, [None] * 3)
    assert rendering.model is Model.RGB
    assert [c.color for c in rendering.channels] == [RED, GREEN, BLUE]
    assert {c.window for c in rendering.channels} == {(0.0, 255.0)}
    assert all(c.active for c in rendering.channels)
    assert (z, t) == (0, 0)


def test_a_picture_with_alpha_hides_it():
    file_says = Channel(color=WHITE)
    info = image(*[file_says] * 4, pixel_type=PixelType.UINT8, graphics=True)
    assert default_colors(info) == (RED, GREEN, BLUE, (0, 0, 0, 0))
    assert default_channel_names(info) == ("Red", "Green", "Blue", "Alpha")
    rendering, _, _ = default_rendering(info, [None] * 4)
    assert [c.active for c in rendering.channels] == [True, True, True, False]


def test_names_of_the_file_stay():
    info = image(Channel(name="DAPI"), Channel(), graphics=True)
    assert default_channel_names(info) == ("DAPI", "Green")
    assert default_channel_names(image(*plain(2))) == (None, None)
    assert default_channel_names(image(*plain(1), graphics=True)) == (None,)


@pytest.mark.parametrize(
    ("count", "model"),
    [
        (1, Model.GREYSCALE),
        (2, Model.RGB),
        (7, Model.RGB),
        (8, Model.GREYSCALE),
        (12, Model.GREYSCALE),
    ],
)
def test_model_goes_by_the_number_of_channels(count, model):
    rendering, _, _ = default_rendering(image(*plain(count)), [None] * count)
    assert rendering.model is model
    assert [c.active for c in rendering.channels] == [n < 3 for n in range(count)]


def test_plain_settings():
    rendering, z, t = default_rendering(image(*plain(1), size_z=9), [(3.0, 70.0)])
    (channel,) = rendering.channels
    assert channel.window == (3.0, 70.0)
    assert channel.color == GREY
    assert (channel.family, channel.coefficient) == (Family.LINEAR, 1.0)
    assert not channel.noise_reduction
    assert not channel.reverse
    assert (rendering.codomain, rendering.bit_resolution) == ((0, 255), 255)
    assert (z, t) == (4, 0)


@pytest.mark.parametrize(
    "statistics", [None, (7.0, 7.000001), (math.inf, -math.inf), (math.nan, 4.0)]
)
def test_useless_statistics_give_the_type_range(statistics):
    info = image(*plain(1), significant_bits=12)
    rendering, _, _ = default_rendering(info, [statistics])
    assert rendering.channels[0].window == (0.0, 4095.0)


def test_wavelengths_decide_colours():
    told = [Channel(emission_nm=nm) for nm in (499.9, 500, 559.9, 560)]
    assert default_colors(image(*told)) == (BLUE, GREEN, GREEN, RED)
    excited = [Channel(excitation_nm=nm) for nm in (405, 520)]
    assert default_colors(image(*excited)) == (BLUE, GREEN)
    assert default_colors(image(*plain(5))) == (RED, GREEN, BLUE, RED, GREEN)


def test_filters_and_lasers_stand_in_for_wavelengths():
    assert default_colors(
        image(
            emission_filter(CutIn=484),
            emission_filter(CutIn=485, CutOut=900),
            emission_filter(CutOut=575),
        )
    ) == (BLUE, GREEN, RED)
    laser = Channel(
        excitation_nm=405,
        facts={
            "LightSourceSettings": {"LightSource": {"Kind": "Laser", "Wavelength": 633}}
        },
    )
    middle = Channel(
        facts={
            "FilterSet": {
                "ExcitationFilters": [
                    {"TransmittanceRange": {"CutIn": 480, "CutOut": 530}}
                ]
            }
        }
    )
    assert default_colors(image(laser, middle)) == (RED, GREEN)


def test_channels_without_emission_beside_some_with_it_are_white():
    info = image(Channel(emission_nm=450), Channel(), Channel(excitation_nm=488))
    assert default_colors(info) == (BLUE, WHITE, WHITE)
    assert default_colors(image(Channel(color=(1, 2, 3, 4)), Channel())) == (
        (1, 2, 3, 4),
        WHITE,
    )


def test_what_the_file_asks_for_comes_first():
    info = image(
        Channel(window=(5.0, 50.0), lut="fire.lut", active=False),
        Channel(window=(math.nan, 1.0), active=True),
        model="greyscale",
        default_z=2,
        default_t=0,
        size_z=4,
    )
    rendering, z, _ = default_rendering(info, [(0.0, 9.0), (0.0, 8.0)])
    first, second = rendering.channels
    assert (first.window, first.lut, first.active) == ((5.0, 50.0), "fire.lut", False)
    assert (second.window, second.active) == ((0.0, 8.0), True)
    assert rendering.model is Model.GREYSCALE
    assert z == 2
    color, _, _ = default_rendering(image(*plain(1), model="color"), [None])
    assert color.model is Model.RGB


def test_only_8_bit_pictures_have_fixed_statistics():
    for graphics, pixel_type, expected in (
        (True, PixelType.UINT8, ((0.0, 255.0),) * 2),
        (True, PixelType.UINT16, None),
        (False, PixelType.UINT8, None),
    ):
        info = image(*plain(2), graphics=graphics, pixel_type=pixel_type)
        assert fixed_statistics(info) == expected

"""Settings refuse what cannot be drawn and have a stable short name."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from graticule.errors import RequestError
from graticule.render.settings import (
    ChannelRendering,
    Family,
    Model,
    Rendering,
    rendering_key,
)

PLAIN = Rendering((ChannelRendering((0.0, 100.0)), ChannelRendering((0.0, 50.0))))


def changed(**settings):
    return replace(PLAIN, channels=(replace(PLAIN.channels[0], **settings),))


def test_every_setting_changes_the_key():
    variants = [
        PLAIN,
        changed(),
        changed(window=(0.0, 100.5)),
        changed(active=False),
        changed(color=(255, 255, 255, 254)),
        changed(lut="fire.lut"),
        changed(family=Family.POLYNOMIAL),
        changed(coefficient=1.5),
        changed(noise_reduction=True),
        changed(reverse=True),
        replace(PLAIN, model=Model.GREYSCALE),
        replace(PLAIN, codomain=(0, 254)),
        replace(PLAIN, bit_resolution=127),
        replace(PLAIN, channels=PLAIN.channels[::-1]),
    ]
    keys = {rendering_key(variant) for variant in variants}
    keys |= {rendering_key(PLAIN, "jpeg"), rendering_key(PLAIN, "je", "pg")}
    assert len(keys) == len(variants) + 2
    assert {len(key) for key in keys} == {32}


def test_equal_renderings_have_one_key():
    other = Rendering((ChannelRendering((-0.0, 100)), ChannelRendering((0, 50))))
    assert other == PLAIN
    assert rendering_key(other) == rendering_key(PLAIN)


def test_the_key_is_the_same_in_every_process():
    program = (
        "from graticule.render.settings import *;"
        "print(rendering_key(Rendering((ChannelRendering((0.0, 100.0)),"
        "ChannelRendering((0.0, 50.0)))), 'a', 1, None))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == rendering_key(PLAIN, "a", 1, None)


@pytest.mark.parametrize(
    "settings",
    [
        {"codomain": (0, 0)},
        {"codomain": (200, 100)},
        {"codomain": (-1, 100)},
        {"codomain": (0, 256)},
        {"bit_resolution": 100},
        {"channels": (ChannelRendering((0.0, 1.0), coefficient=0.0),)},
        {"channels": (ChannelRendering((0.0, 1.0), coefficient=float("nan")),)},
        {"channels": (ChannelRendering((0.0, 1.0), color=(0, 0, 256, 255)),)},
    ],
)
def test_impossible_settings_are_refused(settings):
    with pytest.raises(RequestError):
        replace(PLAIN, **settings)

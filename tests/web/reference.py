"""Rendering written anew from the contract's text, for comparison.

Plain floating point over whole arrays, no code of the project: what the picture
of some raw values must be (contract rendering 4 to 6, 10). Also the pictures
that the tests serve: flat squares, so that JPEG is no excuse.
"""

import io

import numpy as np
from PIL import Image

SQUARE = 32
# JPEG moves a flat square by less than this at quality 0.85 (measured below 1.5).
JPEG = 2.0

TYPES = {
    "int8": (-128, 127),
    "uint8": (0, 255),
    "int16": (-32768, 32767),
    "uint16": (0, 65535),
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "float32": (-(2**31), 2**31 - 1),
    "float64": (-(2**31), 2**31 - 1),
}


def cells(channel, z, t):
    """The plane of ``cells.ome.tif``: 3 x 4 squares, each of its own value."""
    number = np.arange(12).reshape(3, 4)
    return 100.0 + 700 * number + 150 * channel + 40 * z + 1300 * t


def slide(channel, rows=6, columns=8):
    """Level 0 of ``slide.ome.tif`` in squares of 128 pixels."""
    number = np.arange(rows * columns).reshape(rows, columns)
    return 500.0 + 1000 * number + 300 * channel


def in_pixels(squares, side=SQUARE):
    return np.kron(squares, np.ones((side, side)))


def window_type(name, start, end):
    """Section 3: a reversed window is the whole range; bounds are cut to it."""
    low, high = TYPES[name]
    if not start <= end:
        return low, high
    return max(start, low), min(end, high)


def quantized(values, name, start, end, curve=lambda x: x, coefficient_max=255.0):
    """Section 4: raw values to 0 … 255, as floats of whole numbers."""
    values = np.asarray(values, float)
    start, end = window_type(name, start, end)
    if name in {"int32", "uint32", "float32", "float64"}:
        # Section 4.4: the middle of the previous of 256 steps.
        step = (end - start) / 256
        number = np.trunc((values - start) / step)
        middle = ((start + (number - 1) * step) + start + number * step) / 2
        middle = np.where(values == start, start + step / 2, middle)
        middle = np.where(values > end, end, middle)
        below = values < start
        scaled = np.where(below, 0.0, 255 * (middle - start) / (end - start))
    else:
        scaled = 255 * (values - start) / (end - start)
        scaled = np.clip(scaled, 0, 255)
    bent = 255 * (curve(scaled) - curve(0.0)) / (curve(coefficient_max) - curve(0.0))
    level = np.floor(bent + 0.5)
    level = np.where(np.isnan(values), 0, level)
    # A value at or above the end is white without going through the curve (4.3).
    if name not in {"int32", "uint32", "float32", "float64"}:
        level = np.where(values >= end, 255, level)
    return np.clip(level, 0, 255)


def coloured(level, color):
    """Section 6.1: each component truncated."""
    return np.stack([np.trunc(part / 255.0 * level) for part in color], axis=-1)


def added(*pictures):
    """Section 6.1: channels add up, clipped at 255."""
    total = np.zeros_like(pictures[0])
    for picture in pictures:
        total = np.minimum(255, total + picture)
    return total


def grey(level):
    return np.stack([level] * 3, axis=-1)


def decoded(answer):
    """The pixels of an answer, which must be a baseline RGB JPEG."""
    assert answer.status_code == 200, answer.content[:300]
    assert answer["Content-Type"] == "image/jpeg"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.format == "JPEG"
        assert picture.mode == "RGB"
        assert "progressive" not in picture.info
        return np.asarray(picture, float)


def squares(picture, side=SQUARE):
    """The middle of every square; checks that squares are flat."""
    rows, columns = picture.shape[0] // side, picture.shape[1] // side
    tiles = picture[: rows * side, : columns * side].reshape(
        rows, side, columns, side, 3
    )
    edge = side // 4
    inner = tiles[:, edge:-edge, :, edge:-edge]
    assert np.ptp(inner, axis=(1, 3)).max() <= 2 * JPEG
    return inner.mean(axis=(1, 3))


def same(picture, expected, tolerance=JPEG):
    """Compare squares with what they must be."""
    assert picture.shape == expected.shape
    worst = np.abs(picture - expected).max()
    assert worst <= tolerance, f"off by {worst}"

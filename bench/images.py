"""The images that are measured, made once: lifelike, so that codecs work as usual."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import tifffile
from PIL import Image

SIDE = 8192
TILE = 512


def _texture(rng: np.random.Generator, side: int) -> npt.NDArray[np.float32]:
    """Make smooth structures at several scales, 0 to 1."""
    total = np.zeros((side, side), np.float32)
    for cells, weight in ((8, 0.5), (64, 0.3), (512, 0.2)):
        small = rng.random((cells, cells), np.float32)
        picture = Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC)
        total += weight * np.asarray(picture)
    return np.clip(total, 0, 1)


def fluorescence(folder: Path) -> Path:
    """Write a 4-channel 16-bit deflate pyramid (OME-TIFF, 512² tiles)."""
    path = folder / "fluorescence" / "four-channels.ome.tif"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    base = _texture(rng, SIDE)
    planes = [
        (np.roll(base, 977 * channel, (0, 1)) * 4000).astype(np.uint16)
        + rng.integers(0, 60, (SIDE, SIDE), np.uint16)
        for channel in range(4)
    ]
    options = {"tile": (TILE, TILE), "compression": "adobe_deflate"}
    aside = path.with_suffix(".part")
    with tifffile.TiffWriter(aside, ome=True, bigtiff=True) as writer:
        stack = np.stack(planes)
        writer.write(stack, subifds=4, metadata={"axes": "CYX"}, **options)
        for _ in range(4):
            stack = stack[:, ::2, ::2]
            writer.write(stack, subfiletype=1, **options)
    aside.rename(path)
    return path


def stack(folder: Path) -> Path:
    """Write 12 planes of 2 channels, 16 bit, deflate (OME-TIFF, 512² tiles)."""
    path = folder / "stack" / "stack.ome.tif"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(4)
    side, planes = 2048, 12
    base = _texture(rng, side)
    grain = rng.integers(0, 60, (side, side), np.uint16)
    whole = np.stack(
        [
            (np.roll(base, 37 * place, (0, 1)) * 4000).astype(np.uint16) + grain
            for place in range(2 * planes)
        ]
    ).reshape(2, planes, side, side)
    options = {"tile": (TILE, TILE), "compression": "adobe_deflate"}
    aside = path.with_suffix(".part")
    with tifffile.TiffWriter(aside, ome=True, bigtiff=True) as writer:
        writer.write(whole, subifds=2, metadata={"axes": "CZYX"}, **options)
        for _ in range(2):
            whole = whole[:, :, ::2, ::2]
            writer.write(whole, subfiletype=1, **options)
    aside.rename(path)
    return path


def slide(folder: Path) -> Path:
    """Write an RGB JPEG pyramid (OME-TIFF, 512² tiles)."""
    path = folder / "slides" / "rgb-jpeg.ome.tif"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(2)
    base = _texture(rng, SIDE)
    grain = rng.integers(0, 12, (SIDE, SIDE), np.uint8)
    picture = np.stack(
        [
            (230 - 90 * base).astype(np.uint8) - grain,
            (200 - 150 * base).astype(np.uint8) - grain,
            (225 - 70 * base).astype(np.uint8) - grain,
        ],
        axis=-1,
    )
    options = {
        "tile": (TILE, TILE),
        "compression": "jpeg",
        "compressionargs": {"level": 85},
        "photometric": "rgb",
    }
    aside = path.with_suffix(".part")
    with tifffile.TiffWriter(aside, ome=True, bigtiff=True) as writer:
        writer.write(picture, subifds=4, metadata={"axes": "YXS"}, **options)
        for _ in range(4):
            picture = picture[::2, ::2]
            writer.write(picture, subfiletype=1, **options)
    aside.rename(path)
    return path


def small_files(folder: Path, count: int) -> Path:
    """Write many small TIFF and PNG files."""
    target = folder / f"small-{count}"
    if (target / "complete").exists():
        return target
    rng = np.random.default_rng(3)
    for number in range(count):
        place = target / f"plate {number // 200}" / f"set {number // 50 % 4}"
        place.mkdir(parents=True, exist_ok=True)
        plane = rng.integers(0, 4000, (64, 64), np.uint16)
        if number % 2:
            tifffile.imwrite(place / f"{number:05}.tif", plane)
        else:
            Image.fromarray((plane >> 4).astype(np.uint8)).save(
                place / f"{number:05}.png"
            )
    (target / "complete").touch()
    return target

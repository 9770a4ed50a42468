"""Writes OME-Zarr 0.5: sharded arrays, levels, labels, groups.

Just as much of the format as the demo needs; reading is `graticule.pixels`'
affair. It knows nothing of what the pictures show.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorstore as ts

SHARD = 2048
Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Stained:
    """One channel: name, colour ``RRGGBB`` and the window to show."""

    name: str
    color: str
    window: tuple[int, int]


def write_group(folder: Path, attributes: dict[str, Any] | None = None) -> None:
    """Make a folder a Zarr group, with these ``ome`` attributes if any."""
    folder.mkdir(parents=True, exist_ok=True)
    document: dict[str, Any] = {"zarr_format": 3, "node_type": "group"}
    if attributes:
        document["attributes"] = {"ome": {"version": "0.5", **attributes}}
    (folder / "zarr.json").write_text(json.dumps(document, indent=1))


def write_array(folder: Path, pixels: Array, chunk: int) -> None:
    """Write an array (y, x) or (c, y, x), one shard per plane and `SHARD` pixels.

    Parameters
    ----------
    folder
        Becomes the array.
    pixels
        Any integer type.
    chunk
        Pixels on each side of what is decoded at once.
    """
    rows, cols = pixels.shape[-2:]
    ones = [1] * (pixels.ndim - 2)
    inner = [*ones, chunk, chunk]
    # A shard holds whole chunks and need not be larger than the image.
    side = [min(SHARD, -(-n // chunk) * chunk) for n in (rows, cols)]
    blosc = {
        "name": "blosc",
        "configuration": {
            "cname": "zstd",
            "clevel": 3,
            "shuffle": "shuffle",
            "typesize": pixels.dtype.itemsize,
        },
    }
    sharding = {
        "name": "sharding_indexed",
        "configuration": {
            "chunk_shape": inner,
            "codecs": [
                {"name": "bytes", "configuration": {"endian": "little"}},
                blosc,
            ],
            "index_codecs": [
                {"name": "bytes", "configuration": {"endian": "little"}},
                {"name": "crc32c"},
            ],
        },
    }
    array = ts.open(
        {
            "driver": "zarr3",
            "kvstore": {"driver": "file", "path": str(folder)},
            "metadata": {
                "shape": pixels.shape,
                "data_type": pixels.dtype.name,
                "dimension_names": list("cyx"[-pixels.ndim :]),
                "chunk_grid": {
                    "name": "regular",
                    "configuration": {"chunk_shape": [*ones, *side]},
                },
                "codecs": [sharding],
            },
        },
        create=True,
    ).result()
    array.write(pixels).result()


def averaged(pixels: Array) -> Array:
    """Halve (…, y, x) by the mean of 2 x 2 pixels, rounding to nearest."""
    rows = np.add(pixels[..., 0::2, :], pixels[..., 1::2, :], dtype=np.uint32)
    total = rows[..., 0::2] + rows[..., 1::2] + np.uint32(2)
    return (total >> 2).astype(pixels.dtype)


def picked(pixels: Array) -> Array:
    """Halve (…, y, x) by every second pixel: labels must not be mixed."""
    return np.ascontiguousarray(pixels[..., ::2, ::2])


def multiscales(name: str, ndim: int, levels: int, pixel_um: float) -> dict[str, Any]:
    """Describe axes and levels, from full size down by halves."""
    axes: list[dict[str, str]] = [
        {"name": "y", "type": "space", "unit": "micrometer"},
        {"name": "x", "type": "space", "unit": "micrometer"},
    ]
    if ndim == 3:
        axes.insert(0, {"name": "c", "type": "channel"})
    datasets = [
        {
            "path": str(level),
            "coordinateTransformations": [
                {
                    "type": "scale",
                    "scale": [1.0] * (ndim - 2) + [pixel_um * 2**level] * 2,
                }
            ],
        }
        for level in range(levels)
    ]
    return {"name": name, "axes": axes, "datasets": datasets, "type": "mean"}


def write_levels(
    folder: Path, pixels: Array, levels: int, chunk: int, *, labels: bool = False
) -> None:
    """Write an array and its smaller levels as ``0``, ``1``, … below a folder."""
    for level in range(levels):
        write_array(folder / str(level), pixels, chunk)
        pixels = picked(pixels) if labels else averaged(pixels)


def write_image(
    folder: Path,
    pixels: Array,
    *,
    name: str,
    channels: Sequence[Stained],
    pixel_um: float,
    levels: int,
    chunk: int,
) -> None:
    """Write an image (c, y, x) with its levels and display windows."""
    shown = [
        {
            "label": channel.name,
            "color": channel.color,
            "active": True,
            "inverted": False,
            "coefficient": 1,
            "family": "linear",
            "window": {
                "min": 0,
                "max": int(np.iinfo(pixels.dtype).max),
                "start": channel.window[0],
                "end": channel.window[1],
            },
        }
        for channel in channels
    ]
    write_group(
        folder,
        {
            "multiscales": [multiscales(name, pixels.ndim, levels, pixel_um)],
            "omero": {
                "name": name,
                "channels": shown,
                "rdefs": {"defaultT": 0, "defaultZ": 0, "model": "color"},
            },
        },
    )
    write_levels(folder, pixels, levels, chunk)


def write_labels(
    folder: Path, name: str, labels: Array, *, pixel_um: float, levels: int, chunk: int
) -> None:
    """Add a label image (y, x) to an image written before."""
    write_group(folder / "labels", {"labels": [name]})
    multi = multiscales(name, labels.ndim, levels, pixel_um) | {"type": "nearest"}
    write_group(
        folder / "labels" / name,
        {
            "multiscales": [multi],
            "image-label": {"source": {"image": "../../"}},
        },
    )
    write_levels(folder / "labels" / name, labels, levels, chunk, labels=True)

"""New OME-Zarr groups and arrays: 0.5 sharded, for reduced levels; 0.4 not.

Writes what :mod:`graticule.pixels.zarr.reader` reads; must not know where the pixels
come from.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorstore as ts

from graticule.errors import FileError
from graticule.pixels.model import ImageInfo, PixelType
from graticule.pixels.reader import Pixels
from graticule.pixels.zarr.arrays import (
    TENSORSTORE_ERRORS,
    library_message,
    shared_context,
    store_spec,
)
from graticule.pixels.zarr.axes import AXES

CHUNK = 512
"""Width and height of what is decoded at once."""

SHARD_WIDTH = 16 * CHUNK
"""Chunks of a row that share a file. A shard is one row of chunks high, so that
pixels arriving row after row never make one be written twice."""


class ZarrLevel:
    """One array ``tczyx`` being written, readable while it grows.

    Parameters
    ----------
    folder
        Where it is made; must not exist, or must have been made by another process
        if it is not ``new``.
    shape
        Along ``tczyx``.
    pixel_type
        Of the pixels given to :meth:`write`.
    zarr_format
        3, or 2, which has no shards: there every chunk is a file.

    Raises
    ------
    graticule.errors.FileError
        If the disk refuses.
    """

    def __init__(
        self,
        folder: Path,
        shape: Sequence[int],
        pixel_type: PixelType,
        *,
        zarr_format: int = 3,
        new: bool = True,
    ) -> None:
        self.folder = folder
        self.height, self.width = shape[3:]
        self._is_bit = pixel_type is PixelType.BIT
        stored = np.dtype("bool") if self._is_bit else pixel_type.dtype
        header = _header_3 if zarr_format == 3 else _header_2
        spec = {
            **store_spec(folder, zarr_format),
            "metadata": {
                "shape": list(shape),
                "fill_value": False if self._is_bit else 0,
                **header(stored),
            },
        }
        try:
            self._store = ts.open(
                spec, context=shared_context(), create=new, open=not new
            ).result()
        except TENSORSTORE_ERRORS as error:
            raise self._refused(error) from error

    def write(self, t: int, c0: int, z: int, y0: int, x0: int, pixels: Pixels) -> None:
        """Write pixels of shape ``(channels, height, width)`` from a corner on.

        One shard after the other: TensorStore holds what it encodes three times.
        """
        channels, height, width = pixels.shape
        given = pixels.view(np.bool_) if self._is_bit else pixels
        try:
            for c in range(channels):
                for x in range(0, width, SHARD_WIDTH):
                    piece = given[c, :, x : x + SHARD_WIDTH]
                    area = _area(y0, x0 + x, height, piece.shape[1])
                    self._store[(t, c0 + c, z, *area)].write(piece).result()
        except TENSORSTORE_ERRORS as error:
            raise self._refused(error) from error

    def read(
        self,
        t: int,
        c0: int,
        c1: int,
        z: int,
        y0: int,
        x0: int,
        height: int,
        width: int,
    ) -> Pixels:
        """Read back what was written; shape ``(c1 - c0, height, width)``."""
        there = (t, slice(c0, c1), z, *_area(y0, x0, height, width))
        try:
            pixels: Pixels = self._store[there].read().result()
        except TENSORSTORE_ERRORS as error:
            raise self._refused(error) from error
        return pixels.view(np.uint8) if self._is_bit else pixels

    def _refused(self, error: Exception) -> FileError:
        return FileError(self.folder, f"cannot be written: {library_message(error)}.")


def write_group(folder: Path, info: ImageInfo, reductions: Sequence[int]) -> None:
    """Write the group's document over levels ``0``, ``1`` … already written.

    Parameters
    ----------
    folder
        The group's folder.
    info
        The image whose levels they are.
    reductions
        By how much each level is smaller than the image.
    """
    steps = {"x": info.pixel_width_um, "y": info.pixel_height_um}
    kinds = {"t": "time", "c": "channel"}
    axes: list[dict[str, Any]] = [
        {"name": axis, "type": kinds.get(axis, "space")}
        | ({"unit": "micrometer"} if steps.get(axis) else {})
        for axis in AXES
    ]
    datasets = [
        {
            "path": str(number),
            "coordinateTransformations": [
                {
                    "type": "scale",
                    "scale": [
                        (steps[axis] or 1.0) * reduction if axis in steps else 1.0
                        for axis in AXES
                    ],
                }
            ],
        }
        for number, reduction in enumerate(reductions)
    ]
    multiscale = {"name": info.name, "axes": axes, "datasets": datasets}
    document = {
        "zarr_format": 3,
        "node_type": "group",
        "attributes": {"ome": {"version": "0.5", "multiscales": [multiscale]}},
    }
    (folder / "zarr.json").write_text(json.dumps(document, indent=1))


def _area(y0: int, x0: int, height: int, width: int) -> tuple[slice, slice]:
    return slice(y0, y0 + height), slice(x0, x0 + width)


def _header_3(dtype: np.dtype[Any]) -> dict[str, Any]:
    return {
        "data_type": dtype.name,
        "dimension_names": list(AXES),
        "chunk_grid": _regular([1, 1, 1, CHUNK, SHARD_WIDTH]),
        "codecs": [_shards(dtype.itemsize)],
    }


def _header_2(dtype: np.dtype[Any]) -> dict[str, Any]:
    shuffle = 1 if dtype.itemsize > 1 else 0
    return {
        "dtype": dtype.newbyteorder("<").str,
        "chunks": [1, 1, 1, CHUNK, CHUNK],
        "dimension_separator": "/",
        "compressor": {
            "id": "blosc",
            "cname": "lz4",
            "clevel": 5,
            "shuffle": shuffle,
        },
    }


def _regular(shape: list[int]) -> dict[str, Any]:
    return {"name": "regular", "configuration": {"chunk_shape": shape}}


def _shards(itemsize: int) -> dict[str, Any]:
    """Choose LZ4: of all codecs it costs a reader least."""
    blosc = {
        "cname": "lz4",
        "clevel": 5,
        "shuffle": "shuffle" if itemsize > 1 else "noshuffle",
        "typesize": itemsize,
    }
    return {
        "name": "sharding_indexed",
        "configuration": {
            "chunk_shape": [1, 1, 1, CHUNK, CHUNK],
            "codecs": [
                {"name": "bytes", "configuration": {"endian": "little"}},
                {"name": "blosc", "configuration": blosc},
            ],
        },
    }

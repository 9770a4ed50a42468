"""TIFF files made at test time, with pixels known beforehand."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import tifffile

from graticule.pixels.cache import ChunkCache
from graticule.pixels.reader import ReadContext, ReadLimits
from graticule.pixels.tiff.reader import TiffReader, TiffSource

CODECS = {
    "none": None,
    "deflate": "adobe_deflate",
    "lzw": "lzw",
    "packbits": "packbits",
    "zstd": "zstd",
    "lzma": "lzma",
    "jpeg2000": "jpeg2000",  # lossless as written here
    "png": "png",
    "lerc": "lerc",
}
# strips of 7 rows, one strip, tiles that do not divide the page
LAYOUTS = {
    "strips": {"rowsperstrip": 7},
    "one strip": {"rowsperstrip": 10_000},
    "tiles": {"tile": (32, 48)},
}


def context(**limits: int) -> ReadContext:
    """A context with a cache of its own."""
    return ReadContext(ReadLimits(**limits), ChunkCache(1 << 24))


def open_tiff(path: Path, **limits: int) -> TiffSource:
    return TiffReader().open(path, context(**limits))


def noise(shape: tuple[int, ...], dtype: str, seed: int = 0) -> np.ndarray:
    """Pixels over the whole range of a type, different everywhere."""
    rng = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "f":
        return rng.normal(0, 1000, shape).astype(dtype)
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)


def raw_tiff(
    tags: list[tuple[int, int, list[int]]],
    data: bytes = b"",
    order: str = "<",
    next_offset: int | None = 0,
) -> bytes:
    """A classic TIFF of one directory, put together by hand.

    ``tags`` are (code, type 3 or 4, values); offsets of data are given as
    -1 and filled in. ``next_offset`` None makes the chain bite its tail.
    """
    first = 8
    size = 2 + 12 * len(tags) + 4
    extra = b""
    entries = b""
    data_at = (
        first
        + size
        + sum(
            len(values) * (2 if kind == 3 else 4)
            for _, kind, values in tags
            if len(values) * (2 if kind == 3 else 4) > 4
        )
    )
    for code, kind, values in sorted(tags):
        form = "H" if kind == 3 else "I"
        filled = [data_at if value == -1 else value for value in values]
        packed = struct.pack(f"{order}{len(filled)}{form}", *filled)
        if len(packed) > 4:
            pointer = first + size + len(extra)
            extra += packed
            packed = struct.pack(f"{order}I", pointer)
        entries += struct.pack(f"{order}HHI", code, kind, len(filled))
        entries += packed.ljust(4, b"\0")
    follow = first if next_offset is None else next_offset
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, first)
    body = struct.pack(f"{order}H", len(tags)) + entries
    return head + body + struct.pack(f"{order}I", follow) + extra + data


def ome_xml(
    sizes: str, blocks: str, channels: str = "", uuid: str = "", attributes: str = ""
) -> str:
    """OME-XML of one image; ``sizes`` and the rest are attributes and elements."""
    own = f' UUID="{uuid}"' if uuid else ""
    return (
        '<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/'
        f'2016-06"{own}><Image ID="Image:0" Name="set">'
        f'<Pixels ID="Pixels:0" {sizes} {attributes}>{channels}{blocks}</Pixels>'
        "</Image></OME>"
    )


def write_pages(path: Path, pages: list[np.ndarray], description: str = "") -> None:
    """Plain pages one after another, the first with this description."""
    with tifffile.TiffWriter(path) as tif:
        for number, page in enumerate(pages):
            tif.write(
                page,
                photometric="rgb" if page.ndim == 3 else "minisblack",
                description=description if number == 0 else None,
                metadata=None,
                contiguous=False,
            )

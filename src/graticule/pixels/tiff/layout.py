"""How the pixels of a TIFF page are laid out, and where its chunks lie.

A *chunk* is a tile or a strip. Pages that are alike share one layout. Built
from tifffile's pages at opening time and checked against the limits there;
afterwards nothing here needs tifffile any more, except as the decoder of rare
codecs. Does not read pixels and knows no axes beyond those of one page.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tifffile import TIFF, TiffPage, TiffTags

from graticule.errors import CorruptFileError, LimitError, UnsupportedFileError
from graticule.pixels.model import Level, PixelType
from graticule.pixels.reader import ReadLimits
from graticule.pixels.tiff.file import StoredFile
from graticule.pixels.tiff.fragile import LZW

Slow = Callable[..., tuple[npt.NDArray[Any] | None, Any, Any]]

MINISWHITE, PALETTE, CMYK, YCBCR = 0, 3, 5, 6
_RGB = 3
"""Samples of a coloured pixel."""

JPEG_CODECS = frozenset({6, 7, 33007, 34892})
APERIO_JP2000_YCBCR = 33003


@dataclass(frozen=True, slots=True, eq=False)
class PageLayout:
    """What pages that are alike have in common.

    Attributes
    ----------
    samples
        Values per pixel as stored; ``channels`` as given out: a palette
        makes 3 of 1.
    separate
        Whether each sample has its own chunks (planar configuration 2).
    chunk_width, chunk_height
        Of a tile; a strip has the width of the page.
    stored_dtype
        Of one decoded sample, in the byte order of the file.
    palette
        Colours by value, shape ``(values, 3)`` uint8, where they are used.
    mixed_bits
        Whether samples differ in bits (RGB 565).
    inverted_from
        For photometric "white is zero": the value that is black.
    slow
        tifffile's decoder for what has no quick path here.
    """

    width: int
    height: int
    samples: int
    channels: int
    separate: bool
    chunk_width: int
    chunk_height: int
    tiled: bool
    depth: int
    stored_dtype: np.dtype[Any]
    bits: int
    mixed_bits: bool
    pixel_type: PixelType
    compression: int
    predictor: int
    photometric: int
    fill_order: int
    slow: Slow
    jpeg_header: bytes | None = None
    palette: npt.NDArray[np.uint8] | None = None
    inverted_from: int | None = None

    @property
    def columns(self) -> int:
        """Chunks side by side."""
        return -(-self.width // self.chunk_width)

    @property
    def rows(self) -> int:
        """Chunks one below the other."""
        return -(-self.height // self.chunk_height)

    @property
    def chunk_samples(self) -> int:
        """Samples of each pixel in one chunk."""
        return 1 if self.separate else self.samples

    @property
    def chunk_count(self) -> int:
        """Chunks of one page."""
        planes = self.samples if self.separate else 1
        return self.columns * self.rows * planes * self.depth

    @property
    def row_bytes(self) -> int:
        """Stored bytes of one row of a chunk, before compression."""
        return math.ceil(self.chunk_width * self.chunk_samples * self.bits / 8)

    @property
    def chunk_bytes(self) -> int:
        """Bytes of one decoded chunk as it is given out."""
        samples = 3 if self.palette is not None else self.chunk_samples
        pixels = self.chunk_width * self.chunk_height
        return pixels * samples * self.pixel_type.dtype.itemsize

    @property
    def direct(self) -> bool:
        """Whether rows can be read out of the file without their chunk."""
        return (
            not self.tiled
            and self.compression == 1
            and self.predictor == 1
            and self.depth == 1
            and not self.mixed_bits
            and self.stored_dtype.kind in "biuf"
            and (self.bits in {8, 16, 32, 64} or self.stored_dtype.kind in "bu")
        )

    @property
    def significant_bits(self) -> int | None:
        """Bits in use where they are fewer than those of the type."""
        whole = self.palette is None and self.stored_dtype.kind == "u"
        return self.bits if whole and self.bits < self.pixel_type.bits else None

    def level(self) -> Level:
        """Describe it as a level of an image."""
        return Level(self.width, self.height, self.chunk_width, self.chunk_height)

    def contiguous(self) -> PageLayout:
        """Describe the same page as one uncompressed strip."""
        return replace(
            self,
            tiled=False,
            chunk_width=self.width,
            chunk_height=self.height,
            depth=1,
        )


@dataclass(frozen=True, slots=True, eq=False)
class StoredPage:
    """One page: its layout, and where its chunks lie.

    ``ident`` is unique in its file. A direct page whose strips follow each
    other is kept as one strip per plane of samples.
    """

    layout: PageLayout
    file: StoredFile
    ident: int
    offsets: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    jpeg_tables: bytes | None = None
    first_chunk: int = 0
    """Of the plane, where a page holds several (SGI depth)."""


def layout_of(
    page: TiffPage, path: Path, limits: ReadLimits, *, measured: bool = False
) -> PageLayout:
    """Describe the layout of a page whose file is open.

    Parameters
    ----------
    page
        Its decoder is kept; see :func:`forget_tags`.
    measured
        Whether values are measurements even if they come with a palette.

    Raises
    ------
    graticule.errors.UnsupportedFileError
        If pixel type or compression is none that can be shown; names it.
    graticule.errors.CorruptFileError
        If the page has no pixels.
    graticule.errors.LimitError
        If width, height or a chunk is over its limit.
    """
    where = f"Page {page.index}"
    width, height = int(page.imagewidth), int(page.imagelength)
    if width < 1 or height < 1 or page.samplesperpixel < 1 or page.imagedepth < 1:
        raise CorruptFileError(path, f"{where} has no pixels ({width} x {height}).")
    longest = max(width, height)
    if longest > limits.max_axis_pixels:
        raise LimitError(
            "max_axis_pixels", limits.max_axis_pixels, longest, f"A side of {path.name}"
        )
    _check_codec(page, path)
    with np.errstate(over="ignore"):  # damaged tags make tifffile's sums overflow
        decoder = page.decode
    stored = np.dtype(page.dtype).newbyteorder(page.parent.byteorder)
    palette = None if measured else _palette(page)
    tiled = bool(page.is_tiled)
    samples = int(page.samplesperpixel)
    bits = page.bitspersample
    layout = PageLayout(
        width=width,
        height=height,
        samples=samples,
        channels=samples if palette is None else 3,
        separate=samples > 1 and page.planarconfig == 2,
        chunk_width=int(page.tilewidth) if tiled else width,
        chunk_height=int(page.tilelength) if tiled else int(page.rowsperstrip),
        tiled=tiled,
        depth=int(page.imagedepth),
        stored_dtype=stored,
        bits=bits if isinstance(bits, int) else stored.itemsize * 8,
        mixed_bits=not isinstance(bits, int),
        pixel_type=_pixel_type(page, path, palette is not None),
        compression=int(page.compression),
        predictor=int(page.predictor),
        photometric=int(page.photometric),
        fill_order=int(page.fillorder),
        slow=decoder,
        jpeg_header=page.jpegheader,
        palette=palette,
        inverted_from=_inverted_from(page, stored),
    )
    if layout.chunk_width < 1 or layout.chunk_height < 1:
        raise CorruptFileError(path, f"{where} has tiles or strips without pixels.")
    if layout.chunk_bytes > limits.max_chunk_bytes and not layout.direct:
        raise LimitError(
            "max_chunk_bytes",
            limits.max_chunk_bytes,
            layout.chunk_bytes,
            f"A tile or strip of {path.name}",
        )
    return layout


def forget_tags(page: TiffPage) -> None:
    """Make a page small whose layout has been taken.

    Its decoder keeps it alive; tags and lists of tiles would be megabytes for
    a large slide.
    """
    page.tags = TiffTags()
    page.dataoffsets = page.databytecounts = ()


def page_of(
    layout: PageLayout,
    file: StoredFile,
    ident: int,
    offsets: npt.ArrayLike,
    counts: npt.ArrayLike,
    jpeg_tables: bytes | None = None,
) -> StoredPage:
    """Put together a page, merging strips that follow each other.

    Raises
    ------
    graticule.errors.CorruptFileError
        If it lists fewer chunks than its size needs.
    """
    where = np.asarray(offsets, np.int64).reshape(-1)
    sizes = np.asarray(counts, np.int64).reshape(-1)
    need = layout.chunk_count
    if layout.direct and where.size and sizes.size < where.size:
        sizes = _strip_sizes(layout)
    if where.size < need or sizes.size < need:
        raise CorruptFileError(
            file.path,
            f"A page needs {need:,} tiles or strips but lists "
            f"{min(where.size, sizes.size):,}.",
        )
    where, sizes = where[:need], sizes[:need]
    if layout.direct and layout.rows > 1:
        merged = _merged(layout, where, sizes)
        if merged is not None:
            where, sizes = merged
    return StoredPage(layout, file, ident, where, sizes, jpeg_tables)


def _strip_sizes(layout: PageLayout) -> npt.NDArray[np.int64]:
    """Bytes of each uncompressed strip, by arithmetic."""
    rows = np.full(layout.rows, layout.chunk_height, np.int64)
    rows[-1] = layout.height - layout.chunk_height * (layout.rows - 1)
    planes = layout.samples if layout.separate else 1
    return np.tile(rows * layout.row_bytes, planes)


def _merged(
    layout: PageLayout, offsets: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]] | None:
    """One run per plane of samples, if its strips follow each other."""
    if not np.array_equal(counts, _strip_sizes(layout)) or not offsets.all():
        return None
    starts = offsets.reshape(-1, layout.rows)
    sizes = counts.reshape(-1, layout.rows)
    if not np.array_equal(starts[:, 1:], starts[:, :-1] + sizes[:, :-1]):
        return None
    return starts[:, 0].copy(), sizes.sum(axis=1)


def is_picture(layout: PageLayout, *, plain: bool) -> bool:
    """Say whether pages are a picture, shown in their own colours.

    A plain TIFF of bytes is (contract rendering 8). So is one of RGB bytes in any
    dialect: windows measured per channel would tint a stained slide.
    """
    return layout.pixel_type is PixelType.UINT8 and (plain or layout.channels >= _RGB)


def _check_codec(page: TiffPage, path: Path) -> None:
    try:
        TIFF.DECOMPRESSORS[int(page.compression)]
    except KeyError as error:
        name = getattr(page.compression, "name", "unknown")
        raise UnsupportedFileError(
            path, f"Compression {int(page.compression)} ({name}) cannot be decoded."
        ) from error
    # tifffile declares one number, and gives several where samples differ.
    bits: object = page.bitspersample
    if page.compression == LZW and (isinstance(bits, tuple) or bits == 24):
        raise UnsupportedFileError(
            path, f"LZW with {bits} bits per sample cannot be decoded."
        )
    subsampled = page.is_subsampled and int(page.compression) not in (
        JPEG_CODECS | TIFF.IMAGE_COMPRESSIONS
    )
    if subsampled:
        raise UnsupportedFileError(
            path, "Subsampled YCbCr without JPEG compression cannot be decoded."
        )


def _pixel_type(page: TiffPage, path: Path, coloured: bool) -> PixelType:  # noqa: FBT001 - a fact, not a switch
    if coloured:
        return PixelType.UINT8
    if page.dtype is None:
        raise UnsupportedFileError(
            path,
            f"Samples of {page.bitspersample} bits in format "
            f"{getattr(page.sampleformat, 'name', page.sampleformat)} cannot be shown.",
        )
    if page.dtype == np.float16:
        return PixelType.FLOAT
    try:
        return PixelType.of(page.dtype)
    except ValueError as error:
        raise UnsupportedFileError(path, f"{str(error).capitalize()}.") from error


def _inverted_from(page: TiffPage, stored: np.dtype[Any]) -> int | None:
    """Pictures with "white is zero" are given out as they are shown."""
    bits = page.bitspersample
    if page.photometric != MINISWHITE or stored.kind not in "bu":
        return None
    return (1 << bits) - 1 if isinstance(bits, int) else None


def _palette(page: TiffPage) -> npt.NDArray[np.uint8] | None:
    """Colours of a palette image; ``None`` for ramps of grey.

    ImageJ and OME files hold measured values whatever colours they are shown
    in, so theirs are not applied.
    """
    colors = page.colormap if page.photometric == PALETTE else None
    if colors is None or page.samplesperpixel != 1 or page.is_imagej or page.is_ome:
        return None
    if page.dtype != np.uint8 or colors.shape != (3, 1 << page.bitspersample):
        return None
    steps = np.diff(colors[0].astype(np.int64))
    grey = np.array_equal(colors[0], colors[1]) and np.array_equal(colors[0], colors[2])
    if grey and (steps >= 0).all():
        return None
    shift = 8 if colors.max() > 255 else 0  # some writers keep 8 bits
    return np.ascontiguousarray((colors >> shift).astype(np.uint8).T)

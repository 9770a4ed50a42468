"""What the parts of a FITS file are: every image extension is one image.

Puts together the header's meaning (``fits_header``), its world coordinates
(``fits_wcs``) and the stored blocks (``fits_blocks``). Reads no pixels itself
and knows nothing of windows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO

from astropy.io import fits

from graticule.errors import CorruptFileError, LimitError, UnsupportedFileError
from graticule.pixels.fits import header as fits_header
from graticule.pixels.fits.blocks import (
    DECODE_ERRORS,
    CompressedTiles,
    PlainRows,
    StoredImage,
)
from graticule.pixels.fits.layout import check_layout
from graticule.pixels.fits.warned import caught
from graticule.pixels.fits.wcs import turned_wcs
from graticule.pixels.model import Channel, ImageInfo, Level
from graticule.pixels.reader import ReadLimits


@dataclass(frozen=True, slots=True)
class OpenedImage:
    """An image of an open file: what it is and where its pixels lie.

    ``hdu`` is its part of ``hdus``, the open file as astropy has it, for headers: no
    pixels are read through it but by ``stored``.
    """

    info: ImageInfo
    axes: tuple[fits_header.Axis, ...]
    stored: StoredImage
    hdu: Any
    hdus: fits.HDUList


def open_images(
    path: Path, file: BinaryIO, limits: ReadLimits
) -> tuple[list[OpenedImage], list[str]]:
    """Find the images of a file, and what was odd about it.

    Raises
    ------
    graticule.errors.CorruptFileError
        If a header breaks the rules or the file ends too early.
    graticule.errors.UnsupportedFileError
        If it has no image that can be shown.
    graticule.errors.LimitError
        If a header announces more than the limits allow.
    """
    file_bytes = file.seek(0, 2)
    lock = Lock()
    opened: list[OpenedImage] = []
    odd: list[str] = []
    try:
        parts = check_layout(file, file_bytes)
        file.seek(0)
        with caught() as warned:
            opening = fits.open(
                file, memmap=False, do_not_scale_image_data=True, lazy_load_hdus=True
            )
            # By number, not to the end: what follows the last part may be anything.
            hdus = [opening[index] for index in range(parts)]
            reasons = [_why_not(hdu) for hdu in hdus]
            namer = _Namer(path.name, hdus, only_one=reasons.count(None) == 1)
            for index, (hdu, why) in enumerate(zip(hdus, reasons, strict=True)):
                if why is None:
                    part = _Part(path, file, lock, limits, odd)
                    opened.append(part.open(hdu, opening, *namer.names(index)))
                elif why:
                    odd.append(f"Extension {index} is skipped: {why}.")
    except DECODE_ERRORS as error:
        told = " ".join(str(error).split()).rstrip(".")
        raise CorruptFileError(path, f"It is broken FITS: {told}.") from error
    if not opened:
        reason = " ".join(("It has no image extension.", *odd))
        raise UnsupportedFileError(path, reason)
    return opened, [*warned, *odd]


def _why_not(hdu: Any) -> str | None:
    """Say why a part of the file is no image: empty text if it never was one."""
    if isinstance(hdu, fits.GroupsHDU):
        return "random groups are not supported"
    if not isinstance(hdu, fits.PrimaryHDU | fits.ImageHDU | fits.CompImageHDU):
        return f"it is a table ({hdu.name or 'unnamed'})"
    sizes = fits_header.sizes(hdu.header)
    if not sizes or 0 in sizes:
        return ""
    if len(sizes) == 1:
        return "it has one axis only"
    try:
        fits_header.scaling(hdu.header)
        fits_header.extra_axes(hdu.header)
    except ValueError as error:
        return str(error)
    return None


class _Namer:
    """Keys and names of a file's images.

    The key is ``EXTNAME,EXTVER`` where that is written and unique, else the
    number of the extension.
    """

    def __init__(self, file_name: str, hdus: Any, *, only_one: bool) -> None:
        self._file_name = file_name
        self._only_one = only_one
        self._keys = []
        for index, hdu in enumerate(hdus):
            written = fits_header.text(hdu.header, "EXTNAME")
            self._keys.append(f"{written},{hdu.ver}" if written else str(index))

    def names(self, index: int) -> tuple[str, str]:
        """Get key and name of an extension."""
        key = self._keys[index]
        if self._keys.count(key) > 1:
            key = str(index)
        name = self._file_name if self._only_one else f"{self._file_name} [{key}]"
        return key, name


@dataclass(frozen=True, slots=True)
class _Part:
    """What is needed to open one image extension."""

    path: Path
    file: BinaryIO
    lock: Lock
    limits: ReadLimits
    odd: list[str]
    """What was odd is added here."""

    def open(self, hdu: Any, hdus: fits.HDUList, key: str, name: str) -> OpenedImage:
        """Check and describe it.

        Raises
        ------
        ValueError
            If a compressed tile lies outside of the file.
        graticule.errors.LimitError
            If it announces more than the limits allow.
        """
        header = hdu.header
        sizes = fits_header.sizes(header)
        how = fits_header.scaling(header)
        axes = fits_header.extra_axes(header)
        self._check_limits(sizes)
        stored = self._stored(hdu, sizes, how)
        primary = hdus[0].header
        info = self._describe(hdu, primary, key, name, axes, how, stored)
        return OpenedImage(info, axes, stored, hdu, hdus)

    def _check(self, limit: str, asked: int, what: str) -> None:
        allowed = getattr(self.limits, limit)
        if asked > allowed:
            raise LimitError(limit, allowed, asked, what)

    def _check_limits(self, sizes: Sequence[int]) -> None:
        self._check("max_axis_pixels", sizes[0], "A width")
        self._check("max_axis_pixels", sizes[1], "A height")
        self._check("max_planes", math.prod(sizes[2:]), "A number of planes")

    def _stored(
        self, hdu: Any, sizes: Sequence[int], how: fits_header.Scaling
    ) -> StoredImage:
        if isinstance(hdu, fits.CompImageHDU):
            # As doubles at the most, whatever is stored.
            tile_bytes = math.prod(int(n) for n in hdu.tile_shape) * 8
            self._check("max_chunk_bytes", tile_bytes, "A compressed tile")
            return CompressedTiles(self.file, hdu, how, self.lock)
        offset = hdu.fileinfo()["datLoc"]
        return PlainRows(self.file, offset, sizes, hdu.header["BITPIX"], how)

    def _describe(
        self,
        hdu: Any,
        primary: fits.Header,
        key: str,
        name: str,
        axes: tuple[fits_header.Axis, ...],
        how: fits_header.Scaling,
        stored: StoredImage,
    ) -> ImageInfo:
        header = hdu.header
        width, height = fits_header.sizes(header)[:2]
        headers = (header, primary) if header is not primary else (header,)
        facts = fits_header.facts(headers)
        facts["axes"] = fits_header.axis_facts(header, axes)
        if isinstance(stored, CompressedTiles):
            facts["compression"] = hdu.compression_type
        wcs, lost = turned_wcs(header, height)
        self.odd.extend(f"Image {key}: {one}" for one in lost)
        names = fits_header.channel_names(header, axes, str(facts.get("FILTER", "")))
        counts = {axis.role: axis.size for axis in axes}
        tile_width = width if isinstance(stored, PlainRows) else stored.block_width
        tile_height = min(height, stored.block_height)
        return ImageInfo(
            key=key,
            name=name,
            pixel_type=how.pixel_type,
            size_z=counts.get("z", 1),
            size_c=counts.get("c", 1),
            size_t=counts.get("t", 1),
            levels=(Level(width, height, tile_width, tile_height),),
            channels=tuple(Channel(name=one) for one in names),
            description=str(facts.get("OBJECT", "")),
            dimension_order=fits_header.dimension_order(axes),
            time_increment=fits_header.time_step(header, axes),
            acquired=fits_header.observed(headers),
            wcs_header=wcs,
            facts=facts,
        )

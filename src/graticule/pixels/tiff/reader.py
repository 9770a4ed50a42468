"""The reader of TIFF files of every kind: plain, ImageJ, OME, slides.

tifffile parses, imagecodecs decodes; the ``tiff_*`` modules beside this one
hold the parts: layouts, windows, axes, series, OME sets. Knows no colours and
no requests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from tifffile import TiffFile

from graticule.errors import CorruptFileError, MissingFileError, OutOfRangeError
from graticule.pixels.model import Window
from graticule.pixels.original import Entry
from graticule.pixels.reader import (
    Fileset,
    Pixels,
    ReadContext,
    ReadLimits,
    StoredTile,
    TileCoding,
    check_read,
)
from graticule.pixels.tiff import copying
from graticule.pixels.tiff.errors import PARSE_ERRORS
from graticule.pixels.tiff.file import StoredFile
from graticule.pixels.tiff.jpeg import whole_jpeg
from graticule.pixels.tiff.layout import JPEG_CODECS, YCBCR
from graticule.pixels.tiff.ome import FORMAT, OmeReader
from graticule.pixels.tiff.original import COMPANION, tiff_entries
from graticule.pixels.tiff.planes import StoredImage
from graticule.pixels.tiff.series import SeriesReader
from graticule.pixels.tiff.window import read_chunk_bytes

_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


class TiffSource:
    """An open TIFF fileset."""

    def __init__(
        self,
        fileset: Fileset,
        images: Sequence[StoredImage],
        context: ReadContext,
        close: Callable[[], None],
    ) -> None:
        self.fileset = fileset
        self._images = tuple(images)
        self._context = context
        self._close = close

    def read(
        self,
        image: int,
        level: int,
        z: int,
        t: int,
        channels: Sequence[int],
        window: Window,
    ) -> Pixels:
        """Read a window; see :meth:`graticule.pixels.reader.Source.read`."""
        stored = self._image(image)
        check_read(stored.info, level, z, t, channels, window, self._context.limits)
        return stored.read(level, z, t, channels, window, self._context.chunks)

    def stored_tile(
        self, image: int, level: int, z: int, t: int, window: Window
    ) -> StoredTile | None:
        """Get a JPEG tile undecoded, made a whole file by the page's tables."""
        stored = self._image(image)
        check_read(stored.info, level, z, t, (0,), window, self._context.limits)
        if stored.info.size_c != 3:
            return None
        page = stored.page(level, z, t, 0)
        if page is None:
            return None
        layout = page.layout
        column, left = divmod(window.x0, layout.chunk_width)
        row, top = divmod(window.y0, layout.chunk_height)
        if (
            layout.compression not in JPEG_CODECS
            or layout.separate
            or not layout.tiled
            or left
            or top
        ):
            return None
        index = page.first_chunk + row * layout.columns + column
        data = (layout.jpeg_header or b"") + read_chunk_bytes(page, index)
        whole = whole_jpeg(
            data,
            page.jpeg_tables,
            ycbcr=layout.photometric == YCBCR,
            width=window.width,
            height=window.height,
        )
        return None if whole is None else StoredTile(whole, "image/jpeg")

    def tile_coding(self, image: int, level: int) -> TileCoding | None:
        """Say how a level's tiles are coded, if another TIFF can take them over."""
        return copying.tile_coding(self._image(image), level)

    def coded_tile(
        self, image: int, level: int, z: int, t: int, channel: int, place: int
    ) -> bytes:
        """Read a tile as stored, by its place along the rows of tiles."""
        return copying.coded_tile(self._image(image), level, z, t, channel, place)

    def close(self) -> None:
        """Give back handles."""
        self._close()

    def _image(self, number: int) -> StoredImage:
        if not 0 <= number < len(self._images):
            raise OutOfRangeError(f"There is no image {number}.")
        return self._images[number]


class TiffReader:
    """TIFF, BigTIFF, OME-TIFF, ImageJ, Aperio SVS, Hamamatsu NDPI and kin."""

    name: ClassVar[str] = "tiff"
    priority: ClassVar[int] = 30
    opens_folders: ClassVar[bool] = False

    def probe(self, path: Path, head: bytes) -> bool:
        """Take what begins as a TIFF, and companions of OME-TIFF sets."""
        return head[:4] in _MAGIC or path.name.lower().endswith(COMPANION)

    def open(self, path: Path, context: ReadContext) -> TiffSource:
        """Open a file and the set it belongs to.

        Raises
        ------
        graticule.errors.MissingFileError, graticule.errors.CorruptFileError,
        graticule.errors.UnsupportedFileError, graticule.errors.LimitError
        """
        if path.name.lower().endswith(COMPANION):
            return _ome_source(OmeReader.of_companion(path, context.limits), context)
        file = StoredFile(path)
        try:
            # Damaged tags make sums overflow that are refused afterwards.
            with np.errstate(over="ignore"), TiffFile(path) as tif:
                return _open_tiff(tif, file, context)
        except FileNotFoundError as error:
            raise MissingFileError(path, "The file has vanished.") from error
        except PARSE_ERRORS as error:
            raise CorruptFileError(
                path, f"The TIFF structure is damaged: {error}."
            ) from error

    def original_metadata(
        self, path: Path, key: str, limits: ReadLimits
    ) -> Iterator[Entry]:
        """Read tags and what makers write into them (see ``OriginalReader``)."""
        del key
        yield from tiff_entries(path, limits)


def _open_tiff(tif: TiffFile, file: StoredFile, context: ReadContext) -> TiffSource:
    if not len(tif.pages):
        raise CorruptFileError(file.path, "The TIFF has no pages.")
    xml = tif.ome_metadata
    warnings: list[str] = []
    if xml:
        reader = OmeReader.of_member(tif, file, xml, context.limits)
        if reader.images:
            return _ome_source(reader, context)
        warnings = reader.warnings
    files = {file.path: file}
    series = SeriesReader(tif, file.path, context.limits, files, warnings)
    kind, images = series.images()
    series.forget()
    fileset = Fileset(
        format=FORMAT if xml else kind,
        entry=file.path,
        files=tuple(one.describe() for one in files.values()),
        images=tuple(image.info for image in images),
        warnings=tuple(warnings),
    )

    def close() -> None:
        for one in files.values():
            one.close()

    return TiffSource(fileset, images, context, close)


def _ome_source(reader: OmeReader, context: ReadContext) -> TiffSource:
    return TiffSource(reader.fileset(), reader.images, context, reader.close)

"""Open FITS files and read windows of their images.

Knows no header keyword (``fits_images`` does) and no colour. This is where the
rows are turned over: row 0 is the top of the picture, which is the last row of
the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from astropy.io import fits

from graticule.errors import (
    CorruptFileError,
    FileError,
    MissingFileError,
)
from graticule.pixels.fits.cards import Card, cards_in, stored_cards
from graticule.pixels.fits.images import OpenedImage, open_images
from graticule.pixels.fits.unpacking import unpacked
from graticule.pixels.model import Window
from graticule.pixels.reader import (
    Fileset,
    FilesetFile,
    Pixels,
    ReadContext,
    StoredTile,
    check_read,
)


class FitsSource:
    """An open FITS file."""

    def __init__(
        self,
        fileset: Fileset,
        opened: Sequence[OpenedImage],
        file: BinaryIO,
        context: ReadContext,
    ) -> None:
        self.fileset = fileset
        self._opened = tuple(opened)
        self._file = file
        self._context = context
        self._cards: dict[int, list[Card]] = {}
        entry = fileset.files[0]
        self._key = ("fits", str(entry.path), entry.modified_ns, entry.size_bytes)

    def read(
        self,
        image: int,
        level: int,
        z: int,
        t: int,
        channels: Sequence[int],
        window: Window,
    ) -> Pixels:
        """Read a window of some channels of a plane (see ``Source.read``)."""
        opened = self._opened[image]
        info = opened.info
        check_read(info, level, z, t, channels, window, self._context.limits)
        out = np.empty(
            (len(channels), window.height, window.width), info.pixel_type.dtype
        )
        # The window in the rows of the file, which run upwards.
        upright = Window(
            window.x0, info.height - window.y1, window.x1, info.height - window.y0
        )
        for index, c in enumerate(channels):
            numbers = {"z": z, "c": c, "t": t, "": 0}
            plane = tuple(numbers[axis.role] for axis in reversed(opened.axes))
            self._fill(out[index, ::-1], image, plane, upright)
        out.flags.writeable = False
        return out

    def _fill(
        self, out: Pixels, image: int, plane: tuple[int, ...], window: Window
    ) -> None:
        """Copy the blocks under a window of file rows into ``out``."""
        stored, info = self._opened[image].stored, self._opened[image].info
        across, up = stored.block_width, stored.block_height
        for y in range(window.y0 // up * up, window.y1, up):
            for x in range(window.x0 // across * across, window.x1, across):
                whole = Window(x, y, x + across, y + up).clipped(
                    info.width, info.height
                )
                block = self._block(image, plane, whole)
                _copy_common(out, window, block, whole)

    def _block(self, image: int, plane: tuple[int, ...], window: Window) -> Pixels:
        stored = self._opened[image].stored
        try:
            return self._context.chunks.get(
                (*self._key, image, plane, window),
                lambda: stored.block(plane, window),
            )
        except ValueError as error:
            raise CorruptFileError(self.fileset.entry, f"{error}.") from error

    def opened(self, image: int) -> OpenedImage:
        """Give an image with its header and what lies in the file."""
        return self._opened[image]

    def cards(self, hdu: Any) -> list[Card]:
        """Give the cards of a header of the file, as they lie."""
        where = hdu.fileinfo()
        if not isinstance(hdu, fits.CompImageHDU):
            return stored_cards(self._file, where["hdrLoc"], where["datLoc"])
        # Those of the image it stands for; in the file they are a table's.
        found = self._cards.get(where["hdrLoc"])
        if found is None:
            found = cards_in(hdu.header.tostring().encode("ascii", "replace"))
            self._cards[where["hdrLoc"]] = found
        return found

    def stored(self, image: int, plane: tuple[int, ...], window: Window) -> Pixels:
        """Read a window as the file's own numbers, in rows of the file.

        Parameters
        ----------
        plane
            Indices of the further axes, the last FITS axis first.
        window
            Columns and file rows (0 is the bottom one), inside the image.

        Raises
        ------
        graticule.errors.CorruptFileError
            If it cannot be decoded.
        """
        stored, info = self._opened[image].stored, self._opened[image].info
        pieces = stored.pieces_under(window)
        try:
            if not pieces:
                return stored.stored(plane, window)
            inside = [each.clipped(info.width, info.height) for each in pieces]
            found = [(each, self._piece(image, plane, each)) for each in inside]
        except ValueError as error:
            raise CorruptFileError(self.fileset.entry, f"{error}.") from error
        out = np.empty((window.height, window.width), found[0][1].dtype)
        for whole, numbers in found:
            _copy_common(out, window, numbers, whole)
        return out

    def _piece(self, image: int, plane: tuple[int, ...], window: Window) -> Pixels:
        stored = self._opened[image].stored
        return self._context.chunks.get(
            (*self._key, "stored", image, plane, window),
            lambda: stored.stored(plane, window),
        )

    def stored_tile(
        self,
        image: int,  # noqa: ARG002
        level: int,  # noqa: ARG002
        z: int,  # noqa: ARG002
        t: int,  # noqa: ARG002
        window: Window,  # noqa: ARG002
    ) -> StoredTile | None:
        """Tell that FITS stores nothing a browser can show."""
        return None

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _copy_common(out: Pixels, window: Window, pixels: Pixels, where: Window) -> None:
    """Copy what two windows have in common, from the pixels of one to the other's."""
    x0, y0 = max(where.x0, window.x0), max(where.y0, window.y0)
    x1, y1 = min(where.x1, window.x1), min(where.y1, window.y1)
    out[y0 - window.y0 : y1 - window.y0, x0 - window.x0 : x1 - window.x0] = pixels[
        y0 - where.y0 : y1 - where.y0, x0 - where.x0 : x1 - where.x0
    ]


def open_fits(path: Path, context: ReadContext) -> FitsSource:
    """Open a FITS file; the work of ``FitsReader.open``.

    Raises
    ------
    graticule.errors.FileError, graticule.errors.LimitError
    """
    try:
        status = path.stat()
        file = unpacked(path, path.open("rb"), context.limits)
    except FileNotFoundError as error:
        raise MissingFileError(path, "It is not there.") from error
    except OSError as error:
        raise FileError(path, f"It cannot be opened: {error.strerror}.") from error
    try:
        opened, odd = open_images(path, file, context.limits)
    except BaseException:
        file.close()
        raise
    entry = FilesetFile(path, status.st_size, status.st_mtime_ns)
    images = tuple(one.info for one in opened)
    fileset = Fileset("FITS", path, (entry,), images, warnings=tuple(odd))
    return FitsSource(fileset, opened, file, context)

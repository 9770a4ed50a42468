"""Pixels of everyday pictures, decoded whole and kept in the chunk cache.

Still pictures are opened anew for each decoding; an animation stays open
because its frames build on one another. Knows no colour and no formats but by
what it was handed.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock

import imagecodecs
import numpy as np
from PIL import Image
from PIL.ImageFile import ImageFile

from graticule.errors import (
    ChangedFileError,
    CorruptFileError,
    FileError,
    MissingFileError,
    OutOfRangeError,
)
from graticule.pixels.model import Window
from graticule.pixels.raster.exif import upright
from graticule.pixels.reader import (
    Fileset,
    Pixels,
    ReadContext,
    StoredTile,
    check_read,
)

PILLOW_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    struct.error,
    # A frame of an animation that is larger than the picture.
    Image.DecompressionBombError,
    # Where warnings are errors: broken metadata, and large frames again.
    UserWarning,
    Image.DecompressionBombWarning,
)
"""What Pillow raises for broken files."""


def broken(path: Path, error: BaseException) -> FileError:
    """Make the exception that says what Pillow or the file system raised."""
    if isinstance(error, FileNotFoundError):
        return MissingFileError(path, "the file is not there.")
    if isinstance(error, OSError) and error.errno is not None:
        return FileError(path, f"it cannot be read: {error.strerror}.")
    return CorruptFileError(path, f"it cannot be decoded: {error}.")


@dataclass(frozen=True, slots=True)
class Picture:
    """How to decode a picture."""

    format: str
    plugin: type[ImageFile]
    mode: str
    """Pillow mode to convert to; ``"16-bit"`` for a colour PNG of 16 bits."""
    stored_size: tuple[int, int]
    """Width and height before it is turned upright."""
    orientation: int
    is_stored_rgb: bool
    """Whether the file itself is a picture to send: RGB, baseline, upright."""


class RasterSource:
    """An open picture or animation."""

    def __init__(
        self, fileset: Fileset, picture: Picture, context: ReadContext
    ) -> None:
        self.fileset = fileset
        self._picture = picture
        self._context = context
        self._lock = Lock()
        self._animation: ImageFile | None = None
        entry = fileset.files[0]
        self._key = ("raster", str(entry.path), entry.modified_ns, entry.size_bytes)

    def read(
        self,
        image: int,
        level: int,
        z: int,
        t: int,
        channels: Sequence[int],
        window: Window,
    ) -> Pixels:
        """Read a window of some channels of a frame (see ``Source.read``)."""
        if image != 0:
            raise OutOfRangeError(f"There is no image {image}.")
        info = self.fileset.images[0]
        check_read(info, level, z, t, channels, window, self._context.limits)
        frame = self._context.chunks.get((*self._key, t), partial(self._decode, t))
        cut = frame[:, window.y0 : window.y1, window.x0 : window.x1]
        if list(channels) == list(range(info.size_c)):
            return np.ascontiguousarray(cut)
        return np.ascontiguousarray(cut[list(channels)])

    def _decode(self, t: int) -> Pixels:
        """Decode a frame to an array of shape ``(channels, height, width)``."""
        path = self.fileset.entry
        info = self.fileset.images[0]
        self._check_unchanged(path)
        try:
            if self._picture.mode == "16-bit":
                pixels = imagecodecs.png_decode(path.read_bytes())
            elif info.size_t > 1:
                pixels = self._frame(t)
            else:
                with path.open("rb") as file:
                    pixels = self._pixels(self._picture.plugin(file, str(path)))
        except (*PILLOW_ERRORS, imagecodecs.PngError) as error:
            raise broken(path, error) from error
        planes = pixels[None] if pixels.ndim == 2 else np.moveaxis(pixels, 2, 0)
        # A 16-bit PNG may name one colour transparent: no channel of its own.
        planes = planes[: info.size_c]
        width, height = self._picture.stored_size
        if planes.shape != (info.size_c, height, width):
            raise CorruptFileError(path, f"its frame {t} is of another size.")
        return upright(
            planes.astype(info.pixel_type.dtype, copy=False), self._picture.orientation
        )

    def _check_unchanged(self, path: Path) -> None:
        try:
            state = path.stat()
        except OSError as error:
            raise MissingFileError(path, "the file is not there any more.") from error
        then = self.fileset.files[0]
        if (state.st_size, state.st_mtime_ns) != (then.size_bytes, then.modified_ns):
            raise ChangedFileError(path, "the file changed since it was opened.")

    def _pixels(self, image: ImageFile) -> Pixels:
        if image.mode == self._picture.mode:
            return np.asarray(image)
        return np.asarray(image.convert(self._picture.mode))

    def _frame(self, t: int) -> Pixels:
        """Decode a frame; going forward costs one frame, going back all before."""
        with self._lock:
            if self._animation is not None and t < self._animation.tell():
                # Pillow loses count when it rewinds an APNG.
                self._animation.close()
                self._animation = None
            if self._animation is None:
                path = self.fileset.entry
                self._animation = self._picture.plugin(path, str(path))
            try:
                self._animation.seek(t)
                return self._pixels(self._animation)
            except PILLOW_ERRORS:
                # It may be left between two frames: start afresh next time.
                self._animation.close()
                self._animation = None
                raise

    def stored_tile(
        self, image: int, level: int, z: int, t: int, window: Window
    ) -> StoredTile | None:
        """Get the file itself if it is a baseline RGB JPEG and all is asked."""
        if not self._picture.is_stored_rgb or (image, level, z, t) != (0, 0, 0, 0):
            return None
        if window != self.fileset.images[0].levels[0].whole:
            return None
        path = self.fileset.entry
        self._check_unchanged(path)
        try:
            return StoredTile(path.read_bytes(), "image/jpeg")
        except OSError as error:
            raise broken(path, error) from error

    def close(self) -> None:
        """Close the animation."""
        with self._lock:
            if self._animation is not None:
                self._animation.close()
                self._animation = None

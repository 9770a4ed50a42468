"""Everyday pictures: PNG, JPEG, WebP, GIF and BMP.

Recognises them and describes them; :mod:`graticule.pixels.raster.source` reads
their pixels. The frames of an animation are its times. A JPEG is turned
upright as its EXIF orientation says, because that is how everybody else shows
it. An alpha channel is kept as the last channel and not shown unless asked
for (contract rendering 8). Must not decode anything to describe it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)
from PIL.ImageFile import ImageFile

from graticule.errors import (
    CorruptFileError,
    LimitError,
    UnsupportedFileError,
)
from graticule.pixels.model import Channel, ImageInfo, Level, PixelType
from graticule.pixels.original import Entry
from graticule.pixels.raster.exif import SIDEWAYS, orientation_of
from graticule.pixels.raster.original import picture_entries
from graticule.pixels.raster.source import (
    PILLOW_ERRORS,
    Picture,
    RasterSource,
    broken,
)
from graticule.pixels.reader import (
    Fileset,
    FilesetFile,
    ReadContext,
    ReadLimits,
    Source,
)

# The plugins are called directly: Image.open adds only a size check of its
# own, by a global number and a warning, where ReadLimits decides here.
_PLUGINS: dict[str, type[ImageFile]] = {
    "PNG": PngImagePlugin.PngImageFile,
    "JPEG": JpegImagePlugin.JpegImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "WebP": WebPImagePlugin.WebPImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
}
_BMP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}

_GREY = Channel(name="Grey", color=(255, 255, 255, 255), active=True)
_ALPHA = Channel(name="Alpha", color=(0, 0, 0, 0), active=False)
_COLORS = (
    Channel(name="Red", color=(255, 0, 0, 255)),
    Channel(name="Green", color=(0, 255, 0, 255)),
    Channel(name="Blue", color=(0, 0, 255, 255)),
)
_CHANNELS: dict[str, tuple[Channel, ...]] = {
    "L": (Channel(),),
    "LA": (_GREY, _ALPHA),
    "RGB": _COLORS,
    "RGBA": (*_COLORS, _ALPHA),
}


@dataclass(frozen=True, slots=True)
class _Form:
    """How the pixels of a mode come out."""

    layout: str
    """``L``, ``LA``, ``RGB`` or ``RGBA``."""
    mode: str
    """The Pillow mode to convert to."""
    pixel_type: PixelType = PixelType.UINT8


_FORMS = {
    "1": _Form("L", "1", PixelType.BIT),
    "I;16": _Form("L", "I;16", PixelType.UINT16),
    "I;16B": _Form("L", "I;16B", PixelType.UINT16),
    "I": _Form("L", "I", PixelType.INT32),
    "L": _Form("L", "L"),
    "LA": _Form("LA", "LA"),
    "PA": _Form("RGBA", "RGBA"),
    "RGBA": _Form("RGBA", "RGBA"),
} | {mode: _Form("RGB", "RGB") for mode in ("P", "RGB", "RGBX", "CMYK", "YCbCr")}
_PNG_16_BIT = {2: "RGB", 4: "LA", 6: "RGBA"}


def format_of(head: bytes) -> str | None:
    """Name the format by the first bytes of a file, if it is one of ours."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WebP"
    if head.startswith(b"BM") and len(head) >= 18:
        header = int.from_bytes(head[14:18], "little")
        return "BMP" if header in _BMP_HEADERS else None
    return None


def _webp_size(head: bytes) -> tuple[int, int]:
    """Read a WebP's size without its decoder, which allocates at once.

    By the WebP container specification: the chunks VP8X, VP8L and VP8.
    """
    if len(head) < 30:
        return 0, 0
    if head[12:16] == b"VP8X":
        width, height = head[24:27], head[27:30]
        return (
            1 + int.from_bytes(width, "little"),
            1 + int.from_bytes(height, "little"),
        )
    if head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width_word, height_word = struct.unpack("<HH", head[26:30])
    return width_word & 0x3FFF, height_word & 0x3FFF


def _check_size(
    width: int, height: int, pixel_bytes: int, path: Path, limits: ReadLimits
) -> None:
    if width < 1 or height < 1:
        raise CorruptFileError(path, f"its size is {width} x {height} pixels.")
    side = max(width, height)
    if side > limits.max_axis_pixels:
        raise LimitError("max_axis_pixels", limits.max_axis_pixels, side, "A side")
    size_bytes = width * height * pixel_bytes
    if size_bytes > limits.max_chunk_bytes:
        raise LimitError(
            "max_chunk_bytes", limits.max_chunk_bytes, size_bytes, "A decoded picture"
        )


def _form_of(image: ImageFile, name: str, head: bytes, path: Path) -> _Form:
    """Choose how the pixels come out."""
    if name == "PNG" and head[24:25] == b"\x10" and head[25] in _PNG_16_BIT:
        # Pillow would cut these to 8 bits.
        layout = _PNG_16_BIT[head[25]]
        return _Form(layout, "16-bit", PixelType.UINT16)
    if name == "GIF" and getattr(image, "is_animated", False):
        # Later frames may be transparent where the first is not.
        return _FORMS["RGBA"]
    form = _FORMS.get(image.mode)
    if form is None:
        raise UnsupportedFileError(path, f"pixels of mode {image.mode} are not read.")
    if "transparency" in image.info and form.pixel_type.bits <= 8:
        return _FORMS["RGBA" if form.layout == "RGB" else "LA"]
    return form


def _describe(
    path: Path, form: _Form, size: tuple[int, int], frames: int, step: Any
) -> ImageInfo:
    """Describe the picture.

    Only 8-bit grey and colour are *graphics*, whose channels have default
    colours; grey with alpha would come out red and green by that rule.
    """
    graphics = form.pixel_type is PixelType.UINT8 and form.layout != "LA"
    channels = _CHANNELS[form.layout]
    increment = None
    if frames > 1 and isinstance(step, (int, float)) and 0 < step < 1e9:
        increment = timedelta(milliseconds=step)
    return ImageInfo(
        key="0",
        name=path.name,
        pixel_type=form.pixel_type,
        size_z=1,
        size_c=len(channels),
        size_t=frames,
        levels=(Level(*size, *size),),
        channels=channels,
        graphics=graphics,
        time_increment=increment,
    )


class RasterReader:
    """PNG, JPEG, WebP, GIF and BMP files."""

    name: ClassVar[str] = "raster"
    priority: ClassVar[int] = 10
    opens_folders: ClassVar[bool] = False

    def probe(self, path: Path, head: bytes) -> bool:
        """Take them by their first bytes, whatever their name."""
        del path
        return format_of(head) is not None

    def open(self, path: Path, context: ReadContext) -> Source:
        """Read the header.

        Raises
        ------
        graticule.errors.FileError
            If it is no such file or its header is broken.
        graticule.errors.LimitError
            If it would be too large when decoded.
        """
        try:
            state = path.stat()
            with path.open("rb") as file:
                head = file.read(64)
                picture, info = self._open(path, file, head, context.limits)
        except PILLOW_ERRORS as error:
            raise broken(path, error) from error
        fileset = Fileset(
            format=picture.format,
            entry=path,
            files=(FilesetFile(path, state.st_size, state.st_mtime_ns),),
            images=(info,),
        )
        return RasterSource(fileset, picture, context)

    def _open(
        self, path: Path, file: Any, head: bytes, limits: ReadLimits
    ) -> tuple[Picture, ImageInfo]:
        name = format_of(head)
        if name is None:
            raise UnsupportedFileError(path, "it is no PNG, JPEG, WebP, GIF or BMP.")
        if name == "WebP":
            _check_size(*_webp_size(head), 4, path, limits)
        file.seek(0)
        image = _PLUGINS[name](file, str(path))
        form = _form_of(image, name, head, path)
        width, height = image.size
        pixel_bytes = len(_CHANNELS[form.layout]) * form.pixel_type.dtype.itemsize
        _check_size(width, height, pixel_bytes, path, limits)
        frames = 1 if form.mode == "16-bit" else getattr(image, "n_frames", 1)
        if frames > limits.max_planes:
            raise LimitError("max_planes", limits.max_planes, frames, "An animation")
        orientation = orientation_of(image.info.get("exif")) if name == "JPEG" else 1
        picture = Picture(
            format=name,
            plugin=_PLUGINS[name],
            mode=form.mode,
            stored_size=(width, height),
            orientation=orientation,
            is_stored_rgb=name == "JPEG"
            and image.mode == "RGB"
            and orientation == 1
            and "progressive" not in image.info,
        )
        size = (height, width) if orientation in SIDEWAYS else (width, height)
        return picture, _describe(path, form, size, frames, image.info.get("duration"))

    def original_metadata(
        self, path: Path, key: str, limits: ReadLimits
    ) -> Iterator[Entry]:
        """Read texts and EXIF (see ``OriginalReader``)."""
        del key, limits
        yield from picture_entries(path)

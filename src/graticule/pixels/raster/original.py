"""Everyday pictures in their own words: texts of the file, and EXIF by its names.

Pixels are never decoded. Knows no format but what Pillow found.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image

from graticule.pixels.original import Entry, flattened, plain, row_text
from graticule.pixels.raster.source import PILLOW_ERRORS, broken

_BLOCKS = frozenset({"exif", "icc_profile", "photoshop", "mpoffset"})
_PARTS = {
    "EXIF, the camera": ExifTags.IFD.Exif,
    "EXIF, the place": ExifTags.IFD.GPSInfo,
}


def picture_entries(path: Path) -> Iterator[Entry]:
    """Yield what a picture says beside its pixels.

    Raises
    ------
    graticule.errors.FileError
        If it is not there, or broken.
    """
    try:
        with Image.open(path) as image:
            section = image.format or "Picture"
            yield Entry(section, "mode", image.mode)
            yield Entry(section, "size", f"{image.width} x {image.height}")
            for key, value in image.info.items():
                if key not in _BLOCKS:
                    yield from flattened(section, value, str(key))
                else:
                    yield Entry(section, str(key), f"{len(value):,} bytes")
            yield from _exif(image.getexif())
    except PILLOW_ERRORS as error:
        raise broken(path, error) from error


def _exif(exif: Image.Exif) -> Iterator[Entry]:
    for code, value in exif.items():
        yield Entry("EXIF", ExifTags.TAGS.get(code, str(code)), _text(value))
    for section, part in _PARTS.items():
        names = ExifTags.GPSTAGS if part == ExifTags.IFD.GPSInfo else ExifTags.TAGS
        for code, value in exif.get_ifd(part).items():
            yield Entry(section, names.get(code, str(code)), _text(value))


def _text(value: Any) -> str:
    return row_text(value) if isinstance(value, tuple | list) else plain(value)

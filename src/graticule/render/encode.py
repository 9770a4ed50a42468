"""Pictures to bytes of a file format (contract rendering 14).

JPEG is made by libjpeg-turbo with its tables for the quality, 4:2:0 and the
accurate transform, so decoded pixels equal the original's from 0.49 up, but for
0.85: there the original's luminance table differs by 1 in four of 64 entries.
Giving those tables takes an encoder half as slow again, so they are not given;
decoded pixels then differ by up to 4, within the contract's tolerance for JPEG
(section 20). Knows pictures only, not how they came about.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from types import MappingProxyType

import imagecodecs
import numpy as np
import numpy.typing as npt
import tifffile

from graticule.errors import LimitError, RequestError

Picture = npt.NDArray[np.uint8]

DEFAULT_QUALITY = 0.85
_JPEG_SIDE_PIXELS = 65_500
_WEBP_SIDE_PIXELS = 16_383
_PNG_LEVEL = 1  # higher levels cost tenfold time for a few percent


def encode_jpeg(picture: Picture, quality: float = DEFAULT_QUALITY) -> bytes:
    """Encode as baseline JPEG with 2 by 2 chroma subsampling.

    Parameters
    ----------
    picture
        uint8, shape (height, width, 3).
    quality
        0 to 1; 100 times that, rounded, is libjpeg's quality.

    Raises
    ------
    graticule.errors.RequestError
        If the quality is not within 0 to 1 or the picture has another shape.
    graticule.errors.LimitError
        If a side is longer than JPEG can hold.
    """
    percent = _percent(quality)
    _check(picture, "JPEG", _JPEG_SIDE_PIXELS)
    return bytes(
        imagecodecs.jpeg8_encode(
            np.ascontiguousarray(picture), level=percent, subsampling="420"
        )
    )


def encode_png(picture: Picture) -> bytes:
    """Encode as PNG, losslessly.

    Raises
    ------
    graticule.errors.RequestError
        If the picture is not uint8 of shape (height, width, 3), or of shape
        (height, width, 4) where it can be seen through.
    """
    _check(picture[:, :, :3] if picture.shape[2:] == (4,) else picture, "PNG", None)
    return bytes(imagecodecs.png_encode(np.ascontiguousarray(picture), _PNG_LEVEL))


def encode_tiff(picture: Picture) -> bytes:
    """Encode as RGB TIFF, deflated, losslessly.

    Raises
    ------
    graticule.errors.RequestError
        If the picture is not uint8 of shape (height, width, 3).
    """
    _check(picture, "TIFF", None)
    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer, picture, photometric="rgb", compression="zlib", metadata=None
    )
    return buffer.getvalue()


def encode_webp(picture: Picture, quality: float = DEFAULT_QUALITY) -> bytes:
    """Encode as lossy WebP; quality from 0 to 1.

    Raises
    ------
    graticule.errors.RequestError
        If the quality is not within 0 to 1 or the picture has another shape.
    graticule.errors.LimitError
        If a side is longer than WebP can hold.
    """
    percent = _percent(quality)
    _check(picture, "WebP", _WEBP_SIDE_PIXELS)
    return bytes(
        imagecodecs.webp_encode(
            np.ascontiguousarray(picture), percent, lossless=False, method=0
        )
    )


MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "jpeg": "image/jpeg",
        "png": "image/png",
        "tif": "image/tiff",
        "webp": "image/webp",
    }
)
"""Media type by the format's name in :func:`encode`."""


def encode(
    picture: Picture, file_format: str, quality: float = DEFAULT_QUALITY
) -> bytes:
    """Encode in one of the formats of :data:`MEDIA_TYPES`.

    ``quality`` is for the lossy ones.

    Raises
    ------
    graticule.errors.RequestError
        If there is no such format, or as the format's own function says.
    graticule.errors.LimitError
        If the format cannot hold so large a picture.
    """
    lossless: dict[str, Callable[[Picture], bytes]] = {
        "png": encode_png,
        "tif": encode_tiff,
    }
    if file_format in lossless:
        return lossless[file_format](picture)
    if file_format == "jpeg":
        return encode_jpeg(picture, quality)
    if file_format == "webp":
        return encode_webp(picture, quality)
    known = ", ".join(MEDIA_TYPES)
    raise RequestError(f"{file_format!r} is no picture format; known are {known}.")


def _percent(quality: float) -> int:
    if not 0 <= quality <= 1:
        raise RequestError(f"The quality {quality} is not within 0 to 1.")
    return round(100 * quality)


def _check(picture: Picture, name: str, longest: int | None) -> None:
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise RequestError(
            f"A picture is uint8 of shape (height, width, 3), "
            f"not {picture.dtype} of {picture.shape}."
        )
    if 0 in picture.shape:
        raise RequestError("An empty picture cannot be encoded.")
    side = max(picture.shape[:2])
    if longest is not None and side > longest:
        raise LimitError(f"{name} side", longest, side, "A side")

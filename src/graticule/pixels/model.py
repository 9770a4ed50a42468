"""What an image is, as frozen values.

The vocabulary of every other room: pixel types, axes' sizes, levels, channels.
Sizes are pixels, level 0 is full size, planes are numbered from 0, windows are
half-open, lengths are micrometres (``_um``). Nothing here opens a file.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt


class PixelType(Enum):
    """The nine pixel types that can be shown (contract rendering 2).

    ``bit`` pixels are held one per byte, 0 or 1.
    """

    BIT = "bit"
    INT8 = "int8"
    UINT8 = "uint8"
    INT16 = "int16"
    UINT16 = "uint16"
    INT32 = "int32"
    UINT32 = "uint32"
    FLOAT = "float"
    DOUBLE = "double"

    @property
    def dtype(self) -> np.dtype[Any]:
        """The NumPy type in this machine's byte order."""
        return np.dtype(_DTYPES[self])

    @property
    def is_float(self) -> bool:
        """Whether it is ``float`` or ``double``."""
        return self in {PixelType.FLOAT, PixelType.DOUBLE}

    @property
    def is_signed(self) -> bool:
        """Whether it can be negative (floats included)."""
        return self.dtype.kind in "if"

    @property
    def bits(self) -> int:
        """Bits per pixel; 1 for ``bit``."""
        return 1 if self is PixelType.BIT else self.dtype.itemsize * 8

    @classmethod
    def of(cls, dtype: npt.DTypeLike) -> PixelType:
        """Find the type of arrays of this dtype (``bool`` is ``bit``).

        Raises
        ------
        ValueError
            If it is complex, 64-bit integer or no number; the message names it.
        """
        name = np.dtype(dtype).name
        for member in cls:
            if name == _NUMPY_NAMES[member]:
                return member
        raise ValueError(f"pixels of type {name} cannot be shown")


_DTYPES: dict[PixelType, str] = {
    PixelType.BIT: "u1",
    PixelType.INT8: "i1",
    PixelType.UINT8: "u1",
    PixelType.INT16: "i2",
    PixelType.UINT16: "u2",
    PixelType.INT32: "i4",
    PixelType.UINT32: "u4",
    PixelType.FLOAT: "f4",
    PixelType.DOUBLE: "f8",
}
_NUMPY_NAMES: dict[PixelType, str] = {
    PixelType.BIT: "bool",
    PixelType.INT8: "int8",
    PixelType.UINT8: "uint8",
    PixelType.INT16: "int16",
    PixelType.UINT16: "uint16",
    PixelType.INT32: "int32",
    PixelType.UINT32: "uint32",
    PixelType.FLOAT: "float32",
    PixelType.DOUBLE: "float64",
}


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open rectangle of pixels of one level."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        """Columns."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Rows."""
        return self.y1 - self.y0

    @property
    def area(self) -> int:
        """Pixels."""
        return self.width * self.height

    def clipped(self, width: int, height: int) -> Window:
        """Cut to an image of this size (may come out empty)."""
        return Window(
            max(0, self.x0), max(0, self.y0), min(width, self.x1), min(height, self.y1)
        )


@dataclass(frozen=True, slots=True)
class Level:
    """One resolution of an image, with the tiles it is stored in.

    An untiled level says ``tile_width == width`` and the rows of one strip.
    """

    width: int
    height: int
    tile_width: int
    tile_height: int

    @property
    def whole(self) -> Window:
        """The window that covers it."""
        return Window(0, 0, self.width, self.height)


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel as its file describes it.

    ``color`` is RGBA, 0 to 255, and only set where the file sets it; ``window``
    is a display window that the file asks for (OME-Zarr ``omero`` block,
    ImageJ display range), ``lut`` the file name of a lookup table.
    """

    name: str | None = None
    color: tuple[int, int, int, int] | None = None
    lut: str | None = None
    emission_nm: float | None = None
    excitation_nm: float | None = None
    window: tuple[float, float] | None = None
    active: bool | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    """Further facts of OME-XML by their schema name (Fluor, PinholeSize,
    AcquisitionMode, filters, …); values are plain JSON."""


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """One image of a file, as the file describes it.

    Attributes
    ----------
    key
        Which image of its fileset: stable under rescans, unique in the fileset
        (``"0"``, ``"SCI,2"``, ``"A/1/0"``).
    name
        To be shown; the file's name where the file gives none.
    levels
        From full size down; never empty.
    graphics
        Whether it is a picture in its own colours: a uint8 JPEG, PNG, GIF or
        plain TIFF (contract rendering 8), or RGB bytes of a slide. Its channels
        default to red, green and blue, its windows to 0 to 255.
    planes_seconds
        Time of each plane since the start, by ``(z, c, t)``.
    wcs_header
        FITS header cards of the world coordinates, newline separated.
    facts
        Instrument and acquisition facts, plain JSON.
    """

    key: str
    name: str
    pixel_type: PixelType
    size_z: int
    size_c: int
    size_t: int
    levels: tuple[Level, ...]
    channels: tuple[Channel, ...]
    significant_bits: int | None = None
    graphics: bool = False
    description: str = ""
    dimension_order: str = "XYZCT"
    pixel_width_um: float | None = None
    pixel_height_um: float | None = None
    pixel_depth_um: float | None = None
    time_increment: timedelta | None = None
    acquired: datetime | None = None
    nominal_magnification: float | None = None
    planes_seconds: dict[tuple[int, int, int], float] = field(default_factory=dict)
    default_z: int | None = None
    default_t: int | None = None
    model: str | None = None
    wcs_header: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.levels:
            raise ValueError(f"image {self.key} has no levels")
        if len(self.channels) != self.size_c:
            raise ValueError(
                f"image {self.key} has {self.size_c} channels "
                f"but describes {len(self.channels)}"
            )

    @property
    def width(self) -> int:
        """Columns at full size."""
        return self.levels[0].width

    @property
    def height(self) -> int:
        """Rows at full size."""
        return self.levels[0].height

    @property
    def plane_bytes(self) -> int:
        """Bytes of one decoded plane at full size."""
        return self.width * self.height * self.pixel_type.dtype.itemsize


def halvings(width: int, height: int, smallest: int) -> list[tuple[int, int]]:
    """Sizes of a pyramid by halving, full size first.

    Parameters
    ----------
    width, height
        Full size in pixels.
    smallest
        Stop at the first level that has no side longer than this.

    Returns
    -------
    list
        ``(width, height)`` of each level, rounded up.
    """
    sizes = [(width, height)]
    while max(sizes[-1]) > smallest:
        w, h = sizes[-1]
        sizes.append((max(1, math.ceil(w / 2)), max(1, math.ceil(h / 2))))
    return sizes

"""Write parts of images as FITS: the file's own numbers, rows and header.

Nothing is scaled, turned over or compressed on the way. Pixels go through in pieces
of ``READ_BYTES``. Knows no sky and no person.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from graticule.pixels.fits import cards as fits_cards
from graticule.pixels.fits.source import FitsSource
from graticule.pixels.model import Window
from graticule.pixels.reader import Pixels

READ_BYTES = 16 << 20
"""What is held of an image at once."""

_BLOCK = fits_cards.BLOCK_BYTES
_LOST = "Distortion tables of the file are left out."


@dataclass(frozen=True, slots=True)
class Cut:
    """A box of an image; axes as FITS numbers them, x first, rows of the file.

    ``starts`` are included, ``stops`` are not; both from 0.
    """

    image: int
    starts: tuple[int, ...]
    stops: tuple[int, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Pixels along each axis."""
        return tuple(b - a for a, b in zip(self.starts, self.stops, strict=True))

    @property
    def section(self) -> str:
        """The box as IRAF and CFITSIO write it: from 1, last ones included."""
        sides = zip(self.starts, self.stops, strict=True)
        return f"[{','.join(f'{a + 1}:{b}' for a, b in sides)}]"


def cut_bytes(source: FitsSource, cut: Cut) -> int:
    """Say how many bytes the pixels of a cut have."""
    return math.prod(cut.sizes) * _dtype(source.opened(cut.image).hdu).itemsize


def write_cuts(
    source: FitsSource,
    cuts: Sequence[Cut],
    lines: Sequence[str],
    out: BinaryIO,
    tell: Callable[[], None] = lambda: None,
) -> None:
    """Write boxes of images of one file to another.

    Parameters
    ----------
    cuts
        In the order of the file's parts. If the first is not the file's primary
        part, that one goes along without its pixels: what it says is meant for all.
    lines
        For HISTORY, in each part.
    tell
        Called now and then.

    Raises
    ------
    graticule.errors.CorruptFileError
        If pixels cannot be decoded.
    """
    primary = source.opened(cuts[0].image).hdus[0]
    if source.opened(cuts[0].image).hdu is not primary:
        out.write(_without_pixels(source, primary))
    for cut in cuts:
        hdu = source.opened(cut.image).hdu
        out.write(_header(source, hdu, cut, lines, is_primary=hdu is primary))
        count = 0
        for piece in _pieces(source, cut):
            raw = np.ascontiguousarray(piece, _dtype(hdu)).data
            out.write(raw)
            count += raw.nbytes
            tell()
        out.write(bytes(-count % _BLOCK))


def _without_pixels(source: FitsSource, primary: Any) -> bytes:
    old = source.cards(primary)
    kept, _ = fits_cards.cut_cards(old, ())
    built = fits_cards.structure(old, (), 8, is_primary=True)
    return fits_cards.header_bytes([*built, *kept])


def _header(
    source: FitsSource, hdu: Any, cut: Cut, lines: Sequence[str], *, is_primary: bool
) -> bytes:
    old = source.cards(hdu)
    kept, lost = fits_cards.cut_cards(old, cut.starts)
    bitpix = hdu.header["BITPIX"]
    built = fits_cards.structure(old, cut.sizes, bitpix, is_primary=is_primary)
    told = fits_cards.history([*lines, f"Pixels {cut.section} of it.", *[_LOST] * lost])
    return fits_cards.header_bytes([*built, *kept, *told])


def _dtype(hdu: Any) -> np.dtype[Any]:
    """Give the type of numbers as FITS writes them (Standard 4.0, table 8)."""
    bitpix = hdu.header["BITPIX"]
    if bitpix == 8:
        return np.dtype("u1")
    return np.dtype(f">{'f' if bitpix < 0 else 'i'}{abs(bitpix) // 8}")


def _pieces(source: FitsSource, cut: Cut) -> Iterator[Pixels]:
    """Read a box plane by plane, in the order in which FITS writes."""
    further = [range(a, b) for a, b in zip(cut.starts[2:], cut.stops[2:], strict=True)]
    (x0, y0), (x1, y1) = cut.starts[:2], cut.stops[:2]
    itemsize = _dtype(source.opened(cut.image).hdu).itemsize
    rows = max(1, READ_BYTES // (itemsize * (x1 - x0)))
    for plane in itertools.product(*reversed(further)):
        for y in range(y0, y1, rows):
            window = Window(x0, y, x1, min(y + rows, y1))
            yield source.stored(cut.image, plane, window)

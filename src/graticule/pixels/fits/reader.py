"""FITS: recognising it, and handing over to the part that opens it.

Kept apart from :mod:`graticule.pixels.fits.source` so that asking "is this a
FITS file?" does not load astropy. Knows no header keyword but ``SIMPLE``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from graticule.pixels.original import Entry
from graticule.pixels.reader import ReadContext, ReadLimits, Source

GZIP_MAGIC = b"\x1f\x8b"
SUFFIXES = (".fits", ".fits.gz", ".fits.fz")
GZIP_SUFFIXES = (".fits.gz", ".fit.gz", ".fts.gz")


class FitsReader:
    """Images, cubes and tile-compressed images in FITS files.

    Rows come out from the top of the picture down: FITS counts rows from the
    bottom, so row 0 is the last row of the file and the picture looks as it
    does in DS9. ``wcs_header`` is turned over with it.
    """

    name: ClassVar[str] = "fits"
    priority: ClassVar[int] = 40
    opens_folders: ClassVar[bool] = False

    def probe(self, path: Path, head: bytes) -> bool:
        """Say whether it begins like FITS or is named like it.

        Files named ``.fits`` that begin otherwise are taken too, so that a
        broken one is reported rather than passed over.
        """
        name = path.name.lower()
        if head.startswith(b"SIMPLE  ="):
            return True
        if head.startswith(GZIP_MAGIC):
            return name.endswith(GZIP_SUFFIXES)
        return bool(head) and name.endswith(SUFFIXES)

    def open(self, path: Path, context: ReadContext) -> Source:
        """Open a FITS file, gzipped or not.

        Raises
        ------
        graticule.errors.FileError
            Naming file and cause.
        graticule.errors.LimitError
            If a header announces more than the limits allow.
        """
        # astropy takes half a second to load: only who opens FITS pays for it.
        from graticule.pixels.fits.source import open_fits  # noqa: PLC0415

        return open_fits(path, context)

    def original_metadata(
        self, path: Path, key: str, limits: ReadLimits
    ) -> Iterator[Entry]:
        """Read header cards (see ``OriginalReader``)."""
        # As for opening: only who reads FITS loads what it takes.
        from graticule.pixels.fits.original import fits_entries  # noqa: PLC0415

        del key
        yield from fits_entries(path, limits)

"""Gzipped FITS files as plain ones. Knows no header."""

from __future__ import annotations

import gzip
import os
import tempfile
import zlib
from pathlib import Path
from typing import BinaryIO

from graticule.errors import CorruptFileError, LimitError
from graticule.pixels.reader import ReadLimits

GZIP_MAGIC = b"\x1f\x8b"
COPY_BYTES = 1 << 20


def unpacked(path: Path, file: BinaryIO, limits: ReadLimits) -> BinaryIO:
    """Unpack a gzipped file into a nameless temporary one, within the limit.

    Raises
    ------
    graticule.errors.CorruptFileError
        If it cannot be unpacked.
    graticule.errors.LimitError
        If it is larger than ``max_chunk_bytes`` then.
    """
    head = file.read(2)
    file.seek(0)
    if head != GZIP_MAGIC:
        return file
    try:
        with (
            file,
            gzip.GzipFile(fileobj=file) as packed,
            tempfile.TemporaryFile() as unpacked,
        ):
            _copy_within(packed, unpacked, limits.max_chunk_bytes)
            # astropy takes read-only files only: a second handle that says so.
            plain = os.fdopen(os.dup(unpacked.fileno()), "rb")
    except (zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise CorruptFileError(path, f"It cannot be unpacked: {error}.") from error
    return plain


def _copy_within(packed: gzip.GzipFile, unpacked: BinaryIO, allowed: int) -> None:
    copied = 0
    while piece := packed.read(COPY_BYTES):
        copied += len(piece)
        if copied > allowed:
            raise LimitError("max_chunk_bytes", allowed, copied, "An unpacked file")
        unpacked.write(piece)
    unpacked.flush()

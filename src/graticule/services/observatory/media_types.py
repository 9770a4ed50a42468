"""Media types of files by their names, where the system knows none."""

from __future__ import annotations

import mimetypes

_UNKNOWN = "application/octet-stream"
_KNOWN = {
    ".fits": "image/fits",
    ".fit": "image/fits",
    ".fts": "image/fits",
    ".fz": "image/fits",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".svs": "image/tiff",
    ".ndpi": "image/tiff",
    ".scn": "image/tiff",
}
_PACKED = {"gzip": "application/gzip", "bzip2": "application/x-bzip2"}


def media_type_of(name: str, noted: str = "") -> str:
    """Give the media type of a file.

    Parameters
    ----------
    name
        Of the file.
    noted
        What is known already; taken if it is a media type.

    >>> media_type_of("m13.fits"), media_type_of("a.fits.gz"), media_type_of("x")
    ('image/fits', 'application/gzip', 'application/octet-stream')
    """
    guessed, packed = mimetypes.guess_type(name)
    if packed is not None:
        return _PACKED.get(packed, _UNKNOWN)
    if "/" in noted:
        return noted
    suffix = f".{name.lower().rpartition('.')[2]}"
    return _KNOWN.get(suffix) or guessed or _UNKNOWN

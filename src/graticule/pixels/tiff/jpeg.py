"""JPEG streams as TIFF stores them: their size, and how to make them whole.

A TIFF keeps the tables of all its tiles once; to be shown by a browser they go
back into each tile, together with the note of what its colours are. Bytes in,
bytes out; decodes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

_SOI, _EOI = b"\xff\xd8", b"\xff\xd9"
_SOS = 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BROWSER_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_APP0, _APP14 = 0xE0, 0xEE


def segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Walk the marker segments before the scan.

    Yields
    ------
    tuple
        Marker code, and start and end of what follows its length.
    """
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        code = data[at + 1]
        if code == 0xFF:  # padding
            at += 1
            continue
        if code == 0x01 or 0xD0 <= code <= 0xD9:  # stand alone
            at += 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4])
        yield code, at + 4, at + 2 + length
        if code == _SOS or length < 2:
            return
        at += 2 + length


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height that a stream announces; ``None`` if it has none."""
    for code, start, _ in segments(data):
        if code in _FRAMES and start + 5 <= len(data):
            height = int.from_bytes(data[start + 1 : start + 3])
            return int.from_bytes(data[start + 3 : start + 5]), height
    return None


def whole_jpeg(
    data: bytes, tables: bytes | None, *, ycbcr: bool, width: int, height: int
) -> bytes | None:
    """Make a stored tile a JPEG file of its own.

    Parameters
    ----------
    data
        The stored tile.
    tables
        The page's JPEGTables, if it has any.
    ycbcr
        Whether its colours are stored as YCbCr; else as RGB, which decoders
        assume only where an Adobe segment says so.
    width, height
        What it must be.

    Returns
    -------
    bytes or None
        ``None`` if it has another size, or is of a kind browsers do not show
        (12 bits, lossless, arithmetic, not three components).
    """
    if not data.startswith(_SOI):
        return None
    marked = False
    frame = None
    for code, start, end in segments(data):
        body = data[start:end]
        marked |= code == _APP14 and body.startswith(b"Adobe")
        marked |= code == _APP0 and body.startswith(b"JFIF") and ycbcr
        if code == _APP0 and body.startswith(b"JFIF") and not ycbcr:
            return None  # contradicts itself: let it be decoded
        if code in _FRAMES:
            frame = code, body
    if frame is None or frame[0] not in _BROWSER_FRAMES or len(frame[1]) < 6:
        return None
    precision, components = frame[1][0], frame[1][5]
    if (precision, components) != (8, 3) or jpeg_size(data) != (width, height):
        return None
    parts = [_SOI]
    if not marked:
        parts.append(_adobe(ycbcr=ycbcr))
    if tables is not None and tables.startswith(_SOI):
        parts.append(tables[2:].removesuffix(_EOI))
    parts.append(data[2:])
    if not data.rstrip(b"\0").endswith(_EOI):
        parts.append(_EOI)
    return b"".join(parts)


def _adobe(*, ycbcr: bool) -> bytes:
    """APP14 segment that names the colour transform (1: YCbCr, 0: none)."""
    return b"\xff\xee\x00\x0eAdobe\x00\x64" + bytes((0, 0, 0, 0, int(ycbcr)))

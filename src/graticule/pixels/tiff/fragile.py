"""Decoding with libraries that damaged bytes can crash, without harm to us.

imagecodecs' own LZW decoder and jxrlib (JPEG XR) may end the whole process
when a tile is damaged. LZW therefore goes to libtiff, wrapped into a TIFF of
one strip, which is no slower; JPEG XR, rare in TIFF files, is decoded by a
process of its own. Knows single tiles only.
"""

from __future__ import annotations

import io
import resource
import struct
import subprocess
import sys

import imagecodecs
import numpy as np
import numpy.typing as npt

LZW = 5
JPEG_XR = frozenset({22610, 34934})

_SECONDS = 60
_CHILD_BYTES = 4 << 30


def decode_lzw(data: bytes, rows: int, row_bytes: int) -> npt.NDArray[np.uint8]:
    """Decode an LZW strip or tile.

    Parameters
    ----------
    data
        The stored bytes.
    rows, row_bytes
        What they must decode to; what follows is ignored.

    Returns
    -------
    numpy.ndarray
        uint8, shape ``(rows * row_bytes,)``.

    Raises
    ------
    RuntimeError
        If the bytes are damaged or too few.
    """
    out = np.empty((rows, row_bytes), np.uint8)
    decoded = imagecodecs.tiff_decode(_one_strip(data, rows, row_bytes), out=out)
    return np.asarray(decoded, np.uint8).reshape(-1)


def _one_strip(data: bytes, rows: int, row_bytes: int) -> bytes:
    """Wrap LZW data as a classic TIFF of 8-bit grey."""
    entries = (
        (256, row_bytes),
        (257, rows),
        (258, 8),
        (259, LZW),
        (262, 1),
        (273, 8),
        (277, 1),
        (278, rows),
        (279, len(data)),
    )
    odd = len(data) % 2
    return b"".join(
        (
            b"II*\0",
            struct.pack("<I", 8 + len(data) + odd),
            data,
            bytes(odd),
            struct.pack("<H", len(entries)),
            *(struct.pack("<HHII", code, 4, 1, value) for code, value in entries),
            bytes(4),
        )
    )


def decode_jpeg_xr(data: bytes) -> npt.NDArray[np.generic]:
    """Decode a JPEG XR tile in a process of its own.

    Raises
    ------
    ValueError
        If that process fails, crashes or takes too long.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", __name__],
            input=data,
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise ValueError("the JPEG XR decoder gave up") from error
    return np.load(io.BytesIO(done.stdout), allow_pickle=False)  # type: ignore[no-any-return]


def main() -> None:
    """Decode standard input to a ``.npy`` on standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (_CHILD_BYTES, _CHILD_BYTES))
    decoded = imagecodecs.jpegxr_decode(sys.stdin.buffer.read())
    np.save(sys.stdout.buffer, decoded, allow_pickle=False)


if __name__ == "__main__":
    main()

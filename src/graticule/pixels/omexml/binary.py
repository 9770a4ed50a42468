"""``BinData`` of OME-XML: base64 text, perhaps compressed, to bytes.

Used for pixels and for masks; knows nothing of either. Nothing is inflated
beyond what the caller expects, so a small text cannot fill the memory.
"""

from __future__ import annotations

import binascii
import bz2
import zlib

COMPRESSIONS = frozenset({"none", "zlib", "bzip2"})


def decode_bin_data(text: str, compression: str, max_bytes: int) -> bytes:
    """Decode at most ``max_bytes`` bytes.

    Parameters
    ----------
    text
        Base64; white space is allowed.
    compression
        One of `COMPRESSIONS`.

    Raises
    ------
    ValueError
        If the text is not base64 or its bytes are not so compressed. The
        message is the end of a sentence that begins with the block's name.
    """
    try:
        packed = binascii.a2b_base64(text.encode())
    except binascii.Error as error:
        raise ValueError(f"is not base64 ({error})") from error
    try:
        if compression == "zlib":
            return zlib.decompressobj().decompress(packed, max_bytes)
        if compression == "bzip2":
            return bz2.BZ2Decompressor().decompress(packed, max_bytes)
    except (zlib.error, OSError, EOFError) as error:
        raise ValueError(f"is not {compression} data ({error})") from error
    return packed[:max_bytes]

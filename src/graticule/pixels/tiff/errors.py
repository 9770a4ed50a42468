"""What the libraries raise for damaged TIFF files, by name.

Knows no files; only which exceptions mean "the bytes are wrong".
"""

from __future__ import annotations

import struct

PARSE_ERRORS: tuple[type[Exception], ...] = (
    ValueError,  # tifffile's own TiffFileError is one
    RuntimeError,  # every codec of imagecodecs
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    MemoryError,
    OSError,
    struct.error,
)

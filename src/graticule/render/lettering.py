"""Words on pictures: the one font that is shipped, in any size.

DejaVu Sans has the micro sign, Greek, Cyrillic and the accents of Latin, which the
font that Pillow brings does not. Knows nothing of what is written.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

SHIPPED = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
_SMALLEST = 4.0


@lru_cache(maxsize=64)
def font(size: float) -> ImageFont.FreeTypeFont:
    """Give the font in a size in pixels; at least as large as can be drawn."""
    return ImageFont.truetype(SHIPPED, max(size, _SMALLEST))


def text_width(text: str, size: float) -> float:
    """Measure a line of text in pixels."""
    return font(size).getlength(text)


def writable(text: str) -> str:
    """Leave out what cannot be seen, such as control characters; one line."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())

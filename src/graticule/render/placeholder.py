"""Pictures that stand where one could not be drawn.

Plain grey, with a sentence that says why. Knows no image.
"""

from __future__ import annotations

from textwrap import wrap

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Picture = npt.NDArray[np.uint8]

GREY = 221
_INK = 60
_LETTERS_A_LINE = 30


def placeholder(width: int, height: int, sentence: str = "") -> Picture:
    """Make a grey picture, with a sentence in its middle.

    Parameters
    ----------
    width, height
        In pixels.
    sentence
        Broken into lines and made as large as fits.

    Returns
    -------
    numpy.ndarray
        uint8, shape (height, width, 3).
    """
    canvas = Image.new("RGB", (width, height), (GREY, GREY, GREY))
    if sentence:
        lines = wrap(sentence, _LETTERS_A_LINE)
        # A letter is about half as wide as it is high.
        size = min(width * 1.7 / _LETTERS_A_LINE, height / (1.6 * len(lines)))
        ImageDraw.Draw(canvas).multiline_text(
            (width / 2, height / 2),
            "\n".join(lines),
            fill=(_INK, _INK, _INK),
            font=ImageFont.load_default(max(1.0, size)),
            anchor="mm",
            align="center",
        )
    return np.asarray(canvas, np.uint8)

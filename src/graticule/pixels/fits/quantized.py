"""Real numbers that are packed as whole ones: scaled, and dithered against steps.

FITS Standard 4.0, section 10.2 and appendix I. Knows no codec and no file.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

RANDOM_COUNT = 10_000
NO_DITHER = "NO_DITHER"
DITHER = "SUBTRACTIVE_DITHER_1"
DITHER_BUT_ZERO = "SUBTRACTIVE_DITHER_2"
METHODS = frozenset({NO_DITHER, DITHER, DITHER_BUT_ZERO})
_ZERO = -2_147_483_646
"""What stands for 0 itself in the second method of dithering."""


@cache
def random_numbers() -> npt.NDArray[np.float32]:
    """Give the standard's random numbers between 0 and 1 (appendix I)."""
    found = np.empty(RANDOM_COUNT, np.float32)
    seed = 1
    for index in range(RANDOM_COUNT):
        seed = 16_807 * seed % 2_147_483_647
        found[index] = seed / 2_147_483_647
    return found


@cache
def _beginnings() -> npt.NDArray[np.intp]:
    """Give where in the random numbers a run of them begins."""
    return (random_numbers() * np.float32(500)).astype(np.intp)


def dither(number: int, first: int, stop: int) -> npt.NDArray[np.float32]:
    """Give the random numbers of some pixels of a tile.

    Parameters
    ----------
    number
        Of the tile, from 0, and the image's ZDITHER0 less 1 added.
    first, stop
        Which pixels, in the order in which they lie.
    """
    numbers, beginnings = random_numbers(), _beginnings()
    out = np.empty(stop - first, np.float32)
    run, begun = number % RANDOM_COUNT, 0
    while begun < stop:
        beginning = int(beginnings[run])
        ended = begun + RANDOM_COUNT - beginning
        low, high = max(begun, first), min(ended, stop)
        if low < high:
            at = beginning - begun
            out[low - first : high - first] = numbers[at + low : at + high]
        run, begun = (run + 1) % RANDOM_COUNT, ended
    return out


@dataclass(frozen=True, slots=True)
class Quantized:
    """How the whole numbers of each tile become real ones.

    ``scales``, ``zeros`` and ``blanks`` have an entry for each tile; ``blanks`` is
    what stands for a pixel that has no value, one for all tiles, or ``None``.
    """

    method: str
    seed: int
    scales: npt.NDArray[np.float64]
    zeros: npt.NDArray[np.float64]
    blanks: npt.NDArray[np.int64] | int | None

    def pixels(
        self, numbers: npt.NDArray[Any], tile: int, first: int
    ) -> npt.NDArray[np.float64]:
        """Turn numbers of a tile into pixels, in double precision.

        Parameters
        ----------
        numbers
            One after the other as they lie in the tile, from the ``first``.
        """
        found = numbers.astype(np.float64)
        if self.method != NO_DITHER:
            found -= dither(tile + self.seed - 1, first, first + len(numbers))
            found += 0.5
        found *= self.scales[tile]
        found += self.zeros[tile]
        if self.method == DITHER_BUT_ZERO:
            found[numbers == _ZERO] = 0.0
        blank = self.blanks
        if blank is not None:
            one = blank if isinstance(blank, int) else blank[tile]
            found[numbers == one] = np.nan
        return found

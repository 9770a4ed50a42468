"""All lookup tables in one picture, for choosing among them (rendering 19).

Knows tables only, not how people find them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from graticule.render.lut import Lut

BAND_ROWS = 10
"""Rows of the picture for each table."""

_FADING_COLUMNS = 180


def lut_strip(luts: Sequence[Lut]) -> npt.NDArray[np.uint8]:
    """Draw a band for each table, and one of black that fades away.

    Clients lay the last one over a plain colour (contract webgateway 10.2).

    Returns
    -------
    numpy.ndarray
        RGBA, uint8, shape (10 * (tables + 1), 256, 4); column i is entry i.
    """
    bands = np.zeros((len(luts) + 1, 256, 4), np.uint8)
    bands[:-1, :, 3] = 255
    for band, lut in zip(bands, luts, strict=False):
        band[:, :3] = lut.values
    bands[-1, :_FADING_COLUMNS, 3] = np.linspace(255, 0, _FADING_COLUMNS).round()
    return np.repeat(bands, BAND_ROWS, axis=0)

"""Directions as unit vectors, and as right ascension and declination in degrees.

Knows no frame, no image; does not load astropy.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


def unit_vectors(ra: npt.ArrayLike, dec: npt.ArrayLike) -> Numbers:
    """Turn degrees into unit vectors along the last axis."""
    lon, lat = np.radians(ra), np.radians(dec)
    return np.stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1
    )


def degrees_of(vectors: Numbers) -> tuple[Numbers, Numbers]:
    """Turn vectors of any length into right ascension and declination."""
    x, y, z = np.moveaxis(vectors, -1, 0)
    return np.degrees(np.arctan2(y, x)) % 360.0, np.degrees(
        np.arctan2(z, np.hypot(x, y))
    )


def angles_between(one: Numbers, other: Numbers) -> Numbers:
    """Find the angles between unit vectors, in degrees, exact for small ones too."""
    across = np.linalg.norm(np.cross(one, other), axis=-1)
    found: Numbers = np.degrees(np.arctan2(across, np.sum(one * other, axis=-1)))
    return found

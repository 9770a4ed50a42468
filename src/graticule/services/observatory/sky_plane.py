"""The two axes of an image that lie on the sky, as its own header has them.

Pixels count from 0 at the centre of the first, rows from the bottom as in the file;
positions are unit vectors (ICRS). astropy computes. Knows no person and no picture:
for that, rows are turned over (see :mod:`graticule.services.observatory.sky`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
from astropy.coordinates import BarycentricMeanEcliptic, SkyCoord
from astropy.io import fits
from astropy.time import Time
from astropy.wcs import WCS, WCSSUB_CELESTIAL
from astropy.wcs.utils import wcs_to_celestial_frame

from graticule.errors import RequestError
from graticule.services.observatory.regions import angles, degrees, unit_vectors

Numbers = npt.NDArray[np.float64]

_SIDE = 32
"""Into how many parts a side of the image is divided to look at it."""

_WIDE = np.radians(40.0)
_FRAMES = ("RA", "GLON", "ELON", "SLON")


@dataclass(frozen=True)
class SkyPlane:
    """Where the pixels of an image lie.

    Attributes
    ----------
    axes
        Which axes of the file, from 0: those of ``x`` and ``y``.
    width, height
        Of the image along them.
    corners
        What the border of the image is: points along it, from the lower left corner
        around, and where they lie.
    is_wide
        Whether it shows so much of the sky that the border does not tell what is
        inside: it has edges of its projection, or poles, or more than 80 degrees.
    """

    wcs: WCS
    to_frame: Callable[[Numbers], tuple[Numbers, Numbers]]
    from_frame: Callable[[Numbers, Numbers], Numbers]
    axes: tuple[int, int]
    width: int
    height: int
    centre: Numbers = field(init=False)
    radius: float = field(init=False)
    is_wide: bool = field(init=False)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        x = np.linspace(-0.5, self.width - 0.5, _SIDE + 1)
        y = np.linspace(-0.5, self.height - 0.5, _SIDE + 1)
        grid = self.vectors(*np.meshgrid(x, y))
        middle = self.vectors(
            np.array([(self.width - 1) / 2]), np.array([(self.height - 1) / 2])
        )[0]
        apart = angles(grid, middle)
        is_wide = not np.isfinite(grid).all() or apart.max() > _WIDE
        object.__setattr__(self, "centre", middle)
        object.__setattr__(self, "is_wide", is_wide)
        object.__setattr__(self, "radius", np.pi if is_wide else float(apart.max()))

    def vectors(self, x: Numbers, y: Numbers) -> Numbers:
        """Find where pixels lie; NaN where the projection has no sky."""
        pixels = np.stack([x.ravel(), y.ravel()], axis=1)
        # astropy changes what it computes with while it does.
        with self._lock:
            world = self.wcs.all_pix2world(pixels, 0)
        lng, lat = self.wcs.wcs.lng, self.wcs.wcs.lat
        found = self.from_frame(world[:, lng], world[:, lat])
        return found.reshape(*x.shape, 3)

    def pixels(self, vectors: Numbers) -> tuple[Numbers, Numbers]:
        """Find the pixels of positions; NaN for those that the projection lacks."""
        shape = vectors.shape[:-1]
        lon, lat = self.to_frame(vectors.reshape(-1, 3))
        world = np.empty((len(lon), 2))
        world[:, self.wcs.wcs.lng], world[:, self.wcs.wcs.lat] = lon, lat
        good = np.isfinite(world).all(axis=1)
        found = np.full_like(world, np.nan)
        if good.any():
            with self._lock:
                found[good] = self.wcs.all_world2pix(world[good], 0, quiet=True)
        if self.wcs.has_distortion:
            self._drop_wrong(vectors.reshape(-1, 3), found)
        return found[:, 0].reshape(shape), found[:, 1].reshape(shape)

    def _drop_wrong(self, vectors: Numbers, found: Numbers) -> None:
        """Forget what the iteration did not find, though it says that it did."""
        again = self.vectors(found[:, 0], found[:, 1])
        step = self.radius / max(self.width, self.height, 1)
        wrong = ~(angles(again, vectors) < max(step * 1e-3, 1e-12))
        found[wrong] = np.nan


def sky_plane(header: fits.Header, hdus: fits.HDUList | None) -> SkyPlane:
    """Read the sky of an image.

    Parameters
    ----------
    header
        As in the file.
    hdus
        The open file: tables of distortions lie there.

    Raises
    ------
    graticule.errors.RequestError
        If it has none, or none that can be computed.
    """
    kinds = {str(header.get(f"CTYPE{n}", ""))[:4].rstrip("-") for n in range(1, 10)}
    if kinds & {"HPLN", "HGLN", "CRLN"}:
        raise RequestError(
            "The image is of the Sun: its coordinates are not those of the sky (ICRS). "
            "Cut it by pixels, with X and Y."
        )
    if not kinds & set(_FRAMES):
        raise RequestError(
            "The image has no coordinates of the sky. Cut it by pixels, with X and Y."
        )
    whole = WCS(header, hdus)
    lng, lat = whole.wcs.lng, whole.wcs.lat
    if lng < 0 or lat < 0:
        raise RequestError("The image's coordinates of the sky cannot be understood.")
    first, second = sorted((lng, lat))
    related = np.asarray(whole.axis_correlation_matrix)
    others = [n for n in range(related.shape[1]) if n not in {lng, lat}]
    if related[[lng, lat]][:, others].any():
        raise RequestError(
            "The image's coordinates of the sky change along a third axis; it can be "
            "cut by pixels only, with X, Y and Z."
        )
    plane = whole.sub([first + 1, second + 1]) if whole.naxis > 2 else whole
    if not plane.has_celestial:
        plane = whole.sub([WCSSUB_CELESTIAL])
    to_frame, from_frame = _ways(plane)
    return SkyPlane(
        plane,
        to_frame,
        from_frame,
        (first, second),
        int(header[f"NAXIS{first + 1}"]),
        int(header[f"NAXIS{second + 1}"]),
    )


def _frame(plane: WCS) -> Any:
    """Find what the header's longitude and latitude mean."""
    kind = str(plane.wcs.ctype[plane.wcs.lng])[:4]
    if kind == "ELON":
        equinox = plane.wcs.equinox
        year = equinox if np.isfinite(equinox) else 2000.0
        return BarycentricMeanEcliptic(equinox=Time(year, format="jyear"))
    if kind == "SLON":
        return SkyCoord(0, 0, unit="deg", frame="supergalactic").frame
    return wcs_to_celestial_frame(plane)


def _ways(
    plane: WCS,
) -> tuple[
    Callable[[Numbers], tuple[Numbers, Numbers]],
    Callable[[Numbers, Numbers], Numbers],
]:
    """Give the ways from ICRS to the header's frame and back.

    Nearly all frames are turned against each other and nothing more; then a matrix
    does it, which is a hundred times quicker than asking astropy.
    """
    frame = _frame(plane)

    def by_astropy(vectors: Numbers) -> tuple[Numbers, Numbers]:
        lon, lat = degrees(vectors)
        there = SkyCoord(lon, lat, unit="deg", frame="icrs").transform_to(frame)
        return there.spherical.lon.deg, there.spherical.lat.deg

    def back_by_astropy(lon: Numbers, lat: Numbers) -> Numbers:
        good = np.isfinite(lon) & np.isfinite(lat)
        found = np.full((*lon.shape, 3), np.nan)
        there = SkyCoord(lon[good], lat[good], unit="deg", frame=frame).icrs
        found[good] = unit_vectors(there.ra.deg, there.dec.deg)
        return found

    axes = np.vstack([np.eye(3), [[0.6, -0.64, 0.48]]])
    turned = unit_vectors(*by_astropy(axes))
    matrix = turned[:3]
    is_turned = np.allclose(matrix @ matrix.T, np.eye(3), atol=1e-14) and np.allclose(
        axes[3] @ matrix, turned[3], atol=1e-14
    )
    if not is_turned:
        return by_astropy, back_by_astropy

    def by_matrix(vectors: Numbers) -> tuple[Numbers, Numbers]:
        return degrees(vectors @ matrix)

    def back_by_matrix(lon: Numbers, lat: Numbers) -> Numbers:
        found: Numbers = unit_vectors(lon, lat) @ matrix.T
        return found

    return by_matrix, back_by_matrix

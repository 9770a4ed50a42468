"""From pixels to the sky and back, by the world coordinates of an image.

Positions are ICRS in degrees, whatever frame the header is in; pixels count from 0
at the centre of the first, rows from the top, as everywhere inside. astropy computes.
Knows no tables, no HTTP and no Django, so that a scan's workers can use it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from astropy.coordinates import (
    FK5,
    ICRS,
    BarycentricMeanEcliptic,
    Galactic,
    SkyCoord,
)
from astropy.io import fits
from astropy.time import Time
from astropy.wcs import WCS, NoConvergence
from astropy.wcs.utils import wcs_to_celestial_frame

from graticule.pixels.fits.warned import caught
from graticule.services.observatory.directions import (
    Numbers,
    degrees_of,
    unit_vectors,
)
from graticule.services.observatory.signalled import SIGNALLED

# Beginnings of CTYPE of the frames that become ICRS (Standard 4.0, 8.3).
_FRAMES = {"RA": "equatorial", "GLON": "galactic", "ELON": "ecliptic"}


_turns: dict[tuple[str, str], Numbers] = {}


@dataclass(frozen=True)
class Sky:
    """The sky of one image.

    Attributes
    ----------
    wcs
        Of the two pixel axes alone.
    frame
        astropy's frame of what the header's coordinates mean.
    turn
        Matrix that turns row vectors of the frame into ICRS; ``None`` for FK4, whose
        aberration is no rotation.
    frame_name
        ``equatorial``, ``galactic`` or ``ecliptic``.
    width, height
        Of the image, in pixels.
    """

    wcs: WCS
    frame: Any
    turn: Numbers | None
    frame_name: str
    width: int
    height: int

    @classmethod
    def of(cls, wcs_header: str) -> Sky | None:
        """Read the sky of an image.

        Parameters
        ----------
        wcs_header
            As in :attr:`graticule.pixels.model.ImageInfo.wcs_header`.

        Returns
        -------
        Sky or None
            ``None`` where the two axes of the picture are no celestial ones (the Sun's
            disk, a spectrum, a microscope's stage) or where they cannot be computed.
        """
        header = fits.Header.fromstring(wcs_header, sep="\n")
        kinds = [str(header.get(f"CTYPE{axis}", ""))[:4].rstrip("-") for axis in (1, 2)]
        name = next((_FRAMES[kind] for kind in kinds if kind in _FRAMES), None)
        if name is None:
            return None
        try:
            with caught():
                whole = WCS(header)
                plane = whole.sub([1, 2])
                if not plane.has_celestial:
                    return None
                frame = _frame(plane, name)
                sizes = header["NAXIS1"], header["NAXIS2"]
                found = cls(plane, frame, _turn(frame), name, *sizes)
                # Some nonsense is found out only when computing.
                found.icrs(np.zeros(1), np.zeros(1))
        except SIGNALLED:
            return None
        return found

    def icrs(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Numbers, Numbers]:
        """Find where pixels lie: right ascension (0 to 360) and declination.

        NaN where the projection has no sky.
        """
        x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
        world = self.wcs.all_pix2world(np.stack([x.ravel(), y.ravel()], axis=1), 0)
        lng, lat = self.wcs.wcs.lng, self.wcs.wcs.lat
        if self.turn is not None:
            vectors = unit_vectors(world[:, lng], world[:, lat]) @ self.turn
            ra, dec = degrees_of(vectors)
        else:
            there = SkyCoord(
                world[:, lng], world[:, lat], unit="deg", frame=self.frame
            ).icrs
            ra, dec = there.ra.deg % 360.0, there.dec.deg
        return ra.reshape(x.shape), dec.reshape(x.shape)

    def pixels(self, ra: npt.ArrayLike, dec: npt.ArrayLike) -> tuple[Numbers, Numbers]:
        """Find the pixels of positions; NaN where the projection shows none of them."""
        ra, dec = np.broadcast_arrays(np.asarray(ra, float), np.asarray(dec, float))
        if self.turn is not None:
            vectors = unit_vectors(ra.ravel(), dec.ravel()) @ self.turn.T
            lon, lat = degrees_of(vectors)
        else:
            there = SkyCoord(ra.ravel(), dec.ravel(), unit="deg", frame="icrs")
            there = there.transform_to(self.frame)
            lon, lat = there.spherical.lon.deg, there.spherical.lat.deg
        world = np.empty((ra.size, 2))
        world[:, self.wcs.wcs.lng] = lon
        world[:, self.wcs.wcs.lat] = lat
        try:
            found = self.wcs.all_world2pix(world, 0)
        except NoConvergence as error:
            found = error.best_solution.copy()
            for failed in (error.divergent, error.slow_conv):
                if failed is not None:
                    found[failed] = np.nan
        return found[:, 0].reshape(ra.shape), found[:, 1].reshape(ra.shape)

    def directions(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Numbers:
        """Find where pixels lie, as unit vectors along the last axis."""
        return unit_vectors(*self.icrs(x, y))


def _frame(plane: WCS, name: str) -> Any:
    """Find what the header's longitude and latitude mean.

    Ecliptic ones are those of the mean equinox that the header tells, or of J2000.
    """
    if name != "ecliptic":
        return wcs_to_celestial_frame(plane)
    equinox = plane.wcs.equinox
    year = equinox if np.isfinite(equinox) else 2000.0
    return BarycentricMeanEcliptic(equinox=Time(year, format="jyear"))


def _turn(frame: Any) -> Numbers | None:
    """Find the rotation from a frame to ICRS; rows are where its axes point."""
    if not isinstance(frame, ICRS | FK5 | Galactic | BarycentricMeanEcliptic):
        return None
    if isinstance(frame, ICRS):
        return np.eye(3)
    key = (frame.name, str(getattr(frame, "equinox", "")))
    if key not in _turns:
        axes = SkyCoord([0, 90, 0], [0, 0, 90], unit="deg", frame=frame).icrs
        _turns[key] = unit_vectors(axes.ra.deg, axes.dec.deg)
    return _turns[key]

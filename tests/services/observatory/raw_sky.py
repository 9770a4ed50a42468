"""The sky of a file as astropy computes it from the raw file, rows as they lie.

Nothing of the project is used: what it says is compared with this.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS
from astropy.wcs.utils import wcs_to_celestial_frame


@dataclass
class RawSky:
    header: fits.Header

    def __post_init__(self):
        with warnings.catch_warnings():
            # Old spellings in the files (dates, units) are not our subject.
            warnings.simplefilter("ignore")
            self.celestial = WCS(self.header).celestial
        self.frame = wcs_to_celestial_frame(self.celestial)
        self.width, self.height = self.header["NAXIS1"], self.header["NAXIS2"]

    def icrs(self, x, y):
        """Positions of pixels counted from the top, as SkyCoord."""
        row = self.height - 1 - np.asarray(y, float)
        lon, lat = self.celestial.all_pix2world(np.asarray(x, float), row, 0)
        return SkyCoord(lon, lat, unit="deg", frame=self.frame).icrs


def read_header(path, number):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fits.getheader(path, number)


def vectors(position):
    return np.moveaxis(position.cartesian.xyz.value, 0, -1)


def inside(points, corners):
    """Whether unit vectors (n, 3) are inside a polygon of great circles.

    By the winding number: the directions to the corners (m, 2; degrees) turn once
    around a point that is inside.
    """
    lon, lat = np.radians(corners).T
    polygon = np.stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], 1
    )
    p = points[:, None, :]
    a, b = polygon[None], np.roll(polygon, -1, axis=0)[None]
    # Directions towards the corners within the plane that touches the sphere at p.
    ta, tb = (v - np.sum(v * p, -1, keepdims=True) * p for v in (a, b))
    turn = np.arctan2(np.sum(np.cross(ta, tb) * p, -1), np.sum(ta * tb, -1))
    return np.abs(turn.sum(1)) > np.pi


def turning(corners):
    """Sign of the way around: positive when counter-clockwise seen from inside."""
    lon, lat = np.radians(corners).T
    polygon = np.stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], 1
    )
    across = np.cross(polygon, np.roll(polygon, -1, axis=0)).sum(0)
    return -np.sign(across @ polygon.mean(0))


def polygon_of(region):
    words = region.split()
    assert words[:2] == ["POLYGON", "ICRS"]
    return np.array([float(word) for word in words[2:]]).reshape(-1, 2)


# File and number of the extension of every shared image with celestial coordinates.
IMAGES = [
    ("Central_Datacube_bkg.fits", 1),
    ("HST-HDFS.fits", 1),
    ("IMAGE-HDFS-1.34.fits", 1),
    ("IMAGE-HDFS-1.34.fits", 3),
    ("comp.fits", 1),
    ("gc_2mass_h.fits", 0),
    ("gc_2mass_j.fits", 0),
    ("gc_2mass_k.fits", 0),
    ("gc_msx_e.fits", 0),
    ("l1448_13co.fits", 0),
    ("m13.fits", 0),
    ("m13_rice.fits", 1),
    ("m13_gzip.fits", 1),
    ("multi.fits", 1),
    ("multi.fits", 3),
    ("scale.fits", 0),
    ("test0.fits", 2),
    ("test0.fits", 4),
]

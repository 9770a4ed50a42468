"""FITS files with known pixels, for the tests of the reader."""

import numpy as np
from astropy.io import fits

from graticule.pixels.cache import ChunkCache
from graticule.pixels.fits.reader import FitsReader
from graticule.pixels.reader import ReadContext, ReadLimits

NOISE = np.random.default_rng(5).integers(-120, 120, (37, 53))


def context(cache_bytes=1 << 24, **limits):
    return ReadContext(ReadLimits(**limits), ChunkCache(cache_bytes))


OPENED = []


def open_fits(path, **kwargs):
    OPENED.append(FitsReader().open(path, context(**kwargs)))
    return OPENED[-1]


def plane(source, image=0, z=0, c=0, t=0):
    info = source.fileset.images[image]
    return source.read(image, 0, z, t, [c], info.levels[0].whole)[0]


def write(path, *hdus):
    fits.HDUList(list(hdus)).writeto(path)
    return path


def header(**cards):
    made = fits.Header()
    for key, value in cards.items():
        made[key.replace("_", "-")] = value
    return made

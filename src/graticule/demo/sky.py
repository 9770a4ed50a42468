"""Two pieces of sky that nobody has seen: a field of galaxies and an H I cube.

Both are FITS files with world coordinates and the header cards that cameras
and interferometers write. This module knows nothing of who reads them.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from astropy.io import fits

from graticule.demo.noise import Floats, blurred, cloud, compiled, smooth

SEED = 1_781
SCALE_ARCSEC = 0.2
CENTRE_DEG = (208.2479, 11.8961)
SKY, GAIN, READ_NOISE, FULL_WELL = 62.0, 1.0, 4.0, 2400.0
LIGHT_SPEED_M_S = 299_792_458.0


@compiled
def spiral(u: float, v: float, h: float, salt: int) -> float:
    """Return the light of a spiral galaxy seen face on.

    Parameters
    ----------
    u, v
        Place in the plane of the disc, pixels from the middle.
    h
        Scale length of the disc, pixels.
    salt
        Which galaxy.
    """
    r = math.hypot(u, v) + 1e-3
    turn = math.atan2(v, u) - 3.1 * math.log(r / h + 0.22)
    wander = 1.5 * (cloud(u / (0.55 * h) + 40.0, v / (0.55 * h) + 40.0, 4, salt) - 0.5)
    arm = (
        0.5
        + 0.38 * math.cos(2.0 * turn + wander)
        + 0.12 * math.cos(5.0 * turn - wander)
    )
    inner = 0.5 + 0.5 * math.cos(2.0 * turn + wander + 0.75)
    weave = cloud(u / (0.09 * h) + 80.0, v / (0.09 * h) + 80.0, 4, salt + 20)
    born = smooth(0.58, 0.8, weave) * smooth(0.55, 1.0, arm)
    out_of_bulge = smooth(0.25, 0.9, r / h)
    disc = math.exp(-0.85 * r / h) * (
        0.34 + 1.5 * arm**3 * out_of_bulge * (0.6 + weave)
    )
    disc += 1.5 * born * out_of_bulge * math.exp(-0.75 * r / h)
    lane = cloud(u / (0.16 * h) + 60.0, v / (0.16 * h) + 60.0, 5, salt + 40)
    dust = smooth(0.5, 1.0, inner) * smooth(0.42, 0.7, lane) * out_of_bulge
    bulge = 1.5 * math.exp(-3.4 * (math.sqrt(r / (0.28 * h) + 0.02) - 0.3))
    return (disc + bulge) * (1.0 - 0.72 * dust)


@compiled
def draw_galaxy(
    plane: Floats,
    middle: tuple[float, float],
    h: float,
    tilt: tuple[float, float],
    peak: float,
    salt: int,
) -> None:
    """Add a galaxy to a plane (y, x), in place.

    Parameters
    ----------
    plane
        What it is added to.
    middle
        x, y.
    h
        Scale length of the disc, pixels.
    tilt
        Inclination and position angle, radians.
    peak
        Brightness of the disc's middle, electrons.
    salt
        Even: a spiral; odd: an elliptical.
    """
    x, y = middle
    squash = math.cos(tilt[0])
    c = math.cos(tilt[1])
    s = math.sin(tilt[1])
    reach = int(7.0 * h) + 2
    for row in range(max(0, int(y) - reach), min(plane.shape[0], int(y) + reach)):
        for col in range(max(0, int(x) - reach), min(plane.shape[1], int(x) + reach)):
            u = (col - x) * c + (row - y) * s
            v = ((row - y) * c - (col - x) * s) / squash
            if salt % 2 == 0:
                light = spiral(u, v, h, salt)
            else:
                r = math.sqrt((u * u + v * v) / (h * h) + 0.02)
                light = 3.0 * math.exp(-3.2 * math.sqrt(r) + 0.45)
            fade = smooth(7.0 * h, 5.0 * h, math.hypot(u, v))
            plane[row, col] += peak * light * fade


@compiled
def draw_star(plane: Floats, x: float, y: float, flux: float, fwhm: float) -> None:
    """Add a star (Moffat profile, beta 3) of so many electrons, in place."""
    alpha2 = (fwhm / 2.0) ** 2 / (2.0 ** (1.0 / 3.0) - 1.0)
    peak = 2.0 * flux / (math.pi * alpha2)
    reach = 8 + int(2.6 * fwhm * (1.0 + peak / 20.0) ** (1.0 / 6.0))
    for row in range(max(0, int(y) - reach), min(plane.shape[0], int(y) + reach)):
        for col in range(max(0, int(x) - reach), min(plane.shape[1], int(x) + reach)):
            r2 = (row - y) ** 2 + (col - x) ** 2
            plane[row, col] += peak * (1.0 + r2 / alpha2) ** -3.0


@compiled
def draw_spikes(plane: Floats, x: float, y: float, flux: float) -> None:
    """Add the cross that a secondary mirror's vanes give bright stars, in place."""
    reach = int(min(420.0, 3.0 * flux**0.36))
    for step in range(-reach, reach + 1):
        fade = 0.006 * flux / (3.0 + abs(step)) ** 1.45
        for side in range(-3, 4):
            thin = fade * math.exp(-0.5 * (side / 0.9) ** 2)
            for row, col in ((y + step, x + side), (y + side, x + step)):
                if 0 <= row < plane.shape[0] and 0 <= col < plane.shape[1]:
                    plane[int(row), int(col)] += thin


def scene(size: int) -> Floats:
    """Return what falls on the detector, in electrons, shape (y, x)."""
    rng = np.random.default_rng(SEED)
    plane: Floats = np.zeros((size, size), np.float32)
    draw_galaxy(
        plane, (0.46 * size, 0.54 * size), 0.075 * size, (0.86, 0.62), 2500.0, 202
    )
    draw_galaxy(
        plane, (0.79 * size, 0.24 * size), 0.019 * size, (1.12, 2.2), 2200.0, 318
    )
    draw_galaxy(
        plane, (0.235 * size, 0.215 * size), 0.013 * size, (0.7, 0.4), 1300.0, 401
    )
    for number in range(420):
        h = 1.1 + 1.3 * rng.pareto(2.6)
        draw_galaxy(
            plane,
            tuple(rng.uniform(0, size, 2)),
            min(h, 11.0),
            (rng.uniform(0, 1.25), rng.uniform(0, math.pi)),
            float(rng.uniform(40, 420)),
            1000 + number,
        )
    plane = blurred(plane, 1.5)
    for _ in range(520):
        x, y = rng.uniform(0, size, 2)
        draw_star(plane, x, y, 450.0 * (1.0 + rng.pareto(0.72)), 3.9)
    for x, y, flux in ((0.83, 0.77, 2.6e6), (0.13, 0.83, 9e5), (0.62, 0.13, 6e5)):
        draw_star(plane, x * size, y * size, flux, 3.9)
        draw_spikes(plane, x * size, y * size, flux)
    return plane


def celestial(scale_deg: float, size: int, turn_deg: float) -> dict[str, object]:
    """Return the cards of a gnomonic projection about the field's middle."""
    c, s = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))
    return {
        "CTYPE1": "RA---TAN",
        "CTYPE2": "DEC--TAN",
        "CRVAL1": CENTRE_DEG[0],
        "CRVAL2": CENTRE_DEG[1],
        "CRPIX1": (size + 1) / 2,
        "CRPIX2": (size + 1) / 2,
        "CUNIT1": "deg",
        "CUNIT2": "deg",
        "CD1_1": -scale_deg * c,
        "CD1_2": scale_deg * s,
        "CD2_1": scale_deg * s,
        "CD2_2": scale_deg * c,
        "RADESYS": "ICRS",
        "EQUINOX": 2000.0,
    }


def write_field(path: Path, *, size: int = 2048) -> None:
    """Write a deep exposure of ``size`` x ``size`` pixels, float32."""
    rng = np.random.default_rng(SEED + 1)
    light = scene(size) + np.float32(SKY)
    noise = rng.standard_normal(light.shape, dtype=np.float32)
    light += noise * np.sqrt(np.maximum(light, 0) + np.float32(READ_NOISE**2))
    image = fits.PrimaryHDU(np.clip(light, None, FULL_WELL).astype(np.float32))
    image.header.update(
        {
            "OBJECT": ("GRT 1352+1154", "imaginary; made for the demo"),
            "TELESCOP": ("Imaginary 1.2 m", "no telescope was involved"),
            "INSTRUME": "Graticule demo camera",
            "FILTER": ("r", "SDSS r"),
            "EXPTIME": (600.0, "[s]"),
            "DATE-OBS": "2025-03-20T23:14:07.3",
            "MJD-OBS": 60754.968140,
            "AIRMASS": 1.131,
            "BUNIT": "electron",
            "GAIN": (GAIN, "[electron/adu]"),
            "RDNOISE": (READ_NOISE, "[electron]"),
            "SATURATE": (FULL_WELL, "[electron]"),
            "SKYLEVEL": (SKY, "[electron]"),
            "SEEING": (3.9 * SCALE_ARCSEC, "[arcsec] FWHM of stars"),
            "MAGZERO": (30.24, "[mag] AB, for one electron"),
            **celestial(SCALE_ARCSEC / 3600, size, 4.0),
        }
    )
    image.writeto(path)


def hydrogen(size: int, channels: int) -> Floats:
    """Return the 21 cm line of a turning disc, shape (velocity, y, x), Jy/beam."""
    rng = np.random.default_rng(SEED + 2)
    y, x = np.mgrid[0:size, 0:size] / size - 0.5
    turn, tilt = 0.6, 0.95
    u = x * math.cos(turn) + y * math.sin(turn)
    v = (y * math.cos(turn) - x * math.sin(turn)) / math.cos(tilt)
    r = np.hypot(u, v) + 1e-6
    arms = 1.0 + 0.75 * np.cos(2 * (np.arctan2(v, u) - 3.1 * np.log(r / 0.09 + 0.3)))
    column = arms * np.exp(-(((r - 0.2) / 0.13) ** 2)) + 0.25 * np.exp(-r / 0.2)
    velocity = np.tanh(r / 0.05) * math.sin(tilt) * u / r
    lanes = np.linspace(-1.15, 1.15, channels)
    cube = np.empty((channels, size, size), np.float32)
    for number, lane in enumerate(lanes):
        line = np.exp(-0.5 * ((velocity - lane) / 0.055) ** 2)
        static = rng.standard_normal((size, size), dtype=np.float32)
        light = (0.011 * column * line).astype(np.float32)
        # The beam shapes sky and noise alike.
        cube[number] = blurred(light + 0.0034 * static, 2.1)
    # Nothing is known outside the primary beam.
    cube[:, np.hypot(x, y) > 0.497] = np.nan
    return cube


def write_cube(path: Path, *, size: int = 192, channels: int = 48) -> None:
    """Write the H I cube: ``channels`` velocities of ``size`` x ``size`` pixels."""
    image = fits.PrimaryHDU(hydrogen(size, channels))
    beam_deg = 12.0 / 3600
    image.header.update(
        {
            "OBJECT": ("GRT 1352+1154", "imaginary; made for the demo"),
            "TELESCOP": ("Imaginary array", "no telescope was involved"),
            "BUNIT": "Jy/beam",
            "BMAJ": beam_deg,
            "BMIN": beam_deg,
            "BPA": 0.0,
            "RESTFRQ": (1.420405751786e9, "[Hz] H I"),
            "SPECSYS": "LSRK",
            "DATE-OBS": "2025-01-11T03:40:00",
            "MJD-OBS": 60686.152778,
            **celestial(2.4 / 3600, size, 0.0),
            "CTYPE3": "VRAD",
            "CUNIT3": "m/s",
            "CRPIX3": (channels + 1) / 2,
            "CRVAL3": 1_184_000.0,
            "CDELT3": 10_400.0,
            "CD3_3": 10_400.0,
        }
    )
    image.writeto(path)

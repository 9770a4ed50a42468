"""Repeatable randomness and blur: what the made pictures are woven from.

Everything is a function of whole-number lattice points and a salt, so any part
of a picture can be computed alone and comes out the same on every machine. It
knows nothing of images, files or what the pictures show.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

P = ParamSpec("P")
R = TypeVar("R")

THREADS = 2


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile with numba: cached on disk, free of the interpreter's lock."""
    decorate = numba.njit(cache=True, nogil=True, fastmath=True)
    return cast("Callable[P, R]", decorate(function))


@compiled
def unit(x: int, y: int, salt: int) -> float:
    """Return the number in [0, 1) that belongs to a lattice point."""
    h = np.uint64(x) * np.uint64(0x9E3779B97F4A7C15)
    h ^= np.uint64(y) * np.uint64(0xC2B2AE3D27D4EB4F)
    h ^= np.uint64(salt) * np.uint64(0x165667B19E3779F9)
    h ^= h >> np.uint64(31)
    h *= np.uint64(0xBF58476D1CE4E5B9)
    h ^= h >> np.uint64(27)
    h *= np.uint64(0x94D049BB133111EB)
    h ^= h >> np.uint64(31)
    return np.float64(h >> np.uint64(40)) / 16777216.0


@compiled
def value(x: float, y: float, salt: int) -> float:
    """Return smooth noise in [0, 1] with features one unit wide."""
    ix = math.floor(x)
    iy = math.floor(y)
    fx = x - ix
    fy = y - iy
    fx = fx * fx * (3.0 - 2.0 * fx)
    fy = fy * fy * (3.0 - 2.0 * fy)
    x0 = int(ix)
    y0 = int(iy)
    top = unit(x0, y0, salt) * (1.0 - fx) + unit(x0 + 1, y0, salt) * fx
    low = unit(x0, y0 + 1, salt) * (1.0 - fx) + unit(x0 + 1, y0 + 1, salt) * fx
    return top * (1.0 - fy) + low * fy


@compiled
def solid(x: float, y: float, z: float, salt: int) -> float:
    """Return smooth noise in [0, 1] that varies with z too."""
    iz = math.floor(z)
    fz = z - iz
    fz = fz * fz * (3.0 - 2.0 * fz)
    z0 = int(iz)
    return value(x, y, salt + 7919 * z0) * (1.0 - fz) + (
        value(x, y, salt + 7919 * (z0 + 1)) * fz
    )


@compiled
def cloud(x: float, y: float, octaves: int, salt: int) -> float:
    """Return noise in [0, 1] with ever finer detail (fractal sum)."""
    total = 0.0
    weight = 0.5
    reach = 0.0
    for octave in range(octaves):
        total += weight * value(x, y, salt + octave)
        reach += weight
        weight *= 0.5
        # The turn hides the lattice: no two octaves share their axes.
        x, y = 1.6 * x + 1.2 * y + 17.3, 1.6 * y - 1.2 * x + 5.1
    return total / reach


@compiled
def smooth(low: float, high: float, x: float) -> float:
    """Rise smoothly from 0 at ``low`` to 1 at ``high`` (or fall, if swapped)."""
    t = min(1.0, max(0.0, (x - low) / (high - low)))
    return t * t * (3.0 - 2.0 * t)


def blurred(plane: Floats, sigma: float) -> Floats:
    """Return a plane blurred by a Gaussian, its edges wrapped round.

    Parameters
    ----------
    plane
        Shape (y, x), float32.
    sigma
        Pixels.
    """
    rows = np.fft.fftfreq(plane.shape[0]).astype(np.float32)[:, None]
    cols = np.fft.rfftfreq(plane.shape[1]).astype(np.float32)[None, :]
    keep = np.exp(-2.0 * (math.pi * sigma) ** 2 * (rows**2 + cols**2))
    out = np.fft.irfft2(np.fft.rfft2(plane) * keep, s=plane.shape)
    return out.astype(np.float32)


def counted(
    signal: Floats, rng: np.random.Generator, offset: float, read_noise: float
) -> npt.NDArray[np.uint16]:
    """Look at a signal through a camera: shot noise, read noise, whole counts.

    Parameters
    ----------
    signal
        Expected photoelectrons, any shape, float32.
    rng
        Where the noise comes from.
    offset
        Counts of a pixel that sees nothing.
    read_noise
        Standard deviation of the electronics, in counts.
    """
    noise = rng.standard_normal(signal.shape, dtype=np.float32)
    spread = np.sqrt(np.maximum(signal, 0.0) + np.float32(read_noise**2))
    counts: Floats = np.rint(signal + noise * spread + np.float32(offset))
    return counts.clip(0, 65535).astype(np.uint16)

"""The stitched mosaic: a culture in three stains as a sharded OME-Zarr 0.5.

Photographs `graticule.demo.culture` field by field, as an automatic microscope
does, and adds the nuclei as a label image. It knows nothing of who reads it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt

from graticule.demo import culture, ngff
from graticule.demo.noise import THREADS, Floats, counted

DISH = culture.Culture(
    salt=7, spacing=80.0, density=0.86, scratch=330.0, dividing=0.025
)
PIXEL_UM = 0.325
FIELD = 512
CHUNK = 512
CHANNELS = (
    ngff.Stained("DNA", "4080FF", (100, 2000)),
    ngff.Stained("Actin", "FF5030", (120, 2100)),
    ngff.Stained("Mitochondria", "40FF60", (110, 1500)),
)
BRIGHTNESS = (2100.0, 1250.0, 1500.0)


def shading(size: int) -> Floats:
    """Return how a field darkens towards its corners, shape (size, size)."""
    axis = np.linspace(-1, 1, size, dtype=np.float32)
    return (1.0 - 0.045 * (axis[:, None] ** 2 + axis[None, :] ** 2)).astype(np.float32)


def field(x0: int, y0: int) -> tuple[npt.NDArray[np.uint16], culture.Labels]:
    """Return channels (c, y, x) and nuclei's labels (y, x) of one field."""
    here = culture.layout(DISH, x0, y0, (FIELD, FIELD))
    light = (
        culture.nuclei(here.places, here.cells, DISH.dividing, 4.0),
        culture.actin(here.places, here.cells, x0, y0),
        culture.mitochondria(here.places, here.cells, x0, y0),
    )
    dark = shading(FIELD)
    rng = np.random.default_rng((DISH.salt, x0, y0))
    counts = [
        counted(dark * (level * plane + np.float32(14)), rng, 100.0, 2.5)
        for plane, level in zip(light, BRIGHTNESS, strict=True)
    ]
    labels = np.where(here.places[culture.NUCLEUS] < 1.0, here.cells, 0)
    return np.stack(counts), labels.astype(np.uint32)


def numbered(labels: culture.Labels) -> culture.Labels:
    """Give labels the numbers 1, 2, 3 … in place of what they were."""
    present = np.zeros(int(labels.max()) + 1, bool)
    present[labels] = True
    present[0] = False
    numbers = np.where(present, np.cumsum(present), 0).astype(np.uint32)
    return numbers[labels]


def write(path: Path, *, fields: int = 8, levels: int = 5) -> None:
    """Write a mosaic of ``fields`` x ``fields`` fields of 512 pixels."""
    size = fields * FIELD
    pixels = np.empty((len(CHANNELS), size, size), np.uint16)
    labels: culture.Labels = np.empty((size, size), np.uint32)

    def take(number: int) -> None:
        x, y = (number % fields) * FIELD, (number // fields) * FIELD
        place = (slice(y, y + FIELD), slice(x, x + FIELD))
        pixels[(slice(None), *place)], labels[place] = field(x, y)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(take, range(fields**2)))
    ngff.write_image(
        path,
        pixels,
        name="Culture mosaic",
        channels=CHANNELS,
        pixel_um=PIXEL_UM,
        levels=levels,
        chunk=CHUNK,
    )
    ngff.write_labels(
        path,
        "nuclei",
        numbered(labels),
        pixel_um=PIXEL_UM,
        levels=levels,
        chunk=CHUNK,
    )

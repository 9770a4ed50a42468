"""The whole slide: `graticule.demo.tissue` as a pyramidal OME-TIFF.

Painted row of tiles by row of tiles, so that memory stays small however large
the slide; smaller levels are averaged on the way and lie in SubIFDs. It knows
nothing of who reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tifffile
from imagecodecs import jpeg8_encode

from graticule.demo.noise import THREADS
from graticule.demo.tissue import SLIDE, painted

TILE = 512
PIXEL_UM = 0.25
QUALITY = 78
DESCRIPTION = (
    "Made for the demo: no tissue was cut. A section of colon wall in "
    "haematoxylin and eosin, from the mucosa with its crypts (top) through "
    "submucosa and muscle to the serosa."
)

Pixels = npt.NDArray[np.uint8]


def encoded(tile: Pixels) -> bytes:
    """Compress one RGB tile as JPEG, colours at half resolution."""
    return bytes(
        jpeg8_encode(np.ascontiguousarray(tile), level=QUALITY, subsampling="420")
    )


def halved(pixels: Pixels) -> Pixels:
    """Average blocks of 2 x 2 pixels, rounding to nearest."""
    wide = pixels.astype(np.uint16)
    rows = wide[0::2] + wide[1::2]
    total = rows[:, 0::2] + rows[:, 1::2] + np.uint16(2)
    return (total >> 2).astype(np.uint8)


class Pyramid:
    """Collects the smaller levels while the largest is written.

    Attributes
    ----------
    tiles
        Encoded tiles of each level, row by row; level 0 is not kept.
    """

    def __init__(self, levels: int) -> None:
        self.tiles: list[list[bytes]] = [[] for _ in range(levels)]
        self._waiting: list[list[Pixels]] = [[] for _ in range(levels)]

    def add(self, level: int, half_row: Pixels) -> None:
        """Take the next half of a row of tiles of a level, all of its width."""
        if level >= len(self.tiles):
            return
        self._waiting[level].append(half_row)
        if len(self._waiting[level]) == 2:
            row = np.concatenate(self._waiting[level])
            self._waiting[level].clear()
            columns = range(0, row.shape[1], TILE)
            self.tiles[level] += [encoded(row[:, x : x + TILE]) for x in columns]
            self.add(level + 1, halved(row))


def largest(size: int, pyramid: Pyramid) -> Iterator[bytes]:
    """Yield the encoded tiles of level 0 and feed the pyramid above it."""
    start = (SLIDE - size) // 2

    def make(place: tuple[int, int]) -> tuple[bytes, Pixels]:
        pixels = painted(*place, TILE, TILE)
        return encoded(pixels), halved(pixels)

    with ThreadPoolExecutor(THREADS) as pool:
        for y in range(start, start + size, TILE):
            places = [(x, y) for x in range(start, start + size, TILE)]
            row = list(pool.map(make, places))
            # Fed first: nobody asks a generator to go on after its last item.
            pyramid.add(1, np.concatenate([half for _, half in row], axis=1))
            yield from (tile for tile, _ in row)


def metadata(size: int) -> bytes:
    """Return the OME-XML of the slide, encoded as UTF-8."""
    schema = "http://www.openmicroscopy.org/Schemas/OME/2016-06"
    xml = f"""<?xml version="1.0" encoding="UTF-8"?>
<OME xmlns="{schema}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:schemaLocation="{schema} {schema}/ome.xsd" Creator="Graticule demo">
  <Instrument ID="Instrument:0">
    <Microscope Manufacturer="Graticule" Model="Imaginary slide scanner"/>
    <Objective ID="Objective:0" Model="Plan Apo 40x/0.95" NominalMagnification="40"
        LensNA="0.95" Immersion="Air" Correction="PlanApo"/>
  </Instrument>
  <Image ID="Image:0" Name="Colon wall, H&amp;E">
    <AcquisitionDate>2025-06-02T14:05:00</AcquisitionDate>
    <Description>{DESCRIPTION}</Description>
    <InstrumentRef ID="Instrument:0"/>
    <ObjectiveSettings ID="Objective:0"/>
    <Pixels ID="Pixels:0" DimensionOrder="XYCZT" Type="uint8" Interleaved="true"
        SizeX="{size}" SizeY="{size}" SizeZ="1" SizeC="3" SizeT="1"
        PhysicalSizeX="{PIXEL_UM}" PhysicalSizeXUnit="µm"
        PhysicalSizeY="{PIXEL_UM}" PhysicalSizeYUnit="µm">
      <Channel ID="Channel:0:0" SamplesPerPixel="3" ContrastMethod="Brightfield"
          IlluminationType="Transmitted"/>
      <TiffData IFD="0" PlaneCount="1"/>
    </Pixels>
  </Image>
</OME>"""
    return xml.encode()


def write(path: Path, *, levels: int = 6) -> None:
    """Write a slide of ``512 * 2**(levels - 1)`` pixels on each side."""
    pyramid = Pyramid(levels)
    size = TILE << (levels - 1)
    common: dict[str, Any] = {
        "dtype": np.uint8,
        "tile": (TILE, TILE),
        "compression": "jpeg",
        "photometric": "rgb",
        "subsampling": (2, 2),
        "metadata": None,
        "resolutionunit": "CENTIMETER",
    }
    with tifffile.TiffWriter(path, bigtiff=True) as file:
        for level in range(levels):
            side = size >> level
            dots_per_cm = 1e4 / (PIXEL_UM * 2**level)
            kind: dict[str, Any] = {"subfiletype": 1}
            if level == 0:
                kind = {"subifds": levels - 1, "description": metadata(size)}
            file.write(
                iter(pyramid.tiles[level]) if level else largest(size, pyramid),
                shape=(side, side, 3),
                resolution=(dots_per_cm, dots_per_cm),
                **common,
                **kind,
            )

"""The four-channel 5D stack: the living layer through a spinning-disk microscope.

Turns the light of `graticule.demo.monolayer` into a 16-bit OME-TIFF with the
metadata an instrument would write. It knows nothing of who reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import imagecodecs
import numpy as np
import numpy.typing as npt
import tifffile

from graticule.demo import monolayer
from graticule.demo.noise import THREADS, Floats, counted

SEED = 20_040_611
MARGIN = 64
"""Pixels of the layer around the field, so that nothing stops at its border."""
PIXEL_UM = 0.108
PLANE_UM = 0.5
FRAME_SECONDS = 180.0
TILE = 256
DESCRIPTION = (
    "Made for the demo: no microscope was involved. An epithelium of living "
    "cells in four stains; the cell in the middle goes from metaphase to two "
    "daughters while the layer drifts."
)

Counts = npt.NDArray[np.uint16]
Shape = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Stain:
    """What one channel shows and how brightly (photoelectrons)."""

    name: str
    fluor: str
    excitation_nm: float
    emission_nm: float
    color: str
    exposure_ms: float
    brightness: float
    ceiling: float
    haze: float
    autofluorescence: float
    read_noise: float


STAINS = (
    Stain(
        "Nuclei", "Hoechst 33342", 405, 461, "#3060ff", 80, 1900, 3400, 0.035, 9, 2.0
    ),
    Stain("Microtubules", "EGFP", 488, 509, "#00ff40", 120, 2300, 3300, 0.03, 22, 2.0),
    Stain("Membranes", "mCherry", 561, 610, "#ff3020", 150, 1500, 2600, 0.03, 16, 2.0),
    Stain("Lysosomes", "SiR", 640, 674, "#ff40ff", 300, 900, 1500, 0.03, 12, 9.0),
)


def light(channel: int, moment: monolayer.Moment, time: float, shape: Shape) -> Floats:
    """Return where one stain glows, shape (z, y, x), before the lens."""
    volume: Floats = np.zeros(shape, np.float32)
    owner = np.empty(shape[1:], np.int16)
    edge: Floats = np.empty(shape[1:], np.float32)
    monolayer.territories(moment.bodies, owner, edge)
    if channel == 0:
        monolayer.draw_nuclei(volume, moment.nuclei)
    elif channel == 1:
        monolayer.draw_microtubules(volume, moment.nuclei, moment.hubs, owner, time)
    elif channel == 2:
        monolayer.draw_membranes(volume, edge)
        monolayer.draw_vesicles(volume, moment.hubs, edge, time, 80, 46.0, 0.9, 5000)
    else:
        monolayer.draw_vesicles(volume, moment.hubs, edge, time, 55, 26.0, 2.6, 9000)
    return volume


def seen(volume: Floats, haze: float) -> Floats:
    """Blur a volume by the lens: each plane by its distance from the focus.

    The pinholes keep most of what is out of focus away; ``haze`` of it comes
    through, spread ever wider.
    """
    planes, rows, cols = volume.shape
    fy = np.fft.fftfreq(rows).astype(np.float32)[:, None]
    fx = np.fft.rfftfreq(cols).astype(np.float32)[None, :]
    f2 = -2.0 * np.float32(np.pi) ** 2 * (fx**2 + fy**2)
    spectra = [np.fft.rfft2(plane) for plane in volume]
    lens = []
    for away in range(planes):
        sharp = np.exp(-0.5 * (away / 1.05) ** 2)
        wide = 1.05**2 + (1.7 * away) ** 2
        lens.append(np.float32(sharp + haze) * np.exp(f2 * np.float32(wide)))
    out: Floats = np.empty_like(volume)
    for z in range(planes):
        total = sum(
            (
                spectra[k] * lens[abs(z - k)]
                for k in range(max(0, z - 7), min(planes, z + 8))
            ),
            np.zeros_like(spectra[0]),
        )
        out[z] = np.fft.irfft2(total, s=(rows, cols))
    return out


def recorded(
    volume: Floats, stain: Stain, fade: float, rng: np.random.Generator
) -> Counts:
    """Turn a blurred volume into camera counts."""
    signal = np.maximum(volume, 0.0) * np.float32(stain.brightness * fade)
    # Dyes and cameras saturate softly; it keeps single bright knots from
    # setting the display range of everything else.
    signal = np.float32(stain.ceiling) * np.tanh(signal / np.float32(stain.ceiling))
    return counted(
        signal + np.float32(stain.autofluorescence), rng, 100.0, stain.read_noise
    )


def stack(
    channel: int, frame: int, moment: monolayer.Moment, time: float, shape: Shape
) -> Counts:
    """Record one channel at one time; shape (z, y, x) without the margin."""
    stain = STAINS[channel]
    planes, rows, cols = shape
    wide = (planes, rows + 2 * MARGIN, cols + 2 * MARGIN)
    volume = seen(light(channel, moment, time, wide), stain.haze)
    field = volume[:, MARGIN : MARGIN + rows, MARGIN : MARGIN + cols]
    rng = np.random.default_rng((SEED, frame, channel))
    return recorded(field, stain, 0.97**frame, rng)


def encoded(volume: Counts) -> list[bytes]:
    """Compress a stack's planes as TIFF tiles (horizontal predictor, deflate)."""
    tiles = []
    for plane in volume:
        rows, cols = plane.shape
        filled = np.pad(plane, ((0, -rows % TILE), (0, -cols % TILE)), mode="edge")
        for y in range(0, rows, TILE):
            for x in range(0, cols, TILE):
                tile = np.ascontiguousarray(filled[y : y + TILE, x : x + TILE])
                differences = imagecodecs.delta_encode(tile, axis=-1)
                tiles.append(
                    bytes(imagecodecs.deflate_encode(differences.tobytes(), level=1))
                )
    return tiles


def tiles(size: int, planes: int, frames: int) -> Iterator[bytes]:
    """Yield all encoded tiles: z fastest, then channel, then time."""

    def make(channel: int, frame: int, moment: monolayer.Moment) -> list[bytes]:
        time = frame / max(1, frames - 1)
        return encoded(stack(channel, frame, moment, time, (planes, size, size)))

    with ThreadPoolExecutor(THREADS) as pool:
        for frame in range(frames):
            time = frame / max(1, frames - 1)
            moment = monolayer.at_time(size + 2 * MARGIN, planes, time, SEED)
            every = [pool.submit(make, c, frame, moment) for c in range(len(STAINS))]
            for future in every:
                yield from future.result()


def channel_xml(number: int, stain: Stain) -> str:
    """Describe one stain as OME-XML does."""
    rgba = int(stain.color[1:] + "ff", 16)
    return f"""
      <Channel ID="Channel:0:{number}" Name="{stain.name}" Fluor="{stain.fluor}"
          Color="{rgba - 2**32 if rgba >= 2**31 else rgba}" SamplesPerPixel="1"
          ExcitationWavelength="{stain.excitation_nm}" ExcitationWavelengthUnit="nm"
          EmissionWavelength="{stain.emission_nm}" EmissionWavelengthUnit="nm"
          AcquisitionMode="SpinningDiskConfocal" ContrastMethod="Fluorescence"
          IlluminationType="Epifluorescence" PinholeSize="50" PinholeSizeUnit="µm">
        <LightSourceSettings ID="LightSource:{number}" Attenuation="0.2"/>
        <DetectorSettings ID="Detector:0" Binning="1x1" Gain="1"/>
      </Channel>"""


def instrument_xml() -> str:
    """Describe the microscope that would have taken it."""
    lasers = "".join(
        f"""
    <Laser ID="LightSource:{number}" Type="Semiconductor" Power="100"
        PowerUnit="mW" Wavelength="{stain.excitation_nm}" WavelengthUnit="nm"/>"""
        for number, stain in enumerate(STAINS)
    )
    return f"""
  <Instrument ID="Instrument:0">
    <Microscope Type="Inverted" Manufacturer="Graticule" Model="Imaginary"/>{lasers}
    <Detector ID="Detector:0" Type="CMOS" Model="sCMOS 6.5 µm"/>
    <Objective ID="Objective:0" Model="Plan Apo 60x/1.40 Oil" LensNA="1.4"
        NominalMagnification="60" Immersion="Oil" Correction="PlanApo"/>
  </Instrument>"""


def planes_xml(planes: int, frames: int) -> str:
    """Say when, where and for how long each plane was exposed."""
    facts = []
    for frame in range(frames):
        clock = frame * FRAME_SECONDS
        for channel, stain in enumerate(STAINS):
            seconds = stain.exposure_ms / 1000
            for z in range(planes):
                facts.append(
                    f"""
      <Plane TheZ="{z}" TheC="{channel}" TheT="{frame}" DeltaT="{clock:.3f}"
          ExposureTime="{seconds:g}" PositionZ="{z * PLANE_UM:g}"
          PositionZUnit="µm"/>"""
                )
                clock += seconds + 0.02
    return "".join(facts)


def metadata(size: int, planes: int, frames: int) -> bytes:
    """Return the OME-XML of the stack, encoded as UTF-8."""
    channels = "".join(channel_xml(*pair) for pair in enumerate(STAINS))
    schema = "http://www.openmicroscopy.org/Schemas/OME/2016-06"
    xml = f"""<?xml version="1.0" encoding="UTF-8"?>
<OME xmlns="{schema}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:schemaLocation="{schema} {schema}/ome.xsd" Creator="Graticule demo">\
{instrument_xml()}
  <Image ID="Image:0" Name="Dividing cell in an epithelium">
    <AcquisitionDate>2025-03-14T09:26:53</AcquisitionDate>
    <Description>{DESCRIPTION}</Description>
    <InstrumentRef ID="Instrument:0"/>
    <ObjectiveSettings ID="Objective:0" Medium="Oil" RefractiveIndex="1.515"/>
    <Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint16" BigEndian="false"
        Interleaved="false" SignificantBits="16" SizeX="{size}" SizeY="{size}"
        SizeZ="{planes}" SizeC="{len(STAINS)}" SizeT="{frames}"
        PhysicalSizeX="{PIXEL_UM}" PhysicalSizeXUnit="µm"
        PhysicalSizeY="{PIXEL_UM}" PhysicalSizeYUnit="µm"
        PhysicalSizeZ="{PLANE_UM}" PhysicalSizeZUnit="µm"
        TimeIncrement="{FRAME_SECONDS}" TimeIncrementUnit="s">{channels}
      <TiffData IFD="0" PlaneCount="{planes * len(STAINS) * frames}"/>\
{planes_xml(planes, frames)}
    </Pixels>
  </Image>
</OME>"""
    return xml.encode()


def write(path: Path, *, size: int = 512, planes: int = 20, frames: int = 5) -> None:
    """Write the stack as an OME-TIFF of ``size`` x ``size`` pixels."""
    with tifffile.TiffWriter(path) as file:
        file.write(
            tiles(size, planes, frames),
            shape=(frames, len(STAINS), planes, size, size),
            dtype=np.uint16,
            tile=(TILE, TILE),
            compression="adobe_deflate",
            predictor=True,
            photometric="minisblack",
            description=metadata(size, planes, frames),
            metadata=None,
        )

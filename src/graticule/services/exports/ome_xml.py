"""The OME-XML of a file with one image (schema 2016-06).

Only what the schema allows is written: facts of other words or units are left
out. Knows neither TIFF nor the catalogue.
"""

from __future__ import annotations

import math
import re
from datetime import UTC
from itertools import product
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from graticule.pixels.model import PixelType
from graticule.services.exports.facts import ChannelFacts, ImageFacts

NAMESPACE = "http://www.openmicroscopy.org/Schemas/OME/2016-06"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"

# What no XML may hold, escaped or not.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_WORDS: dict[str, frozenset[str]] = {
    "IlluminationType": frozenset(
        ["Transmitted", "Epifluorescence", "Oblique", "NonLinear", "Other"]
    ),
    "ContrastMethod": frozenset(
        [
            "Brightfield",
            "Phase",
            "DIC",
            "HoffmanModulation",
            "ObliqueIllumination",
            "PolarizedLight",
            "Darkfield",
            "Fluorescence",
            "Other",
        ]
    ),
    "AcquisitionMode": frozenset(
        [
            "WideField",
            "LaserScanningConfocalMicroscopy",
            "SpinningDiskConfocal",
            "SlitScanConfocal",
            "MultiPhotonMicroscopy",
            "StructuredIllumination",
            "SingleMoleculeImaging",
            "TotalInternalReflection",
            "FluorescenceLifetime",
            "SpectralImaging",
            "FluorescenceCorrelationSpectroscopy",
            "NearFieldScanningOpticalMicroscopy",
            "SecondHarmonicGenerationImaging",
            "PALM",
            "STORM",
            "STED",
            "TIRF",
            "FSM",
            "LCM",
            "Other",
            "BrightField",
            "SweptFieldConfocal",
            "SPIM",
        ]
    ),
}


def ome_xml(
    facts: ImageFacts,
    *,
    pixel_type: PixelType,
    significant_bits: int | None,
    size: tuple[int, int, int, int, int],
    samples: int,
) -> bytes:
    """Write the document; planes follow each other in the order ``XYZCT``.

    Parameters
    ----------
    size
        Width, height, z, channels, t. With ``samples`` = 3 the three channels
        are one of RGB.
    samples
        Values of each pixel of a page: 1 or 3.

    Returns
    -------
    bytes
        UTF-8.
    """
    root = Element(
        "OME",
        {
            "xmlns": NAMESPACE,
            "xmlns:xsi": _INSTANCE,
            "xsi:schemaLocation": f"{NAMESPACE} {NAMESPACE}/ome.xsd",
            "Creator": "Graticule",
        },
    )
    magnification = _finite(facts.magnification)
    if magnification is not None:
        instrument = SubElement(root, "Instrument", ID="Instrument:0")
        SubElement(
            instrument,
            "Objective",
            ID="Objective:0",
            NominalMagnification=_number(magnification),
        )
    image = SubElement(root, "Image", ID="Image:0", Name=_text(facts.name))
    if facts.acquired is not None:
        at = facts.acquired.astimezone(UTC).replace(tzinfo=None)
        SubElement(image, "AcquisitionDate").text = at.isoformat()
    if facts.description:
        SubElement(image, "Description").text = _text(facts.description)
    if magnification is not None:
        SubElement(image, "InstrumentRef", ID="Instrument:0")
        SubElement(image, "ObjectiveSettings", ID="Objective:0")
    pixels = SubElement(
        image, "Pixels", _pixels(facts, pixel_type, significant_bits, size)
    )
    _add_channels(pixels, facts.channels, samples)
    planes = size[2] * size[3] * size[4] // samples
    SubElement(pixels, "TiffData", IFD="0", PlaneCount=str(planes))
    _add_planes(pixels, facts, samples, size[2:])
    _add_notes(root, image, facts.notes)
    text: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _pixels(
    facts: ImageFacts,
    pixel_type: PixelType,
    significant_bits: int | None,
    size: tuple[int, int, int, int, int],
) -> dict[str, str]:
    said = {"ID": "Pixels:0", "DimensionOrder": "XYZCT", "Type": pixel_type.value}
    if significant_bits:
        said["SignificantBits"] = str(significant_bits)
    for axis, length in zip("XYZCT", size, strict=True):
        said[f"Size{axis}"] = str(length)
    for axis, um in (
        ("X", facts.pixel_width_um),
        ("Y", facts.pixel_height_um),
        ("Z", facts.pixel_depth_um),
    ):
        length_um = _positive(um)
        if length_um is not None:
            said[f"PhysicalSize{axis}"] = _number(length_um)
            said[f"PhysicalSize{axis}Unit"] = "µm"
    if facts.time_increment is not None:
        said["TimeIncrement"] = _number(facts.time_increment.total_seconds())
        said["TimeIncrementUnit"] = "s"
    return said


def _add_channels(
    pixels: Element, channels: tuple[ChannelFacts, ...], samples: int
) -> None:
    if samples > 1:
        said = {"ID": "Channel:0:0", "SamplesPerPixel": str(samples)}
        SubElement(pixels, "Channel", said)
        return
    for number, channel in enumerate(channels):
        said = {"ID": f"Channel:0:{number}", "SamplesPerPixel": "1"}
        if channel.name:
            said["Name"] = _text(channel.name)
        if channel.color is not None:
            said["Color"] = str(channel.color)
        for name, nm in (
            ("EmissionWavelength", channel.emission_nm),
            ("ExcitationWavelength", channel.excitation_nm),
        ):
            length_nm = _positive(nm)
            if length_nm is not None:
                said[name] = _number(length_nm)
                said[f"{name}Unit"] = "nm"
        SubElement(pixels, "Channel", said | _allowed(channel.facts))


def _allowed(facts: dict[str, Any]) -> dict[str, str]:
    """Keep the facts of a channel that the schema has, in its words."""
    said = {
        name: facts[name] for name, words in _WORDS.items() if facts.get(name) in words
    }
    if isinstance(fluor := facts.get("Fluor"), str):
        said["Fluor"] = _text(fluor)
    pinhole = _positive(facts.get("PinholeSize"))
    if pinhole is not None and facts.get("PinholeSizeUnit") in {"µm", "nm", "mm"}:
        said["PinholeSize"] = _number(pinhole)
        said["PinholeSizeUnit"] = facts["PinholeSizeUnit"]
    return said


def _add_planes(
    pixels: Element, facts: ImageFacts, samples: int, size: tuple[int, ...]
) -> None:
    """Describe the planes of which something is known."""
    times = {
        place: seconds
        for place, seconds in facts.seconds.items()
        if place[1] % samples == 0 and math.isfinite(seconds)
    }
    position = _position(facts)
    places = set(times)
    if position:
        size_z, size_c, size_t = size
        places |= set(product(range(size_z), range(0, size_c, samples), range(size_t)))
    for z, c, t in sorted(places, key=lambda place: place[::-1]):
        said = {"TheZ": str(z), "TheC": str(c // samples), "TheT": str(t)}
        if (z, c, t) in times:
            said |= {"DeltaT": _number(times[z, c, t]), "DeltaTUnit": "s"}
            exposure = _finite(facts.channels[c].facts.get("ExposureTime"))
            if exposure is not None:
                said |= {"ExposureTime": _number(exposure), "ExposureTimeUnit": "s"}
        SubElement(pixels, "Plane", said | position)


def _position(facts: ImageFacts) -> dict[str, str]:
    """Say where a part lies in its image: in micrometres where that is known."""
    if facts.offset is None:
        return {}
    steps = _positive(facts.pixel_width_um), _positive(facts.pixel_height_um)
    said = {}
    for axis, pixels, step in zip("XY", facts.offset, steps, strict=True):
        said[f"Position{axis}"] = _number(pixels * (step or 1))
        said[f"Position{axis}Unit"] = "µm" if step else "pixel"
    return said


def _add_notes(
    root: Element, image: Element, notes: tuple[tuple[str, str], ...]
) -> None:
    """Write pairs of words as a map that is linked to the image."""
    if not notes:
        return
    SubElement(image, "AnnotationRef", ID="Annotation:0")
    annotations = SubElement(root, "StructuredAnnotations")
    kept = SubElement(
        annotations, "MapAnnotation", ID="Annotation:0", Namespace="graticule.cutout"
    )
    value = SubElement(kept, "Value")
    for key, text in notes:
        SubElement(value, "M", K=_text(key)).text = _text(text)


def _text(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)


def _number(value: float) -> str:
    return repr(float(value))


def _finite(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) else None


def _positive(value: Any) -> float | None:
    number = _finite(value)
    return number if number is not None and number > 0 else None

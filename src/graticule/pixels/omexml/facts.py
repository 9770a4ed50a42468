"""Instruments, channels and their settings of OME-XML as plain JSON.

Facts keep the schema's names (``LensNA``, ``PinholeSize``); numbers become
numbers and every quantity has its unit beside it (``PinholeSizeUnit``), the
schema's default where the file leaves it out. Knows no pixels.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import Element

from graticule.pixels.model import Channel
from graticule.pixels.omexml.tree import boolean, integer, number
from graticule.pixels.omexml.units import length_nm

Facts = dict[str, Any]

_NUMBERS = frozenset(
    [
        "NominalMagnification",
        "CalibratedMagnification",
        "LensNA",
        "RefractiveIndex",
        "Gain",
        "AmplificationGain",
        "Offset",
        "Zoom",
        "Attenuation",
        "Transmittance",
        "CO2Percent",
        "Humidity",
        "NDFilter",
        "FrequencyMultiplication",
    ]
)
_INTEGERS = frozenset(["SamplesPerPixel", "Integration", "PockelCellSetting"])
_BOOLEANS = frozenset(["Iris", "PockelCell", "Tuneable"])
# Quantities and the schema's default units.
_UNITS = {
    "PinholeSize": "µm",
    "WorkingDistance": "µm",
    "Wavelength": "nm",
    "EmissionWavelength": "nm",
    "ExcitationWavelength": "nm",
    "CutIn": "nm",
    "CutOut": "nm",
    "CutInTolerance": "nm",
    "CutOutTolerance": "nm",
    "Power": "mW",
    "RepetitionRate": "Hz",
    "Voltage": "V",
    "ReadOutRate": "MHz",
    "Temperature": "°C",
    "AirPressure": "mbar",
    "X": "reference frame",
    "Y": "reference frame",
    "Z": "reference frame",
}
# Names of old schemas → the present ones.
_RENAMED = {
    "ExWave": "ExcitationWavelength",
    "EmWave": "EmissionWavelength",
    "NDfilter": "NDFilter",
    "Mode": "AcquisitionMode",
    "Magnification": "NominalMagnification",
    "Tunable": "Tuneable",
    "FrequencyDoubled": "FrequencyMultiplication",
    "AuxLightAttenuation": "Attenuation",
    "AuxLightWavelength": "Wavelength",
}
_SETTINGS = {
    "LightSourceSettings": "LightSourceSettings",
    "LightSourceRef": "LightSourceSettings",
    "LightRef": "LightSourceSettings",
    "DetectorSettings": "DetectorSettings",
    "DetectorRef": "DetectorSettings",
}
_SUBJECTS = {"LightSourceSettings": "LightSource", "DetectorSettings": "Detector"}
_FILTERS = {
    "ExcitationFilterRef": "ExcitationFilters",
    "EmissionFilterRef": "EmissionFilters",
    "ExFilterRef": "ExcitationFilters",
    "EmFilterRef": "EmissionFilters",
}


def _value(name: str, text: str) -> Any:
    if name in _NUMBERS or name in _UNITS:
        found: Any = number(text)
    elif name in _INTEGERS:
        found = integer(text)
    elif name in _BOOLEANS:
        found = boolean(text)
    else:
        return text
    return text if found is None else found


def _entries(element: Element) -> Iterable[tuple[str, str]]:
    """Give attributes and, as old schemas write them, text-only children."""
    yield from element.items()
    for child in element:
        text = (child.text or "").strip()
        if text and not len(child) and not child.attrib:
            yield child.tag, text


def facts_of(element: Element) -> Facts:
    """Collect what an element says about itself, without IDs and references."""
    facts: Facts = {}
    for raw, text in _entries(element):
        name = _RENAMED.get(raw, raw)
        if name == "ID" or name.endswith("Ref") or ":" in name or not text.strip():
            continue
        facts[name] = _value(name, text)
        if name in _UNITS:
            facts.setdefault(f"{name}Unit", _UNITS[name])
    ranges = element.find("TransmittanceRange")
    if ranges is not None:
        facts["TransmittanceRange"] = facts_of(ranges)
    return facts


class Instruments:
    """The instruments of a document, to look parts up by their IDs."""

    def __init__(self, root: Element) -> None:
        self._parts: dict[str, Element] = {}
        self._whole: dict[str, Facts] = {}
        for instrument in root.iter("Instrument"):
            key = instrument.get("ID", "")
            self._whole[key] = _instrument(instrument)
            for part in instrument:
                self._parts.setdefault(part.get("ID", ""), part)

    def whole(self, reference: Element | None) -> Facts:
        """Everything about the instrument that a reference names."""
        return {} if reference is None else self._whole.get(_key(reference), {})

    def part(self, reference: Element | None) -> Facts:
        """Facts of the part that a reference or settings element names."""
        part = None if reference is None else self._parts.get(_key(reference))
        return {} if part is None else _part(part)

    def element(self, reference: Element) -> Element | None:
        """Find the part's own element."""
        return self._parts.get(_key(reference))


def _key(reference: Element) -> str:
    """ID that a reference names; before 2008 the attribute bore the type's name."""
    for name, value in reference.items():
        if name == "ID" or name.endswith("ID"):
            return value
    return ""


def _part(part: Element) -> Facts:
    """Facts of one part; a light source says of what kind it is."""
    facts = facts_of(part)
    if part.tag == "LightSource":
        for inner in part:
            facts = {**facts, "Kind": inner.tag, **facts_of(inner)}
    elif part.tag in {
        "Laser",
        "Arc",
        "Filament",
        "LightEmittingDiode",
        "GenericExcitationSource",
    }:
        facts = {"Kind": part.tag, **facts}
    return facts


def _instrument(instrument: Element) -> Facts:
    facts: Facts = {}
    for part in instrument:
        found = _part(part)
        if part.tag == "Microscope":
            facts["Microscope"] = found
        elif found and not part.tag.endswith("Ref"):
            facts.setdefault(part.tag, []).append(found)
    return facts


def _light_path(path: Element, instruments: Instruments) -> Facts:
    """Collect the filters of a ``LightPath`` or ``FilterSet``."""
    facts: Facts = {}
    for reference in path:
        found = instruments.part(reference)
        if reference.tag in _FILTERS and found:
            facts.setdefault(_FILTERS[reference.tag], []).append(found)
        elif reference.tag == "DichroicRef" and found:
            facts["Dichroic"] = found
    return facts


def _channel_facts(channel: Element, instruments: Instruments) -> Facts:
    facts = facts_of(channel)
    for child in channel:
        if child.tag in _SETTINGS:
            name = _SETTINGS[child.tag]
            settings = facts_of(child)
            subject = instruments.part(child)
            if subject:
                settings[_SUBJECTS[name]] = subject
            if settings:
                facts[name] = settings
        elif child.tag == "LightPath":
            path = _light_path(child, instruments)
            if path:
                facts["LightPath"] = path
        elif child.tag in {"FilterSetRef", "FilterRef"}:
            element = instruments.element(child)
            if element is not None:
                path = _light_path(element, instruments)
                facts[element.tag] = {**_part(element), **path}
    return facts


# What a Channel says in fields of its own.
_FIELDS = {
    "Name",
    "Color",
    "EmissionWavelength",
    "EmissionWavelengthUnit",
    "ExcitationWavelength",
    "ExcitationWavelengthUnit",
}
_DEFAULT_COLOR = -(1 << 31)
_SAMPLES = (
    ("Red", (255, 0, 0, 255)),
    ("Green", (0, 255, 0, 255)),
    ("Blue", (0, 0, 255, 255)),
    ("Alpha", (0, 0, 0, 0)),
)


def color_of(text: str | None) -> tuple[int, int, int, int] | None:
    """Read a colour: a signed 32-bit integer, R in the top byte, A in the lowest.

    Before 2012-06 the schema's default was -2147483648 and converters wrote it
    out; as a colour it would be a transparent dark red, so it counts as unset.
    """
    value = integer(text)
    if value is None or value == _DEFAULT_COLOR or not -(1 << 31) <= value < 1 << 32:
        return None
    red, green, blue, alpha = (value % (1 << 32)).to_bytes(4, "big")
    return red, green, blue, alpha


def describe_channel(
    channel: Element, samples: int, instruments: Instruments
) -> list[Channel]:
    """Describe a ``Channel`` element by one channel for each of its samples.

    The samples of an RGB channel are named and coloured as what they are:
    its own colour is meant for all of them together.
    """
    facts = _channel_facts(channel, instruments)
    emission, excitation = (
        length_nm(number(str(facts.get(name, ""))), facts.get(f"{name}Unit"))
        for name in ("EmissionWavelength", "ExcitationWavelength")
    )
    name = facts.get("Name")
    described = Channel(
        name=name,
        color=color_of(facts.get("Color")),
        emission_nm=emission,
        excitation_nm=excitation,
        facts={key: value for key, value in facts.items() if key not in _FIELDS},
    )
    if samples == 1:
        return [described]
    return [
        Channel(
            name=label if name is None else f"{name} {label}",
            color=color,
            emission_nm=emission,
            excitation_nm=excitation,
            facts=described.facts,
        )
        for label, color in (
            _SAMPLES[i] if i < len(_SAMPLES) else (f"Sample {i + 1}", None)
            for i in range(samples)
        )
    ]

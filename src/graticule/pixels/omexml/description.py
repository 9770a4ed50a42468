"""What OME-XML says of an image beyond its layout: units, times, instruments.

Lenient throughout: what cannot be read is as if it were not there. Knows
neither files nor blocks of pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate
from xml.etree.ElementTree import Element

from graticule.pixels.model import Channel, PixelType
from graticule.pixels.omexml.facts import Facts, Instruments, describe_channel, facts_of
from graticule.pixels.omexml.tree import integer, moment, natural, number, text_of
from graticule.pixels.omexml.units import length_um, time_seconds


@dataclass(frozen=True, slots=True)
class Description:
    """What an image's XML says beyond its layout."""

    description: str
    acquired: datetime | None
    significant_bits: int | None
    size_um: tuple[float | None, float | None, float | None]
    time_increment: timedelta | None
    magnification: float | None
    planes_seconds: dict[tuple[int, int, int], float]
    channels: tuple[Channel, ...]
    facts: Facts


class ImageDescriber:
    """Reads the description of one ``Image``; lives only that long."""

    def __init__(
        self,
        root: Element,
        image: Element,
        pixels: Element,
        instruments: Instruments,
    ) -> None:
        self.root = root
        self.image = image
        self.pixels = pixels
        self.instruments = instruments

    def _channels(
        self, elements: list[Element], samples: tuple[int, ...]
    ) -> tuple[Channel, ...]:
        described: list[Channel] = []
        for i, count in enumerate(samples):
            if i < len(elements):
                described += describe_channel(elements[i], count, self.instruments)
            else:
                described.append(Channel())
        return tuple(described)

    def describe(
        self,
        elements: list[Element],
        samples: tuple[int, ...],
        pixel_type: PixelType,
    ) -> Description:
        """Put everything together.

        Parameters
        ----------
        elements
            The channels, as many as the file describes.
        samples
            Samples of each channel, of undescribed ones too.
        pixel_type
            Bounds the significant bits.
        """
        bits = integer(self.pixels.get("SignificantBits"))
        objective = self._objective()
        seconds, exposures = self._planes(samples)
        channels = tuple(
            channel
            if i not in exposures
            else replace(channel, facts={**channel.facts, "ExposureTime": exposures[i]})
            for i, channel in enumerate(self._channels(elements, samples))
        )
        magnification = objective.get("NominalMagnification")
        return Description(
            description=text_of(self.image, "Description") or "",
            acquired=moment(
                text_of(self.image, "AcquisitionDate", "AcquiredDate", "CreationDate")
            ),
            significant_bits=bits if bits and 0 < bits <= pixel_type.bits else None,
            size_um=(self._pixel_um("X"), self._pixel_um("Y"), self._pixel_um("Z")),
            time_increment=self._time_increment(),
            magnification=magnification if isinstance(magnification, float) else None,
            planes_seconds=seconds,
            channels=channels,
            facts=self._facts(objective),
        )

    def _pixel_um(self, axis: str) -> float | None:
        name = f"PhysicalSize{axis}"
        text = self.pixels.get(name) or self.image.get(f"PixelSize{axis}")
        size = length_um(number(text), self.pixels.get(f"{name}Unit"))
        return size if size is not None and size > 0 else None

    def _time_increment(self) -> timedelta | None:
        text = self.pixels.get("TimeIncrement") or self.image.get("TimeIncrement")
        seconds = time_seconds(number(text), self.pixels.get("TimeIncrementUnit"))
        if seconds is None or not 0 < seconds < 1e13:
            return None
        return timedelta(seconds=seconds)

    def _planes(
        self, samples: tuple[int, ...]
    ) -> tuple[dict[tuple[int, int, int], float], dict[int, float]]:
        """Read the planes' times, and each channel's first exposure, in seconds."""
        starts = list(accumulate(samples, initial=0))
        depth, times = (natural(self.pixels.get(n)) or 0 for n in ("SizeZ", "SizeT"))
        seconds: dict[tuple[int, int, int], float] = {}
        exposures: dict[int, float] = {}
        for plane in self.pixels.findall("Plane"):
            z, c, t = (natural(plane.get(name)) for name in ("TheZ", "TheC", "TheT"))
            if z is None or c is None or t is None:
                continue
            if z >= depth or c >= len(samples) or t >= times:
                continue
            timing = plane.find("PlaneTiming")
            timing = plane if timing is None else timing
            at = _quantity_seconds(timing, "DeltaT")
            exposure = _quantity_seconds(timing, "ExposureTime")
            for sample in range(starts[c], starts[c] + samples[c]):
                if at is not None:
                    seconds[z, sample, t] = at
                if exposure is not None:
                    exposures.setdefault(sample, exposure)
        return seconds, exposures

    def _objective(self) -> Facts:
        """Facts of the objective the image was taken with."""
        for name in ("ObjectiveSettings", "ObjectiveRef"):
            reference = self.image.find(name)
            if reference is not None:
                return self.instruments.part(reference)
        return {}

    def _facts(self, objective: Facts) -> Facts:
        facts: Facts = {}
        instrument = self.instruments.whole(self.image.find("InstrumentRef"))
        if instrument:
            facts["Instrument"] = instrument
        if objective:
            facts["Objective"] = objective
        for name in ("ObjectiveSettings", "ImagingEnvironment", "StageLabel"):
            element = self.image.find(name)
            found = {} if element is None else facts_of(element)
            if found:
                facts[name] = found
        position = self._position()
        if position:
            facts["PlanePosition"] = position
        experimenter = self._experimenter()
        if experimenter:
            facts["Experimenter"] = experimenter
        return facts

    def _position(self) -> Facts:
        """Stage position of the first plane that has one."""
        for plane in self.pixels.findall("Plane"):
            stage = plane.find("StagePosition")
            stage = plane if stage is None else stage
            found: Facts = {}
            for axis in "XYZ":
                value = number(stage.get(f"Position{axis}"))
                if value is not None:
                    unit = stage.get(f"Position{axis}Unit", "reference frame")
                    found |= {axis: value, f"{axis}Unit": unit}
            if found:
                return found
        return {}

    def _experimenter(self) -> Facts:
        reference = self.image.find("ExperimenterRef")
        wanted = None if reference is None else reference.get("ID")
        for experimenter in self.root.findall("Experimenter"):
            if experimenter.get("ID") == wanted:
                return facts_of(experimenter)
        return {}


def _quantity_seconds(element: Element, name: str) -> float | None:
    return time_seconds(number(element.get(name)), element.get(f"{name}Unit"))

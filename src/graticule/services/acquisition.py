"""How an image was taken, out of the catalogue: instrument, channels, planes, place.

What the readers found is told under the names of the OME schema, numbers with their
units. Opens no file and knows no wording but that of headings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graticule.catalog.access import visible_to
from graticule.catalog.models import Image, Person, PlaneTimes, Well
from graticule.errors import NotFoundError
from graticule.services.channels import channel_label

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MOST_PLANES = 2_000
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Section:
    """Facts that belong together, as names with values in words."""

    title: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PlaneTime:
    """When a plane was taken, in seconds since the start; places from 0."""

    z: int
    c: int
    t: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Acquisition:
    """All that is known; of very many planes the first only."""

    sections: tuple[Section, ...]
    planes: tuple[PlaneTime, ...]
    plane_count: int


def acquisition_of(person: Person | None, image_id: int) -> Acquisition:
    """Tell how an image was taken.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such image, or not for this person.
    """
    image = visible_to(person, Image.objects.filter(pk=image_id)).first()
    if image is None:
        raise NotFoundError(f"There is no image {image_id}, or none that you may see.")
    planes = _planes(image)
    sections = [
        Section("Image", tuple(_of_image(image))),
        *_sections(image.facts),
        *_channels(image),
        *_places(person, image),
    ]
    return Acquisition(
        tuple(section for section in sections if section.facts),
        tuple(planes[:_MOST_PLANES]),
        len(planes),
    )


def _of_image(image: Image) -> Iterator[tuple[str, str]]:
    if image.acquired is not None:
        yield "Acquired", image.acquired.strftime("%Y-%m-%d %H:%M:%S UTC")
    if image.nominal_magnification is not None:
        yield "Nominal magnification", f"{image.nominal_magnification:g}"
    sides = {
        "Pixel width": image.pixel_width_um,
        "Pixel height": image.pixel_height_um,
        "Distance of planes": image.pixel_depth_um,
    }
    for name, value in sides.items():
        if value is not None:
            yield name, f"{value:g} µm"
    if image.time_increment is not None:
        yield "Time between frames", f"{image.time_increment.total_seconds():g} s"
    if image.significant_bits is not None:
        yield "Significant bits", str(image.significant_bits)


def _channels(image: Image) -> Iterator[Section]:
    for channel in image.channels.all():
        facts: list[tuple[str, str]] = []
        if channel.excitation_nm is not None:
            facts.append(("Excitation", f"{channel.excitation_nm:g} nm"))
        if channel.emission_nm is not None:
            facts.append(("Emission", f"{channel.emission_nm:g} nm"))
        rest = dict(channel.facts)
        exposure = rest.pop("ExposureTime", None)
        if isinstance(exposure, int | float):
            facts.append(("Exposure time", f"{exposure:g} s"))
        for inner in _sections(rest):
            prefix = "" if inner.title == "Acquisition" else f"{inner.title}: "
            facts += [(f"{prefix}{name}", value) for name, value in inner.facts]
        label = channel_label(channel)
        yield Section(f"Channel {channel.index + 1}, {label}", tuple(facts))


def _places(person: Person | None, image: Image) -> Iterator[Section]:
    """Tell where the fields of wells were taken."""
    wells = visible_to(person, Well.objects.all())
    for sample in image.well_samples.filter(well__in=wells).order_by("pk"):
        places = {"X": sample.position_x_um, "Y": sample.position_y_um}
        facts = [(f"Position {axis}", at) for axis, at in places.items()]
        yield Section(
            "Field of the well",
            tuple((name, f"{at:g} µm") for name, at in facts if at is not None),
        )


def _sections(facts: Mapping[str, Any]) -> Iterator[Section]:
    """Make a section of each group of facts; what stands alone comes first."""
    yield Section("Acquisition", tuple(_leaves(facts, nested=False)))
    for name, value in facts.items():
        values = value if isinstance(value, list) else [value]
        groups = [one for one in values if isinstance(one, Mapping)]
        for number, one in enumerate(groups, 1):
            many = f" {number}" if len(groups) > 1 else ""
            yield Section(f"{_words(name)}{many}", tuple(_leaves(one)))


def _leaves(
    facts: Mapping[str, Any], prefix: str = "", depth: int = 0, *, nested: bool = True
) -> Iterator[tuple[str, str]]:
    for name, value in facts.items():
        if name.endswith("Unit") and name.removesuffix("Unit") in facts:
            continue
        words = f"{prefix}{_words(name)}"
        values = value if isinstance(value, list) else [value]
        plain = [one for one in values if not isinstance(one, Mapping)]
        if text := ", ".join(_text(one) for one in plain if one is not None):
            unit = facts.get(f"{name}Unit")
            yield words, f"{text} {unit}" if unit else text
        if nested and depth < _DEEPEST:
            yield from _inner(values, words, depth)


def _inner(values: list[Any], words: str, depth: int) -> Iterator[tuple[str, str]]:
    """Tell of groups within a group."""
    groups = [one for one in values if isinstance(one, Mapping)]
    for number, one in enumerate(groups, 1):
        many = f" {number}" if len(groups) > 1 else ""
        yield from _leaves(one, f"{words}{many}: ", depth + 1)


def _words(name: str) -> str:
    """Write ``LensNA`` as ``Lens NA``, ``PinholeSize`` as ``Pinhole size``."""
    first, *rest = _WORDS.sub(" ", name).split(" ")
    lower = [word if word.isupper() else word.lower() for word in rest]
    return " ".join([first, *lower])


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _planes(image: Image) -> list[PlaneTime]:
    found = PlaneTimes.objects.filter(image=image).first()
    seconds = {} if found is None else found.seconds
    planes = [
        PlaneTime(*(int(number) for number in place.split(",")), seconds=value)  # type: ignore[misc]
        for place, value in seconds.items()
    ]
    return sorted(planes, key=lambda plane: (plane.t, plane.z, plane.c))

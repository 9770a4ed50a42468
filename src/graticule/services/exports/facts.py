"""What the catalogue knows of an image beyond its pixels, as frozen values.

For writers of OME-XML and of movies. The scene has passed the rule of visibility
before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from graticule.catalog.models import Channel, Image, PlaneTimes
from graticule.errors import NotFoundError
from graticule.services.scenes import Scene


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """A channel; ``color`` is a signed 32-bit RGBA integer, as OME has it."""

    name: str
    color: int | None
    emission_nm: float | None
    excitation_nm: float | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """An image as its OME-XML describes it; ``seconds`` by ``(z, c, t)``.

    ``offset`` says of a part of a larger image where it lies in it, in pixels from
    the upper left corner; ``notes`` are further pairs of words to be written.
    """

    name: str
    description: str
    graphics: bool
    acquired: datetime | None
    pixel_width_um: float | None
    pixel_height_um: float | None
    pixel_depth_um: float | None
    time_increment: timedelta | None
    magnification: float | None
    channels: tuple[ChannelFacts, ...]
    seconds: dict[tuple[int, int, int], float]
    offset: tuple[int, int] | None = None
    notes: tuple[tuple[str, str], ...] = ()


def image_facts(scene: Scene) -> ImageFacts:
    """Look up what the catalogue knows of a scene's image.

    Raises
    ------
    graticule.errors.NotFoundError
        If it has been deleted meanwhile.
    """
    image = _image(scene)
    return ImageFacts(
        name=image.name,
        description=image.description,
        graphics=image.graphics,
        acquired=image.acquired,
        pixel_width_um=image.pixel_width_um,
        pixel_height_um=image.pixel_height_um,
        pixel_depth_um=image.pixel_depth_um,
        time_increment=image.time_increment,
        magnification=image.nominal_magnification,
        channels=tuple(_channel(row) for row in image.channels.all()),
        seconds=_plane_seconds(scene),
    )


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """What is written on frames: ``seconds`` of the first channel, by ``(z, t)``."""

    pixel_um: float | None
    seconds: tuple[tuple[tuple[int, int], float], ...]


def frame_facts(scene: Scene) -> FrameFacts:
    """Look up what is written on the frames of a movie.

    Raises
    ------
    graticule.errors.NotFoundError
        If the image has been deleted meanwhile.
    """
    seconds = _plane_seconds(scene)
    least = min((c for _, c, _ in seconds), default=0)
    return FrameFacts(
        _image(scene).pixel_width_um,
        tuple(((z, t), at) for (z, c, t), at in seconds.items() if c == least),
    )


def _image(scene: Scene) -> Image:
    image = Image.objects.filter(pk=scene.image_id).first()
    if image is None:
        raise NotFoundError(f"Image:{scene.image_id} not found")
    return image


def _plane_seconds(scene: Scene) -> dict[tuple[int, int, int], float]:
    """Look up when each plane was taken, by ``(z, c, t)``, where that is known."""
    times = PlaneTimes.objects.filter(image=scene.image_id).first()
    found = {}
    for place, seconds in (times.seconds if times else {}).items():
        z, c, t = (int(part) for part in place.split(","))
        found[z, c, t] = float(seconds)
    return found


def _channel(row: Channel) -> ChannelFacts:
    return ChannelFacts(
        row.name, row.color, row.emission_nm, row.excitation_nm, row.facts
    )

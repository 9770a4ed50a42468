"""An image as one person may see it, ready to be drawn.

The one way from an image id to something that can be rendered: visibility is
decided here, before any cache of pictures is asked. A scene is frozen and holds
no row of the catalogue, so it can be kept for a moment and shared by threads.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from graticule.catalog.access import visible_to
from graticule.catalog.models import Image, Person
from graticule.errors import ChangedFileError, MissingFileError, NotFoundError
from graticule.pixels.model import Level, PixelType
from graticule.pixels.pyramid import PyramidSource
from graticule.pixels.reader import Source
from graticule.render.settings import Rendering
from graticule.services.channels import channel_label, channel_limits
from graticule.services.engine import engine
from graticule.services.remembered import Remembered
from graticule.services.renderings import (
    SavedRendering,
    read_rendering,
    rendering_for,
)

Statistics = tuple[tuple[float, float] | None, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything needed to draw an image for a person.

    ``statistics`` are minimum and maximum of each channel where known, ``limits``
    the same or those of the type, ``labels`` what the channels are called.
    """

    image_id: int
    name: str
    revision: int
    entry: Path
    index: int
    pyramid: Path | None
    pixel_type: PixelType
    significant_bits: int | None
    size_z: int
    size_c: int
    size_t: int
    levels: tuple[Level, ...]
    statistics: Statistics
    limits: tuple[tuple[float, float], ...]
    labels: tuple[str, ...]
    rendering: Rendering
    default_z: int
    default_t: int

    @property
    def width(self) -> int:
        """Columns at full size."""
        return self.levels[0].width

    @property
    def height(self) -> int:
        """Rows at full size."""
        return self.levels[0].height


_scenes: Remembered[Scene] = Remembered(10_000)


def find_scene(
    person: Person | None, image_id: int, *, rendering_id: int | None = None
) -> Scene:
    """Find an image that a person may see, with the settings that apply.

    Parameters
    ----------
    rendering_id
        Take these saved settings of the image instead; an id that the image
        does not have is as none.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is none, or not for this person.
    """
    key = (person.pk if person else None, image_id, rendering_id)
    return _scenes.get(key, lambda: _look_up(person, image_id, rendering_id))


def _look_up(person: Person | None, image_id: int, rendering_id: int | None) -> Scene:
    images = visible_to(person, Image.objects.select_related("fileset"))
    image = images.filter(pk=image_id).first()
    if image is None:
        raise NotFoundError(f"Image:{image_id} not found")
    chosen = None
    if rendering_id is not None:
        chosen = image.renderings.filter(pk=rendering_id).first()
    return _frozen(
        image, read_rendering(chosen) if chosen else rendering_for(image, person)
    )


def _frozen(image: Image, saved: SavedRendering) -> Scene:
    if image.fileset is None or image.vanished is not None:
        entry = image.fileset.entry if image.fileset else image.name
        raise MissingFileError(entry, "the file has vanished since it was scanned.")
    channels = list(image.channels.all())
    pixel_type = PixelType(image.pixel_type)
    return Scene(
        image_id=image.pk,
        name=image.name,
        revision=image.revision,
        entry=Path(image.fileset.entry),
        index=image.index,
        pyramid=Path(image.pyramid) if image.pyramid else None,
        pixel_type=pixel_type,
        significant_bits=image.significant_bits,
        size_z=image.size_z,
        size_c=image.size_c,
        size_t=image.size_t,
        levels=tuple(Level(*level) for level in image.levels),
        statistics=tuple(
            None
            if channel.minimum is None or channel.maximum is None
            else (channel.minimum, channel.maximum)
            for channel in channels
        ),
        limits=tuple(channel_limits(channel, pixel_type) for channel in channels),
        labels=tuple(channel_label(channel) for channel in channels),
        rendering=saved.rendering,
        default_z=min(saved.default_z, image.size_z - 1),
        default_t=min(saved.default_t, image.size_t - 1),
    )


@contextmanager
def open_scene(scene: Scene) -> Iterator[Source]:
    """Lend the open source of a scene.

    Raises
    ------
    graticule.errors.MissingFileError
        If the file has vanished.
    graticule.errors.ChangedFileError
        If it no longer holds the image that was scanned.
    """
    pool = engine().pool
    with ExitStack() as leases:
        source: Source = leases.enter_context(pool.lease(scene.entry))
        if not _same(scene, source):
            raise ChangedFileError(
                scene.entry, "the file has changed since it was scanned: scan again."
            )
        if scene.pyramid is not None:
            reduced = leases.enter_context(pool.lease(scene.pyramid))
            source = PyramidSource(source, {scene.index: reduced}, engine().limits)
        yield source


def _same(scene: Scene, source: Source) -> bool:
    if scene.index >= len(source.fileset.images):
        return False
    info = source.fileset.images[scene.index]
    return (
        info.pixel_type is scene.pixel_type
        and (info.width, info.height) == (scene.width, scene.height)
        and (info.size_z, info.size_c, info.size_t)
        == (scene.size_z, scene.size_c, scene.size_t)
    )

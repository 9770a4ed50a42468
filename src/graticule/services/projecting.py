"""Projections of images along z, as new images of the catalogue.

All planes of the range count, the last one, too, in every kind: what is kept as
data is not drawn by the rules of pictures (contract rendering 10 leaves it to us).
The new file lies in the home folder. Knows no door and no job.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

import numpy as np

from graticule.catalog.models import Image, Person
from graticule.errors import LimitError, OutOfRangeError, RequestError
from graticule.pixels.model import Level, PixelType, Window
from graticule.pixels.reader import Pixels, Source, StoredTile
from graticule.render.settings import ChannelRendering, Rendering
from graticule.services.engine import engine
from graticule.services.exports.aside import Progress
from graticule.services.exports.facts import ImageFacts, image_facts
from graticule.services.exports.ome_tiff import OmeTiffOptions, write_source
from graticule.services.new_images import NewImage, add_image, check_may_add
from graticule.services.scenes import Scene, find_scene, open_scene


class Kind(Enum):
    """What becomes of the values along z."""

    MAX = "max"
    MIN = "min"
    MEAN = "mean"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A projection that is to be kept.

    ``start`` and ``end`` are planes, both counted. ``floating`` keeps 32-bit
    floats instead of values of the source's type, where means are rounded and
    sums end at what the type holds.
    """

    image_id: int
    kind: Kind
    start: int = 0
    end: int | None = None
    floating: bool = False
    name: str = ""
    dataset_id: int | None = None


def check_for_request(person: Person, wanted: Wanted) -> None:
    """Refuse a projection that is too much for a request.

    Raises
    ------
    graticule.errors.LimitError
        If it reads more than ``max_projection_bytes``, or its plane is so large
        that it needs a pyramid.
    graticule.errors.NotFoundError, graticule.errors.RequestError
        As :func:`save_projection`.
    """
    scene = find_scene(person, wanted.image_id)
    area = scene.width * scene.height
    most = engine().max_plane_pixels
    if area > most:
        raise LimitError("max_plane_pixels", most, area, "A plane")
    planes = len(_range(scene, wanted)) * scene.size_c * scene.size_t
    asked = planes * area * scene.pixel_type.dtype.itemsize
    limit = engine().max_projection_bytes
    if asked > limit:
        raise LimitError("max_projection_bytes", limit, asked, "A projection")


def save_projection(
    person: Person, wanted: Wanted, aside: Path, *, progress: Progress | None = None
) -> Image:
    """Project an image and put what comes out into the catalogue.

    It belongs to the person, in the group of the source, with its channels, sizes
    and settings; it is in the dataset asked for, else in those of the source that
    the person may put things into.

    Parameters
    ----------
    aside
        A folder to write in; somebody else clears it.
    progress
        Called with the pieces done and the pieces in all.

    Raises
    ------
    graticule.errors.NotFoundError
        If image or dataset are not there, or not for this person.
    graticule.errors.NotPermittedError
        If the person may not make images there.
    graticule.errors.OutOfRangeError, graticule.errors.RequestError
        If there are no such planes.
    graticule.errors.FileError
        If the image cannot be read or the file not be written.
    """
    scene = find_scene(person, wanted.image_id)
    source = Image.objects.get(pk=scene.image_id)
    zs = _range(scene, wanted)
    datasets = check_may_add(person, source, wanted.dataset_id)
    projected = _projected_scene(scene, wanted, len(zs))
    facts = _projected_facts(image_facts(scene), zs)
    name = wanted.name or f"{source.name} ({wanted.kind.value} z {zs[0]}-{zs[-1]})"

    def write(path: Path) -> None:
        with open_scene(scene) as whole:
            write_source(
                ProjectedSource(whole, zs, wanted.kind, projected.pixel_type),
                projected,
                replace(facts, name=name),
                path,
                options=OmeTiffOptions(),
                progress=progress,
            )

    new = NewImage(source, name, projected.rendering, projected.default_t, datasets)
    return add_image(person, new, write, aside)


def _range(scene: Scene, wanted: Wanted) -> range:
    last = scene.size_z - 1
    end = last if wanted.end is None else wanted.end
    for z in (wanted.start, end):
        if not 0 <= z <= last:
            raise OutOfRangeError(f"Plane {z} is outside 0 to {last}.")
    if wanted.start > end:
        raise RequestError(f"The range {wanted.start} to {end} holds no plane.")
    return range(wanted.start, end + 1)


def _projected_scene(scene: Scene, wanted: Wanted, planes: int) -> Scene:
    """Describe what comes out: one z, one level, a type of its own perhaps."""
    stored = scene.levels[0]
    floating = wanted.floating and not scene.pixel_type.is_float
    factor = planes if wanted.kind is Kind.SUM and wanted.floating else 1
    return replace(
        scene,
        size_z=1,
        default_z=0,
        levels=(
            Level(stored.width, stored.height, stored.tile_width, stored.tile_height),
        ),
        pixel_type=PixelType.FLOAT if floating else scene.pixel_type,
        significant_bits=None if floating else scene.significant_bits,
        rendering=_widened(scene.rendering, factor),
    )


def _widened(rendering: Rendering, factor: int) -> Rendering:
    """Let windows keep their place where values grow with the planes."""

    def widened(channel: ChannelRendering) -> ChannelRendering:
        low, high = channel.window
        return replace(channel, window=(low * factor, high * factor))

    return replace(rendering, channels=tuple(map(widened, rendering.channels)))


def _projected_facts(facts: ImageFacts, zs: range) -> ImageFacts:
    seconds = {
        (0, c, t): at for (z, c, t), at in facts.seconds.items() if z == zs.start
    }
    return replace(facts, pixel_depth_um=None, seconds=seconds)


class ProjectedSource:
    """A source whose only plane in z is the projection of another's; closes nothing.

    NaN is passed over by the largest and the smallest value, and remains in means
    and sums.

    Parameters
    ----------
    zs
        The planes that count.
    pixel_type
        What is given: that of the source, or floating point.
    """

    def __init__(
        self, source: Source, zs: range, kind: Kind, pixel_type: PixelType
    ) -> None:
        self.fileset = source.fileset
        self._source = source
        self._zs = zs
        self._kind = kind
        self._pixel_type = pixel_type

    def read(
        self,
        image: int,
        level: int,
        z: int,
        t: int,
        channels: Sequence[int],
        window: Window,
    ) -> Pixels:
        """Project a window, plane by plane, at full size.

        Returns
        -------
        numpy.ndarray
            Shape ``(channels, height, width)``.
        """
        del z

        def plane(number: int) -> Pixels:
            return self._source.read(image, level, number, t, channels, window)

        if self._kind in {Kind.MAX, Kind.MIN}:
            join = np.fmax if self._kind is Kind.MAX else np.fmin
            extreme = plane(self._zs[0]).copy()
            for number in self._zs[1:]:
                join(extreme, plane(number), out=extreme)
            return extreme.astype(self._pixel_type.dtype, copy=False)
        total = np.zeros((len(channels), window.height, window.width))
        for number in self._zs:
            total += plane(number)
        if self._kind is Kind.MEAN:
            total /= len(self._zs)
        return _stored(total, self._pixel_type)

    def stored_tile(
        self, image: int, level: int, z: int, t: int, window: Window
    ) -> StoredTile | None:
        """Give none: nothing of this is stored."""

    def close(self) -> None:
        """Leave the other open: who lent it closes it."""


def _stored(values: Pixels, pixel_type: PixelType) -> Pixels:
    if pixel_type.is_float:
        return values.astype(pixel_type.dtype)
    if pixel_type is PixelType.BIT:
        return np.clip(np.rint(values), 0, 1).astype(pixel_type.dtype)
    limits = np.iinfo(pixel_type.dtype)
    return np.clip(np.rint(values), limits.min, limits.max).astype(pixel_type.dtype)

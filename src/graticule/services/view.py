"""Planes, tiles, regions and projections of an image as encoded pictures.

A frozen request, with the image's revision, is cache key and ETag at once. The
scene it draws has passed the rule of visibility. Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from graticule.errors import LimitError, OutOfRangeError
from graticule.pixels.model import Window
from graticule.pixels.pool import file_stamp
from graticule.pixels.reader import Pixels, Source
from graticule.render.compose import compose, drawn_channels
from graticule.render.encode import encode
from graticule.render.project import project, projected_planes
from graticule.render.settings import (
    ChannelRendering,
    Projection,
    Rendering,
)
from graticule.services.caching.rendered import Slot
from graticule.services.engine import engine
from graticule.services.scenes import Scene, open_scene

DEFAULT_QUALITY = 0.85
"""JPEG quality when none is asked for (contract rendering 14)."""


@dataclass(frozen=True, slots=True)
class View:
    """A picture of an image: which pixels, drawn how, encoded how.

    ``window`` is in pixels of ``level``; ``quality`` is 0 to 1, unset for the
    default; ``format`` is ``jpeg``, ``png``, ``tiff`` or ``webp``.
    """

    z: int
    t: int
    level: int
    window: Window
    rendering: Rendering
    projection: Projection | None = None
    quality: float | None = None
    format: str = "jpeg"


def view_key(scene: Scene, view: object) -> str:
    """Give what a picture is known by: everything that shows in its bytes.

    ``view`` is a frozen request: a :class:`View`, or another of its like. The
    file is looked at: one that changed since the scan makes a new picture.

    Raises
    ------
    graticule.errors.MissingFileError
        If it has vanished.
    """
    stamp = file_stamp(scene.entry)
    said = repr((scene.image_id, scene.revision, scene.entry, stamp, view))
    return blake2b(said.encode(), digest_size=16).hexdigest()


def picture_slot(scene: Scene, key: str) -> Slot:
    """Give the place on disk of a picture known by ``key``."""
    return engine().rendered.picture(scene.image_id, key, engine().luts.digest)


def draw_view(scene: Scene, view: View, key: str | None = None) -> bytes:
    """Draw and encode a view, or find it drawn before.

    Parameters
    ----------
    key
        What :func:`view_key` gives, where that is known already.

    Raises
    ------
    graticule.errors.OutOfRangeError
        If the plane or the window is not in the image.
    graticule.errors.LimitError
        If the picture is larger than ``max_render_pixels``, or the projection
        reads more than ``max_projection_bytes``.
    graticule.errors.FileError
        If the file vanished, changed or is damaged.
    """
    key = key or view_key(scene, view)
    return engine().pictures.get(
        key, lambda: _draw(scene, view), lambda: picture_slot(scene, key)
    )


def _draw(scene: Scene, view: View) -> bytes:
    check_view(scene, view, "A picture")
    with open_scene(scene) as source:
        if view.projection is None and view.quality is None and shows_as_stored(view):
            tile = source.stored_tile(
                scene.index, view.level, view.z, view.t, view.window
            )
            if tile is not None and tile.media_type == "image/jpeg":
                return tile.data
        picture = draw_pixels(source, scene, view)
    quality = DEFAULT_QUALITY if view.quality is None else view.quality
    return encode(picture, view.format, quality)


def check_view(scene: Scene, view: View, what: str) -> None:
    """Refuse a plane that is not there, and one too large to be drawn.

    Raises
    ------
    graticule.errors.OutOfRangeError, graticule.errors.LimitError
    """
    limit = engine().max_render_pixels
    if view.window.area > limit:
        raise LimitError("max_render_pixels", limit, view.window.area, what)
    for axis, number, size in (
        ("z", view.z, scene.size_z),
        ("t", view.t, scene.size_t),
        ("level", view.level, len(scene.levels)),
    ):
        if not 0 <= number < size:
            raise OutOfRangeError(f"{axis} {number} is outside 0 to {size - 1}.")


def draw_pixels(
    source: Source, scene: Scene, view: View, *, bounded: bool = True
) -> Pixels:
    """Draw a view.

    Parameters
    ----------
    bounded
        As :func:`read_planes` has it.

    Returns
    -------
    numpy.ndarray
        Shape ``(height, width, 3)``, uint8.
    """
    drawn = drawn_channels(view.rendering)
    planes = read_planes(source, scene, view, drawn, bounded=bounded)
    return paint(scene, view, view.rendering, planes)


def read_planes(
    source: Source,
    scene: Scene,
    view: View,
    channels: Sequence[int],
    *,
    bounded: bool = True,
) -> dict[int, Pixels]:
    """Read, or project, the raw values of some channels in a view's window.

    Parameters
    ----------
    bounded
        Keep what a projection may read in a request; jobs may take their time.

    Raises
    ------
    graticule.errors.LimitError
        If a projection reads more than ``max_projection_bytes``.
    """
    if bounded:
        check_projection(scene, view, len(channels))
    read = _plane if view.projection is None else _projected
    return dict(zip(channels, read(source, scene, view, channels), strict=True))


def check_projection(scene: Scene, view: View, channels: int | None = None) -> None:
    """Refuse a projection that reads too much for a request.

    Parameters
    ----------
    channels
        How many are read; unset means those that are drawn.

    Raises
    ------
    graticule.errors.LimitError
        If it reads more than ``max_projection_bytes``.
    graticule.errors.OutOfRangeError
        If its range is not in the stack.
    """
    if view.projection is None:
        return
    if channels is None:
        channels = len(drawn_channels(view.rendering))
    planes = len(projected_planes(view.projection, scene.size_z)) * channels
    limit = engine().max_projection_bytes
    asked = planes * view.window.area * scene.pixel_type.dtype.itemsize
    if asked > limit:
        raise LimitError("max_projection_bytes", limit, asked, "A projection")


def paint(
    scene: Scene, view: View, rendering: Rendering, planes: dict[int, Pixels]
) -> Pixels:
    """Draw raw values of a view's window.

    Parameters
    ----------
    rendering
        Takes the place of the view's own; ``planes`` holds its drawn channels.

    Returns
    -------
    numpy.ndarray
        Shape ``(height, width, 3)``, uint8.
    """
    return compose(
        planes,
        rendering,
        scene.pixel_type,
        significant_bits=scene.significant_bits,
        statistics=scene.statistics,
        luts=engine().luts,
        shape=(view.window.height, view.window.width),
    )


def _plane(
    source: Source, scene: Scene, view: View, drawn: Sequence[int]
) -> list[Pixels]:
    if not drawn:
        return []
    return list(
        source.read(scene.index, view.level, view.z, view.t, drawn, view.window)
    )


def _projected(
    source: Source, scene: Scene, view: View, drawn: Sequence[int]
) -> list[Pixels]:
    assert view.projection is not None
    chosen = view.projection
    zs = projected_planes(chosen, scene.size_z)

    def planes(channel: int) -> Iterator[Pixels]:
        for z in zs:
            yield source.read(
                scene.index, view.level, z, view.t, [channel], view.window
            )[0]

    shape = (view.window.height, view.window.width)
    return [
        project(planes(channel), chosen.kind, scene.pixel_type, shape)
        for channel in drawn
    ]


_PLAIN = tuple(
    ChannelRendering(window=(0.0, 255.0), color=color)
    for color in ((255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255))
)


def shows_as_stored(view: View) -> bool:
    """Say whether drawing would give an RGB file's own picture back.

    Three channels red, green, blue, each over 0 to 255: then a stored JPEG tile
    may be sent as it is.
    """
    return view.format == "jpeg" and view.rendering == Rendering(_PLAIN)

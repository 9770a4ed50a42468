"""Small pictures of whole images (contract webgateway 5, rendering 12).

A thumbnail is the plane people see first, drawn with the settings that apply to
them and scaled down from the smallest level that is large enough.
"""

from __future__ import annotations

from dataclasses import dataclass

from graticule.errors import LimitError, RequestError
from graticule.pixels.pool import file_stamp
from graticule.render.encode import encode
from graticule.render.thumbnail import (
    choose_level,
    rendered_size,
    scale,
    thumbnail_size,
)
from graticule.services.engine import engine
from graticule.services.scenes import Scene, open_scene
from graticule.services.view import DEFAULT_QUALITY, View, check_view, draw_pixels


@dataclass(frozen=True, slots=True)
class ThumbnailRequest:
    """What thumbnail is wanted.

    ``width`` alone is the longest side; with ``height`` both are exact. ``z``
    and ``t`` unset take the plane people see first.
    """

    width: int | None = None
    height: int | None = None
    z: int | None = None
    t: int | None = None


def draw_thumbnail(scene: Scene, request: ThumbnailRequest) -> bytes:
    """Draw a thumbnail as JPEG, or find it drawn before.

    Raises
    ------
    graticule.errors.RequestError
        If the size is zero.
    graticule.errors.LimitError
        If it is longer than ``max_thumbnail_length``.
    graticule.errors.OutOfRangeError
        If there is no such plane.
    """
    plane = (scene.default_z, scene.default_t)
    stamp = file_stamp(scene.entry)
    key = (scene.image_id, scene.revision, stamp, scene.rendering, plane, request)
    length = engine().thumbnail_length  # where no size is asked for
    return engine().pictures.get(
        key,
        lambda: _draw(scene, request),
        lambda: engine().rendered.thumbnail(
            scene.image_id, scene.entry, key, length, engine().luts.digest
        ),
        always=True,
    )


def _draw(scene: Scene, request: ThumbnailRequest) -> bytes:
    width, height = _wanted_size(scene, request)
    level = choose_level(scene.levels, (width, height))
    view = View(
        z=scene.default_z if request.z is None else request.z,
        t=scene.default_t if request.t is None else request.t,
        level=level,
        window=scene.levels[level].whole,
        rendering=scene.rendering,
    )
    check_view(scene, view, "A thumbnail's level")
    with open_scene(scene) as source:
        picture = draw_pixels(source, scene, view)
    chosen = scene.levels[level]
    size = rendered_size((chosen.width, chosen.height), (width, height))
    return encode(scale(picture, size), "jpeg", DEFAULT_QUALITY)


def _wanted_size(scene: Scene, request: ThumbnailRequest) -> tuple[int, int]:
    width = engine().thumbnail_length if request.width is None else request.width
    longest = max(width, request.height or 0)
    if width < 1 or request.height == 0:
        raise RequestError("A thumbnail cannot have the size 0.")
    if longest > engine().max_thumbnail_length:
        limit = engine().max_thumbnail_length
        raise LimitError("max_thumbnail_length", limit, longest, "A thumbnail's side")
    if request.height is not None:
        return width, request.height
    return thumbnail_size(scene.width, scene.height, width)

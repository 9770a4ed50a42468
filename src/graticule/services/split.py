"""The split view: each channel alone, and all together (webgateway 4.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from graticule.errors import LimitError
from graticule.pixels.reader import Pixels
from graticule.render.encode import encode_jpeg
from graticule.render.settings import Model, Rendering
from graticule.render.split import SplitGrid, draw_split
from graticule.services.engine import engine
from graticule.services.scenes import Scene, open_scene
from graticule.services.view import (
    View,
    check_view,
    paint,
    picture_slot,
    read_planes,
    view_key,
)

DEFAULT_QUALITY = 0.9
MERGED = "merged"
"""The label of the pane that shows all channels."""


@dataclass(frozen=True, slots=True)
class SplitView:
    """A plane, or projection, to be shown by channels.

    Of ``view`` the window must be the whole of level 0; a quality of 0 is taken
    for unset.
    """

    view: View
    labels: tuple[str, ...]


def split_view_of(scene: Scene, view: View) -> SplitView:
    """Ask for the split view of a plane."""
    return SplitView(replace(view, quality=view.quality or None), scene.labels)


def draw_split_view(scene: Scene, split: SplitView, key: str | None = None) -> bytes:
    """Draw the split view as JPEG, or find it drawn before.

    Parameters
    ----------
    key
        What :func:`graticule.services.view.view_key` gives, where that is known.

    Raises
    ------
    graticule.errors.OutOfRangeError
        If there is no such plane.
    graticule.errors.LimitError
        If all panes together are larger than ``max_render_pixels``, or a
        projection reads more than ``max_projection_bytes``.
    graticule.errors.FileError
        If the file vanished, changed or is damaged.
    """
    key = key or view_key(scene, split)
    return engine().pictures.get(
        key, lambda: _draw(scene, split), lambda: picture_slot(scene, key)
    )


def _draw(scene: Scene, split: SplitView) -> bytes:
    view = split.view
    check_view(scene, view, "A plane")
    grey = view.rendering.model is Model.GREYSCALE
    panes = scene.size_c if grey else scene.size_c + 1
    grid = SplitGrid.of(panes, scene.width, scene.height)
    limit, area = engine().max_render_pixels, grid.width * grid.height
    if area > limit:
        raise LimitError("max_render_pixels", limit, area, "A split view")
    active = [n for n, channel in enumerate(view.rendering.channels) if channel.active]
    with open_scene(scene) as source:
        planes = read_planes(source, scene, view, active)
    picture = draw_split(grid, _panes(scene, split, planes))
    quality = DEFAULT_QUALITY if view.quality is None else view.quality
    return encode_jpeg(picture, quality)


def _panes(
    scene: Scene, split: SplitView, planes: dict[int, Pixels]
) -> Iterator[tuple[int, str, Pixels]]:
    view = split.view
    for number in planes:
        alone = _only(view.rendering, number)
        yield number, split.labels[number], paint(scene, view, alone, planes)
    merged = replace(view.rendering, model=Model.RGB)
    yield scene.size_c, MERGED, paint(scene, view, merged, planes)


def _only(rendering: Rendering, number: int) -> Rendering:
    """Switch all channels off but one."""
    return replace(
        rendering,
        channels=tuple(
            replace(channel, active=other == number)
            for other, channel in enumerate(rendering.channels)
        ),
    )

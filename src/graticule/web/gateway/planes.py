"""From what is asked to a whole plane, or a projection of planes (contract 3.3)."""

from __future__ import annotations

from graticule.render.project import clamped_projection
from graticule.render.settings import Projection
from graticule.services.changes import apply_changes
from graticule.services.rendering_texts import AskedProjection
from graticule.services.scenes import Scene
from graticule.services.view import View
from graticule.web.errors import ParameterError
from graticule.web.gateway.params import RenderingQuery


def whole_plane(
    scene: Scene, asked: RenderingQuery, *, z: int, t: int, quality: float | None
) -> View:
    """Ask for a whole plane at full size, projected where that is asked.

    Raises
    ------
    graticule.web.errors.ParameterError
        With a projection, if ``t`` or its range is not in the image: that is an
        engine failure to the contract.
    """
    projection = _projection(scene, asked.projection)
    if projection is not None:
        if t >= scene.size_t:
            raise ParameterError(f"t {t} is outside 0 to {scene.size_t - 1}.")
        # The plane asked for plays no part in a projection (rendering 10).
        z = 0
    return View(
        z=z,
        t=t,
        level=0,
        window=scene.levels[0].whole,
        rendering=apply_changes(scene.rendering, asked.changes),
        projection=projection,
        quality=quality,
    )


def _projection(scene: Scene, asked: AskedProjection | None) -> Projection | None:
    """Move the range into the stack; one that stays outside is a 500 (3.3)."""
    if asked is None:
        return None
    moved = clamped_projection(asked.kind, scene.size_z, asked.start, asked.end)
    if moved.start >= scene.size_z or moved.end < 0:
        last = scene.size_z - 1
        raise ParameterError(
            f"p: planes {asked.start} to {asked.end} are outside 0 to {last}."
        )
    return moved

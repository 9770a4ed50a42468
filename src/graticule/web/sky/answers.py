"""How the sky of an image is written."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from graticule.services.observatory.directions import unit_vectors
from graticule.services.observatory.looking import Place
from graticule.services.observatory.meshes import Mesh

if TYPE_CHECKING:
    from graticule.services.observatory.sky import Sky

_DIGITS = 15


def mesh_answer(sky: Sky, mesh: Mesh) -> dict[str, Any]:
    """Write a mesh: nodes row by row, three numbers each; null for no sky."""
    rows, columns = mesh.nodes.shape[:2]
    known = math.isfinite(mesh.error_pixels)
    return {
        "width": sky.width,
        "height": sky.height,
        "frame": sky.frame_name,
        "columns": columns,
        "rows": rows,
        "nodes": [
            round(value, _DIGITS) if math.isfinite(value) else None
            for value in mesh.nodes.ravel().tolist()
        ],
        "galactic": _galactic(),
        "error_pixels": mesh.error_pixels if known else None,
    }


def place_answer(place: Place) -> dict[str, Any]:
    """Write a pixel and its position."""
    return {
        "x": place.x,
        "y": place.y,
        "ra": place.ra,
        "dec": place.dec,
        "inside": place.is_inside,
    }


@cache
def _galactic() -> list[list[float]]:
    """Give the rotation from ICRS to galactic directions, row by row."""
    # Imported here: astropy is only for who looks at the sky.
    from astropy.coordinates import SkyCoord  # noqa: PLC0415

    axes = SkyCoord([0, 90, 0], [0, 0, 90], unit="deg", frame="icrs").galactic
    turn: list[list[float]] = np.transpose(
        unit_vectors(axes.l.deg, axes.b.deg)
    ).tolist()
    return turn

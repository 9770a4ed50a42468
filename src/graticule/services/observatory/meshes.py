"""A mesh over an image from which its sky can be worked out without astropy.

Nodes lie at even distances over all pixels; between them, four by four nodes give a
direction by cubic polynomials. How far off that is at most is measured, and the mesh
made finer until it is good. Knows no tables, no HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from graticule.services.observatory.directions import Numbers, angles_between

if TYPE_CHECKING:
    from graticule.services.observatory.sky import Sky

GOOD_PIXELS = 0.005
"""How far off a mesh may be, in pixels of the image."""
FEWEST, MOST = 5, 129
"""Nodes along a side."""


@dataclass(frozen=True)
class Mesh:
    """Nodes of a mesh.

    Attributes
    ----------
    nodes
        Unit vectors (ICRS), shape ``(rows, columns, 3)``: the corners are the outer
        corners of the picture, half a pixel beyond the outermost pixels' centres. NaN
        where the projection has no sky.
    error_pixels
        The largest error that was found, in pixels; ``inf`` where none could be
        measured.
    """

    nodes: Numbers
    error_pixels: float


def mesh_of(sky: Sky) -> Mesh:
    """Make the coarsest mesh that is good enough, or the finest there is."""
    count = FEWEST
    while True:
        columns, rows = _counts(sky, count)
        nodes = sky.directions(*_places(sky, columns, rows))
        error = _error(sky, nodes)
        if error <= GOOD_PIXELS or count >= MOST:
            return Mesh(nodes, error)
        count = 2 * count - 1


def direction_at(sky: Sky, nodes: Numbers, x: Numbers, y: Numbers) -> Numbers:
    """Work out where pixels lie from a mesh alone, as the browser does.

    Parameters
    ----------
    x, y
        Pixels, 0 at the centre of the first.
    """
    rows, columns = nodes.shape[:2]
    first_x, weights_x = _weights((x + 0.5) / sky.width * (columns - 1), columns)
    first_y, weights_y = _weights((y + 0.5) / sky.height * (rows - 1), rows)
    found = np.zeros((*np.shape(x), 3))
    for j in range(4):
        for i in range(4):
            weight = weights_y[..., j] * weights_x[..., i]
            found += weight[..., None] * nodes[first_y + j, first_x + i]
    direction: Numbers = found / np.linalg.norm(found, axis=-1, keepdims=True)
    return direction


def _counts(sky: Sky, count: int) -> tuple[int, int]:
    """Give as many nodes to the longer side as asked for, fewer to the other."""
    longer = max(sky.width, sky.height)
    sides = (sky.width, sky.height)
    columns, rows = (max(FEWEST, round(count * side / longer)) for side in sides)
    return columns, rows


def _places(sky: Sky, columns: int, rows: int) -> tuple[Numbers, Numbers]:
    x = np.linspace(-0.5, sky.width - 0.5, columns)
    y = np.linspace(-0.5, sky.height - 0.5, rows)
    grid_x, grid_y = np.meshgrid(x, y)
    return grid_x, grid_y


def _weights(at: Numbers, count: int) -> tuple[npt.NDArray[np.intp], Numbers]:
    """Find the first of four nodes around places, and their weights (Lagrange)."""
    first = np.clip(np.floor(at).astype(int) - 1, 0, count - 4)
    t = at - first
    weights = np.stack(
        [
            -(t - 1) * (t - 2) * (t - 3) / 6,
            t * (t - 2) * (t - 3) / 2,
            -t * (t - 1) * (t - 3) / 2,
            t * (t - 1) * (t - 2) / 6,
        ],
        axis=-1,
    )
    return first, weights


def _error(sky: Sky, nodes: Numbers) -> float:
    """Measure in the middle of each cell how far off the mesh is, in pixels."""
    rows, columns = nodes.shape[:2]
    x, y = _places(sky, 2 * columns - 1, 2 * rows - 1)
    x, y = x[1::2, 1::2].ravel(), y[1::2, 1::2].ravel()
    exact = sky.directions(x, y)
    found = direction_at(sky, nodes, x, y)
    pixel = np.fmin(
        angles_between(exact, sky.directions(x + 0.5, y)),
        angles_between(exact, sky.directions(x, y + 0.5)),
    )
    off = angles_between(exact, found) / np.maximum(2 * pixel, 1e-15)
    there = np.isfinite(off)
    return float(off[there].max()) if there.any() else float("inf")

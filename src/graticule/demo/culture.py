"""Cells in culture, seen from above: a layer as wide as one likes.

A picture is a function of coordinates and of a `Culture`, so it can be painted
tile by tile. It knows nothing of files or of what is asked of the cells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graticule.demo.noise import Floats, cloud, compiled, smooth, unit, value

Labels = npt.NDArray[np.uint32]

# What is known of a pixel: distance to the nearest other cell, to the middle of
# its own, squared distance from its nucleus' middle (1 is its surface), and the
# place in the cell's own frame.
BORDER, AWAY, NUCLEUS, ALONG, ACROSS = range(5)


@dataclass(frozen=True, slots=True)
class Culture:
    """How cells grow in one dish.

    Attributes
    ----------
    salt
        Which dish.
    spacing
        Pixels from cell to cell.
    density
        Part of the places that hold a cell, 0 to 1.
    scratch
        Half the width of the wound across the dish, pixels; 0 for none.
    dividing
        Part of the cells that divide, 0 to 1.
    """

    salt: int
    spacing: float
    density: float = 1.0
    scratch: float = 0.0
    dividing: float = 0.02


@dataclass(frozen=True, slots=True)
class Layout:
    """Which cell every pixel of a tile belongs to.

    Attributes
    ----------
    places
        Shape (5, y, x): the quantities named above, in pixels.
    cells
        Shape (y, x): the cell's number, 0 where there is none.
    """

    places: Floats
    cells: Labels


@compiled
def alive(
    i: int, j: int, spacing: float, density: float, scratch: float, salt: int
) -> bool:
    """Return whether a place of the lattice holds a cell."""
    x = i * spacing
    y = j * spacing
    if scratch > 0.0:
        # Cells at the front have begun to crawl in: its edge is ragged.
        middle = 1500.0 + 0.32 * x + 420.0 * cloud(x / 800.0, 0.5, 3, salt + 11)
        front = scratch * (0.55 + 0.9 * value(x / 230.0, y / 230.0, salt + 12))
        if abs(y - middle) < front:
            return unit(i, j, salt) < 0.06
    # Gaps cluster: the layer tears open in some places, not everywhere.
    patch = cloud(x / 700.0 + 9.0, y / 700.0 + 9.0, 2, salt + 9)
    return 0.5 * unit(i, j, salt) + 0.5 * smooth(0.25, 0.75, patch) < density


@compiled
def centre(i: int, j: int, spacing: float, salt: int) -> tuple[float, float]:
    """Return where on the lattice's own plane a cell sits."""
    # Every second row is shifted by half, so that no columns show.
    x = (i + 0.5 * (j % 2) + 0.7 * (unit(i, j, salt + 3) - 0.5)) * spacing
    return x, (j + 0.7 * (unit(i, j, salt + 4) - 0.5)) * spacing


@compiled
def seats(
    first: tuple[int, int],
    count: tuple[int, int],
    dish: tuple[float, float, float],
    salt: int,
) -> Floats:
    """Return the middles of a block of lattice places, far away if empty.

    Parameters
    ----------
    first, count
        Row and column of the first place; rows and columns.
    dish
        Spacing, density, scratch, as in `Culture`.
    salt
        Which dish.

    Returns
    -------
    numpy.ndarray
        Shape (rows, columns, 2): x, y.
    """
    spacing, density, scratch = dish
    out = np.full((count[0], count[1], 2), 1e7, np.float32)
    for row in range(count[0]):
        for col in range(count[1]):
            i = first[1] + col
            j = first[0] + row
            if alive(i, j, spacing, density, scratch, salt):
                out[row, col, 0], out[row, col, 1] = centre(i, j, spacing, salt)
    return out


@compiled
def nearest_seat(
    seats: Floats, x: float, y: float, row0: int, col0: int
) -> tuple[float, float, int, int]:
    """Return distances to the nearest and the second cell, and the nearest.

    ``row0`` and ``col0`` are where in ``seats`` to look around.
    """
    nearest = 1e9
    second = 1e9
    mine_row = row0
    mine_col = col0
    for row in range(max(0, row0 - 1), min(seats.shape[0], row0 + 2)):
        for col in range(max(0, col0 - 2), min(seats.shape[1], col0 + 2)):
            d = math.hypot(x - seats[row, col, 0], y - seats[row, col, 1])
            second = min(second, max(nearest, d))
            if d < nearest:
                nearest = d
                mine_row = row
                mine_col = col
    return nearest, second, mine_row, mine_col


@compiled
def fill_layout(
    origin: tuple[int, int],
    dish: tuple[float, float, float],
    salt: int,
    places: Floats,
    cells: Labels,
) -> None:
    """Find the cell of every pixel of a tile; fills the last two, in place."""
    spacing = dish[0]
    # Bends reach 1.4 spacings; three places more on each side are enough.
    j0 = math.floor(origin[1] / spacing) - 4
    i0 = math.floor(origin[0] / spacing) - 4
    rows = int(cells.shape[0] / spacing) + 10
    cols = int(cells.shape[1] / spacing) + 10
    middles = seats((j0, i0), (rows, cols), dish, salt)
    for row in range(cells.shape[0]):
        for col in range(cells.shape[1]):
            px = origin[0] + col + 10.0
            py = origin[1] + row + 10.0
            # Wide bends carry whole cells along; short ones only their borders.
            wide = 2.2 * spacing
            bx = px + wide * (cloud(px / 420.0, py / 420.0, 2, salt + 21) - 0.5)
            by = py + wide * (cloud(px / 420.0, py / 420.0, 2, salt + 31) - 0.5)
            x = bx + 0.3 * spacing * (value(px / 31.0, py / 31.0, salt + 1) - 0.5)
            y = by + 0.3 * spacing * (value(px / 31.0, py / 31.0, salt + 2) - 0.5)
            near, second, mine_row, mine_col = nearest_seat(
                middles,
                x,
                y,
                math.floor(y / spacing + 0.5) - j0,
                math.floor(x / spacing + 0.25) - i0,
            )
            i = i0 + mine_col
            j = j0 + mine_row
            reach = spacing * (0.72 + 0.1 * unit(i, j, salt + 5))
            places[BORDER, row, col] = min(0.5 * (second - near), reach - near)
            places[AWAY, row, col] = near
            if near >= reach:
                continue
            cell = 1 + (j + 8) * 4096 + i + 8
            cells[row, col] = cell
            cx = middles[mine_row, mine_col, 0]
            cy = middles[mine_row, mine_col, 1]
            turn = 4.0 * cloud(cx / 500.0, cy / 500.0, 2, salt + 6)
            turn += 0.9 * unit(i, j, salt + 7)
            u = (bx - cx) * math.cos(turn) + (by - cy) * math.sin(turn)
            v = (by - cy) * math.cos(turn) - (bx - cx) * math.sin(turn)
            places[ALONG, row, col] = u
            places[ACROSS, row, col] = v
            long = spacing * (0.2 + 0.06 * unit(i, j, salt + 8))
            short = long * (0.72 + 0.2 * unit(i, j, salt + 10))
            dent = 0.2 * (value(u / long + 9, v / long + 9, cell) - 0.5)
            places[NUCLEUS, row, col] = (u / long) ** 2 + (v / short) ** 2 + dent


def layout(culture: Culture, x0: int, y0: int, shape: tuple[int, int]) -> Layout:
    """Find the cell of every pixel of a tile of this shape (y, x)."""
    places: Floats = np.full((5, *shape), 1e6, np.float32)
    cells: Labels = np.zeros(shape, np.uint32)
    dish = (culture.spacing, culture.density, culture.scratch)
    fill_layout((x0, y0), dish, culture.salt, places, cells)
    return Layout(places, cells)


@compiled
def nuclei(places: Floats, cells: Labels, dividing: float, scale: float) -> Floats:
    """Return the DNA of a tile, shape (y, x); ``scale`` is pixels per grain."""
    out = np.zeros(cells.shape, np.float32)
    for row in range(cells.shape[0]):
        for col in range(cells.shape[1]):
            cell = int(cells[row, col])
            if cell == 0:
                continue
            u = places[ALONG, row, col]
            v = places[ACROSS, row, col]
            grain = value(u / scale + 99.0, v / scale + 99.0, cell)
            lumps = value(u / (2.6 * scale) + 99.0, v / (2.6 * scale) + 99.0, cell)
            strength = 0.7 + 0.6 * unit(cell, 1, 3)
            if unit(cell, 2, 3) < dividing:
                plate = (u / (5.0 * scale)) ** 2 + (v / (1.6 * scale)) ** 2
                out[row, col] = 1.6 * smooth(1.3, 0.6, plate + 0.7 * (grain - 0.5))
            else:
                body = smooth(1.08, 0.88, places[NUCLEUS, row, col])
                hole = smooth(0.66, 0.8, lumps)
                dna = 0.42 + 0.3 * grain + 0.3 * lumps - 0.3 * hole
                out[row, col] = strength * body * dna
    return out


@compiled
def actin(places: Floats, cells: Labels, x0: int, y0: int) -> Floats:
    """Return the stress fibres and the cortex of a tile, shape (y, x)."""
    out = np.zeros(cells.shape, np.float32)
    for row in range(cells.shape[0]):
        for col in range(cells.shape[1]):
            cell = int(cells[row, col])
            if cell == 0:
                continue
            u = places[ALONG, row, col] + 300.0
            v = places[ACROSS, row, col] + 300.0
            border = places[BORDER, row, col]
            fine = value(u / 36.0, v / 2.1, cell)
            thick = value(u / 60.0, v / 4.6, cell + 1)
            fibre = smooth(0.5, 0.95, fine) * 0.8 + smooth(0.6, 0.95, thick)
            patch = cloud((x0 + col) / 600.0, (y0 + row) / 600.0, 2, 71)
            stress = 0.3 + unit(cell, 3, 3) ** 2 + 1.2 * smooth(0.5, 0.75, patch)
            fibre *= smooth(0.0, 9.0, border) * stress
            cortex = 0.55 * math.exp(-((border / 2.0) ** 2))
            haze = 0.1 + 0.1 * value(u / 14.0, v / 14.0, cell + 2)
            out[row, col] = fibre + cortex + haze * smooth(0.0, 3.0, border)
    return out


@compiled
def mitochondria(places: Floats, cells: Labels, x0: int, y0: int) -> Floats:
    """Return the worms round the nuclei of a tile, shape (y, x)."""
    out = np.zeros(cells.shape, np.float32)
    for row in range(cells.shape[0]):
        for col in range(cells.shape[1]):
            cell = int(cells[row, col])
            if cell == 0:
                continue
            x = (x0 + col) / 7.5
            y = (y0 + row) / 7.5
            bend = 1.2 * value(x / 2.0, y / 2.0, 61)
            ridge = 1.0 - abs(2.0 * value(x + bend, y - bend, cell) - 1.0)
            second = 1.0 - abs(2.0 * value(1.3 * x - bend, 1.3 * y, cell + 7) - 1.0)
            worm = smooth(0.8, 0.99, ridge) + 0.7 * smooth(0.84, 0.99, second)
            outside = smooth(0.9, 1.25, places[NUCLEUS, row, col])
            near = math.exp(-max(0.0, places[AWAY, row, col] - 16.0) / 15.0)
            edge = smooth(1.0, 8.0, places[BORDER, row, col])
            strength = 0.55 + 0.9 * unit(cell, 4, 3)
            out[row, col] = outside * near * edge * strength * (0.12 + worm)
    return out


@compiled
def reporter(places: Floats, cells: Labels, translocated: float) -> Floats:
    """Return a protein that moves from cytoplasm to nucleus, shape (y, x).

    Parameters
    ----------
    places, cells
        As in `Layout`.
    translocated
        Part of it that is in the nucleus, 0 to 1; cells differ a little.
    """
    out = np.zeros(cells.shape, np.float32)
    for row in range(cells.shape[0]):
        for col in range(cells.shape[1]):
            cell = int(cells[row, col])
            if cell == 0:
                continue
            own = translocated + 0.22 * (unit(cell, 5, 3) - 0.5)
            own = min(1.0, max(0.0, own))
            u = places[ALONG, row, col] + 99.0
            v = places[ACROSS, row, col] + 99.0
            grain = 0.75 + 0.5 * value(u / 3.0, v / 3.0, cell + 4)
            core = smooth(1.15, 0.85, places[NUCLEUS, row, col])
            edge = smooth(0.0, 7.0, places[BORDER, row, col])
            thin = math.exp(-places[AWAY, row, col] / 24.0)
            cytoplasm = (1.0 - core) * edge * thin * (1.05 - 0.85 * own)
            strength = 0.6 + 0.8 * unit(cell, 6, 3)
            inside = core * (0.12 + 1.0 * own)
            out[row, col] = strength * grain * (cytoplasm + inside)
    return out

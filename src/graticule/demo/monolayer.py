"""A living layer of cells in three dimensions and time, as light before the lens.

It says where fluorescence is (nuclei, microtubules, membranes, lysosomes) in a
block of voxels at one moment; it knows no microscope, camera or file. One cell,
in the middle, divides as time goes on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graticule.demo.noise import Floats, cloud, compiled, smooth, solid, unit, value

Table = npt.NDArray[np.float64]

# Columns of the table of nuclei: place, half axes, turn, and what grows there.
X, Y, Z, A, B, C, TURN, KIND = range(8)
INTERPHASE, CHROMOSOMES = 0.0, 1.0
SPACING = 104.0
"""Pixels between neighbouring cells, at least."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The layer at one time.

    Attributes
    ----------
    nuclei
        One row per nucleus or chromosome mass, columns as above; pixels, planes.
    hubs
        Where microtubules start: x, y, z, index of the nucleus, 1 if a spindle
        pole (then followed by x, y of its opposite pole).
    bodies
        One row per half of a cell: x, y, pixels of head start at the border,
        cell.
    """

    nuclei: Table
    hubs: Table
    bodies: Table


def scattered(size: int, rng: np.random.Generator) -> Table:
    """Place cells evenly but not regularly; the first is in the middle."""
    places = np.array([[0.5 * size + 4.0, 0.5 * size - 10.0]])
    for place in rng.uniform(-40, size + 40, (3000, 2)):
        if np.hypot(*(places - place).T).min() > SPACING:
            places = np.vstack([places, place])
    return places


def at_time(size: int, planes: int, time: float, seed: int) -> Moment:
    """Describe the layer at ``time``, from 0 (metaphase) to 1 (two daughters)."""
    rng = np.random.default_rng(seed)
    places = scattered(size, rng)
    count = len(places)
    drift = rng.normal(0.0, 9.0, (count, 2)) + np.array([6.0, -4.0])
    places = places + drift * time
    nuclei = np.zeros((count, 8))
    nuclei[:, :2] = places
    nuclei[:, Z] = planes * (0.5 + rng.normal(0.0, 0.035, count))
    nuclei[:, A] = rng.uniform(42, 52, count)
    nuclei[:, B] = rng.uniform(32, 40, count)
    nuclei[:, C] = planes * rng.uniform(0.24, 0.3, count)
    nuclei[:, TURN] = rng.uniform(0, math.pi, count) + rng.normal(0, 0.2, count) * time
    angle = rng.uniform(0, 2 * math.pi, count)
    hubs = np.zeros((count, 7))
    hubs[:, X] = places[:, 0] + 0.95 * nuclei[:, A] * np.cos(angle)
    hubs[:, Y] = places[:, 1] + 0.95 * nuclei[:, A] * np.sin(angle)
    hubs[:, Z] = nuclei[:, Z]
    hubs[:, 3] = np.arange(count)
    bodies = np.zeros((count, 4))
    bodies[:, :2] = places
    bodies[:, 2] = rng.uniform(-6, 6, count)
    bodies[:, 3] = np.arange(count)
    return dividing(Moment(nuclei, hubs, bodies), planes, time)


def dividing(moment: Moment, planes: int, time: float) -> Moment:
    """Put the first cell into mitosis: plate, anaphase, two daughters."""
    x, y = moment.nuclei[0, :2]
    axis = 0.45
    along = np.array([math.cos(axis), math.sin(axis)])
    apart = 2.0 + 46.0 * smooth(0.2, 0.95, time)
    pole = 34.0 + 26.0 * smooth(0.2, 0.9, time)
    furrow = 34.0 * smooth(0.25, 1.0, time)
    halves = [np.array([x, y]) + side * apart * along for side in (-1, 1)]
    masses = np.zeros((2, 8))
    masses[:, :2] = halves
    masses[:, Z] = 0.5 * planes
    masses[:, A] = 27.0 - 4.0 * time
    masses[:, B] = 7.5 + 5.0 * time
    masses[:, C] = 0.2 * planes
    masses[:, TURN] = axis + 0.5 * math.pi
    masses[:, KIND] = CHROMOSOMES
    ends = [np.array([x, y]) + side * pole * along for side in (-1, 1)]
    poles = np.zeros((2, 7))
    poles[:, :2] = ends
    poles[:, Z] = 0.5 * planes
    poles[:, 3] = (0, len(moment.nuclei))
    poles[:, 4] = 1.0
    poles[:, 5:] = ends[::-1]
    bodies = np.zeros((2, 4))
    bodies[:, :2] = [np.array([x, y]) + side * furrow * along for side in (-1, 1)]
    bodies[:, 2] = 8.0
    bodies[:, 3] = (0, len(moment.nuclei) if time > 0.7 else 0)
    return Moment(
        np.vstack([masses[:1], moment.nuclei[1:], masses[1:]]),
        np.vstack([poles[:1], moment.hubs[1:], poles[1:]]),
        np.vstack([bodies[:1], moment.bodies[1:], bodies[1:]]),
    )


@compiled
def territories(bodies: Table, owner: npt.NDArray[np.int16], edge: Floats) -> None:
    """Fill in whose each pixel is and how far it lies from the border.

    Parameters
    ----------
    bodies
        As in `Moment`.
    owner, edge
        Shape (y, x), filled in place: cell number; pixels to the border.
    """
    for row in range(owner.shape[0]):
        for col in range(owner.shape[1]):
            x = col + 26.0 * (cloud(col / 60.0, row / 60.0, 3, 11) - 0.5)
            y = row + 26.0 * (cloud(col / 60.0, row / 60.0, 3, 21) - 0.5)
            nearest = 1e9
            second = 1e9
            mine = -1
            for k in range(len(bodies)):
                d = math.hypot(x - bodies[k, 0], y - bodies[k, 1]) - bodies[k, 2]
                cell = int(bodies[k, 3])
                if cell == mine:
                    nearest = min(nearest, d)
                elif d < nearest:
                    second = nearest
                    nearest = d
                    mine = cell
                elif d < second:
                    second = d
            owner[row, col] = mine
            edge[row, col] = 0.5 * (second - nearest)


@compiled
def inside(nucleus: Table, x: float, y: float, z: float) -> float:
    """Return the squared distance from a nucleus' middle; 1 is its surface."""
    turn = nucleus[TURN]
    dx = x - nucleus[X]
    dy = y - nucleus[Y]
    u = (dx * math.cos(turn) + dy * math.sin(turn)) / nucleus[A]
    v = (dy * math.cos(turn) - dx * math.sin(turn)) / nucleus[B]
    w = (z - nucleus[Z]) / nucleus[C]
    return float(u * u + v * v + w * w)


@compiled
def chromatin(nucleus: Table, x: float, y: float, z: float, salt: int) -> float:
    """Return how much DNA lies at a point of a nucleus (0 outside)."""
    # Patterns travel with their nucleus: noise is asked in its own frame.
    dx = x - nucleus[X]
    dy = y - nucleus[Y]
    turn = nucleus[TURN]
    u = dx * math.cos(turn) + dy * math.sin(turn) + 500.0
    v = dy * math.cos(turn) - dx * math.sin(turn) + 500.0
    lumps = solid(u / 9.0, v / 9.0, z / 2.0, salt)
    grain = solid(u / 4.0, v / 4.0, z / 1.2, salt + 3)
    wobble = 0.22 * (solid(u / 30.0, v / 30.0, z / 6.0, salt + 5) - 0.5)
    r2 = inside(nucleus, x, y, z) + wobble
    if nucleus[KIND] == CHROMOSOMES:
        ragged = r2 + 0.9 * (grain - 0.5) + 0.5 * (lumps - 0.5)
        return 1.5 * smooth(1.25, 0.55, ragged) * (0.75 + 0.5 * grain)
    body = smooth(1.06, 0.9, r2)
    rim = 0.16 * math.exp(-(((r2 - 0.9) / 0.09) ** 2))
    nucleolus = smooth(0.7, 0.78, solid(u / 17.0, v / 17.0, z / 5.0, salt + 8))
    foci = smooth(0.74, 0.84, solid(u / 5.5, v / 5.5, z / 1.8, salt + 13))
    dna = 0.14 + 0.8 * lumps * lumps + 0.42 * grain * (0.4 + lumps)
    return body * (dna * (1.0 - 0.7 * nucleolus) + 0.5 * foci + rim)


@compiled
def draw_nuclei(volume: Floats, nuclei: Table) -> None:
    """Add the DNA of all nuclei to a volume (z, y, x), in place."""
    planes, rows, cols = volume.shape
    for k in range(len(nuclei)):
        nucleus = nuclei[k]
        reach = int(nucleus[A] * 1.2) + 4
        x0 = max(0, int(nucleus[X]) - reach)
        x1 = min(cols, int(nucleus[X]) + reach)
        y0 = max(0, int(nucleus[Y]) - reach)
        y1 = min(rows, int(nucleus[Y]) + reach)
        for z in range(planes):
            for y in range(y0, y1):
                for x in range(x0, x1):
                    if inside(nucleus, x, y, z) < 1.5:
                        volume[z, y, x] += chromatin(nucleus, x, y, z, 100 * k)


@compiled
def deposit(volume: Floats, x: float, y: float, z: float, strength: float) -> None:
    """Share one drop of light among the eight voxels round a point, in place."""
    planes, rows, cols = volume.shape
    ix = math.floor(x)
    iy = math.floor(y)
    iz = math.floor(z)
    if not (0 <= ix < cols - 1 and 0 <= iy < rows - 1 and 0 <= iz < planes - 1):
        return
    fx = x - ix
    fy = y - iy
    fz = z - iz
    for corner in range(8):
        a = corner & 1
        b = (corner >> 1) & 1
        c = corner >> 2
        share = (fx if a else 1 - fx) * (fy if b else 1 - fy) * (fz if c else 1 - fz)
        volume[iz + c, iy + b, ix + a] += strength * share


@compiled
def draw_filament(
    volume: Floats,
    nucleus: Table,
    hub: Table,
    owner: npt.NDArray[np.int16],
    time: float,
    salt: int,
) -> None:
    """Grow one microtubule from a hub, round the nucleus, within its cell."""
    planes, rows, cols = volume.shape
    x = hub[X]
    y = hub[Y]
    heading = 2.0 * math.pi * unit(salt, 1, 5)
    if nucleus[KIND] == INTERPHASE and unit(salt, 6, 5) < 0.45:
        # Many microtubules start at the Golgi, all round the nucleus.
        angle = 2.0 * math.pi * unit(salt, 7, 5)
        x = nucleus[X] + 0.97 * nucleus[A] * math.cos(angle)
        y = nucleus[Y] + 0.97 * nucleus[A] * math.sin(angle)
        heading = angle + 2.4 * (unit(salt, 8, 5) - 0.5)
    level = hub[Z] + 0.5 * planes * (unit(salt, 2, 5) - 0.5)
    z = hub[Z]
    cell = owner[min(rows - 1, max(0, int(y))), min(cols - 1, max(0, int(x)))]
    length = 70.0 + 260.0 * value(unit(salt, 3, 5) * 100.0 + 2.5 * time, 0.5, 77)
    step = 0.0
    while step < length:
        bend = value(step / 38.0 + 900.0 * unit(salt, 4, 5), 0.6 * time, 31) - 0.5
        heading += 0.06 * bend
        x += 0.7 * math.cos(heading)
        y += 0.7 * math.sin(heading)
        z += 0.02 * (level - z)
        if nucleus[KIND] == INTERPHASE and inside(nucleus, x, y, z) < 1.08:
            away = math.hypot(x - nucleus[X], y - nucleus[Y]) + 1e-6
            x += 0.75 * (x - nucleus[X]) / away
            y += 0.75 * (y - nucleus[Y]) / away
        col = int(x)
        row = int(y)
        if not (0 <= col < cols and 0 <= row < rows) or owner[row, col] != cell:
            return
        fade = smooth(length, length - 30.0, step)
        deposit(volume, x, y, z, fade * (0.75 + 0.5 * value(step / 6.0, 0.0, salt)))
        step += 0.7


@compiled
def draw_spindle(volume: Floats, hub: Table, salt: int) -> None:
    """Draw half a spindle: bowed fibres from one pole past the middle."""
    dx = hub[5] - hub[X]
    dy = hub[6] - hub[Y]
    apart = math.hypot(dx, dy)
    for fibre in range(70):
        bow = 17.0 * 2.0 * (unit(fibre, 1, salt) - 0.5)
        rise = 3.2 * 2.0 * (unit(fibre, 2, salt) - 0.5)
        reach = 0.44 + 0.14 * unit(fibre, 3, salt)
        steps = int(apart * reach / 0.5)
        for k in range(steps):
            s = k * 0.5 / apart
            arch = math.sin(math.pi * min(s, 0.999)) ** 0.8
            x = hub[X] + dx * s - dy / apart * bow * arch
            y = hub[Y] + dy * s + dx / apart * bow * arch
            deposit(volume, x, y, hub[Z] + rise * arch, 0.62)


@compiled
def draw_microtubules(
    volume: Floats,
    nuclei: Table,
    hubs: Table,
    owner: npt.NDArray[np.int16],
    time: float,
) -> None:
    """Add all microtubules to a volume (z, y, x), in place."""
    for k in range(len(hubs)):
        hub = hubs[k]
        nucleus = nuclei[int(hub[3])]
        spindle = hub[4] > 0.0
        if spindle:
            draw_spindle(volume, hub, k)
        for fibre in range(40 if spindle else 130):
            draw_filament(volume, nucleus, hub, owner, time, 1000 * k + fibre)


@compiled
def draw_membranes(volume: Floats, edge: Floats) -> None:
    """Add cell borders, the ruffled upper side and its folds, in place."""
    planes, rows, cols = volume.shape
    for row in range(rows):
        for col in range(cols):
            far = edge[row, col]
            top = planes * (0.52 + 0.36 * smooth(0.0, 46.0, far))
            top += 2.2 * (value(col / 13.0, row / 13.0, 41) - 0.5)
            ruffle = 0.4 + 0.9 * cloud(col / 9.0, row / 9.0, 2, 43)
            border = math.exp(-0.5 * (far / 1.25) ** 2)
            border *= 0.65 + 0.7 * value(col / 7.0, row / 7.0, 47)
            for z in range(planes):
                wall = border * smooth(top + 2.0, top - 1.0, z) * smooth(0.0, 3.0, z)
                roof = 0.17 * ruffle * math.exp(-0.5 * ((z - top) / 0.9) ** 2)
                floor = 0.1 * ruffle * math.exp(-0.5 * ((z - 2.5) / 0.9) ** 2)
                volume[z, row, col] += wall + roof + floor


@compiled
def draw_vesicle(volume: Floats, x: float, y: float, z: float, radius: float) -> None:
    """Add one filled ball of light, radius in pixels, in place."""
    reach = int(radius) + 1
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            full = smooth(radius + 0.5, radius - 0.5, math.hypot(dx, dy))
            if full > 0.0:
                deposit(volume, x + dx, y + dy, z, 1.3 * full)


@compiled
def draw_vesicles(
    volume: Floats,
    hubs: Table,
    edge: Floats,
    time: float,
    many: int,
    spread: float,
    big: float,
    salt: int,
) -> None:
    """Add vesicles that crowd round the hubs and jitter in time, in place."""
    planes, rows, cols = volume.shape
    for k in range(len(hubs)):
        for n in range(many):
            here = salt + 100 * k
            angle = 2.0 * math.pi * unit(n, 1, here) + 0.5 * time
            away = spread * math.sqrt(-2.0 * math.log(1.0 - unit(n, 2, here)))
            wander = 14.0 * (value(6.0 * time + n, k + 0.5, salt) - 0.5)
            x = hubs[k, X] + (away + wander) * math.cos(angle)
            y = hubs[k, Y] + (away + wander) * math.sin(angle)
            z = hubs[k, Z] + 0.4 * planes * (unit(n, 3, here) - 0.5)
            if 0 <= x < cols and 0 <= y < rows and edge[int(y), int(x)] > 3.0:
                draw_vesicle(volume, x, y, z, big * (0.6 + 0.9 * unit(n, 4, here) ** 2))

"""A section of colon wall, stained with haematoxylin and eosin, never sliced.

The picture is a function of slide coordinates (pixels of 0.25 µm on a slide of
16,384 x 16,384), so every tile can be painted alone and fits its neighbours.
From the top: glass, mucosa with its crypts, submucosa with vessels and fat, two
layers of muscle, serosa, glass. It knows nothing of files.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from graticule.demo.noise import Floats, cloud, compiled, smooth, unit, value

SLIDE = 16384
COARSE = 16
"""Pixels between the points at which the anatomy is asked for."""
AROUND = 3
"""Coarse steps by which the chart of a tile reaches beyond it."""

# Depths of the layers below the surface, in pixels.
MUCOSA, SUBMUCOSA, MUSCLE, OUTER, SEROSA, END = 0, 3450, 6700, 9300, 11300, 12300
CRYPT, CELL, VESSEL, FAT = 375, 27, 1500, 250
"""Spacing of crypts, nuclei, vessels and fat cells."""

# What is dissolved in a pixel: haematoxylin, eosin, red cells.
BLUE, PINK, RED = 0, 1, 2


@compiled
def depth(x: float, y: float) -> float:
    """Return how far below the surface of the gut a point lies, in pixels."""
    dx = x - 7900.0
    bowl = math.hypot(dx, y + 8000.0) - 10900.0
    folds = 1900.0 * (cloud(x / 3600.0 + 3.0, y / 9000.0, 3, 301) - 0.5)
    villi = 150.0 * (value(x / 330.0, y / 1500.0, 302) - 0.5)
    return bowl + folds + villi * smooth(1500.0, 0.0, bowl + folds)


@compiled
def presence(x: float, y: float) -> float:
    """Return 1 inside the section, 0 on bare glass."""
    d = depth(x, y)
    side = 7300.0 - abs(x - 8200.0)
    side += 1100.0 * (cloud(x / 1500.0, y / 1300.0, 4, 311) - 0.5)
    end = END - d + 500.0 * (cloud(x / 700.0, y / 700.0, 4, 312) - 0.5)
    top = y - 700.0 + 900.0 * (cloud(x / 1100.0, y / 1100.0, 4, 313) - 0.5)
    return smooth(-8.0, 24.0, min(d, side, end, top))


@compiled
def fatness(x: float, y: float, d: float) -> float:
    """Return above 0 where fat cells are."""
    lobes = cloud(x / 1300.0, y / 900.0, 3, 321) - 0.5
    under = smooth(SUBMUCOSA + 900.0, SUBMUCOSA + 1500.0, d)
    under *= smooth(MUSCLE - 150.0, MUSCLE - 700.0, d)
    outside = smooth(SEROSA + 60.0, SEROSA + 240.0, d)
    return max(5.0 * lobes * under - 0.35 + 0.35 * under, outside - 0.3)


@compiled
def follicle(x: float, y: float) -> float:
    """Return 1 inside a lymph follicle, 0 well outside."""
    wobble = 240.0 * (cloud(x / 300.0, y / 300.0, 3, 331) - 0.5)
    first = math.hypot((x - 11350.0) / 1.3, y - 6050.0) - 560.0
    second = math.hypot((x - 4250.0) / 1.1, y - 5850.0) - 420.0
    return smooth(90.0, -90.0, min(first, second) + wobble)


@compiled
def chart(x0: int, y0: int, rows: int, cols: int) -> Floats:
    """Return the anatomy round a tile on a coarse grid.

    Returns
    -------
    numpy.ndarray
        Shape (4, rows, cols): depth, presence, fatness, follicle; the first
        point lies `AROUND` coarse steps left of and above the tile.
    """
    out = np.empty((4, rows, cols), np.float32)
    for row in range(rows):
        for col in range(cols):
            x = x0 + (col - AROUND) * COARSE
            y = y0 + (row - AROUND) * COARSE
            d = depth(x, y)
            out[0, row, col] = d
            out[1, row, col] = presence(x, y)
            out[2, row, col] = fatness(x, y, d)
            out[3, row, col] = follicle(x, y)
    return out


@compiled
def between(chart: Floats, which: int, x: float, y: float) -> float:
    """Read the chart at tile coordinates, linearly between its points."""
    u = x / COARSE + AROUND
    v = y / COARSE + AROUND
    col = min(chart.shape[2] - 2, max(0, int(u)))
    row = min(chart.shape[1] - 2, max(0, int(v)))
    u -= col
    v -= row
    top = chart[which, row, col] * (1 - u) + chart[which, row, col + 1] * u
    low = chart[which, row + 1, col] * (1 - u) + chart[which, row + 1, col + 1] * u
    return float(top * (1 - v) + low * v)


@compiled
def fibres(x: float, y: float, d: float) -> float:
    """Return eosin of the ground substance: collagen or muscle by depth."""
    grain = 0.16 * (value(x / 3.0, y / 3.0, 341) - 0.5)
    if d < SUBMUCOSA - 260:
        loose = cloud(x / 26.0, y / 26.0, 2, 342)
        return 0.17 + 0.26 * loose + grain
    wave = 300.0 * cloud(x / 800.0, y / 800.0, 2, 343)
    if SUBMUCOSA < d < MUSCLE:
        strand = value((x + wave) / 110.0, (y + 1.7 * wave) / 13.0, 344)
        bundle = value((x + wave) / 300.0, (y + 1.7 * wave) / 62.0, 345)
        gap = smooth(0.335, 0.29, bundle + 0.05 * (strand - 0.5))
        return (0.1 + 0.3 * strand + 0.32 * bundle + grain) * (1.0 - 0.88 * gap)
    if d < OUTER:
        strand = value((x + 0.4 * wave) / 140.0, (y + wave) / 9.0, 346)
        cleft = value((x + 0.4 * wave) / 420.0, (y + wave) / 46.0, 347)
    else:
        strand = value((x + wave) / 11.0, (y + 0.6 * wave) / 34.0, 348)
        cleft = value((x + wave) / 120.0, (y + 0.6 * wave) / 90.0, 349)
    return (0.4 + 0.2 * strand + grain) * (1.0 - 0.8 * smooth(0.22, 0.19, cleft))


@compiled
def fat(x: float, y: float, amount: float) -> float:
    """Return how much of the ground is left where fat cells take its place."""
    col = math.floor(x / FAT)
    row = math.floor(y / FAT)
    nearest = 1e9
    second = 1e9
    third = 1e9
    for j in range(row - 1, row + 2):
        for i in range(col - 1, col + 2):
            cx = (i + 0.15 + 0.7 * unit(i, j, 351)) * FAT
            cy = (j + 0.15 + 0.7 * unit(i, j, 352)) * FAT
            d = math.hypot(x - cx, y - cy)
            third = min(third, max(second, d))
            second = min(second, max(nearest, d))
            nearest = min(nearest, d)
    # Taking the third into account rounds the corners of the cells.
    gap = 1.0 / (1.0 / (second - nearest + 0.1) + 1.0 / (third - nearest + 0.1))
    wall = smooth(4.0, 9.0, gap)
    return 1.0 - wall * smooth(0.0, 0.1, amount)


@compiled
def ground(x: float, y: float, d: float, amount: float, nest: float) -> float:
    """Return how much eosin the ground takes up at a place."""
    pink = fibres(x, y, d)
    if amount > 0.0:
        pink *= fat(x, y, amount)
    return pink + nest * (0.24 - pink)


@compiled
def paint_ground(tile: Floats, x0: int, y0: int, chart: Floats) -> None:
    """Fill a tile (dye, y, x) with what lies between cells, in place."""
    for row in range(tile.shape[1]):
        for col in range(tile.shape[2]):
            here = between(chart, 1, col, row)
            if here <= 0.0:
                continue
            x = x0 + col
            y = y0 + row
            pink = ground(
                x,
                y,
                between(chart, 0, col, row),
                between(chart, 2, col, row),
                between(chart, 3, col, row),
            )
            tile[PINK, row, col] = here * pink
            tile[BLUE, row, col] = 0.16 * here * pink


@compiled
def crowding(x: float, y: float, d: float, pink: float) -> float:
    """Return how likely a nucleus is at a place."""
    if pink < 0.17:
        return 0.02
    if d < 110.0:
        return 0.95 if 30.0 < d < 80.0 else 0.25
    if d < SUBMUCOSA:
        crowd = 0.3 + 0.45 * cloud(x / 500.0, y / 500.0, 2, 361)
        if d > SUBMUCOSA - 260:
            crowd = 0.3
    elif d < MUSCLE:
        crowd = 0.07
    else:
        crowd = 0.2
    return crowd


@compiled
def paint_nucleus(
    tile: Floats,
    place: tuple[float, float],
    half_axes: tuple[float, float],
    turn: float,
    dark: float,
    salt: int,
) -> None:
    """Paint one nucleus into a tile, in place."""
    x, y = place
    long, short = half_axes
    reach = int(long) + 3
    c = math.cos(turn)
    s = math.sin(turn)
    for row in range(max(0, int(y) - reach), min(tile.shape[1], int(y) + reach)):
        for col in range(max(0, int(x) - reach), min(tile.shape[2], int(x) + reach)):
            u = ((col - x) * c + (row - y) * s) / long
            v = ((row - y) * c - (col - x) * s) / short
            r2 = u * u + v * v
            if r2 > 1.4:
                continue
            lumps = value((col - x) / 3.6 + 50.0, (row - y) / 3.6 + 50.0, salt)
            body = smooth(1.25, 0.8, r2) * dark
            blue = body * (0.62 + 0.55 * lumps + 0.25 * smooth(0.45, 0.9, r2))
            tile[BLUE, row, col] = max(tile[BLUE, row, col], blue)
            tile[PINK, row, col] *= 1.0 - 0.3 * smooth(1.25, 0.8, r2)


@compiled
def paint_nuclei(tile: Floats, x0: int, y0: int, chart: Floats) -> None:
    """Scatter nuclei over the ground of a tile, in place."""
    rows, cols = tile.shape[1:]
    for j in range((y0 - 24) // CELL, (y0 + rows + 24) // CELL + 1):
        for i in range((x0 - 24) // CELL, (x0 + cols + 24) // CELL + 1):
            x = (i + unit(i, j, 371)) * CELL - x0
            y = (j + unit(i, j, 372)) * CELL - y0
            if between(chart, 1, x, y) < 0.9:
                continue
            d = between(chart, 0, x, y)
            nest = between(chart, 3, x, y)
            pink = ground(x + x0, y + y0, d, between(chart, 2, x, y), nest)
            crowd = max(crowding(x + x0, y + y0, d, pink), 1.1 * nest)
            if unit(i, j, 373) > crowd:
                continue
            round_one = d < SUBMUCOSA - 260 or nest > 0.4
            long = 9.5 + 4.0 * unit(i, j, 374)
            short = long * (0.8 + 0.2 * unit(i, j, 375))
            turn = 3.2 * unit(i, j, 376)
            if not round_one:
                long = 17.0 + 10.0 * unit(i, j, 374)
                short = 4.0 + 2.2 * unit(i, j, 375)
                turn = 0.9 * (unit(i, j, 376) - 0.5)
                if d > OUTER:
                    long *= 0.55
                    turn *= 4.0
            dark = 0.75 + 0.4 * unit(i, j, 377)
            paint_nucleus(tile, (x, y), (long, short), turn, dark, i * 7 + j)


@compiled
def crypt_dyes(
    r: float, angle: float, radius: float, around: int, salt: int
) -> tuple[float, float, float]:
    """Return blue, pink and cover of a crypt at polar coordinates, in pixels."""
    lumen = 0.2 * radius
    cups = around // 3
    cover = smooth(radius, radius - 5.0, r)
    if r < lumen:
        slime = 0.05 * value(r / 4.0, angle * 6.0, salt)
        return slime, slime, cover
    k = math.floor(angle / 6.2832 * around)
    nucleus_r = radius - 17.0 - 13.0 * unit(k, 1, salt)
    middle = (k + 0.5 + 0.3 * (unit(k, 2, salt) - 0.5)) * 6.2832 / around
    u = (r - nucleus_r) / (13.0 + 4.0 * unit(k, 3, salt))
    v = (angle - middle) * r / 8.3
    nucleus = smooth(1.2, 0.75, u * u + v * v)
    c = math.floor(angle / 6.2832 * cups + 0.4)
    cup_r = radius * (0.53 + 0.12 * unit(c, 4, salt))
    p = (r - cup_r) / (0.23 * radius)
    q = (angle - (c + 0.1) * 6.2832 / cups) * r / 15.5
    mucus = smooth(1.05, 0.7, p * p + q * q) * (1.0 if unit(c, 5, salt) < 0.72 else 0.0)
    grain = value(r / 3.0, angle * radius / 3.0, salt + 1)
    brim = math.exp(-(((r - lumen) / 5.0) ** 2))
    blue = 0.17 + 0.1 * grain + 0.1 * brim
    pink = 0.34 + 0.14 * grain + 0.2 * brim
    blue += mucus * (0.13 + 0.07 * grain - blue)
    pink += mucus * (0.05 - pink)
    dark = 0.8 + 0.3 * unit(k, 6, salt) + 0.3 * (grain - 0.5)
    return max(blue, nucleus * dark), pink * (1.0 - 0.35 * nucleus), cover


@compiled
def paint_crypt(tile: Floats, x: float, y: float, radius: float, salt: int) -> None:
    """Paint one crypt, cut across, over whatever is there, in place."""
    stretch = 1.0 + 0.5 * unit(salt, 1, 381)
    turn = 3.14 * unit(salt, 2, 381)
    c = math.cos(turn)
    s = math.sin(turn)
    reach = int(radius * stretch * 1.25) + 2
    around = int(6.283 * radius / 21.0)
    for row in range(max(0, int(y) - reach), min(tile.shape[1], int(y) + reach)):
        for col in range(max(0, int(x) - reach), min(tile.shape[2], int(x) + reach)):
            u = ((col - x) * c + (row - y) * s) / stretch
            v = (row - y) * c - (col - x) * s
            r = math.hypot(u, v)
            if r > 1.25 * radius:
                continue
            angle = math.atan2(v, u) + 3.1416
            bend = value(1.3 * u / (r + 1) + 9.0, 1.3 * v / (r + 1) + 9.0, salt + 9)
            size = radius * (0.78 + 0.44 * bend)
            blue, pink, cover = crypt_dyes(r, angle, size, around, salt)
            tile[BLUE, row, col] += cover * (blue - tile[BLUE, row, col])
            tile[PINK, row, col] += cover * (pink - tile[PINK, row, col])


@compiled
def paint_crypts(tile: Floats, x0: int, y0: int) -> None:
    """Paint the crypts of the mucosa into a tile, in place."""
    rows, cols = tile.shape[1:]
    for j in range((y0 - 340) // CRYPT, (y0 + rows + 340) // CRYPT + 1):
        for i in range((x0 - 340) // CRYPT, (x0 + cols + 340) // CRYPT + 1):
            # Every second row is shifted by half: crypts pack like honeycomb.
            x = (i + 0.5 * (j % 2) + 0.3 * (unit(i, j, 391) - 0.5)) * CRYPT
            y = (j + 0.3 * (unit(i, j, 392) - 0.5)) * CRYPT
            d = depth(x, y)
            if not 230.0 < d < SUBMUCOSA - 470 or presence(x - 250, y) < 0.9:
                continue
            if presence(x + 250, y) < 0.9 or follicle(x, y) > 0.05:
                continue
            radius = 128.0 + 34.0 * unit(i, j, 393)
            paint_crypt(tile, x - x0, y - y0, radius, 31 * i + 977 * j)


@compiled
def paint_vessel(tile: Floats, x: float, y: float, radius: float, salt: int) -> None:
    """Paint one vessel with its wall and the red cells in it, in place."""
    reach = int(radius * 1.5)
    for row in range(max(0, int(y) - reach), min(tile.shape[1], int(y) + reach)):
        for col in range(max(0, int(x) - reach), min(tile.shape[2], int(x) + reach)):
            u = col - x
            v = (row - y) * 1.25
            bend = 0.8 + 0.4 * value(u / radius + 9.0, v / radius + 9.0, salt)
            r = math.hypot(u, v) / bend
            if r > radius:
                continue
            wall = smooth(radius * 0.74, radius * 0.8, r)
            ring = 0.42 + 0.25 * value(r / 7.0, math.atan2(v, u) * 9.0, salt + 1)
            i = math.floor((col + 0.0) / 25.0 - x / 25.0)
            j = math.floor((row + 0.0) / 25.0 - y / 25.0)
            px = (col - x) - (i + 0.36 + 0.28 * unit(i, j, salt)) * 25.0
            py = (row - y) - (j + 0.36 + 0.28 * unit(j, i, salt)) * 25.0
            disc = smooth(13.0, 10.5, math.hypot(px, py))
            disc *= 0.75 + 0.25 * smooth(0.0, 8.0, math.hypot(px, py))
            blood = disc * (1.0 if unit(i, j, salt + 2) < 0.8 else 0.0)
            edge = smooth(radius, radius - 6.0, r)
            tile[PINK, row, col] += edge * (wall * ring - tile[PINK, row, col])
            tile[BLUE, row, col] += edge * (0.1 * wall - tile[BLUE, row, col])
            tile[RED, row, col] += edge * (1.0 - wall) * blood * 0.6


@compiled
def paint_vessels(tile: Floats, x0: int, y0: int) -> None:
    """Paint the vessels of the submucosa into a tile, in place."""
    rows, cols = tile.shape[1:]
    for j in range((y0 - 500) // VESSEL, (y0 + rows + 500) // VESSEL + 1):
        for i in range((x0 - 500) // VESSEL, (x0 + cols + 500) // VESSEL + 1):
            x = (i + 0.2 + 0.6 * unit(i, j, 396)) * VESSEL
            y = (j + 0.2 + 0.6 * unit(i, j, 397)) * VESSEL
            deep = SUBMUCOSA + 350.0 < depth(x, y) < MUSCLE - 350.0
            if deep and presence(x - 400, y) * presence(x + 400, y) > 0.9:
                radius = 90.0 + 220.0 * unit(i, j, 398) ** 2
                paint_vessel(tile, x - x0, y - y0, radius, 57 * i + 13 * j)


@compiled
def colours(tile: Floats, out: npt.NDArray[np.uint8], x0: int, y0: int) -> None:
    """Shine light through the dyes of a tile, in place (Beer and Lambert)."""
    for row in range(tile.shape[1]):
        for col in range(tile.shape[2]):
            # No two corners of a section take up the same amount of dye.
            batch = 0.88 + 0.26 * value((x0 + col) / 2600.0, (y0 + row) / 2600.0, 399)
            blue = 1.3 * batch * tile[BLUE, row, col]
            pink = 1.05 * tile[PINK, row, col]
            red = tile[RED, row, col]
            out[row, col, 0] = int(
                243.0 * math.exp(-0.66 * blue - 0.09 * pink - 0.15 * red)
            )
            out[row, col, 1] = int(
                241.0 * math.exp(-0.74 * blue - 0.85 * pink - 1.15 * red)
            )
            out[row, col, 2] = int(
                244.0 * math.exp(-0.32 * blue - 0.34 * pink - 0.85 * red)
            )


def painted(x0: int, y0: int, width: int, height: int) -> npt.NDArray[np.uint8]:
    """Return a part of the slide as RGB, shape (height, width, 3), uint8."""
    tile: Floats = np.zeros((3, height, width), np.float32)
    out = np.empty((height, width, 3), np.uint8)
    anatomy = chart(x0, y0, height // COARSE + 8, width // COARSE + 8)
    if anatomy[1].any():
        paint_ground(tile, x0, y0, anatomy)
        paint_nuclei(tile, x0, y0, anatomy)
        paint_crypts(tile, x0, y0)
        paint_vessels(tile, x0, y0)
    colours(tile, out, x0, y0)
    return out

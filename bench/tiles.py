"""Tiles per second through the server, beside the floor in the process itself.

The floor decodes, composes and encodes the same tiles with the same parts, in as
many processes as the server has workers: what is left when HTTP, permissions
and catalogue cost nothing. Caches are off, so every tile is new.
"""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bench.load import run
from bench.server import Served, first_image, get, serving
from graticule.pixels.cache import ChunkCache
from graticule.pixels.model import Window
from graticule.pixels.reader import ReadContext, ReadLimits
from graticule.pixels.registry import open_source
from graticule.render.compose import compose
from graticule.render.encode import encode
from graticule.render.settings import ChannelRendering, Rendering

WORKERS = 2
NO_CACHES = {
    "workers": str(WORKERS),
    "chunk_cache_bytes": "0",
    "tile_cache_bytes": "0",
    "thumb_cache_bytes": "0",
    "img_cache_bytes": "0",
}
_COLORS = ("0000FF", "00FF00", "FF0000", "FF00FF")
Tile = tuple[int, int, int]


def tiles_of(sizes: list[tuple[int, int]], side: int) -> list[Tile]:
    """List level, column and row of every whole tile."""
    return [
        (level, column, row)
        for level, (width, height) in enumerate(sizes)
        for row in range(height // side)
        for column in range(width // side)
    ]


def floor(path: Path, tiles: list[Tile], side: int) -> tuple[float, float]:
    """Give tiles per second and CPU ms per tile without any server."""
    parts = [tiles[start::WORKERS] for start in range(WORKERS)]
    with ProcessPoolExecutor(WORKERS) as pool:
        # Once to compile and warm up, once to measure.
        list(pool.map(_draw_all, [path] * WORKERS, [p[:4] for p in parts], [side] * 2))
        begun = time.perf_counter()
        cpu = sum(pool.map(_draw_all, [path] * WORKERS, parts, [side] * WORKERS))
        seconds = time.perf_counter() - begun
    return len(tiles) / seconds, 1000 * cpu / len(tiles)


def _draw_all(path: Path, tiles: list[Tile], side: int) -> float:
    source = open_source(path, ReadContext(ReadLimits(), ChunkCache(0)))
    info = source.fileset.images[0]
    if info.size_c == 4:
        rendering = Rendering(
            tuple(
                ChannelRendering(window=(100, 4000), color=(*bytes.fromhex(color), 255))
                for color in _COLORS
            )
        )
    else:
        rendering = Rendering(
            tuple(
                ChannelRendering(window=(0, 254), color=color)
                for color in ((255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255))
            )
        )
    channels = list(range(info.size_c))
    begun = time.process_time()
    for level, column, row in tiles:
        window = Window(
            column * side, row * side, (column + 1) * side, (row + 1) * side
        )
        planes = source.read(0, level, 0, 0, channels, window)
        picture = compose(
            dict(zip(channels, planes, strict=True)), rendering, info.pixel_type
        )
        encode(picture, "jpeg", 0.85)
    return time.process_time() - begun


def measure(name: str, path: Path, home: Path, side: int, query: str) -> None:
    """Print the table of one image."""
    with serving(home, path.parent, **NO_CACHES) as server:
        image = first_image(server.port)
        sizes = _sizes(server.port, image)
        tiles = tiles_of(sizes, side)
        floor_rate, floor_cpu = floor(path, tiles, side)
        print(f"\n{name}: {side}² JPEG tiles, {len(tiles)} of them, every one new")
        print(f"{'':24}{'tiles/s':>9}{'of floor':>10}{'CPU ms':>8}", end="")
        print(f"{'p50':>8}{'p95':>8}{'p99':>8}  ms")
        print(f"{'floor, no HTTP':24}{floor_rate:9.0f}{'100 %':>10}{floor_cpu:8.2f}")
        paths = [
            f"/webgateway/render_image_region/{image}/0/0/"
            f"?tile={level},{column},{row},{side},{side}&{query}"
            for level, column, row in tiles
        ]
        run(server.port, paths[:32], 8)
        for concurrency in (1, 8, 32):
            _row(server, paths, concurrency, floor_rate)
        print(f"{'memory of the server':24}{server.resident_mib():9.0f} MiB")


def _row(server: Served, paths: list[str], concurrency: int, floor: float) -> None:
    before = server.cpu_seconds()
    load = run(server.port, paths, concurrency)
    cpu = 1000 * (server.cpu_seconds() - before) / len(paths)
    print(f"{f'server, {concurrency} at a time':24}{load.per_second:9.0f}", end="")
    print(f"{100 * load.per_second / floor:8.0f} %{cpu:8.2f}", end="")
    for share in (50, 95, 99):
        print(f"{load.percentile(share):8.1f}", end="")
    print()


def _sizes(port: int, image: int) -> list[tuple[int, int]]:
    levels = get(port, f"/webgateway/imgData/{image}/resolutions/")
    return [
        (levels[str(n)]["sizeX"], levels[str(n)]["sizeY"]) for n in range(len(levels))
    ]

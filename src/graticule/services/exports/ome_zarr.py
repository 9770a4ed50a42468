"""An image as an OME-Zarr: every plane, every level, bit for bit.

Arrays have the axes ``tczyx``, chunks of one plane, and are compressed with LZ4;
those of 0.5 are sharded. Pixels go through in strips of chunks: memory stays at a
few times a shard. Knows no request and no job.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from graticule.pixels.model import Level, Window
from graticule.pixels.reader import Source
from graticule.pixels.zarr.writing import CHUNK, SHARD_WIDTH, ZarrLevel
from graticule.services.exports.aside import Progress
from graticule.services.exports.facts import ImageFacts
from graticule.services.exports.ngff import (
    Version,
    describe_image,
    write_group,
    zarr_format,
)
from graticule.services.exports.parts import Part, PartSource, cut_facts, cut_scene
from graticule.services.scenes import Scene, open_scene

_DOCUMENTS = frozenset({"zarr.json", ".zgroup", ".zattrs", ".zarray"})


def write_ome_zarr(
    scene: Scene,
    facts: ImageFacts,
    folder: Path,
    *,
    part: Part,
    version: Version = "0.5",
    progress: Progress | None = None,
) -> None:
    """Write an image, or a part of it, as an OME-Zarr.

    Parameters
    ----------
    folder
        Is made; must not be there.
    progress
        Called with the strips done and the strips in all.

    Raises
    ------
    graticule.errors.FileError
        If the image cannot be read or the folder not be written.
    graticule.errors.OutOfRangeError
        If the image has nothing of the part.
    """
    count = begin_ome_zarr(scene, facts, folder, part=part, version=version)
    write_strips(
        scene, folder, range(count), part=part, version=version, progress=progress
    )


def begin_ome_zarr(
    scene: Scene, facts: ImageFacts, folder: Path, *, part: Part, version: Version
) -> int:
    """Make an OME-Zarr that has everything but pixels.

    Returns
    -------
    int
        How many strips it will have; see :func:`write_strips`.
    """
    facts, cut = cut_facts(scene, facts, part), cut_scene(scene, part)
    write_group(folder, describe_image(cut, facts, version), version)
    for number in range(len(cut.levels)):
        _array(cut, folder, number, version, new=True)
    return len(_strips(cut))


def write_strips(
    scene: Scene,
    folder: Path,
    numbers: range,
    *,
    part: Part,
    version: Version,
    progress: Progress | None = None,
) -> None:
    """Write some strips of an OME-Zarr that was begun.

    No two strips share a file: several processes may write at once.

    Raises
    ------
    graticule.errors.FileError
        If the image cannot be read or the folder not be written.
    """
    with open_scene(scene) as whole:
        source: Source = PartSource(whole, scene, part)
        cut = cut_scene(scene, part)
        levels: dict[int, ZarrLevel] = {}
        strips = _strips(cut)[numbers.start : numbers.stop]
        for done, (level, (t, c, z), window) in enumerate(strips, 1):
            if level not in levels:
                levels[level] = _array(cut, folder, level, version, new=False)
            pixels = source.read(cut.index, level, z, t, [c], window)
            levels[level].write(t, c, z, window.y0, window.x0, pixels)
            if progress is not None:
                progress(done, len(strips))


def _array(
    scene: Scene, folder: Path, number: int, version: Version, *, new: bool
) -> ZarrLevel:
    level = scene.levels[number]
    shape = (scene.size_t, scene.size_c, scene.size_z, level.height, level.width)
    return ZarrLevel(
        folder / str(number),
        shape,
        scene.pixel_type,
        zarr_format=zarr_format(version),
        new=new,
    )


def _strips(scene: Scene) -> list[tuple[int, tuple[int, int, int], Window]]:
    """List all there is to write: level, plane and place."""
    planes = list(_planes(scene))
    return [
        (number, plane, window)
        for number, level in enumerate(scene.levels)
        for plane in planes
        for window in _windows(level)
    ]


def _planes(scene: Scene) -> Iterator[tuple[int, int, int]]:
    for t in range(scene.size_t):
        for c in range(scene.size_c):
            for z in range(scene.size_z):
                yield t, c, z


def _windows(level: Level) -> Iterator[Window]:
    """Cut a level into what a shard holds, so that none is written twice."""
    for y in range(0, level.height, CHUNK):
        for x in range(0, level.width, SHARD_WIDTH):
            yield Window(
                x, y, min(x + SHARD_WIDTH, level.width), min(y + CHUNK, level.height)
            )


def move_into(archive: zipfile.ZipFile, folder: Path, prefix: str = "") -> None:
    """Move all files of a folder into an archive, documents first.

    The folder stays, empty of files: there are never two copies of much.
    """
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in sorted(files, key=lambda path: _order(folder, path)):
        archive.write(path, prefix + path.relative_to(folder).as_posix())
        path.unlink()


def _order(folder: Path, path: Path) -> tuple[bool, int, str]:
    place = path.relative_to(folder)
    return path.name not in _DOCUMENTS, len(place.parts), place.as_posix()

"""Give big images without reduced levels a pyramid in the home folder.

Each is made by a worker process, so that nothing in a file can hurt the scan;
an image whose pyramid fails is still there. Pyramids are named by image and
revision: a new one never lies where a server still reads the old one.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, F, QuerySet
from django.db.models.functions import Cast

from graticule.catalog.models import Folder, Image
from graticule.services.scanning.report import Finding, ScanProgress, ScanSettings
from graticule.services.scanning.shrink import Shrinker, ShrinkTask
from graticule.services.scanning.workers import Lost, Workers
from graticule.services.versions import tell_change


@dataclass(frozen=True, slots=True)
class WantedPyramid:
    """An image to be given a pyramid, as the catalogue has it.

    ``own_level`` is the only level that it has.
    """

    image_id: int
    revision: int
    own_level: list[int]
    task: ShrinkTask


def make_pyramids(
    folder: Folder,
    settings: ScanSettings,
    progress: Callable[[ScanProgress], None],
) -> list[Finding]:
    """Make the pyramids that are missing in a folder.

    Returns
    -------
    list
        The images whose pyramid could not be made, and why.
    """
    wanted = deque(_missing(folder, settings))
    if not wanted:
        return []
    _clear_leftovers(settings.home)
    by_task = {one.task: one for one in wanted}
    failures = []
    total, done = len(wanted), 0

    def told(task: ShrinkTask, share: Any) -> None:
        current = f"{Path(task.entry).name} ({share:.0%})"
        progress(ScanProgress("pyramid", done, total, current))

    shrinker = Shrinker(settings.limits, settings.chunk_cache_bytes)
    # One at a time: each reads and writes as fast as the disk allows.
    with Workers(shrinker, 1, settings.seconds_per_file, told) as workers:
        for task, result in workers.run(
            lambda: wanted.popleft().task if wanted else None,
            lambda _task, _result: None,
        ):
            done += 1
            if isinstance(result, Lost):
                failures.append(_failure(task, result.cause))
            elif isinstance(result, str):
                failures.append(_failure(task, result))
            else:
                save_pyramid(by_task[task], result)
            progress(ScanProgress("pyramid", done, total, task.entry))
    return failures


def _clear_leftovers(home: Path) -> None:
    """Remove what killed scans were building; no other scan runs beside this."""
    for leftover in (home / "pyramids").glob("*/.*.building"):
        shutil.rmtree(leftover, ignore_errors=True)


def _failure(task: ShrinkTask, cause: str) -> Finding:
    return Finding(task.entry, f"No reduced levels could be made: {cause}")


def _missing(folder: Folder, settings: ScanSettings) -> Iterator[WantedPyramid]:
    """Find big images without a pyramid, or whose pyramid has been deleted."""
    return missing_pyramids(Image.objects.filter(fileset__folder=folder), settings)


def missing_pyramids(
    images: QuerySet[Image], settings: ScanSettings
) -> Iterator[WantedPyramid]:
    """Find those big ones among some images that need a pyramid."""
    # The product of two 32-bit columns does not fit into one.
    area = Cast(F("size_x"), BigIntegerField()) * Cast(F("size_y"), BigIntegerField())
    big = (
        images.annotate(area=area)
        .filter(vanished=None, area__gt=settings.max_plane_pixels)
        .exclude(fileset=None)
        .select_related("fileset")
    )
    for image in big:
        if image.pyramid and Path(image.pyramid).is_dir():
            continue
        if not image.pyramid and len(image.levels) > 1:
            continue
        assert image.fileset is not None
        name = f"{image.pk}-{image.revision}.ome.zarr"
        target = settings.home / "pyramids" / str(image.fileset.pk) / name
        task = ShrinkTask(image.fileset.entry, image.index, str(target))
        yield WantedPyramid(image.pk, image.revision, image.levels[0], task)


def save_pyramid(
    wanted: WantedPyramid, levels: tuple[tuple[int, int, int, int], ...]
) -> None:
    """Write the levels, unless the image has changed meanwhile."""
    with transaction.atomic():
        same = Image.objects.filter(pk=wanted.image_id, revision=wanted.revision)
        # Tiles as in the pyramid: strips of the whole width are slow to look at.
        width, height, *_ = wanted.own_level
        own_level = [width, height, *levels[0][2:]]
        same.update(
            pyramid=wanted.task.target,
            levels=[own_level, *map(list, levels)],
            revision=F("revision") + 1,
        )
        tell_change()


def forget_pyramids(paths: Iterable[str], home: Path) -> None:
    """Delete the pyramids of pixels that have changed."""
    ours = home / "pyramids"
    for path in paths:
        if Path(path).is_relative_to(ours):
            shutil.rmtree(path, ignore_errors=True)

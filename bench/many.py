"""A catalogue of many images without as many files, made quickly.

All are planes of one small stack, each drawn in a colour of its own. Run in a process
of its own with its own state: ``python -m bench.many HOME FOLDER DATASET-SIZE…``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from bench.server import GRATICULE, environment

SIDE = 64
PLANES = 8
FIRST = datetime(2020, 1, 1, 12, tzinfo=UTC)
_BATCH = 2_000


def color(number: int) -> list[int]:
    """Give the colour of an image by its number."""
    red, green = 80 + number * 7 % 176, 80 + number // 25 * 11 % 176
    return [red, green, 80 + number * 61 % 176, 255]


def stack() -> np.ndarray[Any, Any]:
    """Draw the planes: a bright bar at another place in each."""
    planes = np.full((PLANES, SIDE, SIDE), 60, np.uint8)
    for z in range(PLANES):
        planes[z, :, z * SIDE // PLANES : (z + 1) * SIDE // PLANES] = 250
    return planes


def make(home: Path, folder: Path, *sizes: int) -> None:
    """Make a home with one dataset of each size, three to a project.

    Images that are in no dataset come last, as many as ``-size``.

    Parameters
    ----------
    folder
        Where the one file is written.
    """
    place = folder / "stack"
    place.mkdir(parents=True)
    tifffile.imwrite(
        place / "stack.ome.tif",
        stack(),
        photometric="minisblack",
        metadata={"axes": "ZYX"},
    )
    env = environment(home)
    scan = [*GRATICULE, "scan", str(folder)]
    subprocess.run(scan, env=env, check=True, capture_output=True)
    fill = [sys.executable, "-m", "bench.many", "--fill", *map(str, sizes)]
    root = Path(__file__).parent.parent
    subprocess.run(fill, env=env, check=True, cwd=root)


def _fill(sizes: list[int]) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "graticule.config.django"
    import django  # noqa: PLC0415 -- needs the settings

    django.setup()
    from django.db import transaction  # noqa: PLC0415 -- needs django

    from graticule.catalog.models import Dataset, Image, Project  # noqa: PLC0415
    from graticule.services.search.index import catch_up_whole  # noqa: PLC0415

    model = Image.objects.get()
    owned = {"owner": model.owner, "group": model.group}
    number = 0
    with transaction.atomic():
        for place, size in enumerate(sizes):
            images = _images(model, number, abs(size))
            number += abs(size)
            if size < 0:
                continue
            if place % 3 == 0:
                project = Project.objects.create(name=f"many {place // 3}", **owned)
            dataset = Dataset.objects.create(name=f"{size:,} images", **owned)
            project.datasets.add(dataset)
            _hang(dataset, images)
    catch_up_whole()


def _images(model: Any, first: int, count: int) -> list[Any]:
    from graticule.catalog.models import (  # noqa: PLC0415
        Channel,
        Image,
        RenderingSettings,
    )

    channel = model.channels.get()
    look = model.renderings.get(person=None)
    copied = {
        field.attname: getattr(model, field.attname)
        for field in Image._meta.concrete_fields  # noqa: SLF001 -- Django's documented way
        if field.attname not in {"id", "key", "name", "acquired", "pixel_width_um"}
    }
    made = []
    for start in range(first, first + count, _BATCH):
        numbers = range(start, min(start + _BATCH, first + count))
        rows = Image.objects.bulk_create(
            Image(
                key=f"copy {n}",
                name=f"cell {n:06}.tif",
                acquired=FIRST + timedelta(minutes=n * 7919 % 100_003),
                pixel_width_um=(n * 31 % 1009 + 1) / 1000,
                **copied,
            )
            for n in numbers
        )
        Channel.objects.bulk_create(
            Channel(image=row, index=0, minimum=channel.minimum, maximum=250)
            for row in rows
        )
        RenderingSettings.objects.bulk_create(
            RenderingSettings(
                image=row,
                default_z=n % PLANES,
                channels=[
                    look.channels[0] | {"start": 0, "end": 250, "color": color(n)}
                ],
            )
            for n, row in zip(numbers, rows, strict=True)
        )
        made += rows
    return made


def _hang(dataset: Any, images: list[Any]) -> None:
    links = dataset.images.through
    links.objects.bulk_create(
        [links(dataset=dataset, image=image) for image in images], batch_size=_BATCH
    )


if __name__ == "__main__":
    if sys.argv[1] == "--fill":
        _fill([int(word) for word in sys.argv[2:]])
    else:
        make(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:]))

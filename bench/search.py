"""Milliseconds per search of a large catalogue, and of a look through all names.

The catalogue is made without files, in a process of its own with its own state.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.server import environment

_BATCH = 2_000
_ROUNDS = 7
_QUERIES = (
    ("one image", "embryo_054321.ome.tiff"),
    ("words of some", "zebrafish gfp day3"),
    ("phrase", '"plate 17"'),
    ("a word of every image", "embryo"),
    ("two such, one not", "embryo tiff -day3"),
    ("only not", "-day3"),
    ("begins with", "embr*"),
    ("ends with", "*4321"),
    ("somewhere within", "*bryo*"),
    ("single letters", "e?bry?"),
    ("tag", "tag:mitotic"),
    ("key and value", "gene:cdk1*"),
    ("author", "author:administrator zebrafish"),
    ("too many to look up", "*1*"),
)


def measure(home: Path, count: int) -> None:
    """Print the times of a person who sees all by being in the group, and a floor."""
    own = [sys.executable, "-m", "bench.search", str(count)]
    subprocess.run(own, env=environment(home), check=True)


def _main(count: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "graticule.config.django"
    import django  # noqa: PLC0415 -- needs the settings

    django.setup()
    from graticule.catalog.access import visible_to  # noqa: PLC0415 -- needs django
    from graticule.catalog.models import Image, Person  # noqa: PLC0415
    from graticule.services.home import prepare_home  # noqa: PLC0415
    from graticule.services.search.asking import find  # noqa: PLC0415
    from graticule.services.search.index import catch_up_whole  # noqa: PLC0415
    from graticule.services.search.query import parse  # noqa: PLC0415

    home = prepare_home()
    print(f"\nsearch in {count:,} images, each with a tag, as the public")
    if Image.objects.count() < count:
        _fill(home, count)
        begun = time.perf_counter()
        catch_up_whole()
        seconds = time.perf_counter() - begun
        print(f"{'taken into the index':24}{count / seconds:9.0f} images/s")
    person = Person.objects.get(username="public")

    def looked_through(text: str) -> list[Any]:
        images = visible_to(person, Image.objects.filter(name__icontains=text))
        return list(images.order_by("pk").select_related("owner")[:1000])

    for text in ("054321", "nowhere"):
        _report(f"look through, {text}", lambda text=text: looked_through(text))
    for what, text in _QUERIES:
        _report(
            f"{what}: {text}",
            lambda text=text: find(person, parse(text), images_only=False).images,
        )


def _report(what: str, ask: Callable[[], list[Any]]) -> None:
    ask()
    begun, cpu = time.perf_counter(), time.process_time()
    for _ in range(_ROUNDS):
        found = ask()
    wall = 1000 * (time.perf_counter() - begun) / _ROUNDS
    cpu = 1000 * (time.process_time() - cpu) / _ROUNDS
    print(f"{what:48}{wall:8.1f} ms{cpu:8.1f} CPU ms{len(found):8,} found")


def _fill(home: Any, count: int) -> None:
    from django.contrib.contenttypes.models import ContentType  # noqa: PLC0415
    from django.db import transaction  # noqa: PLC0415

    from graticule.catalog.models import (  # noqa: PLC0415
        Annotation,
        AnnotationLink,
        Image,
    )

    owned = {"owner": home.administrator, "group": home.public_group}
    sizes = dict.fromkeys(("size_x", "size_y", "size_z", "size_c", "size_t"), 1)
    with transaction.atomic():
        tags = [
            Annotation.objects.create(kind="tag", text=text, **owned)
            for text in ("mitotic", "fixed", "for the paper", "out of focus")
        ]
        tags += [
            Annotation.objects.create(kind="map", pairs=[["gene", f"CDK{n}"]], **owned)
            for n in range(200)
        ]
    kind = ContentType.objects.get_for_model(Image)
    for start in range(0, count, _BATCH):
        rows = [
            Image(
                name=f"embryo_{n:06}.ome.tiff",
                description=f"zebrafish plate {n % 300} {'GFP' if n % 3 else 'DAPI'} "
                f"day{n % 40}",
                pixel_type="uint16",
                levels=[[1, 1, 1, 1]],
                **owned,
                **sizes,
            )
            for n in range(start, min(start + _BATCH, count))
        ]
        with transaction.atomic():
            Image.objects.bulk_create(rows)
            AnnotationLink.objects.bulk_create(
                AnnotationLink(
                    annotation=tags[n % len(tags)],
                    target_type=kind,
                    target_id=row.pk,
                    owner=home.administrator,
                )
                for n, row in enumerate(rows, start)
            )


if __name__ == "__main__":
    _main(int(sys.argv[1]))

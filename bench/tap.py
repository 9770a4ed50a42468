"""Queries in ADQL over a million observations, from the text to the written VOTable.

The floors: reading the same positions with plain DuckDB, and a request that does
nothing but find out who asks.
"""

# ruff: noqa: PLC0415 -- Django needs its settings before anything of the catalogue

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

ROWS = 1_000_000
_AT_ONCE = 20_000
_REPEATS = 15


def measure(home: Path) -> None:
    """Print how long copies and queries take."""
    os.environ["GRATICULE_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "graticule.config.django"
    import django

    django.setup()
    from django.test import Client

    from graticule.services.home import prepare_home
    from graticule.services.published.copies import copies_of
    from graticule.services.published.obscore import obscore

    people = prepare_home()
    _fill(people)
    begun, spent = time.perf_counter(), time.process_time()
    (copy,) = copies_of([obscore()]).values()
    print(f"\n{ROWS:,} observations, copied in {time.perf_counter() - begun:.1f} s")
    cpu = time.process_time() - spent
    print(f"({cpu:.1f} s of CPU), {copy.stat().st_size >> 20} MiB")
    client = Client(HTTP_HOST="localhost")

    def ask(query: str) -> Callable[[], object]:
        given = {"LANG": "ADQL", "QUERY": query}

        def asked() -> object:
            answer = client.post("/tap/sync", given)
            assert answer.status_code == 200
            return answer

        return asked

    cone = (
        "SELECT obs_id, s_ra, s_dec FROM ivoa.obscore WHERE 1 = "
        "CONTAINS(POINT(s_ra, s_dec), CIRCLE(123.4, -5.6, 0.5))"
    )
    for name, work in (
        ("a request that does nothing", lambda: client.get("/tap/tables/none")),
        ("SELECT TOP 10 * FROM ivoa.obscore", ask("SELECT TOP 10 * FROM ivoa.obscore")),
        ("cone of half a degree", ask(cone)),
        ("count of all", ask("SELECT COUNT(*) AS n FROM ivoa.obscore")),
    ):
        wall, cpu = _median(work)
        print(f"{name:<40} {wall * 1000:8.1f} ms {cpu * 1000:8.1f} ms CPU")


def _median(work: Callable[[], object]) -> tuple[float, float]:
    work()
    taken = []
    for _ in range(_REPEATS):
        begun, spent = time.perf_counter(), time.process_time()
        work()
        taken.append((time.perf_counter() - begun, time.process_time() - spent))
    walls, spents = (sorted(each) for each in zip(*taken, strict=True))
    return walls[_REPEATS // 2], spents[_REPEATS // 2]


def _fill(people: object) -> None:
    """Make images and observations, all over the sky, for everybody to see."""
    from graticule.catalog.models import Image, Observation

    if Observation.objects.count() >= ROWS:
        return
    dice = random.Random(6)
    for first in range(0, ROWS, _AT_ONCE):
        images = Image.objects.bulk_create(
            Image(
                name=f"sky {number}",
                owner=people.administrator,  # type: ignore[attr-defined]
                group=people.public_group,  # type: ignore[attr-defined]
                pixel_type="int16",
                size_x=1000,
                size_y=1000,
                size_z=1,
                size_c=1,
                size_t=1,
                levels=[[1000, 1000, 256, 256]],
            )
            for number in range(first, first + _AT_ONCE)
        )
        Observation.objects.bulk_create(
            Observation(
                image=image,
                dataproduct_type="image",
                calib_level=2,
                obs_collection="sky",
                obs_id=image.name,
                s_ra=dice.uniform(0, 360),
                s_dec=dice.uniform(-90, 90),
                s_fov=0.1,
                s_xel1=1000,
                s_xel2=1000,
            )
            for image in images
        )

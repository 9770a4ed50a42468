"""Queries in ADQL over a million observations, through a server, over HTTP.

The floor is the same server saying that it is there (``/tap/availability``). Rows are
made by two statements; how long their copies take is measured first, then how long
after one image's change.
"""

# ruff: noqa: PLC0415 -- Django needs its settings before anything of the catalogue

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from bench.server import Served, environment, serving

ROWS = 1_000_000
_REPEATS = 25
_CONE = "CIRCLE(123.4, -5.6, 0.5)"
_COLUMNS = "SELECT obs_id, s_ra, s_dec FROM ivoa.obscore WHERE "
_QUERIES = (
    ("SELECT TOP 10 *", "SELECT TOP 10 * FROM ivoa.obscore"),
    (
        "cone of half a degree",
        f"{_COLUMNS} 1 = CONTAINS(POINT(s_ra, s_dec), {_CONE})",
    ),
    ("outlines that touch it", f"{_COLUMNS} 1 = INTERSECTS(s_region, {_CONE})"),
    ("count of all", "SELECT COUNT(*) AS n FROM ivoa.obscore"),
)


def measure(home: Path, rows: int = ROWS) -> None:
    """Print how long copies and queries take."""
    own = [sys.executable, "-m", "bench.tap", str(rows)]
    subprocess.run(own, env=environment(home), check=True)
    with serving(home, workers="1") as server:
        connection = HTTPConnection("localhost", server.port, timeout=60)
        print(f"{'through HTTP':28}{'ms at best':>11}{'median':>9}{'CPU':>9}{'kB':>9}")
        _report(server, "availability (floor)", lambda: _get(connection))
        for what, query in _QUERIES:
            _report(server, what, lambda query=query: _ask(connection, query))


def _report(server: Served, what: str, ask: Callable[[], int]) -> None:
    ask()
    times, before = [], server.cpu_seconds()
    for _ in range(_REPEATS):
        begun = time.perf_counter()
        size = ask()
        times.append(1000 * (time.perf_counter() - begun))
    cpu = 1000 * (server.cpu_seconds() - before) / _REPEATS
    median = sorted(times)[_REPEATS // 2]
    print(f"{what:28}{min(times):11.1f}{median:9.1f}{cpu:9.1f}{size / 1000:9.1f}")


def _get(connection: HTTPConnection) -> int:
    connection.request("GET", "/tap/availability")
    return _size(connection)


def _ask(connection: HTTPConnection, query: str) -> int:
    connection.request(
        "POST",
        "/tap/sync",
        urlencode({"LANG": "ADQL", "QUERY": query}),
        {"Content-Type": "application/x-www-form-urlencoded"},
    )
    return _size(connection)


def _size(connection: HTTPConnection) -> int:
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, body
    return len(body)


def _main(rows: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "graticule.config.django"
    import django

    django.setup()
    from graticule.catalog.models import Image, Person
    from graticule.services.home import prepare_home
    from graticule.services.published.copies import copies_of
    from graticule.services.published.obscore import obscore

    people = prepare_home()
    public = Person.objects.get(username="public")
    owner, group = people.administrator.pk, people.public_group.pk
    wall, _ = _took(lambda: _fill(rows, owner, group))
    print(f"\n{rows:,} observations, filled in {wall:.1f} s")
    for what in ("copied", "copied after one image's change"):
        with ExitStack() as held:
            wall, cpu = _took(lambda held=held: copies_of([obscore()], held))
        print(f"{what} in {wall:.2f} s, {cpu:.2f} s of CPU")
        Image.objects.filter(pk=rows // 2).update(owner=public)
    with ExitStack() as held:
        copies_of([obscore()], held)


def _took(work: Callable[[], object]) -> tuple[float, float]:
    begun, spent = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begun, time.process_time() - spent


def _fill(rows: int, owner: int, group: int) -> None:
    """Make images and observations, all over the sky, for everybody to see."""
    from django.db import connection

    from graticule.catalog import published_triggers, search_triggers

    ra = "(i * 7919 % 1000003) * 0.00035999"
    dec = "(i * 104729 % 999983) * 0.00018 - 90"
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    outline = " || ' ' || ".join(
        f"({ra} + {x * 0.03}) || ' ' || ({dec} + {y * 0.03})" for x, y in corners
    )
    image = {
        **dict.fromkeys(("name", "key"), "'sky ' || i"),
        **dict.fromkeys(("description", "pyramid", "wcs_header"), "''"),
        **dict.fromkeys(("created", "modified"), "CURRENT_TIMESTAMP"),
        **dict.fromkeys(("size_x", "size_y"), "1000"),
        **dict.fromkeys(("size_z", "size_c", "size_t", "revision"), "1"),
        **dict.fromkeys(("graphics", "archived"), "false"),
        "id": "i",
        "owner_id": str(owner),
        "group_id": str(group),
        '"index"': "0",
        "pixel_type": "'int16'",
        "dimension_order": "'XYZCT'",
        "levels": "'[[1000, 1000, 256, 256]]'",
        "facts": "'{}'",
    }
    texts = ("target_name", "o_ucd", "pol_states", "facility_name", "instrument_name")
    observation = {
        **dict.fromkeys(texts, "''"),
        "image_id": "i",
        "dataproduct_type": "'image'",
        "calib_level": "2",
        "obs_collection": "'sky'",
        "is_collection_told": "true",
        "obs_id": "'sky ' || i",
        "s_ra": ra,
        "s_dec": dec,
        "s_fov": "0.1",
        "s_region": f"'POLYGON ' || {outline}",
        "s_xel1": "1000",
        "s_xel2": "1000",
    }
    numbers = (
        "WITH RECURSIVE n(i) AS "
        f"(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})"
    )
    # What would tell of each row is put off meanwhile.
    triggers = (published_triggers, search_triggers)
    for each in triggers:
        each.remove()
    with connection.cursor() as cursor:
        for table, values in (
            ("catalog_image", image),
            ("catalog_observation", observation),
        ):
            names, given = ", ".join(values), ", ".join(values.values())
            cursor.execute(
                f"INSERT INTO {table} ({names}) {numbers} SELECT {given} FROM n"
            )
    for each in triggers:
        each.install()


if __name__ == "__main__":
    _main(int(sys.argv[1]))

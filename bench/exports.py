"""The job ome-tiff against a plain script that writes the same tiles with tifffile.

Each in a process of its own: processor time, which others on the machine change less
than the time on the clock, and the most memory it took.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tifffile

from bench.server import GRATICULE, environment

_TILE = 512
_EFFORT = 6


def measure(file: Path, home: Path) -> None:
    """Print what writing an image anew costs, and what copying its tiles does."""
    print(f"\n{file.name} ({file.stat().st_size >> 20} MiB) as OME-TIFF")
    anew = home / "lzw" / file.name
    anew.parent.mkdir(parents=True)
    _script(file, anew, "lzw")
    for source, what in ((anew, "deflated anew"), (file, "tiles copied")):
        own = home / what
        own.mkdir()
        env = environment(own)
        scan = [*GRATICULE, "scan", str(source.parent)]
        subprocess.run(scan, env=env, check=True, capture_output=True)
        script = _run(env, "script", source, own)
        _print(f"plain tifffile script, {what}", script, script)
        _print(f"job, {what}", _run(env, "small", source, own), script)


def _print(what: str, said: dict[str, float], script: dict[str, float]) -> None:
    print(
        f"{what:44}{said['cpu']:8.1f} CPU s{said['cpu'] / script['cpu']:8.2f} x"
        f"{said['mib']:8.0f} MiB resident"
    )


def _run(env: dict[str, str], what: str, file: Path, home: Path) -> dict[str, float]:
    out = home / f"out-{what}"
    out.mkdir()
    command = [sys.executable, "-m", "bench.exports", what, str(file), str(out)]
    done = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE)
    for each in out.iterdir():
        each.unlink()
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _script(file: Path, out: Path, compression: str = "adobe_deflate") -> None:
    effort = {} if compression == "lzw" else {"level": _EFFORT}
    with (
        tifffile.TiffFile(file) as tif,
        tifffile.TiffWriter(out, bigtiff=True, ome=True) as writer,
    ):
        levels = tif.series[0].levels
        for number, level in enumerate(levels):
            more: dict[str, Any] = {"subfiletype": 1}
            if not number:
                more = {"subifds": len(levels) - 1, "metadata": {"axes": "CYX"}}
            writer.write(
                _tiles(level),
                shape=level.shape,
                dtype=level.dtype,
                tile=(_TILE, _TILE),
                compression=compression,
                compressionargs=effort,
                photometric="minisblack",
                **more,
            )


def _tiles(level: tifffile.TiffPageSeries) -> Iterator[npt.NDArray[np.uint16]]:
    """Decode tile by tile."""
    for page in level.pages:
        for tile, _, _ in page.segments(maxworkers=1):
            found: npt.NDArray[np.uint16] = tile[0, :, :, 0]
            yield found


def _job(compression: str, out: Path) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "graticule.config.django"
    import django  # noqa: PLC0415 -- needs the settings

    django.setup()
    from graticule.catalog.models import Image, Person  # noqa: PLC0415
    from graticule.jobs.executors.base import Given  # noqa: PLC0415
    from graticule.jobs.executors.work import Work  # noqa: PLC0415
    from graticule.services.tasks.registry import task_named  # noqa: PLC0415

    given = (
        Given("IMAGE", str(Image.objects.get().pk)),
        Given("COMPRESSION", compression),
    )
    work = Work(
        job_id="bench",
        service="ome-tiff",
        folder=out,
        given=given,
        say=lambda _: None,
    )
    task = task_named("ome-tiff")
    task.run(work, task.parse(given), Person.objects.get(username="admin"))


def _main(what: str, file: Path, out: Path) -> None:
    if what == "script":
        _script(file, out / "script.ome.tif")
    else:
        _job(what, out)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu, mib = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    print(json.dumps({"cpu": cpu, "mib": mib}))


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))

"""Makes images of what somebody has uploaded: a scan of the folder it lies in.

Says what can be asked; :mod:`graticule.services.scan` does it.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from django.conf import settings
from pydantic import Field

from graticule.catalog.access import visible_to
from graticule.catalog.models import Image, Person
from graticule.errors import GraticuleError
from graticule.jobs.executors.work import Work
from graticule.services.tasks.task import Parameters, Task

_DOING = {
    "wait": "waiting for another scan to end",
    "walk": "looking through the folders",
    "read": "reading",
    "pyramid": "making reduced levels of",
}


class ImportParameters(Parameters):
    """Which upload."""

    upload: str = Field(
        max_length=32, description="Id of an upload of yours that has arrived."
    )


def run(work: Work, asked: ImportParameters, person: Person) -> None:
    """Scan the folder, and say what became of its files."""
    # What reads pixels does not live through a fork: it is loaded here.
    from graticule.services.scan import (  # noqa: PLC0415
        ScanProgress,
        ScanSettings,
        scan,
    )
    from graticule.services.uploading.sets import (  # noqa: PLC0415
        arrived_set,
        writable_dataset,
    )

    upload = arrived_set(person, asked.upload)
    dataset = writable_dataset(person, upload.dataset_id)

    def tell(progress: ScanProgress) -> None:
        message = _DOING[progress.phase]
        if progress.phase in {"read", "pyramid"}:
            message = f"{message} {Path(progress.current).name}"
        work.report(progress.done, progress.total or None, message)

    report = scan(
        [Path(upload.folder)],
        owner=person,
        group=dataset.group,
        settings=ScanSettings.of(settings.GRATICULE.values),
        progress=tell,
    )
    images = Image.objects.filter(fileset__folder__path=upload.folder, vanished=None)
    seen = visible_to(person, images).order_by("pk").values_list("pk", flat=True)
    said = asdict(report) | {"dataset": dataset.pk, "image_ids": list(seen)}
    for finding in (*said["problems"], *said["warnings"]):
        finding["path"] = _within(upload.folder, finding["path"])
    with work.result("report", "import.json", "application/json", final=True) as path:
        path.write_text(json.dumps(said), encoding="utf-8")
    if not said["image_ids"]:
        raise GraticuleError(_why_none(said["problems"], upload.files))
    count = len(said["image_ids"])
    work.report(1, 1, f"{count:,} image{'' if count == 1 else 's'}")


def _within(folder: str, path: str) -> str:
    """Name a file as it was uploaded: nobody need know where it lies here."""
    return path.removeprefix(folder).lstrip("/") or Path(folder).name


def _why_none(problems: list[dict[str, str]], files: int) -> str:
    if problems:
        first = problems[0]
        return f"No image could be read. {first['path']}: {first['cause']}"
    what = "The file is" if files == 1 else f"None of the {files:,} files is"
    return f"{what} an image in a format that this server reads."


TASK = Task(
    name="import",
    title="Import",
    help="Makes images of files that were uploaded into a dataset. Uploads start it.",
    parameters=ImportParameters,
    run=run,
    sync=False,
)

"""The original files of images in one zip archive (contract webgateway 11.4, 16.3).

As the gateway packs them in a request, but however many and however large.
"""

from __future__ import annotations

import sys

from pydantic import Field

from graticule.catalog.models import Person
from graticule.errors import NotFoundError
from graticule.jobs.executors.work import Work
from graticule.services import archives, original_files
from graticule.services.tasks.packing import ZIP, check_space, file_name
from graticule.services.tasks.selection import TARGETS, Selection, selected_images
from graticule.services.tasks.task import Task

# Beside the files themselves: names, twice each, and some numbers.
_ENTRY_BYTES = 1024


class ArchiveParameters(Selection):
    """Whose files, and what the archive is called."""

    zipname: str = Field(
        "",
        max_length=200,
        description="Name of the archive; that of an image if empty.",
    )
    deflate: bool = Field(
        default=False,
        description="Compress the files; takes long, and few images shrink.",
    )


def run(work: Work, asked: ArchiveParameters, person: Person) -> None:
    """Pack the files."""
    work.report(0, None, "looking for the files")
    images = original_files.find_images(person, selected_images(person, asked))
    sets = original_files.find_files(person, images, sys.maxsize)
    entries = archives.name_entries(sets)
    if not entries:
        raise NotFoundError("These images have no original files.")
    total = sum(file.size_bytes for _, file in entries)
    if not asked.deflate:
        check_space(work, total + _ENTRY_BYTES * len(entries))
    done = 0

    def report(read_bytes: int) -> None:
        nonlocal done
        done += read_bytes
        work.report(done, total, f"{len(entries)} files")

    name = archives.archive_name(asked.zipname or images[-1].name, entries)
    with work.result("archive", file_name(name), ZIP) as path, path.open("wb") as file:
        file.writelines(archives.pack(entries, deflate=asked.deflate, progress=report))
    work.report(total, total, f"{len(entries)} files")


TASK = Task(
    name="archive",
    title="Original files",
    help="Packs the files that images came in, as they are, into one zip archive of "
    "any size.",
    parameters=ArchiveParameters,
    run=run,
    targets=TARGETS,
)

"""Original files as the results of a job, one result for each image or plate.

A single file is given as it is, several as an archive. What cannot be given is a
result, too, that says why: the others are not lost with it.
"""

from __future__ import annotations

import sys

from graticule.catalog.access import visible_to
from graticule.catalog.models import Image, Person
from graticule.errors import GraticuleError, NotFoundError
from graticule.jobs.executors.work import Work
from graticule.services import archives, original_files
from graticule.services.observatory.identifiers import Named, parse_did
from graticule.services.observatory.media_types import media_type_of
from graticule.services.original_files import FileSet, FoundFile, pieces
from graticule.services.tasks.packing import ZIP, check_space, file_name, full_disk_told

_TEXT = "text/plain; charset=utf-8"


def make(work: Work, ids: list[str], person: Person) -> None:
    """Write the files that identifiers name.

    Raises
    ------
    graticule.errors.NotFoundError
        If none of them names anything that may be given.
    """
    found: list[tuple[int, str, list[FileSet]]] = []
    missing: list[tuple[int, str]] = []
    for number, text in enumerate(ids, 1):
        try:
            found.append((number, text, _files(person, parse_did(text))))
        except GraticuleError as error:
            missing.append((number, str(error)))
    if not found:
        raise NotFoundError(missing[0][1])
    files = [file for _, _, sets in found for one in sets for file in one.files]
    total = sum(file.size_bytes for file in files)
    check_space(work, total)
    done = 0
    for number, text, sets in found:
        _give(work, f"original-{number}", parse_did(text), sets)
        done += sum(file.size_bytes for one in sets for file in one.files)
        work.report(done, total, f"{number} of {len(ids)}")
    for number, message in missing:
        with work.result(f"original-{number}", "error.txt", _TEXT) as path:
            path.write_text(f"NotFoundFault: {message}\n", encoding="utf-8")


def _files(person: Person, named: Named) -> list[FileSet]:
    rows = Image.objects.filter(well_samples__well__plate=named.id)
    if named.kind == "image":
        rows = Image.objects.filter(pk=named.id)
    ids = (
        visible_to(person, rows).order_by("pk").distinct().values_list("pk", flat=True)
    )
    images = original_files.find_images(person, ids)
    if not images:
        raise NotFoundError(f"{named.did} is not known here, or not for you.")
    sets = original_files.find_files(person, images, sys.maxsize)
    if not sets:
        raise NotFoundError(f"{named.did} has no original files.")
    return sets


def _give(work: Work, key: str, named: Named, sets: list[FileSet]) -> None:
    files: list[FoundFile] = [file for one in sets for file in one.files]
    if len(files) == 1:
        name = file_name(files[0].name)
        with (
            work.result(key, name, media_type_of(name)) as path,
            full_disk_told(),
            path.open("wb") as out,
        ):
            out.writelines(pieces(files[0]))
        return
    entries = archives.name_entries(sets)
    name = archives.archive_name(f"{named.kind}-{named.id}", entries)
    with (
        work.result(key, file_name(name), ZIP) as path,
        full_disk_told(),
        path.open("wb") as out,
    ):
        out.writelines(archives.pack(entries, deflate=False))

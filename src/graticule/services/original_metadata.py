"""What the file of an image says in its own words, read when somebody asks.

Nothing is kept; so many entries and characters are read at most, and it is said
where there are more. Who may not see every image of a file is not told what it
says: it speaks of all of them. Knows no format.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from graticule.catalog.access import visible_to
from graticule.catalog.models import Image, Person
from graticule.errors import MissingFileError, NotFoundError, UnsupportedFileError
from graticule.pixels.original import Entry, OriginalReader
from graticule.pixels.registry import find_reader
from graticule.services.engine import engine
from graticule.services.original_files import check_whole


@dataclass(frozen=True, slots=True)
class Original:
    """The entries of a file, as many as are read.

    ``complete`` says whether these are all of them.
    """

    file: str
    format: str
    entries: list[Entry]
    complete: bool


def original_metadata(person: Person | None, image_id: int) -> Original:
    """Read what the file of an image says.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such image, or not for this person.
    graticule.errors.NotPermittedError
        If the file holds an image that the person may not see.
    graticule.errors.UnsupportedFileError
        If the format's reader cannot tell.
    graticule.errors.FileError
        If the file is gone or broken.
    """
    images = visible_to(person, Image.objects.select_related("fileset"))
    image = images.filter(pk=image_id).first()
    if image is None:
        raise NotFoundError(f"There is no image {image_id}, or none that you may see.")
    fileset = image.fileset
    if fileset is None:
        raise NotFoundError("This image was made here: there is no file to ask.")
    check_whole(person, [fileset.pk])
    path = Path(fileset.entry)
    if fileset.vanished is not None:
        raise MissingFileError(path, "It has vanished since it was scanned.")
    reader: object = find_reader(path)
    if not isinstance(reader, OriginalReader):
        raise UnsupportedFileError(
            path, f"the reader of {fileset.format} does not tell what the file says."
        )
    found = reader.original_metadata(path, image.key, engine().limits)
    entries, complete = _some(found)
    return Original(path.name, fileset.format, entries, complete)


def _some(found: Iterator[Entry]) -> tuple[list[Entry], bool]:
    most_entries = settings.GRATICULE["max_original_entries"]
    left = settings.GRATICULE["max_original_bytes"]
    entries: list[Entry] = []
    for entry in found:
        left -= len(entry.section) + len(entry.key) + len(entry.value)
        if len(entries) == most_entries or left < 0:
            return entries, False
        entries.append(entry)
    return entries, True


def as_text(original: Original) -> Iterator[str]:
    """Write entries as lines, by section; values with line breaks are indented."""
    yield f"{original.file} ({original.format})\n"
    section = ""
    for entry in original.entries:
        if entry.section != section:
            section = entry.section
            yield f"\n[{section}]\n"
        value = entry.value.replace("\n", "\n    ")
        note = f"  / {entry.note}" if entry.note else ""
        yield f"{entry.key} = {value}{note}\n"
    if not original.complete:
        yield "\n… and more: see the settings max_original_entries and _bytes.\n"

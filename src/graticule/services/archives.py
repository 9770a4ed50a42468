"""What the entries of an archive of original files are called, and the archive.

The rules of contract webgateway 16.3: names of entries, of folders that keep
apart what is called the same, and of the archive itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from graticule.services.original_files import FileSet, FoundFile, pieces
from graticule.services.scanning.fitting import time_of
from graticule.services.zip_stream import Entry, safe_name, zip_chunks

Named = tuple[str, FoundFile]


def plain_name(name: str) -> str:
    """Write a name without blanks and commas (contract 11.3, 11.4, 16.3)."""
    return name.replace(" ", "_").replace(",", ".")


def name_entries(sets: Iterable[FileSet]) -> list[Named]:
    """Name the files of sets, each with its place (16.3, rules 3 and 4).

    A set of which anything would lie in a folder, or be a file, that is there
    already goes into a folder ``1``, ``2`` and so on of its own.
    """
    there: set[str] = set()
    number = 0
    named: list[Named] = []
    for one in sets:
        names = [safe_name(file.place) for file in one.files]
        tops = {name.partition("/")[0] for name in names}
        prefix = ""
        if tops & there:
            number += 1
            while str(number) in there:
                number += 1
            tops, prefix = {str(number)}, f"{number}/"
        there |= tops
        named += [
            (prefix + name, file) for name, file in zip(names, one.files, strict=True)
        ]
    return named


def archive_name(wanted: str, entries: Sequence[Named]) -> str:
    """Name an archive (16.3, rule 1).

    Never as one of its files with ``.zip`` behind: some desktops would unpack a
    file where a folder is expected.
    """
    name = plain_name(wanted)
    if not name.endswith(".zip"):
        name += ".zip"
    without = name.removesuffix(".zip")
    if any(file.name == without for _, file in entries):
        return f"{without}_folder.zip"
    return name


def pack(
    entries: Iterable[Named],
    *,
    deflate: bool = True,
    progress: Callable[[int], object] | None = None,
) -> Iterator[bytes]:
    """Pack files into a zip archive, piece by piece (16.3, rule 5: deflated).

    Parameters
    ----------
    deflate
        Otherwise files are stored as they are.
    progress
        Called with the number of bytes read since the last call.

    Raises
    ------
    graticule.errors.FileError
        If one has vanished or changed: the archive then has no directory, and
        no program takes it for whole.
    """

    def read(file: FoundFile) -> Iterator[bytes]:
        for piece in pieces(file):
            yield piece
            if progress is not None:
                progress(len(piece))

    return zip_chunks(
        Entry(
            name,
            partial(read, file),
            size_bytes=file.size_bytes,
            modified=time_of(file.modified_ns),
            deflate=deflate,
        )
        for name, file in entries
    )

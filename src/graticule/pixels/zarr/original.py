"""OME-Zarr in its own words: the JSON documents on the way to an image.

Those of the folder, of each folder down to the image, and of its arrays; an
OME-XML beside them, too. Chunks are never looked at, nor other images.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from graticule.errors import FileError, MissingFileError
from graticule.pixels.omexml.original import xml_entries
from graticule.pixels.original import Entry, flattened
from graticule.pixels.reader import ReadLimits
from graticule.pixels.zarr.metadata import ZarrDocuments

_DOCUMENTS = ("zarr.json", ".zgroup", ".zattrs", ".zarray")
_XML = Path("OME") / "METADATA.ome.xml"
_MAX_FOLDERS = 100


def zarr_entries(path: Path, key: str, limits: ReadLimits) -> Iterator[Entry]:
    """Yield what the documents of an image say.

    Raises
    ------
    graticule.errors.FileError
        If the folder is not there, or a document is no JSON.
    """
    if not path.is_dir():
        raise MissingFileError(path, "is not there (any more).")
    documents = ZarrDocuments(limits)
    folders = [path]
    for part in Path(key).parts:
        inner = folders[-1] / part
        if part in {"..", "/"} or not inner.is_dir():
            break
        folders.append(inner)
    for folder in folders:
        yield from _of_folder(documents, path, folder)
    for folder in _arrays(folders[-1]):
        yield from _of_folder(documents, path, folder)
    if (xml := documents.load(path / _XML)) is not None:
        yield from xml_entries(xml, path / _XML)


def _of_folder(documents: ZarrDocuments, root: Path, folder: Path) -> Iterator[Entry]:
    for name in _DOCUMENTS:
        value = documents.load_json(folder / name)
        if value is not None:
            yield from flattened((folder / name).relative_to(root).as_posix(), value)


def _arrays(folder: Path) -> list[Path]:
    """List the folders within that are arrays, such as levels of a pyramid."""
    try:
        with os.scandir(folder) as listing:
            names = sorted(entry.name for entry in listing if entry.is_dir())
    except OSError as error:
        raise FileError(folder, f"cannot be read ({error.strerror}).") from error
    some = [folder / name for name in names[:_MAX_FOLDERS]]
    return [each for each in some if _is_array(each)]


def _is_array(folder: Path) -> bool:
    if (folder / ".zarray").is_file():
        return True
    return (folder / "zarr.json").is_file() and not (folder / "OME").is_dir()

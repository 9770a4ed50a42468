"""TIFF tags in their own words, and what makers write into them.

The first page's tags all, of the others what differs; descriptions of OME,
ImageJ, Aperio and whatever else tifffile takes apart. Knows no pixels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from tifffile import TiffFile, TiffPage

from graticule.errors import CorruptFileError, MissingFileError
from graticule.pixels.omexml.original import xml_entries
from graticule.pixels.original import Entry, flattened, plain, row_text
from graticule.pixels.reader import ReadLimits
from graticule.pixels.tiff.errors import PARSE_ERRORS

COMPANION = ".companion.ome"
_MAX_PAGES = 1_000
# Where chunks lie says nothing to people.
_PLACES = frozenset(
    {
        "StripOffsets",
        "StripByteCounts",
        "TileOffsets",
        "TileByteCounts",
        "SubIFDs",
        "JPEGTables",
    }
)
_PAIR = re.compile(r"^\s*([^=\n]{1,80}?)\s*=\s*(.*?)\s*$")


def tiff_entries(path: Path, limits: ReadLimits) -> Iterator[Entry]:
    """Yield what a TIFF or the companion of a set says.

    Raises
    ------
    graticule.errors.FileError
        If it is not there or damaged.
    """
    try:
        if path.name.lower().endswith(COMPANION):
            yield from xml_entries(path.read_bytes(), path)
            return
        with np.errstate(over="ignore"), TiffFile(path) as tif:
            yield from _of_makers(tif, path)
            yield from _of_pages(tif, limits)
    except FileNotFoundError as error:
        raise MissingFileError(path, "The file has vanished.") from error
    except PARSE_ERRORS as error:
        raise CorruptFileError(
            path, f"The TIFF structure is damaged: {error}."
        ) from error


def _of_makers(tif: TiffFile, path: Path) -> Iterator[Entry]:
    """Yield what tifffile finds in the words of microscopes and programs."""
    if tif.ome_metadata:
        yield from xml_entries(tif.ome_metadata, path)
    for flag in sorted(tif.flags - {"ome"}):
        found: Any = getattr(tif, f"{flag}_metadata", None)
        if isinstance(found, Mapping | list | tuple):
            yield from flattened(flag, found)
        elif isinstance(found, str):
            yield Entry(flag, "metadata", plain(found))
    description = tif.pages.first.description
    if description.startswith("Aperio"):
        yield from _aperio(description)


def _aperio(description: str) -> Iterator[Entry]:
    """Take an Aperio description apart: ``words|key = value|…``."""
    first, *rest = description.split("|")
    yield Entry("Aperio", "Description", plain(first))
    for part in rest:
        if pair := _PAIR.match(part):
            yield Entry("Aperio", pair[1], plain(pair[2]))


def _of_pages(tif: TiffFile, limits: ReadLimits) -> Iterator[Entry]:
    before: dict[str, str] = {}
    for number in range(min(len(tif.pages), _MAX_PAGES, limits.max_planes)):
        page = tif.pages[number]
        tags = _tags(page) if isinstance(page, TiffPage) else {}
        for name, text in tags.items():
            if before.get(name) != text:
                yield Entry(f"Page {number + 1}", name, text)
        before = before or tags


def _tags(page: TiffPage) -> dict[str, str]:
    found = {}
    for tag in page.tags:
        if tag.name in _PLACES:
            continue
        if tag.name == "ImageDescription" and page.is_ome:
            continue  # the whole of it stands in its own sections
        found[tag.name] = _text(tag.value)
    return found


def _text(value: Any) -> str:
    if isinstance(value, np.ndarray):
        value = value.ravel()[:64].tolist()
    if isinstance(value, tuple | list):
        return row_text(value)
    return plain(value.name if hasattr(value, "name") else value)

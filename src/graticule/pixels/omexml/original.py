"""OME-XML in its own words: attributes and texts by the elements they stand in.

Pixels within the XML and lists of planes in other files are passed over. Knows no
meaning of any element.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from graticule.pixels.omexml.tree import parse_tree
from graticule.pixels.original import Entry, plain

_PASSED_OVER = frozenset({"BinData", "TiffData"})


def xml_entries(xml: str | bytes, path: Path) -> Iterator[Entry]:
    """Yield what an OME-XML document says.

    Raises
    ------
    graticule.errors.FileError
        If it is no OME-XML.
    """
    yield from _entries(parse_tree(xml, path), "OME")


def _entries(element: Element, place: str) -> Iterator[Entry]:
    for name, value in element.attrib.items():
        yield Entry(place, name, plain(value))
    if element.text and element.text.strip():
        yield Entry(place, "(text)", plain(element.text.strip()))
    counts = Counter(child.tag for child in element)
    seen: Counter[str] = Counter()
    for child in element:
        seen[child.tag] += 1
        if child.tag in _PASSED_OVER:
            continue
        many = f" {seen[child.tag]}" if counts[child.tag] > 1 else ""
        yield from _entries(child, f"{place} / {child.tag}{many}")

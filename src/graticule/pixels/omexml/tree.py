"""XML text to a tree without namespaces, safe against hostile documents.

Feeds expat by hand because files come from anywhere: a document type
declaration (the only way to entities) is refused, so are absurd depths and
numbers of elements. Every version of the OME schema has its own namespaces and
prefixes; names come out bare so that one reading serves them all. The content
of an ``XMLAnnotation`` is kept as the text it is. Knows nothing of images.
"""

from __future__ import annotations

import codecs
import math
import re
from datetime import UTC, datetime
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement
from xml.parsers import expat

from graticule.errors import CorruptFileError, UnsupportedFileError

MAX_DEPTH = 200
MAX_ELEMENTS = 5_000_000

_ENCODING = re.compile(rb"""^<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]{1,20})""")
_ENCODINGS = {"iso-8859-1", "iso-8859-15", "latin-1", "windows-1252", "us-ascii"}
_NOT_IN_XML = bytes(set(range(32)) - {9, 10, 13})


def _as_utf8(xml: str | bytes) -> bytes:
    """Re-encode as UTF-8 without characters that XML forbids.

    Writers declare UTF-8 and write Latin-1 (µ!), and pad TIFF tags with NULs.
    """
    if isinstance(xml, str):
        data = xml.encode(errors="replace")
    elif xml.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = xml.decode("utf-16", errors="replace").encode(errors="replace")
    else:
        data = _decoded(xml.removeprefix(codecs.BOM_UTF8))
    return data.removeprefix(codecs.BOM_UTF8).translate(None, _NOT_IN_XML).strip()


def _decoded(data: bytes) -> bytes:
    declared = _ENCODING.match(data.lstrip())
    encoding = declared[1].decode().lower() if declared else "utf-8"
    if encoding in _ENCODINGS:
        return data.decode(encoding, errors="replace").encode()
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1").encode()
    return data


class _TooMuchError(Exception):
    """The document uses what is refused; the message says what."""


class _Builder:
    """Expat's handlers: collects bare-named elements."""

    def __init__(self, data: bytes) -> None:
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.buffer_size = 1 << 16
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.data = data
        self.root: Element | None = None
        self.open: list[Element] = []
        self.parts: list[str] = []
        self.elements = 0
        self.verbatim_from = 0
        self.verbatim_depth = 0

    def doctype(self, *_: object) -> None:
        """Refuse what only bombs and outside references need."""
        raise _TooMuchError("it has a document type declaration, which is refused")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Open an element, or go one deeper into verbatim content."""
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise _TooMuchError(f"it has more than {MAX_ELEMENTS:,} XML elements")
        if len(self.open) + self.verbatim_depth >= MAX_DEPTH:
            raise _TooMuchError(f"its XML is nested more than {MAX_DEPTH} deep")
        if self.verbatim_depth:
            self.verbatim_depth += 1
            return
        self.parts.clear()
        tag = name.rpartition(":")[2]
        if self.open:
            parent = self.open[-1]
            self.open.append(SubElement(parent, tag, attributes))
            if tag == "Value" and parent.tag == "XMLAnnotation":
                self.verbatim_depth = 1
                start = self.parser.CurrentByteIndex
                self.verbatim_from = self.data.index(b">", start) + 1
        else:
            self.root = Element(tag, attributes)
            self.open.append(self.root)

    def end(self, _: str) -> None:
        """Close an element and give it its text."""
        if self.verbatim_depth:
            self.verbatim_depth -= 1
            if self.verbatim_depth:
                return
            stop = self.parser.CurrentByteIndex
            self.open.pop().text = self.data[self.verbatim_from : stop].decode()
            return
        element = self.open.pop()
        if self.parts:
            element.text = "".join(self.parts)
            self.parts.clear()

    def text(self, text: str) -> None:
        """Keep text of elements that have no others inside."""
        if not self.verbatim_depth:
            self.parts.append(text)


def parse_tree(xml: str | bytes, path: Path) -> Element:
    """Parse a document into elements with bare names.

    Returns
    -------
    xml.etree.ElementTree.Element
        The root, whose tag is ``OME``.

    Raises
    ------
    graticule.errors.CorruptFileError
        If it is not well-formed or its root is not ``OME``.
    graticule.errors.UnsupportedFileError
        If it has a document type declaration, or is absurdly deep or long.
    """
    data = _as_utf8(xml)
    builder = _Builder(data)
    try:
        builder.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise CorruptFileError(path, f"its OME-XML is broken: {error}.") from error
    except _TooMuchError as error:
        raise UnsupportedFileError(path, f"{error}.") from error
    finally:
        # Its handlers point back at the builder: free the text now.
        del builder.parser
    root = builder.root
    if root is None or root.tag != "OME":
        found = "nothing" if root is None else f"<{root.tag}>"
        raise CorruptFileError(path, f"its XML has the root {found}, not <OME>.")
    return root


def number(text: str | None) -> float | None:
    """Read a finite number; None for anything else."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def integer(text: str | None) -> int | None:
    """Read a whole number (``"3"``, ``"3.0"``); None for anything else."""
    value = number(text)
    if value is None or abs(value) >= 1 << 53 or value != int(value):
        return None
    return int(value)


def natural(text: str | None) -> int | None:
    """Read a whole number from 0 up; None for anything else."""
    value = integer(text)
    return None if value is None or value < 0 else value


def boolean(text: str | None) -> bool | None:
    """Read an XML boolean; None for anything else."""
    return {"true": True, "1": True, "false": False, "0": False}.get(
        (text or "").strip().lower()
    )


def moment(text: str | None) -> datetime | None:
    """Read an ISO date and time as aware UTC; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    try:
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except OverflowError:
        return None


def text_of(element: Element, *names: str) -> str | None:
    """Get the text of the first child that has one of the names and some text."""
    for name in names:
        found = (element.findtext(name) or "").strip()
        if found:
            return found
    return None

"""Structured annotations of OME-XML and what they are linked to.

An annotation stands under every image, plate, well, … that refers to it. Links
among annotations (a tag set holds tags) stand under ``"annotation:<key>"``; a
``ListAnnotation`` is only a bundle and gives its members. Knows no pixels.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import Element

from graticule.pixels.annotations import AnnotationKind, FileAnnotation
from graticule.pixels.omexml.tree import boolean, integer, moment, number, text_of

_KINDS = {
    "TagAnnotation": AnnotationKind.TAG,
    "MapAnnotation": AnnotationKind.MAP,
    "CommentAnnotation": AnnotationKind.COMMENT,
    "StringAnnotation": AnnotationKind.COMMENT,
    "BooleanAnnotation": AnnotationKind.BOOLEAN,
    "LongAnnotation": AnnotationKind.LONG,
    "DoubleAnnotation": AnnotationKind.DOUBLE,
    "TimestampAnnotation": AnnotationKind.TIMESTAMP,
    "TermAnnotation": AnnotationKind.TERM,
    "XMLAnnotation": AnnotationKind.XML,
    "FileAnnotation": AnnotationKind.FILE,
}
_PARSERS = {
    AnnotationKind.BOOLEAN: boolean,
    AnnotationKind.LONG: integer,
    AnnotationKind.DOUBLE: number,
    AnnotationKind.TIMESTAMP: moment,
}
# Namespaces in which converters put the original file's metadata.
_CONVERTERS = {
    "openmicroscopy.org/OriginalMetadata",
    "openmicroscopy.org/PyramidResolution",
}


def _pairs(annotation: Element) -> tuple[tuple[str, str], ...]:
    return tuple(
        (pair.get("K", ""), pair.text or "") for pair in annotation.findall("Value/M")
    )


def _file_name(annotation: Element, warnings: list[str]) -> str | None:
    """Where the file lies: an outside address, else its name."""
    file = annotation.find("BinaryFile")
    if file is None:
        return None
    external = file.find("External")
    if external is not None:
        return external.get("href") or file.get("FileName")
    if file.find("BinData") is not None:
        warnings.append(
            f"The file {file.get('FileName')} inside {annotation.get('ID')} "
            "is not unpacked: only its name is kept."
        )
    return file.get("FileName")


def _value(kind: AnnotationKind, annotation: Element, warnings: list[str]) -> Any:
    if kind is AnnotationKind.MAP:
        return _pairs(annotation)
    if kind is AnnotationKind.FILE:
        return _file_name(annotation, warnings)
    text = text_of(annotation, "Value")
    parse = _PARSERS.get(kind)
    return (text or "") if parse is None else parse(text)


class Annotations:
    """All annotations of a document, to be dealt out by reference."""

    def __init__(self, root: Element, warnings: list[str]) -> None:
        self._known: dict[str, FileAnnotation] = {}
        self._lists: dict[str, list[str]] = {}
        self._links: dict[str, list[str]] = {}
        self._used: set[str] = set()
        self._warnings = warnings
        for group in root.iter("StructuredAnnotations"):
            for element in group:
                self._add(element)

    def _add(self, element: Element) -> None:
        key = element.get("ID", "")
        references = [ref.get("ID", "") for ref in element.findall("AnnotationRef")]
        kind = _KINDS.get(element.tag)
        if element.tag == "ListAnnotation":
            self._lists[key] = references
            return
        value = None if kind is None else _value(kind, element, self._warnings)
        if kind is None or value is None:
            self._warnings.append(
                f"The {element.tag} {key} has no readable value and was left out."
            )
            return
        self._known[key] = FileAnnotation(
            key=key,
            kind=kind,
            value=value,
            namespace=element.get("Namespace"),
            description=text_of(element, "Description"),
        )
        if references:
            self._links[key] = references

    def _expanded(self, keys: Iterable[str]) -> list[str]:
        """Put a list's members in its place; every key once."""
        waiting = list(keys)[::-1]
        seen: dict[str, None] = {}
        while waiting:
            key = waiting.pop()
            if key in seen:
                continue
            seen[key] = None
            waiting += self._lists.get(key, [])[::-1]
        return [key for key in seen if key in self._known]

    def of(self, owner: Element) -> tuple[FileAnnotation, ...]:
        """Annotations that an element refers to, in its order."""
        references = [ref.get("ID", "") for ref in owner.findall("AnnotationRef")]
        if not references:
            return ()
        keys = self._expanded(references)
        self._used.update(keys)
        return tuple(self._known[key] for key in keys)

    def among(self) -> dict[str, tuple[FileAnnotation, ...]]:
        """Links among annotations, under ``"annotation:<key>"``."""
        linked = {}
        for key, references in self._links.items():
            members = self._expanded(references)
            self._used.update(members)
            if members:
                linked[f"annotation:{key}"] = tuple(self._known[m] for m in members)
        return linked

    def warn_of_unused(self) -> None:
        """Say how many annotations nothing that is shown refers to.

        What converters leave behind about the original format is not counted.
        """
        unused = sum(
            annotation.namespace not in _CONVERTERS
            for key, annotation in self._known.items()
            if key not in self._used
        )
        if unused:
            self._warnings.append(
                f"{unused} annotations belong to nothing that is shown here."
            )

"""OME-XML of every schema version from 2003-FC to 2016-06 to frozen values.

Lenient: namespaces are ignored, names that changed are read under all their
names, and what cannot be read is left out with a warning. This module reads
whole documents; its neighbours ``omexml_*`` read the parts. None of them reads
pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from graticule.pixels.annotations import FileMetadata
from graticule.pixels.omexml.annotations import Annotations
from graticule.pixels.omexml.facts import Instruments
from graticule.pixels.omexml.images import BinBlock, ImageReader, OmeImage, TiffBlock
from graticule.pixels.omexml.plates import Plates
from graticule.pixels.omexml.rois import read_rois
from graticule.pixels.omexml.tree import parse_tree

__all__ = ["BinBlock", "OmeDocument", "OmeImage", "TiffBlock", "parse_ome"]


@dataclass(frozen=True, slots=True)
class OmeDocument:
    """A whole document.

    ``metadata`` groups by ``str(image.index)``. ``metadata_file`` is set where
    the document is a mere pointer (``BinaryOnly``) to the XML of a fileset.
    """

    uuid: str | None
    images: tuple[OmeImage, ...]
    metadata: FileMetadata
    metadata_file: str | None
    warnings: tuple[str, ...]


def parse_ome(xml: str | bytes, path: Path) -> OmeDocument:
    """Read an OME-XML document.

    Parameters
    ----------
    xml
        The text, or the bytes as they lie in the file.
    path
        The file, for errors.

    Raises
    ------
    graticule.errors.CorruptFileError
        If it is no XML, no OME-XML, or its images' sizes are none.
    graticule.errors.UnsupportedFileError
        If its pixels are of a type that cannot be shown (complex), or the
        document has a document type declaration or is absurdly large.
    """
    root = parse_tree(xml, path)
    warnings: list[str] = []
    instruments = Instruments(root)
    images, elements = [], {}
    for index, element in enumerate(root.findall("Image")):
        pixels = _pixels_of(element)
        if pixels is None:
            warnings.append(f"The image {element.get('ID')} has no Pixels: left out.")
            continue
        image = ImageReader(root, element, pixels, instruments, path, warnings)
        images.append(image.read(index))
        elements[str(index)] = element
    only = root.find("BinaryOnly")
    if root.find("Folder") is not None:
        warnings.append("Its Folders are ignored.")
    return OmeDocument(
        uuid=root.get("UUID"),
        images=tuple(images),
        metadata=_metadata(root, elements, warnings),
        metadata_file=None if only is None else only.get("MetadataFile"),
        warnings=tuple(warnings),
    )


def _metadata(
    root: Element, images: dict[str, Element], warnings: list[str]
) -> FileMetadata:
    annotations = Annotations(root, warnings)
    keys = {image.get("ID", ""): key for key, image in reversed(images.items())}
    plates = Plates(root, keys, annotations, warnings)
    grouped = dict(plates.annotated)
    for key, image in images.items():
        pixels = image.find("Pixels")
        found = annotations.of(image)
        if pixels is not None:
            inner = annotations.of(pixels)
            found += tuple(one for one in inner if one not in found)
        if found:
            grouped[key] = found
    grouped |= annotations.among()
    annotations.warn_of_unused()
    return FileMetadata(
        rois=read_rois(root, images, warnings),
        annotations=grouped,
        plates=plates.plates,
    )


def _pixels_of(image: Element) -> Element | None:
    """Choose the ``Pixels``; before 2010 an image could have several."""
    candidates = image.findall("Pixels")
    default = image.get("DefaultPixels") or image.get("AcquiredPixels")
    for pixels in candidates:
        if pixels.get("ID") == default:
            return pixels
    return candidates[0] if candidates else None

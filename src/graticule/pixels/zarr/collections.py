"""Which images an OME-Zarr folder holds: one, a collection, a plate; their labels.

Follows the OME-NGFF specification 0.1 to 0.5, "plate", "well", "labels" and
"bioformats2raw.layout". One broken image of many becomes a warning. Must not
know axes and channels, nor decode a pixel.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from graticule.errors import CorruptFileError, FileError, LimitError
from graticule.pixels.annotations import NO_METADATA, FileMetadata, Plate
from graticule.pixels.zarr.metadata import (
    ZarrDocuments,
    ZarrGroup,
    as_list,
    below,
    list_or_empty,
)
from graticule.pixels.zarr.multiscales import StoredImage, read_image
from graticule.pixels.zarr.omexml import CompanionXml
from graticule.pixels.zarr.plates import PlateField, read_plate

LAYOUT = "bioformats2raw.layout"


@dataclass(frozen=True, slots=True)
class ZarrCollection:
    """All images of a folder, label images last, and what is said of them."""

    images: tuple[StoredImage, ...]
    metadata: FileMetadata


def holds_images(attributes: Mapping[str, Any]) -> bool:
    """Whether a group with these attributes is a whole that can be opened.

    A well is not: it is part of a plate.
    """
    return any(name in attributes for name in ("multiscales", "plate", LAYOUT))


def read_collection(
    documents: ZarrDocuments, root: ZarrGroup, warnings: list[str]
) -> ZarrCollection:
    """Describe every image below a group.

    Raises
    ------
    graticule.errors.FileError, graticule.errors.LimitError
        If no image at all can be read: what was wrong with the first one.
    """
    return _Collector(documents, root, warnings).collect()


class _Collector:
    """Gathers the images of one folder; lives only that long."""

    def __init__(
        self, documents: ZarrDocuments, root: ZarrGroup, warnings: list[str]
    ) -> None:
        self.documents = documents
        self.root = root
        self.warnings = warnings
        self.images: list[StoredImage] = []
        self.labels: list[StoredImage] = []
        self.seen: set[str] = set()
        self.errors: list[FileError | LimitError] = []

    def collect(self) -> ZarrCollection:
        attributes = self.root.attributes
        plate: Plate | None = None
        series: list[str] = []
        if "plate" in attributes:
            plate, fields = read_plate(self.documents, self.root, self.warnings)
            self._add_fields(plate.name, fields)
            series = self._series() or [field.key for field in fields]
        elif LAYOUT in attributes:
            series = self._series() or self._numbered()
            for path in series:
                self._add_member(path)
        else:
            self._add_multiscales()
        if self.errors and not self.images:
            raise self.errors[0]
        known = {image.info.key for image in self.images}
        metadata = NO_METADATA
        if plate is not None:
            metadata = replace(NO_METADATA, plates=(_with_fields(plate, known),))
        if LAYOUT in attributes:
            companion = CompanionXml(self.documents, self.root, series, self.warnings)
            self.images = [companion.described(image) for image in self.images]
            metadata = companion.metadata(metadata, known)
        return ZarrCollection((*self.images, *self.labels), metadata)

    def _add_multiscales(self) -> None:
        listed = self._multiscales(self.root)
        for index, multiscale in enumerate(listed):
            key = str(index)
            name = self.root.folder.name if index == 0 else self._bracketed(key)
            self._add(self.root, multiscale, key, name)
        self._add_labels(self.root, "labels", self.images[:1])

    def _add_member(self, path: str) -> None:
        """Add an image of a bioformats2raw collection."""
        self._add_group(path, path, self._bracketed(path))

    def _add_fields(self, plate: str, fields: list[PlateField]) -> None:
        for field in fields:
            self._add_group(field.key, field.key, f"{plate} [{field.key}]")

    def _add_group(self, path: str, key: str, name: str) -> None:
        """Add the image of a group below the root, with its labels."""
        before = len(self.images)
        if key in self.seen:
            self.warnings.append(f"{self.root.document}: {key} is listed twice.")
            return
        self.seen.add(key)
        try:
            folder = below(self.root.folder, path, self.root.document)
            group = self.documents.group(folder)
            if group is None:
                raise CorruptFileError(
                    folder, "the metadata announces an image here, but there is none."
                )
            multiscale = self._multiscales(group)[0]
        except (FileError, LimitError) as error:
            self._failed(error)
            return
        self._add(group, multiscale, key, name)
        self._add_labels(group, f"{key}/labels", self.images[before:])

    def _add(self, group: ZarrGroup, multiscale: object, key: str, name: str) -> None:
        try:
            self.images.append(
                read_image(self.documents, group, multiscale, key, name, self.warnings)
            )
        except (FileError, LimitError) as error:
            self._failed(error)

    def _add_labels(
        self, group: ZarrGroup, prefix: str, parents: list[StoredImage]
    ) -> None:
        """Add the label images of an image that could be read."""
        folder = group.folder / "labels"
        if not parents or not folder.is_dir():
            return
        parent = parents[0].info
        for path in self._listed_labels(folder):
            name = f"{parent.name} \N{EN DASH} labels/{path}"
            try:
                at = below(folder, path, folder)
                label = self.documents.group(at)
                if label is None:
                    raise CorruptFileError(at, "labels are announced, but not there.")
                image = read_image(
                    self.documents,
                    label,
                    self._multiscales(label)[0],
                    f"{prefix}/{path}",
                    name,
                    self.warnings,
                )
            except (FileError, LimitError) as error:
                self.warnings.append(f"{error} These labels are left out.")
                continue
            facts = {**image.info.facts, "label_of": parent.key}
            info = replace(image.info, name=name, facts=facts)
            self.labels.append(replace(image, info=info))

    def _listed_labels(self, folder: Any) -> list[Any]:
        try:
            listing = self.documents.group(folder)
        except FileError as error:
            self.warnings.append(f"{error} The labels are left out.")
            return []
        return list_or_empty(listing.attributes.get("labels")) if listing else []

    def _multiscales(self, group: ZarrGroup) -> list[Any]:
        listed = as_list(
            group.attributes.get("multiscales"), group.document, "multiscales"
        )
        if not listed:
            raise CorruptFileError(group.document, '"multiscales" is empty.')
        return listed

    def _series(self) -> list[str]:
        """Get the images' paths in the order of the XML, where they are listed."""
        group = self.documents.group(self.root.folder / "OME")
        said = group.attributes.get("series") if group is not None else None
        return [path for path in list_or_empty(said) if isinstance(path, str)]

    def _numbered(self) -> list[str]:
        """Find the images of a collection that lists none: 0, 1, 2 and so on."""
        present = itertools.takewhile(
            lambda n: (self.root.folder / str(n)).is_dir(), itertools.count()
        )
        return [str(n) for n in present]

    def _bracketed(self, key: str) -> str:
        return f"{self.root.folder.name} [{key}]"

    def _failed(self, error: FileError | LimitError) -> None:
        self.errors.append(error)
        self.warnings.append(f"{error} This image is left out.")


def _with_fields(plate: Plate, known: set[str]) -> Plate:
    """Leave out the fields whose image could not be read."""
    return replace(
        plate,
        wells=tuple(
            replace(
                well,
                samples=tuple(s for s in well.samples if s.image_key in known),
            )
            for well in plate.wells
        ),
    )

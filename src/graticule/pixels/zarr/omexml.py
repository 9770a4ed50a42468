"""``OME/METADATA.ome.xml`` beside the images of a bioformats2raw collection.

Joins what the XML says to what the Zarr says: where both speak, the Zarr, which
was written later, has the last word. Must not know how either is parsed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from graticule.errors import FileError
from graticule.pixels.annotations import FileMetadata, Plate
from graticule.pixels.model import Channel, ImageInfo
from graticule.pixels.omexml.document import OmeDocument, OmeImage, parse_ome
from graticule.pixels.zarr.metadata import ZarrDocuments, ZarrGroup
from graticule.pixels.zarr.multiscales import StoredImage


class CompanionXml:
    """The XML of a collection, or nothing where there is none or a broken one.

    Parameters
    ----------
    documents, root
        Reads files; the collection's group.
    series
        Keys of the images in the order of the XML's.
    warnings
        Gets a sentence for what had to be left out.
    """

    def __init__(
        self,
        documents: ZarrDocuments,
        root: ZarrGroup,
        series: Sequence[str],
        warnings: list[str],
    ) -> None:
        self.path = root.folder / "OME" / "METADATA.ome.xml"
        self.warnings = warnings
        self.keys = {str(index): key for index, key in enumerate(series)}
        self._document = self._parsed(documents)
        images = self._document.images if self._document else ()
        self._images = {
            self.keys[str(image.index)]: image
            for image in images
            if str(image.index) in self.keys
        }

    def _parsed(self, documents: ZarrDocuments) -> OmeDocument | None:
        try:
            xml = documents.load(self.path)
            document = None if xml is None else parse_ome(xml, self.path)
        except FileError as error:
            self.warnings.append(f"{error} The names and facts in it are left out.")
            return None
        if document is not None:
            self.warnings.extend(f"{self.path}: {said}" for said in document.warnings)
        return document

    def described(self, image: StoredImage) -> StoredImage:
        """Add to an image what the XML says of it."""
        said = self._images.get(image.info.key)
        if said is None:
            return image
        if not _same_shape(said, image.info):
            self.warnings.append(
                f"{self.path}: the image {said.id} is not of the shape and type "
                f"of {image.info.key}: what it says is left out."
            )
            return image
        return replace(image, info=_joined(image.info, said))

    def metadata(self, plain: FileMetadata, known: set[str]) -> FileMetadata:
        """Join ROIs, annotations and plates of the XML to what the Zarr says."""
        if self._document is None:
            return plain
        said = self._document.metadata
        plates = _renamed_plates(said.plates, self.keys)
        fields = {
            sample.image_key
            for plate in plates
            for well in plate.wells
            for sample in well.samples
        }
        told = {
            sample.image_key
            for plate in plain.plates
            for well in plate.wells
            for sample in well.samples
        }
        fuller = len(plates) == len(plain.plates) and fields == told
        return FileMetadata(
            rois=self._regrouped(said.rois, known),
            annotations={
                **self._regrouped(said.annotations, known),
                **(_of_plates(said.annotations) if fuller else {}),
            },
            plates=plates if fuller else plain.plates,
        )

    def _regrouped(self, grouped: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
        return {
            self.keys[index]: value
            for index, value in grouped.items()
            if self.keys.get(index) in known
        }


def _of_plates(grouped: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in grouped.items() if ":" in key}


def _renamed_plates(
    plates: tuple[Plate, ...], keys: Mapping[str, str]
) -> tuple[Plate, ...]:
    """Say the fields' keys as the Zarr does; fields it has not are left out."""
    return tuple(
        replace(
            plate,
            wells=tuple(
                replace(
                    well,
                    samples=tuple(
                        replace(sample, image_key=keys[sample.image_key])
                        for sample in well.samples
                        if sample.image_key in keys
                    ),
                )
                for well in plate.wells
            ),
        )
        for plate in plates
    )


def _same_shape(said: OmeImage, info: ImageInfo) -> bool:
    return (
        said.width,
        said.height,
        said.size_z,
        said.size_c,
        said.size_t,
        said.pixel_type,
    ) == (
        info.width,
        info.height,
        info.size_z,
        info.size_c,
        info.size_t,
        info.pixel_type,
    )


def _joined(info: ImageInfo, said: OmeImage) -> ImageInfo:
    """Take the XML's description and lay over it what the Zarr says."""
    base = said.describe(info.key, info.levels, info.name)
    return replace(
        base,
        channels=tuple(map(_joined_channel, info.channels, base.channels)),
        dimension_order=info.dimension_order,
        pixel_width_um=info.pixel_width_um or base.pixel_width_um,
        pixel_height_um=info.pixel_height_um or base.pixel_height_um,
        pixel_depth_um=info.pixel_depth_um or base.pixel_depth_um,
        time_increment=info.time_increment or base.time_increment,
        default_z=info.default_z,
        default_t=info.default_t,
        model=info.model,
        facts={**base.facts, **info.facts},
    )


def _joined_channel(channel: Channel, said: Channel) -> Channel:
    return replace(
        said,
        name=channel.name or said.name,
        color=channel.color or said.color,
        lut=channel.lut,
        window=channel.window,
        active=channel.active,
        facts={**said.facts, **channel.facts},
    )

"""Write inspected filesets into the catalogue, many in one transaction.

What is new is created; what was known is brought up to date and keeps what
people added: names, owners, places, annotations, ROIs they drew, their
rendering settings. Knows rows, no files.
"""

from __future__ import annotations

import mimetypes
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import F

from graticule.catalog.models import (
    Channel,
    Fileset,
    Folder,
    Image,
    OriginalFile,
    PlaneTimes,
    Plate,
    RenderingSettings,
)
from graticule.services.folders import Placement
from graticule.services.scanning.annotating import save_annotations
from graticule.services.scanning.fitting import (
    NAME_LENGTH,
    fit_key,
    fit_text,
    time_of,
)
from graticule.services.scanning.inspect import Inspected, InspectedImage
from graticule.services.scanning.known import KnownFileset, place_in
from graticule.services.scanning.observations import save_observations
from graticule.services.scanning.placing import place_images, place_plates
from graticule.services.scanning.plates import save_plates
from graticule.services.scanning.rois import save_rois
from graticule.services.scanning.rows import (
    CHANNEL_FACTS,
    IMAGE_FACTS,
    RENDERING_FACTS,
    channel_rows_of,
    image_row,
    plane_times_row,
    rendering_row,
)
from graticule.services.search.index import catch_up_whole
from graticule.services.versions import tell_change


@dataclass(slots=True)
class Found:
    """A fileset that was inspected, on its way into the catalogue.

    Attributes
    ----------
    known
        What the catalogue holds of it, perhaps under another entry.
    """

    entry: str
    inspected: Inspected
    signature: str
    placement: Placement
    known: KnownFileset | None


@dataclass(slots=True)
class Written:
    """What came of a batch besides its rows.

    Attributes
    ----------
    warnings
        By entry of the fileset.
    pyramids
        Folders of pyramids that belong to pixels that have changed.
    """

    warnings: list[tuple[str, str]] = field(default_factory=list)
    pyramids: list[str] = field(default_factory=list)


SavedImage = tuple[Found, Image, InspectedImage]


def write(folder: Folder, batch: Sequence[Found], now: datetime) -> Written:
    """Write a batch of filesets, all or nothing."""
    with transaction.atomic():
        tell_change()
        return _Batch(folder, now).write(batch)


class _Batch:
    """The steps of writing one batch; lives only that long."""

    def __init__(self, folder: Folder, now: datetime) -> None:
        self.folder = folder
        self.now = now
        self.written = Written()

    def write(self, batch: Sequence[Found]) -> Written:
        filesets = self._save_filesets(batch)
        self._save_files(batch, filesets)
        known_images = self._forget_missing_images(batch)
        images = self._save_images(batch, filesets)
        old = {image.pk for _, image, _ in images} & known_images
        self._save_channels(images, old)
        self._save_renderings(images, old)
        self._save_rois(images, old)
        self._save_plates_and_places(batch, filesets, images, old)
        observed = [(image, inspected.observed) for _, image, inspected in images]
        save_observations(self.folder, observed, old)
        # As the last step: pixels may have changed, so pictures must be new.
        Image.objects.filter(pk__in=old).update(revision=F("revision") + 1)
        catch_up_whole()
        return self.written

    def _save_filesets(self, batch: Sequence[Found]) -> list[Fileset]:
        rows = [
            Fileset(
                pk=found.known.pk if found.known else None,
                folder=self.folder,
                entry=found.entry,
                format=fit_text(found.inspected.format, 64),
                signature=found.signature,
                warnings=[fit_text(text) for text in found.inspected.warnings],
                scanned=self.now,
            )
            for found in batch
        ]
        Fileset.objects.bulk_create(row for row in rows if row.pk is None)
        changed = [row for row, found in zip(rows, batch, strict=True) if found.known]
        columns = ["entry", "format", "signature", "warnings", "scanned", "vanished"]
        Fileset.objects.bulk_update(changed, columns)
        return rows

    def _save_files(self, batch: Sequence[Found], filesets: Sequence[Fileset]) -> None:
        """Write the files; those known by their place keep their ids."""
        old: dict[tuple[int, str], OriginalFile] = {}
        entries = {found.known.pk: found.known.entry for found in batch if found.known}
        for row in OriginalFile.objects.filter(fileset__in=entries):
            assert row.fileset_id is not None
            old[row.fileset_id, place_in(entries[row.fileset_id], row.path)] = row
        new: list[OriginalFile] = []
        changed: list[OriginalFile] = []
        for found, fileset in zip(batch, filesets, strict=True):
            for file in found.inspected.files:
                row = OriginalFile(
                    fileset=fileset,
                    path=file.path,
                    name=fit_text(Path(file.path).name, NAME_LENGTH),
                    size_bytes=file.size_bytes,
                    modified=time_of(file.modified_ns),
                    media_type=mimetypes.guess_type(file.path)[0] or "",
                )
                known = old.pop((fileset.pk, place_in(found.entry, file.path)), None)
                row.pk = known.pk if known else None
                (changed if known else new).append(row)
        OriginalFile.objects.bulk_create(new)
        columns = ["path", "name", "size_bytes", "modified", "media_type"]
        OriginalFile.objects.bulk_update(changed, columns)
        gone = OriginalFile.objects.filter(pk__in=[row.pk for row in old.values()])
        gone.filter(annotations=None).delete()

    def _forget_missing_images(self, batch: Sequence[Found]) -> set[int]:
        """Mark what a changed file holds no more; return all ids known before."""
        keys = {
            found.known.pk: {
                fit_key(image.info.key) for image in found.inspected.images
            }
            for found in batch
            if found.known
        }
        plates = {
            found.known.pk: {
                fit_key(plate.key) for plate in found.inspected.metadata.plates
            }
            for found in batch
            if found.known
        }
        there = list(Image.objects.filter(fileset__in=keys))
        gone = [row.pk for row in there if row.key not in keys[row.fileset_id or 0]]
        Image.objects.filter(pk__in=gone, vanished=None).update(vanished=self.now)
        for pk, kept in plates.items():
            Plate.objects.filter(fileset=pk, vanished=None).exclude(
                key__in=kept
            ).update(vanished=self.now)
        self.written.pyramids += [row.pyramid for row in there if row.pyramid]
        return {row.pk for row in there}

    def _save_images(
        self, batch: Sequence[Found], filesets: Sequence[Fileset]
    ) -> list[SavedImage]:
        saved = [
            (found, image_row(self.folder, fileset, inspected), inspected)
            for found, fileset in zip(batch, filesets, strict=True)
            for inspected in found.inspected.images
        ]
        Image.objects.bulk_create(
            [image for _, image, _ in saved],
            update_conflicts=True,
            unique_fields=["fileset", "key"],
            update_fields=IMAGE_FACTS,
        )
        return saved

    def _save_channels(self, images: Sequence[SavedImage], old: set[int]) -> None:
        Channel.objects.bulk_create(
            [
                channel
                for _, image, inspected in images
                for channel in channel_rows_of(image, inspected)
            ],
            update_conflicts=True,
            unique_fields=["image", "index"],
            update_fields=CHANNEL_FACTS,
        )
        if old:
            surplus = Channel.objects.filter(image__in=old)
            surplus.filter(index__gte=F("image__size_c")).delete()
            PlaneTimes.objects.filter(image__in=old).delete()
        times = (plane_times_row(image, inspected) for _, image, inspected in images)
        PlaneTimes.objects.bulk_create(row for row in times if row is not None)

    def _save_renderings(self, images: Sequence[SavedImage], old: set[int]) -> None:
        """Write the settings at import; people's stay while they fit."""
        saved = RenderingSettings.objects.filter(image__in=old)
        known = {row.image_id: row.pk for row in saved.filter(person=None)}
        new: list[RenderingSettings] = []
        changed: list[RenderingSettings] = []
        for _, image, inspected in images:
            row = rendering_row(image, inspected)
            row.pk = known.get(image.pk)
            (changed if row.pk else new).append(row)
        RenderingSettings.objects.bulk_create(new)
        RenderingSettings.objects.bulk_update(changed, RENDERING_FACTS[:-1])
        sizes = {image.pk: image.size_c for _, image, _ in images}
        unfit = [
            row.pk
            for row in saved.exclude(person=None)
            if len(row.channels) != sizes[row.image_id]
        ]
        RenderingSettings.objects.filter(pk__in=unfit).delete()

    def _save_rois(self, images: Sequence[SavedImage], old: set[int]) -> None:
        by_entry = defaultdict(list)
        for found, image, inspected in images:
            rois = found.inspected.metadata.rois.get(inspected.info.key, ())
            if rois or image.pk in old:
                by_entry[found.entry].append((image, rois))
        for entry, members in by_entry.items():
            self._warn(entry, save_rois(self.folder, members, old))

    def _save_plates_and_places(
        self,
        batch: Sequence[Found],
        filesets: Sequence[Fileset],
        images: Sequence[SavedImage],
        old: set[int],
    ) -> None:
        """Write plates and annotations; place what is new."""
        by_entry: dict[str, dict[str, Image]] = {found.entry: {} for found in batch}
        for found, image, inspected in images:
            by_entry[found.entry][inspected.info.key] = image
        placed = []
        for found, fileset in zip(batch, filesets, strict=True):
            members = by_entry[found.entry]
            metadata = found.inspected.metadata
            plates = save_plates(self.folder, fileset, metadata.plates, members)
            place_plates(
                self.folder, [(found.placement, plate) for plate in plates.new]
            )
            if metadata.annotations or found.known:
                warnings = save_annotations(
                    self.folder,
                    Path(found.entry),
                    metadata.annotations,
                    {**members, **plates.targets},
                )
                self._warn(found.entry, warnings)
            in_plates = {
                sample.image_key
                for plate in metadata.plates
                for well in plate.wells
                for sample in well.samples
            }
            placed += [
                (found.placement, image)
                for key, image in members.items()
                if key not in in_plates and image.pk not in old
            ]
        place_images(self.folder, placed)

    def _warn(self, entry: str, warnings: Iterable[str]) -> None:
        self.written.warnings += [(entry, warning) for warning in warnings]

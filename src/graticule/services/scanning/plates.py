"""Save plates, their runs, wells and fields; people's words on them stay.

A plate is the same at the next scan by fileset and key, a well by row and
column, a field by its place in the well. Knows no files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from graticule.catalog.models import (
    AnnotationLink,
    DeletedSource,
    Fileset,
    Folder,
    Image,
    PlateAcquisition,
    WellSample,
)
from graticule.catalog.models import Plate as PlateRow
from graticule.catalog.models import Well as WellRow
from graticule.catalog.models.owned import Named
from graticule.pixels.annotations import Acquisition, Plate, Well
from graticule.services.scanning.fitting import (
    KEY_LENGTH,
    NAME_LENGTH,
    fit_color,
    fit_count,
    fit_key,
    fit_number,
    fit_text,
    fit_time,
)


@dataclass(slots=True)
class SavedPlates:
    """Rows of the plates of one fileset.

    Attributes
    ----------
    targets
        Plates and wells by the names under which annotations refer to them
        (:class:`graticule.pixels.annotations.FileMetadata`).
    new
        Plates that were not there before.
    """

    targets: dict[str, Named] = field(default_factory=dict)
    new: list[PlateRow] = field(default_factory=list)


def save_plates(
    folder: Folder,
    fileset: Fileset,
    plates: Sequence[Plate],
    images: Mapping[str, Image],
) -> SavedPlates:
    """Write the plates of a fileset.

    Parameters
    ----------
    images
        Saved images of the fileset by the file's key. Fields of images that
        could not be read are left out.
    """
    saved = SavedPlates()
    if not plates:
        return saved
    known = set(PlateRow.objects.filter(fileset=fileset).values_list("pk", flat=True))
    for plate in plates:
        row = _save_plate(folder, fileset, plate)
        if row.pk not in known:
            saved.new.append(row)
        saved.targets[f"plate:{plate.key}"] = row
        runs = _save_runs(folder, row, plate.acquisitions)
        wells = _save_wells(folder, row, plate.wells)
        for well, well_row in wells:
            at = f"well:{plate.key}:{well.row}:{well.column}"
            saved.targets[at] = well_row
        _save_samples(row, wells, images, runs)
    return saved


def _owned(folder: Folder) -> dict[str, Any]:
    return {"owner_id": folder.owner_id, "group_id": folder.group_id}


def _save_plate(folder: Folder, fileset: Fileset, plate: Plate) -> PlateRow:
    facts = {
        "rows": plate.rows,
        "columns": plate.columns,
        "row_naming": plate.row_naming,
        "column_naming": plate.column_naming,
        "external_identifier": fit_text(plate.external_identifier, KEY_LENGTH),
        "vanished": None,
    }
    first = {
        "name": fit_text(plate.name, NAME_LENGTH),
        "description": fit_text(plate.description),
    }
    row, _ = PlateRow.objects.update_or_create(
        fileset=fileset,
        key=fit_key(plate.key),
        defaults=facts,
        create_defaults=facts | first | _owned(folder),
    )
    return row


def _save_runs(
    folder: Folder, plate: PlateRow, runs: Iterable[Acquisition]
) -> dict[str, PlateAcquisition]:
    deleted = DeletedSource.objects.filter(kind="PlateAcquisition", parent=plate.pk)
    gone = set(deleted.values_list("source", flat=True))
    rows = {
        run.key: PlateAcquisition(
            plate=plate,
            key=fit_key(run.key),
            name=fit_text(run.name, NAME_LENGTH),
            description=fit_text(run.description),
            started=fit_time(run.started) if run.started else None,
            ended=fit_time(run.ended) if run.ended else None,
            maximum_field_count=fit_count(run.maximum_field_count),
            **_owned(folder),
        )
        for run in runs
        if fit_key(run.key) not in gone
    }
    _forget(plate.acquisitions.exclude(key__in=[row.key for row in rows.values()]))
    PlateAcquisition.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["plate", "key"],
        update_fields=["started", "ended", "maximum_field_count", "modified"],
    )
    return rows


def _save_wells(
    folder: Folder, plate: PlateRow, wells: Iterable[Well]
) -> list[tuple[Well, WellRow]]:
    by_place = {(well.row, well.column): well for well in wells}
    rows = [_well_row(folder, plate, well) for well in by_place.values()]
    gone = [
        row.pk for row in plate.wells.all() if (row.row, row.column) not in by_place
    ]
    if gone:
        WellSample.objects.filter(well__in=gone).delete()
        _forget(WellRow.objects.filter(pk__in=gone))
    WellRow.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["plate", "row", "column"],
        update_fields=["kind", "color", "external_identifier", "status", "modified"],
    )
    return list(zip(by_place.values(), rows, strict=True))


def _well_row(folder: Folder, plate: PlateRow, well: Well) -> WellRow:
    facts = well.facts or {}
    color = facts.get("Color")
    return WellRow(
        plate=plate,
        row=well.row,
        column=well.column,
        kind=fit_text(facts.get("Type"), KEY_LENGTH),
        color=fit_color(color if isinstance(color, int) else None),
        external_identifier=fit_text(facts.get("ExternalIdentifier"), KEY_LENGTH),
        description=fit_text(facts.get("ExternalDescription")),
        **_owned(folder),
    )


def _save_samples(
    plate: PlateRow,
    wells: Iterable[tuple[Well, WellRow]],
    images: Mapping[str, Image],
    runs: Mapping[str, PlateAcquisition],
) -> None:
    rows = [
        WellSample(
            well=well_row,
            image=images[sample.image_key],
            acquisition=runs.get(sample.acquisition or ""),
            index=index,
            position_x_um=fit_number(sample.position_x_um),
            position_y_um=fit_number(sample.position_y_um),
        )
        for well, well_row in wells
        for index, sample in enumerate(well.samples)
        if sample.image_key in images
    ]
    WellSample.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["well", "index"],
        update_fields=["image", "acquisition", "position_x_um", "position_y_um"],
    )
    kept = {row.pk for row in rows}
    here = WellSample.objects.filter(well__plate=plate).values_list("pk", flat=True)
    WellSample.objects.filter(pk__in=[pk for pk in here if pk not in kept]).delete()


def _forget(rows: QuerySet[Any]) -> None:
    """Delete rows that the file has no more, but for those people annotated."""
    annotated = AnnotationLink.objects.filter(
        target_type__app_label="catalog",
        target_type__model=rows.model._meta.model_name,  # noqa: SLF001
        scanned=False,
    ).values("target_id")
    for row in rows.exclude(pk__in=annotated):
        row.delete()

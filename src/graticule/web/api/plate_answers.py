"""Plates, their runs and wells (contract json-api 4, 4.1)."""

from __future__ import annotations

from graticule.catalog.models import Plate, PlateAcquisition, Well, WellSample
from graticule.services.well_fields import Range
from graticule.web.api.details import (
    Answering,
    Json,
    milliseconds,
    quantity,
    said,
    typed,
)
from graticule.web.api.image_answers import bare_image, pixels


def plate(who: Answering, row: Plate, *, listed: bool) -> Json:
    """Write a plate."""
    at = who.addresses.of_objects
    answer = {
        **who.base("Plate", row),
        "Name": row.name,
        **said(
            Description=row.description,
            Rows=row.rows,
            Columns=row.columns,
            RowNamingConvention=row.row_naming,
            ColumnNamingConvention=row.column_naming,
            ExternalIdentifier=row.external_identifier,
            Status=row.status,
        ),
        "url:screens": at("plates", row.pk, "screens"),
        "url:wells": at("plates", row.pk, "wells"),
        "url:plateacquisitions": at("plates", row.pk, "plateacquisitions"),
    }
    return {**answer, "url:plate": at("plates", row.pk)} if listed else answer


def bare_acquisition(who: Answering, row: PlateAcquisition) -> Json:
    """Write a run without addresses."""
    return {
        **who.base("PlateAcquisition", row),
        **said(
            Name=row.name,
            Description=row.description,
            MaximumFieldCount=row.maximum_field_count,
            StartTime=milliseconds(row.started),
            EndTime=milliseconds(row.ended),
        ),
    }


def acquisition(who: Answering, row: PlateAcquisition, *, listed: bool) -> Json:
    """Write a run over a plate."""
    answer = bare_acquisition(who, row)
    if listed:
        address = who.addresses.of_objects("plateacquisitions", row.pk)
        answer["url:plateacquisition"] = address
    return answer


def field_addresses(
    who: Answering, name: str, thing_id: int, span: Range | None
) -> Json:
    """Write which numbers the fields have, and where the wells of each are."""
    first, last = span or (0, -1)
    at = who.addresses.of_objects
    return {
        "omero:wellsampleIndex": list(span or ()),
        "url:wellsampleindex_wells": [
            at(name, thing_id, "wellsampleindex", number, "wells")
            for number in range(first, last + 1)
        ],
    }


def well(who: Answering, row: Well, *, listed: bool) -> Json:
    """Write a well with its fields; in one alone, images have their pixels."""
    at = who.addresses.of_objects
    base = who.base("Well", row)
    answer = {
        **base,
        "Column": row.column,
        "Row": row.row,
        **said(
            Type=row.kind,
            Color=row.color,
            ExternalDescription=row.description,
            ExternalIdentifier=row.external_identifier,
            **{"omero:status": row.status},
        ),
        "WellSamples": [
            _field(who, sample, base["omero:details"], with_pixels=not listed)
            for sample in row.samples.all()
        ],
        "url:plates": at("wells", row.pk, "plates"),
    }
    return {**answer, "url:well": at("wells", row.pk)} if listed else answer


def _field(
    who: Answering, row: WellSample, details: Json, *, with_pixels: bool
) -> Json:
    """Write a field; it belongs to whom its well belongs."""
    image = bare_image(who, row.image)
    image["url:image"] = who.addresses.of_objects("images", row.image_id)
    if with_pixels:
        image["Pixels"] = pixels(row.image)
    run = row.acquisition
    return {
        **typed("WellSample", row.pk),
        "omero:details": details,
        **said(
            PositionX=quantity(row.position_x_um, "MICROMETER"),
            PositionY=quantity(row.position_y_um, "MICROMETER"),
            PlateAcquisition=None if run is None else bare_acquisition(who, run),
        ),
        "Image": image,
    }

"""What an OME-Zarr says about a plate: rows, wells, fields, acquisitions.

Follows the OME-NGFF specification 0.1 to 0.5, "plate" and "well". Must not know
images.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from graticule.errors import CorruptFileError, FileError
from graticule.pixels.annotations import Acquisition, Plate, Well, WellSample
from graticule.pixels.zarr.metadata import (
    ZarrDocuments,
    ZarrGroup,
    as_list,
    as_object,
    below,
    list_or_empty,
    number_or_none,
)

PLATE_KEY = "0"
"""A folder holds one plate at most."""

_MILLISECONDS_FROM = 1e11
"""Times since the epoch above this (year 5138) are taken for milliseconds."""


class PlateField(NamedTuple):
    """A field of a well; ``key`` is its path from the plate's folder."""

    key: str
    acquisition: str | None


def read_plate(
    documents: ZarrDocuments, root: ZarrGroup, warnings: list[str]
) -> tuple[Plate, list[PlateField]]:
    """Describe the plate and list its fields, well by well.

    Wells that are announced but not there or broken become warnings: a plate
    under acquisition is like that.

    Raises
    ------
    graticule.errors.CorruptFileError
        If the description of the plate itself breaks the rules.
    """
    document = root.document
    described = as_object(root.attributes["plate"], document)
    rows = _names(described, "rows", document)
    columns = _names(described, "columns", document)
    wells, fields = [], []
    for entry in as_list(described.get("wells"), document, "wells"):
        said = as_object(entry, document)
        row, column = _position(said, rows, columns, root)
        try:
            found = _fields(documents, root, said)
        except FileError as error:
            warnings.append(f"{error} This well is left out.")
            continue
        samples = tuple(WellSample(f.key, f.acquisition) for f in found)
        wells.append(Well(row, column, samples))
        fields.extend(found)
    name = described.get("name")
    plate = Plate(
        key=PLATE_KEY,
        name=name if isinstance(name, str) and name else root.folder.name,
        wells=tuple(wells),
        rows=len(rows),
        columns=len(columns),
        row_naming=_naming(rows),
        column_naming=_naming(columns),
        acquisitions=tuple(
            _acquisition(entry)
            for entry in list_or_empty(described.get("acquisitions"))
            if isinstance(entry, dict) and "id" in entry
        ),
    )
    return plate, fields


def _names(described: Mapping[str, Any], what: str, document: Any) -> list[str]:
    return [
        str(as_object(entry, document).get("name"))
        for entry in as_list(described.get(what), document, what)
    ]


def _naming(names: list[str]) -> str:
    return "letter" if names and all(name.isalpha() for name in names) else "number"


def _position(
    said: Mapping[str, Any], rows: list[str], columns: list[str], root: ZarrGroup
) -> tuple[int, int]:
    """Find row and column of a well; before 0.4 only its path told them."""
    row, column = said.get("rowIndex"), said.get("columnIndex")
    path = str(said.get("path"))
    if type(row) is not int or type(column) is not int:
        row_name, _, column_name = path.partition("/")
        if row_name in rows and column_name in columns:
            return rows.index(row_name), columns.index(column_name)
    elif 0 <= row < len(rows) and 0 <= column < len(columns):
        return row, column
    raise CorruptFileError(
        root.document, f'the well "{path}" is in no row and column of the plate.'
    )


def _fields(
    documents: ZarrDocuments, root: ZarrGroup, said: Mapping[str, Any]
) -> list[PlateField]:
    folder = below(root.folder, said.get("path"), root.document)
    group = documents.group(folder)
    if group is None:
        raise CorruptFileError(folder, "the plate announces a well, but there is none.")
    well = as_object(group.attributes.get("well"), group.document)
    fields = []
    for entry in as_list(well.get("images"), group.document, "images"):
        image = as_object(entry, group.document)
        path = below(folder, image.get("path"), group.document)
        key = path.relative_to(root.folder).as_posix()
        acquisition = image.get("acquisition")
        fields.append(
            PlateField(key, None if acquisition is None else str(acquisition))
        )
    return fields


def _acquisition(described: Mapping[str, Any]) -> Acquisition:
    name, count = described.get("name"), described.get("maximumfieldcount")
    return Acquisition(
        key=str(described["id"]),
        name=name if isinstance(name, str) else None,
        started=_moment(described.get("starttime")),
        ended=_moment(described.get("endtime")),
        description=str(described.get("description") or ""),
        maximum_field_count=count if type(count) is int and count > 0 else None,
    )


def _moment(epoch: object) -> datetime | None:
    """Read a time since the epoch; some writers count milliseconds."""
    seconds = number_or_none(epoch)
    if seconds is None:
        return None
    if abs(seconds) > _MILLISECONDS_FROM:
        seconds /= 1000
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None

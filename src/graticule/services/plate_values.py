"""What the tables on a plate say about its wells: one number a well.

A table speaks of wells by a column of wells or images, or by their names (``B7``).
Rows of one well are brought together. Knows no HTTP.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from graticule.catalog.access import visible_to
from graticule.catalog.models import Image, Person, Plate, Screen, Well, WellSample
from graticule.errors import NotFoundError, OutOfRangeError
from graticule.services.plates import label
from graticule.services.tables.attached import find_table, tables_on
from graticule.services.tables.columns import WHOLE_KINDS, Column, Kind, place
from graticule.services.tables.database import fetch_arrays
from graticule.services.tables.store import Table

_NUMBERS = (WHOLE_KINDS | {Kind.DOUBLE, Kind.BOOL}) - {
    *(Kind.FILE, Kind.IMAGE, Kind.DATASET, Kind.ROI, Kind.WELL, Kind.PLATE)
}
_NAMES = re.compile(r"well([ _]?(name|label|position))?|position", re.IGNORECASE)
_LABEL = re.compile(r"([A-Za-z]+)0*([0-9]+)")

Place = tuple[int, int]
"""Row and column of a well, from 0."""


class Together(StrEnum):
    """How several rows of one well become one number."""

    MEAN = "mean"
    MEDIAN = "median"
    MIN = "min"
    MAX = "max"
    SUM = "sum"
    COUNT = "count"


_SQL = {
    Together.MEAN: "avg",
    Together.MEDIAN: "median",
    Together.MIN: "min",
    Together.MAX: "max",
    Together.SUM: "sum",
    Together.COUNT: "count",
}


@dataclass(frozen=True, slots=True)
class PlateColumn:
    """A column of numbers that wells can be coloured by."""

    table_id: int
    table_name: str
    index: int
    name: str


def columns_of(person: Person | None, plate: Plate) -> list[PlateColumn]:
    """List the columns of numbers that tables on a plate and its screens have."""
    found = []
    for table_id, name in _tables(person, plate).items():
        table = find_table(person, table_id)
        if _key(table) is not None:
            found += [
                PlateColumn(table_id, name, index, column.name)
                for index, column in enumerate(table.columns)
                if column.kind in _NUMBERS
            ]
    return found


def values_of(
    person: Person | None, plate: Plate, table_id: int, index: int, together: Together
) -> tuple[Column, dict[Place, float]]:
    """Give the column, and its value for each well that it speaks of.

    Parameters
    ----------
    table_id
        The file of a table on this plate or its screens.
    index
        Which column, from 0.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such table on this plate, or it does not speak of wells.
    graticule.errors.OutOfRangeError
        If it has no such column of numbers.
    """
    if table_id not in _tables(person, plate):
        raise NotFoundError(f"There is no table {table_id} on this plate.")
    table = find_table(person, table_id)
    key = _key(table)
    if key is None:
        raise NotFoundError(
            "This table does not say which well its rows are of: it has no column of "
            "wells or images, nor one called Well."
        )
    if index >= len(table.columns) or table.columns[index].kind not in _NUMBERS:
        raise OutOfRangeError(f"The table has no column of numbers at {index}.")
    rows = fetch_arrays(
        table.path,
        f"SELECT {place(key)} AS k, {_SQL[together]}({place(index)}::DOUBLE)::DOUBLE "  # noqa: S608 -- names of ours alone
        f"AS v FROM {{table}} WHERE {place(key)} IS NOT NULL GROUP BY k",
    )
    places = _places(person, plate, table.columns[key].kind, rows["k"])
    kept: dict[Place, list[float]] = {}
    for where, value in zip(places, _floats(rows["v"]), strict=True):
        if where is not None and np.isfinite(value):
            kept.setdefault(where, []).append(value)
    return table.columns[index], {
        where: _joined(values, together) for where, values in sorted(kept.items())
    }


def _floats(values: Any) -> list[float]:
    filled = np.ma.filled(np.ma.asarray(values, np.float64), np.nan)
    return [float(value) for value in filled]


def _joined(values: list[float], together: Together) -> float:
    """Bring together what several images of one well have."""
    if together is Together.MEAN:
        return float(np.mean(values))
    if together is Together.MEDIAN:
        return float(np.median(values))
    if together is Together.MIN:
        return min(values)
    return max(values) if together is Together.MAX else sum(values)


def _tables(person: Person | None, plate: Plate) -> dict[int, str]:
    attached = [
        *tables_on(person, Plate, "", Plate, plate.pk),
        *tables_on(person, Screen, "plates", Plate, plate.pk),
    ]
    return {each.file_id: each.name for each in attached}


def _key(table: Table) -> int | None:
    """Choose the column that says which well a row is of."""
    kinds = [column.kind for column in table.columns]
    for kind in (Kind.WELL, Kind.IMAGE):
        if kind in kinds:
            return kinds.index(kind)
    for index, column in enumerate(table.columns):
        if column.kind is Kind.STRING and _NAMES.fullmatch(column.name.strip()):
            return index
    return None


def _places(
    person: Person | None, plate: Plate, kind: Kind, keys: Any
) -> list[Place | None]:
    """Say for each key which well of the plate it names, if one."""
    wells = visible_to(person, Well.objects.filter(plate=plate))
    known: dict[Any, Place] = {}
    if kind is Kind.WELL:
        known = {pk: (r, c) for pk, r, c in wells.values_list("pk", "row", "column")}
    elif kind is Kind.IMAGE:
        samples = WellSample.objects.filter(
            well__in=wells, image__in=visible_to(person, Image.objects.all())
        )
        rows = samples.values_list("image_id", "well__row", "well__column")
        known = {pk: (r, c) for pk, r, c in rows}
    else:
        for row, column in wells.values_list("row", "column"):
            name = label(row, plate.row_naming), label(column, plate.column_naming)
            known["".join(name).upper()] = (row, column)
            if plate.row_naming == "letter" and plate.column_naming == "number":
                known[f"{name[0]}{int(name[1]):02}".upper()] = (row, column)
        return [known.get(_plain(key)) for key in keys]
    return [known.get(int(key)) for key in keys]


def _plain(key: Any) -> str:
    """Write the name of a well without zeros in front of its number."""
    text = str(key).strip()
    match = _LABEL.fullmatch(text)
    return (f"{match[1]}{match[2]}" if match else text).upper()

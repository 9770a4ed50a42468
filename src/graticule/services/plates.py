"""How a plate is laid out, and what its rows and columns are called.

Wells and fields by row and column, through the rule of visibility. Knows no
addresses and no wording.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from string import ascii_uppercase

from graticule.catalog.access import visible_to
from graticule.catalog.models import Image, Person, Plate, Well, WellSample

# A plate of 96 wells; larger ones have twice as many rows and columns, or four …
_STANDARD = (8, 12)


class Layout(Enum):
    """Which part of a plate is shown (contract webgateway 8.4)."""

    EXPAND = "expand"
    SHRINK = "shrink"
    TRIM = "trim"


@dataclass(frozen=True, slots=True)
class Cell:
    """A well with an image at the field that is shown."""

    well_id: int
    image_id: int


@dataclass(frozen=True, slots=True)
class PlateGrid:
    """One field of every well of a plate, by ``(row, column)`` from 0.

    Attributes
    ----------
    wells
        Where there is a well, with an image or not.
    cells
        The wells with an image at this field.
    fields
        How many fields the richest well has.
    """

    plate: Plate
    wells: frozenset[tuple[int, int]]
    cells: dict[tuple[int, int], Cell]
    fields: int

    @property
    def rows(self) -> int:
        """Rows up to the last well."""
        return max((row + 1 for row, _ in self.wells), default=0)

    @property
    def columns(self) -> int:
        """Columns up to the last well."""
        return max((column + 1 for _, column in self.wells), default=0)

    def shown(self, layout: Layout) -> tuple[range, range]:
        """Give the rows and columns that a layout shows.

        ``TRIM`` starts at the first row and column, ``SHRINK`` at the first well;
        ``EXPAND`` takes the smallest standard plate that holds all wells.
        """
        rows, columns = self.rows, self.columns
        if layout is Layout.SHRINK:
            top = min((row for row, _ in self.wells), default=0)
            left = min((column for _, column in self.wells), default=0)
            return range(top, rows), range(left, columns)
        if layout is Layout.TRIM:
            return range(rows), range(columns)
        factor = 1
        while rows > _STANDARD[0] * factor or columns > _STANDARD[1] * factor:
            factor *= 2
        return range(_STANDARD[0] * factor), range(_STANDARD[1] * factor)


def lay_out(
    person: Person | None, plate: Plate, field: int, *, run_id: int | None = None
) -> PlateGrid:
    """Lay out one field (from 0) of every well of a plate.

    Parameters
    ----------
    run_id
        Count only the fields of this run.
    """
    wells = visible_to(person, Well.objects.filter(plate=plate)).order_by()
    samples = WellSample.objects.filter(
        well__in=wells, image__in=visible_to(person, Image.objects.all())
    )
    if run_id is not None:
        samples = samples.filter(acquisition=run_id)
    by_well: dict[int, list[int]] = {}
    found = samples.order_by("well", "index").values_list("well_id", "image_id")
    for well_id, image_id in found:
        by_well.setdefault(well_id, []).append(image_id)
    places = {
        (row, column): well_id
        for row, column, well_id in wells.values_list("row", "column", "pk")
    }
    return PlateGrid(
        plate=plate,
        wells=frozenset(places),
        cells={
            place: Cell(well_id, by_well[well_id][field])
            for place, well_id in sorted(places.items())
            if field < len(by_well.get(well_id, ()))
        },
        fields=max(map(len, by_well.values()), default=0),
    )


def letters(number: int) -> str:
    """Count A to Z, AA, AB and so on, from 0."""
    text = ""
    number += 1
    while number:
        number, digit = divmod(number - 1, 26)
        text = ascii_uppercase[digit] + text
    return text


def label(number: int, naming: str) -> str:
    """Call a row or column from 0 by a plate's naming, ``letter`` or ``number``."""
    return letters(number) if naming == "letter" else str(number + 1)


def well_label(plate: Plate, well: Well) -> str:
    """Call a well as its plate does (``B7``)."""
    return label(well.row, plate.row_naming) + label(well.column, plate.column_naming)

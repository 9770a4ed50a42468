"""How the rows and columns of a plate are called."""

from __future__ import annotations

from string import ascii_uppercase

from graticule.catalog.models import Plate, Well


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

"""A plate as a grid in the words of the contract (webgateway 8.4)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from graticule.catalog.models import Image
from graticule.services.plates import Cell, Layout, PlateGrid, label
from graticule.web.gateway.answers import simple


def plate_answer(
    grid: PlateGrid, layout: Layout, field: int, size: int | None
) -> dict[str, Any]:
    """Write a plate.

    Parameters
    ----------
    field
        The field asked for, as each cell repeats it.
    size
        Longest side of thumbnails, for their addresses.
    """
    rows, columns = grid.shown(layout)
    ids = [cell.image_id for cell in grid.cells.values()]
    images = Image.objects.select_related("owner").in_bulk(ids)

    def write(cell: Cell | None) -> dict[str, Any] | None:
        if cell is None:
            return None
        return _cell(cell, images[cell.image_id], field, size)

    return {
        "grid": [
            [write(grid.cells.get((row, column))) for column in columns] for row in rows
        ],
        "collabels": _labels(columns, grid.plate.column_naming),
        "rowlabels": _labels(rows, grid.plate.row_naming),
        "image_sizes": [
            {"x": images[pk].size_x, "y": images[pk].size_y, "image_id": pk}
            for pk in ids[:1]
        ],
    }


def _labels(numbers: range, naming: str) -> list[str] | list[int]:
    """Call rows or columns; numbers are numbers, not texts (contract 8.4)."""
    if naming == "letter":
        return [label(number, naming) for number in numbers]
    return [number + 1 for number in numbers]


def _cell(cell: Cell, image: Image, field: int, size: int | None) -> dict[str, Any]:
    date = image.acquired
    if date is None or date.timestamp() <= 0:
        date = image.created
    place = [image.pk] if size is None else [image.pk, size]
    return {
        **simple(image),
        "author": image.owner.full_name,
        "date": int(date.timestamp()),
        "wellId": cell.well_id,
        "field": field,
        "thumb_url": reverse("webgateway_render_thumbnail", args=place),
    }

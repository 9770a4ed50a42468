"""What the page of a plate is filled with.

Knows services and addresses; asks no table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from graticule.catalog.models import Plate, PlateAcquisition
from graticule.services import plates
from graticule.services.browse import Kind, PlateField
from graticule.web.pages.answers import address, counted, lut_choice

_HEAT = "matplotlib/viridis.lut"


def plate_page(
    plate: Plate,
    field: PlateField,
    number: int,
    runs: Sequence[PlateAcquisition],
    run_id: int | None,
) -> dict[str, Any]:
    """Fill the page of a plate at a field (from 0), of one acquisition or of all."""
    base = address(Kind.PLATE, plate.pk)
    empty = len(field.wells) - len(field.images)

    def url(**asked: int | None) -> str:
        query = urlencode({key: value for key, value in asked.items() if value})
        return base + (f"?{query}" if query else "")

    summary = counted(len(field.wells), "well", "wells")
    if empty:
        summary += f", {empty:,} without an image here"
    return {
        "plate_id": plate.pk,
        "summary": summary,
        "column_labels": [
            plates.label(column, plate.column_naming) for column in range(field.columns)
        ],
        "rows": [_row(plate, field, row) for row in range(field.rows)],
        "fields": [
            {
                "label": n + 1,
                "url": url(field=n + 1, acquisition=run_id),
                "current": n == number,
            }
            for n in range(field.fields)
        ],
        "runs": _runs(runs, run_id, url),
        "run_id": run_id or "",
        "heat": next(
            (lut["stops"] for lut in lut_choice() if _HEAT.endswith(lut["name"])), []
        ),
    }


def _runs(
    runs: Sequence[PlateAcquisition], run_id: int | None, url: Any
) -> list[dict[str, Any]]:
    """List the acquisitions to choose from; none where there is no choice."""
    if len(runs) < 2:
        return []
    one = [
        {
            "label": run.name or f"Acquisition {run.pk}",
            "url": url(acquisition=run.pk),
            "current": run.pk == run_id,
        }
        for run in runs
    ]
    return [{"label": "All", "url": url(), "current": run_id is None}, *one]


def _row(plate: Plate, field: PlateField, row: int) -> dict[str, Any]:
    label = plates.label(row, plate.row_naming)
    wells: list[dict[str, Any]] = []
    for column in range(field.columns):
        found = field.images.get((row, column))
        well: dict[str, Any] = {
            "label": label + plates.label(column, plate.column_naming),
            "row": row,
            "column": column,
            "is_there": (row, column) in field.wells,
        }
        if found is not None:
            image_id, name = found
            url = address(Kind.IMAGE, image_id)
            well |= {"image_id": image_id, "name": name, "url": url}
        wells.append(well)
    return {"label": label, "wells": wells}

"""Values and fields of a plate's wells: parse, authorise, ask, encode, reply."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from graticule.catalog.models import Plate
from graticule.errors import NotFoundError
from graticule.services.containers import find
from graticule.services.plate_values import columns_of, values_of
from graticule.services.plates import label
from graticule.services.well_images import images_by_well
from graticule.web.json_views import json_view
from graticule.web.plates import params
from graticule.web.principal import person_of

_LARGEST_ID = 2**63 - 1


def _plate(request: HttpRequest, plate_id: int) -> Plate:
    asked = plate_id if plate_id <= _LARGEST_ID else 0
    try:
        return find(person_of(request), Plate.objects.all(), asked)
    except NotFoundError as error:
        raise NotFoundError(
            f"There is no plate {plate_id}, or none that you may see."
        ) from error


@json_view("GET", "HEAD")
def columns(request: HttpRequest, plate_id: int) -> dict[str, Any]:
    """List the columns that wells can be coloured by."""
    return {
        "columns": [
            {
                "table": column.table_id,
                "tableName": column.table_name,
                "column": column.index,
                "name": column.name,
            }
            for column in columns_of(person_of(request), _plate(request, plate_id))
        ]
    }


@json_view("GET", "HEAD")
def values(request: HttpRequest, plate_id: int) -> dict[str, Any]:
    """Give one number a well."""
    plate = _plate(request, plate_id)
    table_id = params.number(request, "table")
    index = params.number(request, "column")
    how = params.together(request)
    column, found = values_of(person_of(request), plate, table_id, index, how)
    numbers = list(found.values())
    return {
        "name": column.name,
        "description": column.description,
        "how": how.value,
        "least": min(numbers, default=None),
        "greatest": max(numbers, default=None),
        "wells": [
            {"row": row, "column": column, "value": value}
            for (row, column), value in found.items()
        ],
    }


@json_view("GET", "HEAD")
def wells(request: HttpRequest, plate_id: int) -> dict[str, Any]:
    """List the images of every well, in the order of their fields."""
    plate = _plate(request, plate_id)
    run_id = params.number(request, "acquisition", 0) or None
    found = images_by_well(person_of(request), plate, run_id)
    return {
        "wells": [
            {
                "row": row,
                "column": column,
                "label": label(row, plate.row_naming)
                + label(column, plate.column_naming),
                "images": [{"id": pk, "name": name} for pk, name in images],
            }
            for (row, column), images in sorted(found.items())
        ]
    }

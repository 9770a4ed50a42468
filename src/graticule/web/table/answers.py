"""What this door answers; knows no view."""

from __future__ import annotations

import math
from typing import Any

from django.urls import reverse

from graticule.catalog.models import OriginalFile
from graticule.catalog.models.owned import Named
from graticule.services.tables.columns import ARRAY_KINDS, WHOLE_KINDS, Kind
from graticule.services.tables.ordering import Page
from graticule.services.tables.pointing import Place, pointed_kind
from graticule.services.tables.store import Table
from graticule.web.annotate.answers import has_page, name_of, page_of

Json = dict[str, Any]
_JOB = "table-query"


def columns(table: Table, file: OriginalFile) -> Json:
    """Write what a table is: its name, columns and number of rows."""
    things = reverse("table_thing", args=["image", 0]).removesuffix("image/0/")
    return {
        "id": file.pk,
        "name": file.name,
        "rows": table.row_count,
        "columns": [
            {
                "name": column.name,
                "kind": column.kind.value,
                "shape": _shape(column.kind),
                "description": column.description,
                "points": pointed_kind(column),
            }
            for column in table.columns
        ],
        "page_url": reverse("table_page", args=[file.pk]),
        "thing_url": things,
        "job_url": reverse("uws_list", args=[_JOB]),
    }


def trail(file: OriginalFile, bearers: list[Named]) -> list[tuple[str, str | None]]:
    """Write breadcrumbs: the first thing that bears the table, then the table."""
    above = [
        (name_of(thing), page_of(thing)) for thing in bearers[:1] if has_page(thing)
    ]
    return [*above, (file.name, None)]


def _shape(kind: Kind) -> str:
    """Say how values are shown and filtered."""
    if kind in ARRAY_KINDS:
        return "array"
    if kind in WHOLE_KINDS:
        return "whole"
    return {Kind.DOUBLE: "number", Kind.BOOL: "truth"}.get(kind, "text")


def rows(page: Page, offset: int) -> Json:
    """Write some rows with their numbers in the file."""
    return {
        "total": page.total,
        "offset": offset,
        "numbers": page.numbers,
        "rows": [[_value(value) for value in row] for row in page.rows],
    }


def _value(value: Any) -> Any:
    """Write a value; JSON has no word for what is no number."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list):
        return [_value(each) for each in value]
    return value


def address(place: Place) -> str:
    """Give the address of a thing's page; a ROI is named in that of its image."""
    base = reverse(place.kind, args=[place.id])
    return base if place.roi is None else f"{base}?roi={place.roi}"

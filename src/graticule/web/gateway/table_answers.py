"""Tables in the words of the contract (webgateway 12).

Numbers that are none are written as the contract has it, as the bare words
``NaN`` and ``Infinity`` (2.6).
"""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest

from graticule.services.tables.attached import AttachedTable
from graticule.services.tables.columns import Column, Kind
from graticule.services.tables.query import Hits
from graticule.services.tables.store import Table
from graticule.web.gateway.table_params import TableQuery
from graticule.web.gateway.wrapper import JsonText


def attached_form(table: AttachedTable) -> dict[str, Any]:
    """Write a table on a thing (contract 12.1)."""
    return {
        "id": table.annotation_id,
        "name": table.name,
        "file": table.file_id,
        "ns": table.namespace,
        **_parent(table),
    }


def _parent(table: AttachedTable) -> dict[str, Any]:
    return {
        "parentType": table.parent_kind,
        "parentId": table.parent_id,
        "owner": table.owner,
        "addedBy": table.linked_by,
        "addedOn": int(table.linked.timestamp() * 1000),
    }


def with_object(answer: dict[str, Any], table: AttachedTable) -> dict[str, Any]:
    """Add to a query's answer which table it was (contract 12.3)."""
    found = {"id": table.file_id, "annId": table.annotation_id}
    return {**answer, **found, **_parent(table)}


def hits_form(
    table: Table, asked: TableQuery, columns: list[Column], hits: Hits
) -> dict[str, Any]:
    """Write rows of a query (contract 12.2)."""
    return {
        "data": {
            "column_types": [column_type(column.kind) for column in columns],
            "columns": [column.name for column in columns],
            "rows": hits.rows,
        },
        "meta": {
            "rowCount": table.row_count,
            "totalCount": hits.total,
            "limit": asked.limit,
            "offset": asked.offset,
        },
    }


def column_type(kind: Kind) -> str:
    """Name a kind of column, such as ``DoubleArrayColumn``."""
    return "".join(word.title() for word in kind.value.split("_")) + "Column"


def metadata_form(table: Table) -> dict[str, Any]:
    """Write what a table says of itself (contract 12.4)."""
    return {
        "columns": [
            {
                "name": column.name,
                "description": column.description,
                "type": column_type(column.kind),
            }
            for column in table.columns
        ],
        "totalCount": table.row_count,
        "user_metadata": {key: _parsed(value) for key, value in table.metadata.items()},
    }


def _parsed(value: Any) -> Any:
    """Read a text that is JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return value


def _refuse(word: str) -> None:
    raise ValueError(word)


def rows_form(
    table: Table, rows: list[int], start: int, end: int, max_cells: int
) -> dict[str, Any]:
    """Write numbers of rows (contract 12.6)."""
    return {
        "rows": rows,
        "meta": {
            "partialCount": len(rows),
            "rowCount": table.row_count,
            "columnCount": len(table.columns),
            "start": start,
            "end": end,
            "maxCells": max_cells,
        },
    }


def cut_form(
    table: Table, indices: tuple[int, ...], values: list[list[Any]], max_cells: int
) -> dict[str, Any]:
    """Write columns of a slice (contract 12.7)."""
    return {
        "columns": values,
        "meta": {
            "columns": [table.columns[index].name for index in indices],
            "rowCount": table.row_count,
            "columnCount": len(table.columns),
            "maxCells": max_cells,
        },
    }


def compact(request: HttpRequest, value: dict[str, Any]) -> Any:
    """Write without blanks, except as JSONP (contract 2.6)."""
    if "callback" in request.GET:
        return value
    return JsonText(json.dumps(value, separators=(",", ":")))

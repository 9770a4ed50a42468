"""What the addresses of tables do, for the OpenAPI document (contract webgateway 12).

A piece of :mod:`graticule.web.gateway.descriptions`.
"""

from __future__ import annotations

from graticule.web.gateway.described import json_answer
from graticule.web.openapi.model import (
    CALLBACK,
    INTEGER,
    JSONP,
    TEXT,
    Answer,
    Operation,
    Parameter,
    reference,
)

_QUERY = Parameter(
    "query",
    TEXT,
    "All rows (*), those of a thing (Well-22), or a condition of PyTables.",
    required=True,
    example="(Area > 100) & (Well == 22)",
)
_PAGING = (
    Parameter("offset", INTEGER, "Rows found that are left out, from the first."),
    Parameter("limit", INTEGER, "Most rows to give."),
)
_NAMES = Parameter(
    "col_names",
    {"type": "array", "items": TEXT},
    "Columns to give, in this order; all if absent.",
)
_CUT = tuple(
    Parameter(name, TEXT, f"{name.title()} from 0.", required=True, example="0-2,5")
    for name in ("rows", "columns")
)


def _told(schema: str, said: str) -> Answer:
    """Describe an answer; what is wrong has status 200, too."""
    names = (f"gateway/{schema}", "gateway/table_error")
    both = {"oneOf": [reference(name) for name in names]}
    return Answer("application/json", said, body=both)


SCHEMAS = (
    *("gateway/table_list", "gateway/table_query", "gateway/table_object_query"),
    *("gateway/table_metadata", "gateway/table_rows", "gateway/table_slice"),
    "gateway/table_error",
)

TABLES: dict[str, tuple[Operation, ...]] = {
    "webgateway_annotations": (
        Operation(
            "The tables on things",
            (_told("table_list", "The tables, or what is wrong."), JSONP),
            (CALLBACK,),
        ),
    ),
    "webgateway_table_query": (
        Operation(
            "Rows of a table",
            (_told("table_query", "The rows, or what is wrong."), JSONP),
            (_QUERY, _NAMES, *_PAGING, CALLBACK),
        ),
    ),
    "webgateway_object_table_query": (
        Operation(
            "Rows of the newest table on a thing",
            (_told("table_object_query", "The rows, or what is wrong."), JSONP),
            (_QUERY, _NAMES, *_PAGING, CALLBACK),
        ),
    ),
    "webgateway_table_metadata": (
        Operation(
            "Columns, number of rows and notes of a table",
            (_told("table_metadata", "Them, or what is wrong."), JSONP),
            (CALLBACK,),
        ),
    ),
    "webgateway_table_obj_id_bitmask": (
        Operation(
            "The ids in a column as a mask of bits",
            (
                Answer("application/octet-stream", "Bit n, from the top, is id n."),
                json_answer("table_error"),
            ),
            (
                _QUERY,
                Parameter("col_name", TEXT, "The column; object if absent."),
                *_PAGING,
            ),
        ),
    ),
    "webgateway_table_get_where_list": (
        Operation(
            "Numbers of rows that fulfil a condition",
            (_told("table_rows", "The numbers, or what is wrong."), JSONP),
            (
                _QUERY,
                Parameter("start", TEXT, "The first row to look at; 0 if no number."),
                CALLBACK,
            ),
        ),
    ),
    "webgateway_table_slice": (
        Operation(
            "Some columns of some rows",
            (_told("table_slice", "The values, or what is wrong."), JSONP),
            (*_CUT, CALLBACK),
        ),
        Operation(
            "Some columns of some rows, where they are too many for an address",
            (_told("table_slice", "The values, or what is wrong."), JSONP),
            (CALLBACK,),
            method="POST",
            form=_CUT,
        ),
    ),
}

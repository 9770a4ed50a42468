"""What this door's addresses do, for the OpenAPI document; knows no view."""

from __future__ import annotations

from graticule.web.openapi.model import INDEX, TEXT, Answer, Door, Operation, Parameter

_ERRORS = {
    400: "Not understood, or larger than a limit allows.",
    401: "Not everybody may see this: log in.",
    404: "Not there, or not visible to you.",
    405: "Not this way.",
}

DOOR = Door(
    name="table",
    help="Attached tables as people look at them.",
    operations={
        "table": (Operation("A table as a grid", (Answer("text/html", "A page."),)),),
        "table_columns": (
            Operation(
                "Name, columns and number of rows",
                (Answer("application/json", "What it is.", "table/columns"),),
            ),
        ),
        "table_page": (
            Operation(
                "Some rows in some order",
                (Answer("application/json", "The rows.", "table/page"),),
                (
                    Parameter("query", TEXT, "A condition; all rows if absent."),
                    Parameter(
                        "sort", TEXT, "A column; behind - for the largest first."
                    ),
                    Parameter(
                        "column",
                        {"type": "array", "items": TEXT},
                        "Columns by their names; all if absent.",
                    ),
                    Parameter("offset", INDEX, "How many rows to leave out."),
                    Parameter("limit", INDEX, "How many rows at most; 100 if absent."),
                ),
            ),
        ),
        "table_thing": (
            Operation(
                "The way to what a row names",
                (Answer("", "To its page.", status=302),),
            ),
        ),
    },
    path_parameters={
        "table": "The table's file.",
        "kind": "What the number is of.",
        "thing": "The thing.",
    },
    errors=(
        Answer("", "To the login page, where the public may not see this.", status=302),
        *(
            Answer(kind, said, "iviewer/message" if "json" in kind else "", status)
            for status, said in _ERRORS.items()
            for kind in ("application/json", "text/html")
        ),
    ),
)

"""What the addresses of TAP do, for the OpenAPI document; its jobs are described there.

Knows no view.
"""

from __future__ import annotations

from graticule.web.openapi.model import TEXT, Answer, Door, Operation, Parameter

_XML = Answer("application/xml", "As VOSI 1.1 writes it.")
_DETAIL = Parameter(
    "detail",
    {**TEXT, "enum": ["min", "max"]},
    "min: names alone; max: with their columns.",
)

DOOR = Door(
    name="tap",
    help=(
        "Questions in ADQL over images, observations and tables (TAP 1.1). They are "
        "asked of `sync` and `async`, as other jobs are."
    ),
    operations={
        "tap": (Operation("A page to ask", (Answer("text/html", "A page."),)),),
        "tap_tables": (Operation("Tables that you may ask", (_XML,), (_DETAIL,)),),
        "tap_table": (Operation("One table with its columns", (_XML,), (_DETAIL,)),),
    },
    path_parameters={"name": "The table, with its schema: `ivoa.obscore`."},
    errors=tuple(
        Answer(kind, words, status=status)
        for status, words in (
            (400, "Something cannot be understood."),
            (404, "There is no such thing."),
            (405, "Not this verb."),
        )
        for kind in (
            *("application/x-votable+xml", "text/plain", "text/html"),
            "application/json",
        )
    ),
)

"""What the addresses of VOSI at the root do, for the OpenAPI document."""

from __future__ import annotations

from graticule.web.openapi.model import TEXT, Answer, Door, Operation, Parameter

_XML = Answer("application/xml", "As VOSI 1.1 writes it.")
_DETAIL = Parameter(
    "detail",
    {**TEXT, "enum": ["min", "max"]},
    "min: names alone; max: with their columns.",
)

DOOR = Door(
    name="vosi",
    help="What this site is to astronomers' programs (VOSI 1.1).",
    operations={
        "vosi_capabilities": (
            Operation("Which standards are spoken, and where", (_XML,)),
        ),
        "vosi_availability": (Operation("Whether everything works now", (_XML,)),),
        "vosi_tables": (Operation("Tables that you may ask", (_XML,), (_DETAIL,)),),
        "vosi_table": (Operation("One table with its columns", (_XML,)),),
    },
    path_parameters={"name": "The table, with its schema: `ivoa.obscore`."},
    errors=(
        Answer("application/x-votable+xml", "There is no such thing.", status=404),
        Answer("application/x-votable+xml", "Not this verb.", status=405),
    ),
)

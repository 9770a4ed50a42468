"""What the plate page's addresses answer, for the OpenAPI document."""

from __future__ import annotations

from graticule.services.plate_values import Together
from graticule.web.openapi.model import INDEX, Answer, Door, Operation, Parameter

DOOR = Door(
    name="plates",
    help="Values and fields of a plate's wells.",
    operations={
        "plate_columns": (
            Operation(
                "Columns of tables that wells can be coloured by",
                (Answer("application/json", "The columns.", "plates/columns"),),
            ),
        ),
        "plate_values": (
            Operation(
                "One number a well, from a column of a table",
                (Answer("application/json", "The numbers.", "plates/values"),),
                (
                    Parameter("table", INDEX, "The table's file.", required=True),
                    Parameter("column", INDEX, "Which, from 0.", required=True),
                    Parameter(
                        "how",
                        {"type": "string", "enum": [way.value for way in Together]},
                        "How several rows of one well become one number.",
                    ),
                ),
            ),
        ),
        "plate_wells": (
            Operation(
                "The images of every well",
                (Answer("application/json", "The wells.", "plates/wells"),),
                (Parameter("acquisition", INDEX, "Only those of this acquisition."),),
            ),
        ),
    },
    path_parameters={"plate_id": "The plate."},
    errors=tuple(
        Answer("application/json", text, "plates/error", status=status)
        for status, text in (
            (400, "A parameter cannot be understood."),
            (401, "Nobody is logged in."),
            (404, "Not there, or not visible to you."),
        )
    ),
)

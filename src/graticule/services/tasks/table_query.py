"""Rows of an attached table, any number of them, as a file.

Says what can be asked; :mod:`graticule.services.tables.extracting` does it.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from graticule.catalog.models import Person
from graticule.jobs.executors.work import Work
from graticule.services.tasks.task import Parameters, Task

_MEDIA_TYPES = {
    "csv": ("csv", "text/csv; charset=utf-8"),
    "parquet": ("parquet", "application/vnd.apache.parquet"),
    "votable": ("vot", "application/x-votable+xml"),
}


class TableQueryParameters(Parameters):
    """Which rows of which table."""

    table: int = Field(description="Id of the table's file.")
    query: str = Field(
        "*",
        description="A condition such as (Area > 100) & (Well == 22), Well-22 for the "
        "rows of one object, or * for all.",
    )
    column: list[str] = Field(
        [], description="Names of columns, in this order; all if none."
    )
    format: Literal["csv", "parquet", "votable"] = Field(
        "csv", description="What the rows are written as."
    )
    maxrec: int | None = Field(
        None,
        ge=0,
        le=10**12,
        description="At most so many rows; 0 for the columns alone, all if empty. A "
        "VOTable says where there are more.",
    )


def run(work: Work, asked: TableQueryParameters, person: Person) -> None:
    """Write the rows."""
    # DuckDB's threads do not live through a fork: it is loaded here.
    from graticule.services.tables.asking import condition, places_of  # noqa: PLC0415
    from graticule.services.tables.attached import find_table  # noqa: PLC0415
    from graticule.services.tables.extracting import (  # noqa: PLC0415
        Extract,
        Format,
        write_rows,
    )

    table = find_table(person, asked.table)
    extract = Extract(
        table,
        condition(asked.query, table.columns),
        places_of(asked.column, table.columns),
        asked.maxrec,
    )
    suffix, media_type = _MEDIA_TYPES[asked.format]

    def tell(phase: str, share: float | None) -> None:
        work.report(share or 0, 1, phase)

    name = f"table-{asked.table}.{suffix}"
    with work.result("rows", name, media_type) as path:
        count = write_rows(extract, path, Format(asked.format), tell)
    work.report(1, 1, f"{count:,} rows")


TASK = Task(
    name="table-query",
    title="Table query",
    help="Writes the rows of an attached table that fulfil a condition, as CSV, "
    "Parquet or VOTable; any number of them.",
    parameters=TableQueryParameters,
    run=run,
)

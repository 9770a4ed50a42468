"""Questions in ADQL over what is published (TAP 1.1).

Says what can be asked; :mod:`graticule.services.tasks.answering_tap` does it.
"""

from __future__ import annotations

from pydantic import Field, field_validator

from graticule.catalog.models import Person
from graticule.jobs.executors.work import Work
from graticule.services.adql.compiling import LANGUAGES
from graticule.services.tasks.task import Parameters, Task


class TapParameters(Parameters):
    """The parameters of TAP; REQUEST and VERSION of TAP 1.0 are not looked at."""

    query: str = Field(
        description="The question: SELECT TOP 10 * FROM ivoa.obscore.",
        json_schema_extra={"lines": 8},
    )
    lang: str = Field("ADQL", description="The language of the question: ADQL.")
    responseformat: str = Field(
        "",
        description="What the rows are written as: votable, votable/td, csv, tsv, "
        "fits, parquet or json, or one of their media types; votable if empty.",
    )
    format: str = Field("", description="The same, as TAP 1.0 calls it.")
    maxrec: int | None = Field(
        None, ge=0, description="At most so many rows; 0 for the columns alone."
    )
    base: str = Field(
        "",
        description="Address of this server, for links in rows; filled in by itself.",
    )

    @field_validator("lang")
    @classmethod
    def _is_known(cls, text: str) -> str:
        if text.upper() not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            raise ValueError(f"{text[:40]!r} is not understood here, only {known}.")
        return text.upper()


def run(work: Work, asked: TapParameters, person: Person) -> None:
    """Answer the question."""
    # DuckDB's threads do not live through a fork: it is loaded here.
    from graticule.services.tasks.answering_tap import answer  # noqa: PLC0415

    answer(work, asked, person)


TASK = Task(
    name="tap",
    title="Query in ADQL (TAP)",
    help="Answers questions in ADQL over observations, images, plates, regions, "
    "annotations and attached tables.",
    parameters=TapParameters,
    run=run,
    inline=True,
    takes_uploads=True,
    address_parameter="BASE",
)

"""Statistics and histograms of images and of what holds them, exact.

Says what can be asked; :mod:`graticule.services.tasks.measuring` does it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from graticule.catalog.models import Person
from graticule.jobs.executors.work import Work
from graticule.services.tasks.selection import (
    TARGETS,
    selected_images,
    split_values,
)
from graticule.services.tasks.spans import Ranged
from graticule.services.tasks.task import Task

Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Percents = Annotated[list[Percent], BeforeValidator(split_values)]


class StatisticsParameters(Ranged):
    """Which images and planes, and what is said of them."""

    percentiles: Percents = Field(
        [1, 5, 25, 50, 75, 95, 99],
        max_length=100,
        description="Percentiles, from 0 to 100.",
    )
    bins: int = Field(256, ge=1, le=65_536, description="Bins of each histogram.")
    total: bool = Field(
        default=True,
        description="Also measure each channel over all images together.",
    )
    format: Literal["csv", "parquet"] = Field("csv", description="Of the table.")


def run(work: Work, asked: StatisticsParameters, person: Person) -> None:
    """Measure the images that were asked for."""
    # What reads pixels does not live through a fork: it is loaded here.
    from graticule.services.tasks.measuring import measure  # noqa: PLC0415

    measure(work, asked, person, selected_images(person, asked))


TASK = Task(
    name="statistics",
    title="Statistics",
    help="Minimum, maximum, mean, deviation, percentiles and histogram of each channel "
    "of images, exact, as a table and as JSON.",
    parameters=StatisticsParameters,
    run=run,
    targets=TARGETS,
)

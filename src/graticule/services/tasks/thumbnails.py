"""Thumbnails of many images, made ahead or as an archive.

Says what can be asked; :mod:`graticule.services.tasks.making_thumbnails` does it.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from graticule.catalog.models import Person
from graticule.jobs.executors.work import Work
from graticule.services.tasks.selection import TARGETS, Selection, split_values
from graticule.services.tasks.task import Task

Sizes = Annotated[
    list[Annotated[int, Field(ge=1, le=100_000)]], BeforeValidator(split_values)
]


class ThumbnailsParameters(Selection):
    """Which images, how large, and where the thumbnails go."""

    size: Sizes = Field(
        [],
        max_length=20,
        description="Longest sides in pixels; the server's own if none.",
    )
    zip: bool = Field(
        default=False,
        description="true: a zip archive of JPEGs. false: only make them ahead, so "
        "that pages have them at once.",
    )


def run(work: Work, asked: ThumbnailsParameters, person: Person) -> None:
    """Make the thumbnails."""
    # What reads pixels does not live through a fork: it is loaded here.
    from graticule.services.tasks.making_thumbnails import make  # noqa: PLC0415

    make(work, asked, person)


TASK = Task(
    name="thumbnails",
    title="Thumbnails",
    help="Makes the thumbnails of images ahead, so that lists of them are there at "
    "once, or packs them into an archive.",
    parameters=ThumbnailsParameters,
    run=run,
    targets=TARGETS,
)

"""All images of a container as pictures in one archive: what can be asked.

The work is in :mod:`graticule.services.tasks.making_pictures`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from graticule.catalog.models import Person
from graticule.jobs.executors.work import Work
from graticule.services.tasks.drawing import Drawn
from graticule.services.tasks.selection import TARGETS, Selection
from graticule.services.tasks.task import Task

_PLANES = r"^\s*(all|(\d{1,9}(:\d{1,9})?)?)\s*$"


class RenderedParameters(Selection, Drawn):
    """Which images and planes, drawn and written how."""

    format: Literal["jpeg", "png", "tif"] = Field(
        "jpeg", description="jpeg (small), png or tif (both lossless)."
    )
    quality: float | None = Field(
        None, ge=0, le=1, description="Of JPEG, from 0 to 1; 0.85 if empty."
    )
    size: int | None = Field(
        None,
        ge=16,
        le=100_000,
        description="Longest side in pixels; pictures are made smaller, never larger.",
    )
    z: str = Field(
        "",
        pattern=_PLANES,
        description="Planes from 0, as 3, 0:9 or all; the one seen first if empty.",
    )
    t: str = Field(
        "",
        pattern=_PLANES,
        description="Times from 0, as 3, 0:9 or all; the one seen first if empty.",
    )
    folders: bool = Field(
        default=True,
        description="Put pictures into folders called as what holds the images.",
    )


def run(work: Work, asked: RenderedParameters, person: Person) -> None:
    """Draw the images."""
    # What reads pixels does not live through a fork: it is loaded here.
    from graticule.services.tasks.making_pictures import make  # noqa: PLC0415

    make(work, asked, person)


TASK = Task(
    name="rendered-images",
    title="Images as pictures",
    help="Draws images with their saved settings, or with others, as JPEG, PNG or "
    "TIFF pictures in one zip archive.",
    parameters=RenderedParameters,
    run=run,
    targets=TARGETS,
)

"""Rectangles of images by the thousand, each as an OME-TIFF: what can be asked.

The work is in :mod:`graticule.services.tasks.making_cutouts`.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from graticule.catalog.models import Person
from graticule.jobs.executors.work import Work
from graticule.services.tasks.boxes import COLUMNS
from graticule.services.tasks.ome_tiff import Compression
from graticule.services.tasks.task import Parameters, Task


class CutoutParameters(Parameters):
    """Which boxes, and how they are written."""

    image: int | None = Field(
        None,
        description="Id of the image that all boxes are of; then their lines need not "
        "name it, and begin with x. Empty if they name theirs.",
    )
    boxes: list[str] = Field(
        [],
        description=f"Boxes as CSV, one a line: {', '.join(COLUMNS)}. Pixels of full "
        "size, from the upper left corner; z, c and t from 0, as 3 or 0:9, empty for "
        "all. With a header, columns may come in any order, and name among them.",
    )
    boxes_file: Path | None = Field(None, description="The same as a CSV file.")
    compression: Compression = Field(
        "fast", description="Losslessly, always: fast, small (slower) or none."
    )

    @model_validator(mode="after")
    def _something(self) -> CutoutParameters:
        if bool(self.boxes) == (self.boxes_file is not None):
            raise ValueError("say what to cut out, by BOXES or by BOXES_FILE")
        return self


def run(work: Work, asked: CutoutParameters, person: Person) -> None:
    """Cut them out."""
    # What reads pixels does not live through a fork: it is loaded here.
    from graticule.services.tasks.making_cutouts import make  # noqa: PLC0415

    make(work, asked, person)


TASK = Task(
    name="cutouts",
    title="Cutouts",
    help="Cuts boxes out of images, by the thousand, each as an OME-TIFF that knows "
    "where it comes from, all in one zip archive.",
    parameters=CutoutParameters,
    run=run,
    targets={"image": "IMAGE"},
)

"""Images and plates as OME-Zarr: what can be asked.

The work is in :mod:`graticule.services.tasks.making_ome_zarr`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from graticule.catalog.models import Person
from graticule.jobs.executors.work import Work
from graticule.services.tasks.selection import TARGETS
from graticule.services.tasks.spans import Ranged
from graticule.services.tasks.task import Task


class OmeZarrParameters(Ranged):
    """Which images and plates, which part of them, and how they are written."""

    version: Literal["0.5", "0.4"] = Field(
        "0.5", description="Of the format: 0.5 (Zarr 3, sharded) or 0.4 (Zarr 2)."
    )
    pyramid: bool = Field(
        default=True,
        description="Keep the reduced levels, for viewers of large images.",
    )


def run(work: Work, asked: OmeZarrParameters, person: Person) -> None:
    """Write what was asked for."""
    # TensorStore does not live through a fork: it is loaded here.
    from graticule.services.tasks.making_ome_zarr import make  # noqa: PLC0415

    make(work, asked, person)


TASK = Task(
    name="ome-zarr",
    title="OME-Zarr",
    help="Writes images and plates as OME-Zarr: every plane and level, bit for bit, "
    "each image or plate in a zip archive. Plates keep their wells.",
    parameters=OmeZarrParameters,
    run=run,
    targets=TARGETS,
)

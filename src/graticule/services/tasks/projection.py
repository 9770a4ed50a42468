"""A projection of an image along z, kept as a new image.

Says what can be asked; :mod:`graticule.services.projecting` does it.
"""

from __future__ import annotations

import json
from typing import Literal

from pydantic import Field

from graticule.catalog.models import Person
from graticule.jobs.executors.work import Work
from graticule.services.tasks.task import Parameters, Task


class ProjectionParameters(Parameters):
    """Which planes become what."""

    image: int = Field(description="Id of the image.")
    kind: Literal["max", "min", "mean", "sum"] = Field(
        "max", description="What becomes of the values along z."
    )
    start: int = Field(0, ge=0, description="First plane, from 0.")
    end: int | None = Field(
        None, ge=0, description="Last plane, counted, too; the end if empty."
    )
    pixel_type: Literal["same", "float"] = Field(
        "same",
        description="same: as the image; means are rounded, sums end at the largest "
        "value of the type. float: 32-bit floats.",
    )
    name: str = Field(
        "", max_length=1000, description="Of the new image; made up if empty."
    )
    dataset: int | None = Field(
        None, description="Id of the dataset it goes to; that of the image if empty."
    )


def run(work: Work, asked: ProjectionParameters, person: Person) -> None:
    """Make the new image, and say which it is."""
    # What reads pixels does not live through a fork: it is loaded here.
    from graticule.services.projecting import (  # noqa: PLC0415
        Kind,
        Wanted,
        save_projection,
    )
    from graticule.services.pyramids import make_pyramid_of  # noqa: PLC0415
    from graticule.services.tasks.packing import full_disk_told  # noqa: PLC0415

    wanted = Wanted(
        image_id=asked.image,
        kind=Kind(asked.kind),
        start=asked.start,
        end=asked.end,
        floating=asked.pixel_type == "float",
        name=asked.name,
        dataset_id=asked.dataset,
    )

    def told(done: int, total: int) -> None:
        work.report(done, total, "projecting")

    with full_disk_told():
        image = save_projection(person, wanted, work.folder, progress=told)
    # The image is there, whatever becomes of its reduced levels.
    with work.result("image", "image.json", "application/json", final=True) as path:
        said = {"id": image.pk, "name": image.name}
        path.write_text(json.dumps(said), encoding="utf-8")
    make_pyramid_of(image.pk, lambda share: work.report(share, 1, "reduced levels"))
    work.report(1, 1, f"Image {image.pk}")


TASK = Task(
    name="projection",
    title="Projection",
    help="Projects the planes of an image along z, and keeps what comes out as a new "
    "image of yours.",
    parameters=ProjectionParameters,
    run=run,
    sync=False,
    targets={"image": "IMAGE"},
)

"""Images as OME-TIFFs, one result for each image or one archive of them all.

Says what can be asked and goes through the images; the files are written by
:mod:`graticule.services.exports.ome_tiff`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from graticule.catalog.models import Person
from graticule.jobs.executors.work import Work
from graticule.services.exports.aside import Progress
from graticule.services.exports.choice import ome_tiff_name
from graticule.services.tasks.packing import (
    Steps,
    file_name,
    full_disk_told,
    zip_result,
)
from graticule.services.tasks.selection import TARGETS, selected_images
from graticule.services.tasks.spans import Ranged
from graticule.services.tasks.task import Task

if TYPE_CHECKING:
    from graticule.services.scenes import Scene

Compression = Literal["fast", "small", "none"]
EFFORTS: dict[Compression, int] = {"fast": 1, "small": 6, "none": 0}


class OmeTiffParameters(Ranged):
    """Which images, which part of them, and how they are written."""

    zip: bool = Field(
        default=False,
        description="true: one zip archive of all files. false: one result for each "
        "image.",
    )
    compression: Compression = Field(
        "fast",
        description="Losslessly, always: fast (tiles that are deflated already are "
        "copied as they are), small (slower) or none.",
    )
    pyramid: bool = Field(
        default=True,
        description="Keep the reduced levels, for viewers of large images.",
    )


def run(work: Work, asked: OmeTiffParameters, person: Person) -> None:
    """Write the images that were asked for."""
    # What reads pixels does not live through a fork: it is loaded here.
    from graticule.services.scenes import find_scene  # noqa: PLC0415

    images = selected_images(person, asked)
    if asked.zip:
        with zip_result(work, "archive", "ome-tiff.zip") as packer:
            for done, image_id in enumerate(images):
                scene = find_scene(person, image_id)
                with packer.file(ome_tiff_name(image_id, scene.name)) as packed:
                    _write(scene, packed.path, asked, Steps(work, done, len(images)))
    else:
        for done, image_id in enumerate(images):
            scene = find_scene(person, image_id)
            name = file_name(ome_tiff_name(image_id, scene.name))
            with work.result(f"image-{image_id}", name, "image/tiff") as path:
                _write(scene, path, asked, Steps(work, done, len(images)))
    work.report(len(images), len(images), f"{len(images)} images")


def _write(
    scene: Scene, path: Path, asked: OmeTiffParameters, progress: Progress
) -> None:
    from graticule.services.exports.facts import image_facts  # noqa: PLC0415
    from graticule.services.exports.ome_tiff import (  # noqa: PLC0415
        OmeTiffOptions,
        write_ome_tiff,
    )
    from graticule.services.exports.parts import Part  # noqa: PLC0415

    options = OmeTiffOptions(effort=EFFORTS[asked.compression], pyramid=asked.pyramid)
    part = Part(*asked.spans)
    facts = image_facts(scene)
    with full_disk_told():
        write_ome_tiff(
            scene, facts, path, options=options, progress=progress, part=part
        )


TASK = Task(
    name="ome-tiff",
    title="OME-TIFF",
    help="Writes images as OME-TIFF: every plane and level, bit for bit, with what "
    "is known of them.",
    parameters=OmeTiffParameters,
    run=run,
    targets=TARGETS,
)

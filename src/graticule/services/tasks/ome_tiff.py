"""Images as OME-TIFFs, one result for each image or one archive of them all.

Says what can be asked and goes through the images; the files are written by
:mod:`graticule.services.exports.ome_tiff`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from pydantic import Field

from graticule.catalog.models import Person
from graticule.errors import FileError
from graticule.jobs.executors.pieces import Piece
from graticule.jobs.executors.work import Work
from graticule.services.exports.choice import ome_tiff_name
from graticule.services.tasks.left_out import LeftOut
from graticule.services.tasks.packing import file_name, full_disk_told, zip_result
from graticule.services.tasks.selection import TARGETS, selected_images
from graticule.services.tasks.sharing import map_for
from graticule.services.tasks.spans import Ranged
from graticule.services.tasks.task import Task

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
    images = selected_images(person, asked)
    left_out = LeftOut(len(images))
    written = _read(map_for(work, person, partial(_write, asked), images), left_out)
    if asked.zip:
        with zip_result(work, "archive", "ome-tiff.zip") as packer:
            for each in written:
                packer.move(work.folder / each.file, each.name)
            left_out.pack(packer)
    else:
        for each in written:
            key, name = f"image-{each.image_id}", file_name(each.name)
            with work.result(key, name, "image/tiff") as path:
                (work.folder / each.file).rename(path)
        left_out.tell(work)
    work.report(len(images), len(images), left_out.summary)


@dataclass(frozen=True, slots=True)
class _Written:
    """An image that is a file in the job's folder, and what it is called outside.

    Or why there is none.
    """

    image_id: int
    file: str = ""
    name: str = ""
    error: FileError | None = None


def _read(written: Iterable[_Written], left_out: LeftOut) -> Iterator[_Written]:
    """Give what could be read."""
    for each in written:
        if each.error is None:
            yield each
        else:
            left_out.add(each.image_id, each.error)


def _write(
    asked: OmeTiffParameters, piece: Piece, person: Person, image_id: int
) -> _Written:
    """Write one image; wherever there is room."""
    # What reads pixels does not live through a fork: it is loaded here.
    from graticule.services.exports.facts import image_facts  # noqa: PLC0415
    from graticule.services.exports.ome_tiff import (  # noqa: PLC0415
        OmeTiffOptions,
        write_ome_tiff,
    )
    from graticule.services.exports.parts import Part  # noqa: PLC0415
    from graticule.services.scenes import find_scene  # noqa: PLC0415

    scene = find_scene(person, image_id)
    options = OmeTiffOptions(effort=EFFORTS[asked.compression], pyramid=asked.pyramid)
    path = piece.new_path()
    try:
        with full_disk_told():
            write_ome_tiff(
                scene,
                image_facts(scene),
                path,
                options=options,
                progress=piece.report,
                part=Part(*asked.spans),
            )
    except FileError as error:
        path.unlink(missing_ok=True)
        return _Written(image_id, error=error)
    return _Written(image_id, path.name, ome_tiff_name(image_id, scene.name))


TASK = Task(
    name="ome-tiff",
    title="OME-TIFF",
    help="Writes images as OME-TIFF: every plane and level, bit for bit, with what "
    "is known of them.",
    parameters=OmeTiffParameters,
    run=run,
    targets=TARGETS,
)

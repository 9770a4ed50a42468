"""Cuts boxes out of images into an archive, image by image, with a list of them.

All boxes are judged before the first is written: a mistake on the last line does
not cost an hour.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from graticule.catalog.models import Image, Person
from graticule.errors import GraticuleError, RequestError
from graticule.jobs.executors.work import Work
from graticule.pixels.model import Window
from graticule.services.exports.cutouts import (
    HELD_BYTES,
    ArraySource,
    Wanted,
    cut_box,
    read_boxes,
)
from graticule.services.exports.facts import ImageFacts, image_facts
from graticule.services.exports.ome_tiff import (
    OmeTiffOptions,
    write_ome_tiff,
    write_source,
)
from graticule.services.exports.parts import Part, cut_facts, cut_scene
from graticule.services.scenes import Scene, find_scene, open_scene
from graticule.services.tasks import boxes as listed
from graticule.services.tasks.boxes import Box
from graticule.services.tasks.cutouts import CutoutParameters
from graticule.services.tasks.ome_tiff import EFFORTS
from graticule.services.tasks.packing import Packer, zip_result
from graticule.services.tasks.selection import check_visible

LIST_NAME = "cutouts.csv"
_COLUMNS = ("line", "file", *listed.COLUMNS)


def make(work: Work, asked: CutoutParameters, person: Person) -> None:
    """Write all boxes.

    Raises
    ------
    graticule.errors.GraticuleError
        Naming the line, if a box makes no sense or its image cannot be seen; if an
        image cannot be read.
    """
    boxes = list(_boxes(asked))
    if not boxes:
        raise RequestError("The list of boxes is empty.")
    by_image: dict[int, list[Box]] = {}
    for box in boxes:
        by_image.setdefault(box.image, []).append(box)
    check_visible(person, Image, list(by_image))
    work.report(0, len(boxes), f"{len(boxes)} boxes in {len(by_image)} images")
    for image_id, some in by_image.items():
        _judged(find_scene(person, image_id), some)
    options = OmeTiffOptions(effort=EFFORTS[asked.compression], pyramid=False)
    rows: dict[int, tuple[object, ...]] = {}
    with zip_result(work, "archive", "cutouts.zip") as packer:
        for image_id, some in by_image.items():
            scene = find_scene(person, image_id)
            for wanted, name in _write_image(packer, scene, some, options):
                rows[wanted.number] = _row(scene, wanted, name)
                work.report(len(rows), len(boxes), f"box {len(rows)} of {len(boxes)}")
        packer.write(LIST_NAME, _table(rows))
    work.report(len(boxes), len(boxes), f"{len(boxes)} boxes")


def _boxes(asked: CutoutParameters) -> Iterator[Box]:
    lines = [line for text in asked.boxes for line in text.splitlines()]
    yield from listed.read_boxes(lines)
    if asked.boxes_file is None:
        return
    try:
        with asked.boxes_file.open(encoding="utf-8-sig") as file:
            yield from listed.read_boxes(file)
    except UnicodeDecodeError as error:
        raise RequestError("BOXES_FILE is no text in UTF-8.") from error


def _judged(scene: Scene, boxes: list[Box]) -> list[Wanted]:
    """Cut boxes to their image; what is wholly outside is an error."""
    found = []
    for box in boxes:
        window = Window(box.x, box.y, box.x + box.width, box.y + box.height)
        try:
            found.append(cut_box(scene, box.line, Part(box.z, box.c, box.t, window)))
        except GraticuleError as error:
            raise RequestError(f"Line {box.line}: {error}") from error
    return found


def _write_image(
    packer: Packer, scene: Scene, boxes: list[Box], options: OmeTiffOptions
) -> Iterator[tuple[Wanted, str]]:
    """Write the boxes of one image; give each with the name of its file."""
    names = {box.line: _name(box) for box in boxes}
    facts = image_facts(scene)
    all_wanted = _judged(scene, boxes)

    @lru_cache(maxsize=8)
    def facts_of(ranges: Part) -> ImageFacts:
        return cut_facts(scene, facts, ranges)

    def described(wanted: Wanted) -> ImageFacts:
        window = wanted.window
        return replace(
            facts_of(replace(wanted.part, window=None)),
            offset=(window.x0, window.y0),
            notes=_notes(scene, wanted),
        )

    itemsize = scene.pixel_type.dtype.itemsize
    small = [each for each in all_wanted if each.pixels * itemsize <= HELD_BYTES]
    with open_scene(scene) as source:
        for wanted, pixels in read_boxes(source, scene, small):
            with packer.file(names[wanted.number]) as packed:
                write_source(
                    ArraySource(source.fileset, pixels),
                    cut_scene(scene, wanted.part),
                    described(wanted),
                    packed.path,
                    options=options,
                )
            yield wanted, packed.name
    for wanted in all_wanted:
        if wanted.pixels * itemsize <= HELD_BYTES:
            continue
        with packer.file(names[wanted.number]) as packed:
            write_ome_tiff(
                scene,
                replace(facts, notes=_notes(scene, wanted)),
                packed.path,
                options=options,
                part=wanted.part,
            )
        yield wanted, packed.name


def _name(box: Box) -> str:
    if box.name:
        return f"{box.name.replace('/', '_')}.ome.tiff"
    return f"{box.line:06}-{box.image}-x{box.x}-y{box.y}.ome.tiff"


def _notes(scene: Scene, wanted: Wanted) -> tuple[tuple[str, str], ...]:
    """Say in the file where it comes from."""
    row = _row(scene, wanted, "")[2:]
    return tuple(
        (name, str(value)) for name, value in zip(listed.COLUMNS, row, strict=True)
    )


def _row(scene: Scene, wanted: Wanted, name: str) -> tuple[object, ...]:
    window = wanted.window
    spans = (f"{r.start}:{r.stop - 1}" for r in (wanted.z, wanted.c, wanted.t))
    return (
        wanted.number,
        name,
        scene.image_id,
        window.x0,
        window.y0,
        window.width,
        window.height,
        *spans,
    )


def _table(rows: dict[int, tuple[object, ...]]) -> bytes:
    """Make a list of all files, in the order of the lines."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows(rows[line] for line in sorted(rows))
    return text.getvalue().encode()

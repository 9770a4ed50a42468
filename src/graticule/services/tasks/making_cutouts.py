"""Cuts boxes out of images into an archive, image by image, with a list of them.

Wherever there is room, a thousand boxes that are neighbours at a time.
All boxes are judged before the first is written: a mistake on the last line does
not cost an hour.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

from graticule.catalog.models import Image, Person
from graticule.errors import FileError, GraticuleError, RequestError
from graticule.jobs.executors.pieces import Piece
from graticule.jobs.executors.work import Work
from graticule.pixels.model import Window
from graticule.services.exports.cutouts import (
    HELD_BYTES,
    ArraySource,
    Wanted,
    by_place,
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
from graticule.services.tasks.left_out import LeftOut
from graticule.services.tasks.ome_tiff import EFFORTS
from graticule.services.tasks.packing import full_disk_told, zip_result
from graticule.services.tasks.selection import check_visible
from graticule.services.tasks.sharing import map_for

LIST_NAME = "cutouts.csv"
_COLUMNS = ("line", "file", *listed.COLUMNS)
# What one process cuts out before it hands it over.
_MOST_BOXES = 1000
_PIECE_BYTES = 256 << 20


def make(work: Work, asked: CutoutParameters, person: Person) -> None:
    """Write all boxes.

    Raises
    ------
    graticule.errors.GraticuleError
        Naming the line, if a box makes no sense or its image cannot be seen; if no
        image can be read.
    """
    boxes = list(_boxes(asked))
    if not boxes:
        raise RequestError("The list of boxes is empty.")
    by_image: dict[int, list[Box]] = {}
    for box in boxes:
        by_image.setdefault(box.image, []).append(box)
    check_visible(person, Image, list(by_image))
    work.report(0, len(boxes), f"{len(boxes)} boxes in {len(by_image)} images")
    pieces: list[_Piece] = []
    for image_id, its in by_image.items():
        pieces += _pieces(find_scene(person, image_id), its)
    options = OmeTiffOptions(effort=EFFORTS[asked.compression], pyramid=False)
    cut = map_for(
        work,
        person,
        partial(_cut, options),
        pieces,
        what="box",
        things=len(boxes),
    )
    names = {box.line: _name(box) for box in boxes}
    rows: dict[int, tuple[object, ...]] = {}
    left_out = LeftOut(len(by_image))
    with zip_result(work, "archive", "cutouts.zip") as packer:
        for some in cut:
            if some.error is not None:
                left_out.add(some.image_id, some.error)
            for number, file, row in some.boxes:
                name = packer.move(work.folder / file, names[number])
                rows[number] = (number, name, *row)
        packer.write(LIST_NAME, _table(rows))
        left_out.pack(packer)
    said = f"{len(rows)} boxes from {left_out.summary}"
    work.report(len(boxes), len(boxes), said)


def _boxes(asked: CutoutParameters) -> Iterator[Box]:
    lines = [line for text in asked.boxes for line in text.splitlines()]
    yield from listed.read_boxes(lines, asked.image)
    if asked.boxes_file is None:
        return
    try:
        with asked.boxes_file.open(encoding="utf-8-sig") as file:
            yield from listed.read_boxes(file, asked.image)
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


@dataclass(frozen=True, slots=True)
class _Piece:
    """Boxes of an image that are cut out by one process."""

    image_id: int
    boxes: tuple[Wanted, ...]


def _pieces(scene: Scene, boxes: list[Box]) -> Iterator[_Piece]:
    """Cut up the boxes of an image: neighbours together, large ones last."""
    itemsize = scene.pixel_type.dtype.itemsize
    wanted = by_place(scene, _judged(scene, boxes))
    wanted.sort(key=lambda each: each.pixels * itemsize > HELD_BYTES)
    some: list[Wanted] = []
    size = 0
    for each in wanted:
        size += each.pixels * itemsize
        if some and (size > _PIECE_BYTES or len(some) == _MOST_BOXES):
            yield _Piece(scene.image_id, tuple(some))
            some, size = [], each.pixels * itemsize
        some.append(each)
    yield _Piece(scene.image_id, tuple(some))


_Cut = tuple[int, str, tuple[object, ...]]
"""The number of a box, its file in the job's folder, and what the list says."""


@dataclass(frozen=True, slots=True)
class _Done:
    """What could be cut out of an image, and why not all of it."""

    image_id: int
    boxes: tuple[_Cut, ...]
    error: FileError | None = None


def _cut(options: OmeTiffOptions, piece: Piece, person: Person, what: _Piece) -> _Done:
    """Cut out some boxes of one image; wherever there is room."""
    scene = find_scene(person, what.image_id)
    facts = image_facts(scene)
    itemsize = scene.pixel_type.dtype.itemsize
    small = [each for each in what.boxes if each.pixels * itemsize <= HELD_BYTES]
    large = [each for each in what.boxes if each.pixels * itemsize > HELD_BYTES]
    found: list[_Cut] = []

    def note(wanted: Wanted, path: Path) -> None:
        found.append((wanted.number, path.name, _row(scene, wanted)))
        piece.report(len(found), len(what.boxes))

    try:
        with full_disk_told():
            for wanted, path in _cut_small(piece, scene, facts, small, options):
                note(wanted, path)
            for wanted in large:
                path = piece.new_path()
                _cut_large(scene, facts, wanted, path, options)
                note(wanted, path)
    except FileError as error:
        return _Done(what.image_id, tuple(found), error)
    return _Done(what.image_id, tuple(found))


def _cut_large(
    scene: Scene, facts: ImageFacts, wanted: Wanted, path: Path, options: OmeTiffOptions
) -> None:
    """Write a box tile by tile; all of it or nothing."""
    noted = replace(facts, notes=_notes(scene, wanted))
    try:
        write_ome_tiff(scene, noted, path, options=options, part=wanted.part)
    except FileError:
        path.unlink(missing_ok=True)
        raise


def _cut_small(
    piece: Piece,
    scene: Scene,
    facts: ImageFacts,
    boxes: list[Wanted],
    options: OmeTiffOptions,
) -> Iterator[tuple[Wanted, Path]]:
    """Write boxes that are held in memory; give each with its file."""

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

    if not boxes:
        return
    with open_scene(scene) as source:
        for wanted, pixels in read_boxes(source, scene, boxes):
            path = piece.new_path()
            write_source(
                ArraySource(source.fileset, pixels),
                cut_scene(scene, wanted.part),
                described(wanted),
                path,
                options=options,
            )
            yield wanted, path


def _name(box: Box) -> str:
    if box.name:
        return f"{box.name.replace('/', '_')}.ome.tiff"
    return f"{box.line:06}-{box.image}-x{box.x}-y{box.y}.ome.tiff"


def _notes(scene: Scene, wanted: Wanted) -> tuple[tuple[str, str], ...]:
    """Say in the file where it comes from."""
    row = _row(scene, wanted)
    return tuple(
        (name, str(value)) for name, value in zip(listed.COLUMNS, row, strict=True)
    )


def _row(scene: Scene, wanted: Wanted) -> tuple[object, ...]:
    window = wanted.window
    spans = (f"{r.start}:{r.stop - 1}" for r in (wanted.z, wanted.c, wanted.t))
    return (
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

"""Goes through images and plates and writes each as a zipped OME-Zarr.

Images are written wherever there is room, large ones in parts, to folders that are
moved into the archive one by one, so that there are never two copies of a plate.
Plates keep wells, fields and runs.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from uuid import uuid4

from graticule.catalog.access import visible_to
from graticule.catalog.models import Image, Person, Plate, Screen, WellSample
from graticule.errors import FileError, NotFoundError
from graticule.jobs.executors.pieces import Piece
from graticule.jobs.executors.work import Work
from graticule.services.exports.facts import image_facts
from graticule.services.exports.ngff import (
    describe_plate,
    describe_well,
    write_group,
)
from graticule.services.exports.ome_zarr import begin_ome_zarr, move_into, write_strips
from graticule.services.exports.parts import Part
from graticule.services.plates import label
from graticule.services.scenes import Scene, find_scene
from graticule.services.tasks.left_out import LeftOut
from graticule.services.tasks.ome_zarr import OmeZarrParameters
from graticule.services.tasks.packing import ZIP, file_name, full_disk_told
from graticule.services.tasks.selection import (
    check_visible,
    ids_seen,
    selected_images,
)
from graticule.services.tasks.sharing import map_for

# Of so many images, large ones are cut up into so many strips at a time.
_MOST_CUT, _STRIPS = 16, 32
_OTHERS = ("image", "dataset", "project", "well")


def make(work: Work, asked: OmeZarrParameters, person: Person) -> None:
    """Write plates and images, one result each."""
    plates = [_laid_out(person, plate) for plate in _plates(person, asked)]
    images: list[int] = []
    if any(getattr(asked, name) for name in _OTHERS):
        others = asked.model_copy(update={"plate": [], "screen": []})
        images = selected_images(person, others)
    fields = [field.image_id for plate in plates for field in plate.fields]
    total = len(images) + len(fields)
    pieces = _pieces(work, person, asked, [*images, *fields])
    written = map_for(work, person, partial(_write, asked), pieces, things=total)
    left_out = LeftOut(total)
    maker = _Maker(work, asked, person, written, left_out)
    for image_id in images:
        maker.make_image(image_id)
    for plate in plates:
        maker.make_plate(plate)
    left_out.tell(work)
    work.report(total, total, left_out.summary)


@dataclass(frozen=True, slots=True)
class _Piece:
    """An image, or some strips of one that is begun; a folder in the job's own."""

    image_id: int
    folder: str = ""
    strips: range = range(0)
    last: bool = True


def _pieces(
    work: Work, person: Person, asked: OmeZarrParameters, image_ids: list[int]
) -> list[_Piece]:
    """Cut up large images where there are few; of many, each is done as it is."""
    if len(image_ids) > _MOST_CUT:
        return [_Piece(image_id) for image_id in image_ids]
    found = []
    for image_id in image_ids:
        folder = work.folder / f"piece-{uuid4().hex}"
        try:
            count = _begin(find_scene(person, image_id), asked, folder)
        except FileError:
            # It is told when its turn comes.
            shutil.rmtree(folder, ignore_errors=True)
            found.append(_Piece(image_id))
            continue
        for first in range(0, count, _STRIPS):
            strips = range(first, min(first + _STRIPS, count))
            last = strips.stop == count
            found.append(_Piece(image_id, folder.name, strips, last))
    return found


@dataclass(frozen=True, slots=True)
class _Written:
    """A folder with an image, the last of its strips or not; what went wrong."""

    folder: str
    last: bool
    error: FileError | None = None


def _write(
    asked: OmeZarrParameters, piece: Piece, person: Person, what: _Piece
) -> _Written:
    """Write an image or a part of it; wherever there is room."""
    scene = find_scene(person, what.image_id)
    folder = piece.folder / what.folder if what.folder else piece.new_path()
    try:
        strips = what.strips if what.folder else range(_begin(scene, asked, folder))
        with full_disk_told():
            write_strips(
                _leveled(scene, asked),
                folder,
                strips,
                part=Part(*asked.spans),
                version=asked.version,
                progress=piece.report,
            )
    except FileError as error:
        return _Written(folder.name, what.last, error)
    return _Written(folder.name, what.last)


def _begin(scene: Scene, asked: OmeZarrParameters, folder: Path) -> int:
    with full_disk_told():
        return begin_ome_zarr(
            _leveled(scene, asked),
            image_facts(scene),
            folder,
            part=Part(*asked.spans),
            version=asked.version,
        )


def _leveled(scene: Scene, asked: OmeZarrParameters) -> Scene:
    return scene if asked.pyramid else replace(scene, levels=scene.levels[:1])


@dataclass(frozen=True, slots=True)
class _Field:
    row: int
    column: int
    image_id: int
    run_id: int | None


@dataclass(frozen=True, slots=True)
class _Plate:
    """A plate with the fields that the person may see, well by well."""

    plate: Plate
    fields: tuple[_Field, ...]
    runs: tuple[tuple[int, str], ...]

    @property
    def rows(self) -> list[str]:
        """Names of all rows."""
        count = max(self.plate.rows or 0, *(field.row + 1 for field in self.fields))
        return [label(row, self.plate.row_naming) for row in range(count)]

    @property
    def columns(self) -> list[str]:
        """Names of all columns."""
        count = max(
            self.plate.columns or 0, *(field.column + 1 for field in self.fields)
        )
        return [label(column, self.plate.column_naming) for column in range(count)]

    @property
    def wells(self) -> list[tuple[tuple[int, int], list[_Field]]]:
        """Fields by row and column."""
        grouped = groupby(self.fields, lambda field: (field.row, field.column))
        return [(place, list(fields)) for place, fields in grouped]


class _Maker:
    """Writes archives, one image after another."""

    def __init__(
        self,
        work: Work,
        asked: OmeZarrParameters,
        person: Person,
        written: Iterator[_Written],
        left_out: LeftOut,
    ) -> None:
        self.work = work
        self.asked = asked
        self.person = person
        self.written = written
        self.left_out = left_out

    def make_image(self, image_id: int) -> None:
        name = find_scene(self.person, image_id).name
        with self._next(image_id) as folder:
            if folder is None:
                return
            with self._archive(f"image-{image_id}", f"{image_id}-{name}") as archive:
                move_into(archive, folder, "")

    def make_plate(self, plate: _Plate) -> None:
        asked = self.asked
        rows, columns, wells = plate.rows, plate.columns, plate.wells
        numbers = {run_id: number for number, (run_id, _) in enumerate(plate.runs)}
        there: dict[tuple[int, int], int] = {}
        plate_id = plate.plate.pk
        with self._archive(
            f"plate-{plate_id}", f"{plate_id}-{plate.plate.name}"
        ) as archive:
            for (row, column), fields in wells:
                well = f"{rows[row]}/{columns[column]}/"
                runs = [
                    None if field.run_id is None else numbers[field.run_id]
                    for field in self._add_fields(archive, well, fields)
                ]
                if runs:
                    there[row, column] = len(runs)
                    self._add_group(archive, describe_well(runs, asked.version), well)
            for row in dict.fromkeys(row for row, _ in there):
                self._add_group(archive, {}, f"{rows[row]}/")
            said = describe_plate(
                plate.plate.name,
                rows,
                columns,
                list(there),
                max(there.values(), default=1),
                [(number, name) for number, (_, name) in enumerate(plate.runs)],
                asked.version,
            )
            self._add_group(archive, said, "")

    def _add_fields(
        self, archive: zipfile.ZipFile, well: str, fields: list[_Field]
    ) -> list[_Field]:
        """Pack the fields of a well; give those that could be read."""
        found: list[_Field] = []
        for field in fields:
            with self._next(field.image_id) as folder:
                if folder is not None:
                    move_into(archive, folder, f"{well}{len(found)}/")
                    found.append(field)
        return found

    @contextmanager
    def _archive(self, key: str, name: str) -> Iterator[zipfile.ZipFile]:
        name = file_name(f"{name}.ome.zarr.zip")
        with (
            self.work.result(key, name, ZIP) as path,
            full_disk_told(),
            zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive,
        ):
            yield archive
            said = {"ome": {"version": self.asked.version}}
            archive.comment = json.dumps(said).encode()

    def _add_group(
        self, archive: zipfile.ZipFile, said: dict[str, object], prefix: str
    ) -> None:
        with self._aside(f"piece-{uuid4().hex}") as folder:
            write_group(folder, said, self.asked.version)
            move_into(archive, folder, prefix)

    @contextmanager
    def _next(self, image_id: int) -> Iterator[Path | None]:
        """Give the folder of the image whose turn it is; nothing if it is left out."""
        error: FileError | None = None
        for each in self.written:
            error = error or each.error
            if each.last:
                break
        with self._aside(each.folder) as folder:
            if error is not None:
                self.left_out.add(image_id, error)
            yield None if error else folder

    @contextmanager
    def _aside(self, name: str) -> Iterator[Path]:
        folder = self.work.folder / name
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _plates(person: Person, asked: OmeZarrParameters) -> list[Plate]:
    """Find the plates that are selected, those of screens too, each once."""
    check_visible(person, Plate, asked.plate)
    check_visible(person, Screen, asked.screen)
    ids = dict.fromkeys(asked.plate)
    for screen_id in asked.screen:
        ids |= dict.fromkeys(ids_seen(person, Plate.objects.filter(screens=screen_id)))
    found = Plate.objects.in_bulk(list(ids))
    return [found[plate_id] for plate_id in ids]


def _laid_out(person: Person, plate: Plate) -> _Plate:
    samples = visible_to(
        person,
        WellSample.objects.filter(
            well__plate=plate, image__in=visible_to(person, Image.objects.all())
        ),
    )
    rows = samples.order_by("well__row", "well__column", "index").values_list(
        "well__row", "well__column", "image_id", "acquisition_id"
    )
    fields = tuple(_Field(*row) for row in rows)
    if not fields:
        raise NotFoundError(f"Plate:{plate.pk} holds no images that you may see.")
    used = {field.run_id for field in fields}
    runs = plate.acquisitions.order_by("pk").values_list("pk", "name")
    return _Plate(plate, fields, tuple(run for run in runs if run[0] in used))

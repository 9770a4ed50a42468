"""Goes through images and plates and writes each as a zipped OME-Zarr.

Images are written to a folder and moved into the archive one by one, so that there
are never two copies of a plate. Plates keep wells, fields and runs.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from graticule.catalog.access import visible_to
from graticule.catalog.models import Image, Person, Plate, Screen, WellSample
from graticule.errors import NotFoundError
from graticule.jobs.executors.work import Work
from graticule.services.exports.facts import image_facts
from graticule.services.exports.ngff import (
    describe_plate,
    describe_well,
    write_group,
)
from graticule.services.exports.ome_zarr import move_into, write_ome_zarr
from graticule.services.exports.parts import Part
from graticule.services.plates import label
from graticule.services.scenes import find_scene
from graticule.services.tasks.ome_zarr import OmeZarrParameters
from graticule.services.tasks.packing import ZIP, Steps, file_name, full_disk_told
from graticule.services.tasks.selection import (
    check_visible,
    ids_seen,
    selected_images,
)

_OTHERS = ("image", "dataset", "project", "well")


def make(work: Work, asked: OmeZarrParameters, person: Person) -> None:
    """Write plates and images, one result each."""
    plates = [_laid_out(person, plate) for plate in _plates(person, asked)]
    images: list[int] = []
    if any(getattr(asked, name) for name in _OTHERS):
        others = asked.model_copy(update={"plate": [], "screen": []})
        images = selected_images(person, others)
    maker = _Maker(
        work, asked, person, len(images) + sum(len(plate.fields) for plate in plates)
    )
    for image_id in images:
        maker.make_image(image_id)
    for plate in plates:
        maker.make_plate(plate)
    work.report(maker.total, maker.total, f"{maker.total} images")


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
        self, work: Work, asked: OmeZarrParameters, person: Person, total: int
    ) -> None:
        self.work = work
        self.asked = asked
        self.person = person
        self.total = total
        self.done = 0

    def make_image(self, image_id: int) -> None:
        name = find_scene(self.person, image_id).name
        with self._archive(f"image-{image_id}", f"{image_id}-{name}") as archive:
            self._add_image(archive, image_id, "")

    def make_plate(self, plate: _Plate) -> None:
        asked = self.asked
        rows, columns, wells = plate.rows, plate.columns, plate.wells
        said = describe_plate(
            plate.plate.name,
            rows,
            columns,
            [place for place, _ in wells],
            max(len(fields) for _, fields in wells),
            [(number, name) for number, (_, name) in enumerate(plate.runs)],
            asked.version,
        )
        numbers = {run_id: number for number, (run_id, _) in enumerate(plate.runs)}
        plate_id = plate.plate.pk
        with self._archive(
            f"plate-{plate_id}", f"{plate_id}-{plate.plate.name}"
        ) as archive:
            self._add_group(archive, said, "")
            for row in dict.fromkeys(row for (row, _), _ in wells):
                self._add_group(archive, {}, f"{rows[row]}/")
            for (row, column), fields in wells:
                there = f"{rows[row]}/{columns[column]}/"
                runs = [
                    None if field.run_id is None else numbers[field.run_id]
                    for field in fields
                ]
                self._add_group(archive, describe_well(runs, asked.version), there)
                for number, field in enumerate(fields):
                    self._add_image(archive, field.image_id, f"{there}{number}/")

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
        with self._aside() as folder:
            write_group(folder, said, self.asked.version)
            move_into(archive, folder, prefix)

    def _add_image(self, archive: zipfile.ZipFile, image_id: int, prefix: str) -> None:
        scene = find_scene(self.person, image_id)
        facts = image_facts(scene)
        if not self.asked.pyramid:
            scene = replace(scene, levels=scene.levels[:1])
        with self._aside() as folder:
            write_ome_zarr(
                scene,
                facts,
                folder,
                part=Part(*self.asked.spans),
                version=self.asked.version,
                progress=Steps(self.work, self.done, self.total),
            )
            move_into(archive, folder, prefix)
        self.done += 1

    @contextmanager
    def _aside(self) -> Iterator[Path]:
        folder = self.work.folder / "aside"
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

"""Kinds of jobs, done in this process over images that are scanned for each test."""

import contextlib
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import tifffile


@dataclass(frozen=True)
class Done:
    """What came of a job: results by key, and all it said."""

    said: list
    folder: Path

    @property
    def written(self):
        return {
            each["written"]["key"]: each["written"]
            for each in self.said
            if "written" in each
        }

    @property
    def progress(self):
        return [each["progress"] for each in self.said if "progress" in each]

    def path(self, key):
        return Path(self.written[key]["path"])

    def archive(self, key="archive"):
        archive = zipfile.ZipFile(self.path(key))
        assert archive.testzip() is None
        return archive


@pytest.fixture
def do_task(catalog, tmp_path_factory):
    """Do a job here: its name, who it is for, parameters as a form sends them."""
    from graticule.jobs.executors.base import Given
    from graticule.jobs.executors.work import Work
    from graticule.services.tasks.registry import task_named

    def do(name, person=None, files=None, **parameters):
        given = tuple(
            Given(name.upper(), str(value))
            for name, values in parameters.items()
            for value in (values if isinstance(values, list) else [values])
        ) + tuple(
            Given(name.upper(), Path(path).name, str(path))
            for name, path in (files or {}).items()
        )
        said = []
        folder = tmp_path_factory.mktemp("attempt")
        work = Work(
            job_id="j", service=name, folder=folder, given=given, say=said.append
        )
        task = task_named(name)
        done = Done(said, folder)
        task.run(work, task.parse(given), person or catalog.administrator)
        work.flush()
        whole = {each["path"] for each in done.written.values()}
        assert {str(path) for path in folder.iterdir()} == whole
        return done

    return do


def stack(seed, shape, dtype=np.uint16):
    """Pixels TCZYX that no other place has."""
    return np.random.default_rng(seed).integers(0, 60_000, shape).astype(dtype)


@contextlib.contextmanager
def in_catalogue(database, root):
    """Scan a folder so that other processes see it; forget it all afterwards."""
    from django.apps import apps
    from django.conf import settings
    from django.db.models import ProtectedError

    from graticule.services.scan import ScanSettings, scan

    models = list(apps.get_app_config("catalog").get_models(include_auto_created=True))
    before = {
        model: set(model.objects.values_list("pk", flat=True)) for model in models
    }
    scan(
        [root],
        owner=database.administrator,
        group=database.public_group,
        settings=replace(ScanSettings.of(settings.GRATICULE), workers=1),
    )
    yield
    for _ in range(5):
        for model, known in before.items():
            with contextlib.suppress(ProtectedError):  # by another model's: next round
                model.objects.exclude(pk__in=known).delete()


@dataclass(frozen=True)
class Lab:
    """Two images in a dataset of a project, one of them with levels."""

    cells: object
    slide: object
    pixels: np.ndarray
    levels: list
    dataset: object
    project: object


@pytest.fixture
def lab(run_scan, tmp_path):
    """Scan a small project."""
    from graticule.catalog.models import Image

    folder = tmp_path / "embryos" / "day 1"
    folder.mkdir(parents=True)
    pixels = stack(1, (2, 3, 4, 60, 80))
    tifffile.imwrite(
        folder / "cells.ome.tif",
        pixels,
        photometric="minisblack",
        metadata={
            "axes": "TCZYX",
            "Name": "cells",
            "PhysicalSizeX": 0.25,
            "PhysicalSizeY": 0.5,
            "PhysicalSizeZ": 2,
            "TimeIncrement": 30,
            "Channel": {"Name": ["DAPI", "GFP", "Cy5"]},
        },
    )
    levels = [stack(2, (2, 600, 900)) % 100, stack(3, (2, 300, 450)) % 100]
    named = {"axes": "CYX", "Name": "slide"}
    options = {"photometric": "minisblack", "tile": (128, 128), "compression": "zlib"}
    with tifffile.TiffWriter(folder / "slide.ome.tif", ome=True) as tif:
        tif.write(levels[0], subifds=1, metadata=named, **options)
        tif.write(levels[1], subfiletype=1, **options)
    report = run_scan(tmp_path)
    assert not report.problems
    cells, slide = (
        Image.objects.get(fileset__entry__endswith=f"/{name}")
        for name in ("cells.ome.tif", "slide.ome.tif")
    )
    dataset = cells.datasets.get()
    return Lab(cells, slide, pixels, levels, dataset, dataset.projects.get())


@pytest.fixture
def plate_of(catalog):
    """Make a plate with images as fields, by well (row, column)."""
    from graticule.catalog.models import Plate, Screen, Well, WellSample

    belongs = {"owner": catalog.administrator, "group": catalog.public_group}

    def make(fields):
        plate = Plate.objects.create(name="P 7", rows=8, columns=12, **belongs)
        Screen.objects.create(name="S", **belongs).plates.add(plate)
        for (row, column), images in fields.items():
            well = Well.objects.create(plate=plate, row=row, column=column, **belongs)
            for index, image in enumerate(images):
                WellSample.objects.create(well=well, image=image, index=index)
        return plate

    return make

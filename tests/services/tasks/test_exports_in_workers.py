"""Exports from parameters to results, each by a real worker process."""

import contextlib
import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import tifffile
import zarr as zarr_python
from tests.jobs.conftest import Workers, ended, forget_jobs

PIXELS = np.arange(2 * 3 * 40 * 50, dtype=np.uint16).reshape(2, 3, 40, 50)


@pytest.fixture(scope="module")
def image_id(database, tmp_path_factory):
    """An image that other processes see; taken out of the catalogue afterwards."""
    from django.apps import apps
    from django.conf import settings
    from django.db.models import ProtectedError

    from graticule.catalog.models import Image
    from graticule.services.scan import ScanSettings, scan

    root = tmp_path_factory.mktemp("for-workers")
    tifffile.imwrite(
        root / "few.ome.tif",
        PIXELS,
        photometric="minisblack",
        metadata={"axes": "CZYX", "Name": "few"},
    )
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
    yield Image.objects.get(name="few").pk
    for _ in range(5):
        for model, known in before.items():
            with contextlib.suppress(ProtectedError):  # by another model's: next round
                model.objects.exclude(pk__in=known).delete()


@pytest.fixture(scope="module")
def do(database, image_id):
    """Do jobs for the administrator; give the paths of their results by key."""
    from django.conf import settings

    from graticule.jobs import folders, requests

    workers = Workers(settings.GRATICULE["home"])
    workers.start("--slots", "1")

    def run(service, **parameters):
        values = tuple(
            requests.Value(name.upper(), str(value))
            for name, value in parameters.items()
        )
        owner = database.administrator.pk
        job = requests.create(requests.NewJob(service, owner, values=values))
        requests.run(job)
        job = ended(job, 60)
        assert (job.phase, job.message) == ("COMPLETED", "")
        return {
            row.key: folders.result_path(job.pk, row.file) for row in job.results.all()
        }

    yield run
    workers.stop()
    forget_jobs()


def test_ome_tiff(do, image_id):
    found = do("ome-tiff", image=image_id)
    assert np.array_equal(tifffile.imread(found[f"image-{image_id}"]), PIXELS)
    archive = zipfile.ZipFile(do("ome-tiff", image=image_id, zip=True)["archive"])
    assert archive.namelist() == [f"{image_id}-few.ome.tiff"]


def test_ome_zarr(do, image_id, tmp_path):
    found = do("ome-zarr", image=image_id)
    zipfile.ZipFile(found[f"image-{image_id}"]).extractall(tmp_path)
    array = zarr_python.open_array(tmp_path / "0", mode="r")
    assert np.array_equal(array[0], PIXELS)


def test_archive(do, image_id):
    archive = zipfile.ZipFile(do("archive", image=image_id)["archive"])
    assert archive.testzip() is None
    assert archive.namelist() == ["few.ome.tif"]


def test_rendered_images(do, image_id):
    found = do("rendered-images", image=image_id, format="png", folders=False, z="all")
    archive = zipfile.ZipFile(found["archive"])
    names = [f"few_z{z}.png" for z in range(3)]
    assert archive.namelist() == [*names, "pictures.csv"]


def test_cutouts(do, image_id):
    archive = zipfile.ZipFile(do("cutouts", boxes=f"{image_id},1,2,3,4")["archive"])
    data = io.BytesIO(archive.read(f"000001-{image_id}-x1-y2.ome.tiff"))
    assert np.array_equal(tifffile.imread(data), PIXELS[:, :, 2:6, 1:4])

"""Kinds of jobs from parameters to results, each by a real worker process."""

import io
import json
import zipfile

import av
import duckdb
import numpy as np
import pytest
import tifffile
import zarr as zarr_python
from tests.jobs.conftest import Workers, ended, forget_jobs
from tests.services.tasks.conftest import in_catalogue

PIXELS = np.arange(2 * 3 * 40 * 50, dtype=np.uint16).reshape(2, 3, 40, 50)


@pytest.fixture(scope="module")
def image_id(database, tmp_path_factory):
    """An image that other processes see; taken out of the catalogue afterwards."""
    from graticule.catalog.models import Image

    root = tmp_path_factory.mktemp("for-workers")
    tifffile.imwrite(
        root / "few.ome.tif",
        PIXELS,
        photometric="minisblack",
        metadata={"axes": "CZYX", "Name": "few"},
    )
    with in_catalogue(database, root):
        yield Image.objects.get(name="few").pk


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


def test_movie(do, image_id):
    found = do("movie", image=image_id, axis="z", size=64)
    with av.open(str(found["movie"])) as file:
        frames = [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]
    assert [frame.shape for frame in frames] == [(52, 64, 3)] * 3


def test_projection(do, image_id):
    from graticule.catalog.models import Image

    found = do("projection", image=image_id, kind="min")
    image = Image.objects.get(pk=json.loads(found["image"].read_text())["id"])
    assert np.array_equal(tifffile.imread(image.fileset.entry), PIXELS.min(axis=1))


def test_pyramid(do, image_id):
    report = json.loads(do("pyramid", image=image_id)["report"].read_text())
    assert report == {"made": [], "failed": {}, "not_needed": 1}


def test_statistics(do, image_id):
    found = do("statistics", image=image_id, percentiles="50", format="parquet")
    question = "SELECT mean, p50 FROM read_parquet(?) ORDER BY channel"
    rows = duckdb.execute(question, [str(found["statistics"])]).fetchall()
    assert rows == [(each.mean(), np.median(each)) for each in PIXELS]


def test_table_query(do, database, image_id, tmp_path):
    from graticule.catalog.models import Image
    from graticule.services.tables.importing import import_table

    path = tmp_path / "few.csv"
    path.write_text("n\n1\n2\n3\n")
    on = Image.objects.get(pk=image_id)
    table = import_table(database.administrator, path, on, tell=print).file_id
    for form in ("csv", "parquet", "votable"):
        found = do("table-query", table=table, query="n != 2", format=form)
        assert found["rows"].stat().st_size > 0
        if form == "csv":
            assert found["rows"].read_text() == "n\n1\n3\n"


def test_thumbnails(do, image_id):
    found = do("thumbnails", image=image_id, size=16, zip=True)
    archive = zipfile.ZipFile(found["archive"])
    assert archive.namelist() == [f"{image_id}-few.jpg"]

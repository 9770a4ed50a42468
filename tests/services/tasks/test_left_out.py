"""One image that cannot be read spoils no others (issue 4)."""

import csv
import io

import numpy as np
import pytest
import tifffile
from PIL import Image as Picture

from graticule.errors import FileError


@pytest.fixture
def torn(lab):
    """The slide's file is gone since it was scanned."""
    from pathlib import Path

    entry = Path(lab.slide.fileset.folder.path) / lab.slide.fileset.entry
    entry.unlink()
    return lab


def told(text, lab):
    first, line = text.splitlines()
    assert first == "These images could not be read:"
    assert line.startswith(f"Image {lab.slide.pk}: ")
    # Why, in a sentence, and not where.
    assert line.endswith(".")
    assert "/" not in line


def test_ome_tiffs_of_the_others(do_task, torn, caplog):
    done = do_task("ome-tiff", dataset=torn.dataset.pk)
    assert done.written.keys() == {f"image-{torn.cells.pk}", "left-out"}
    told(done.path("left-out").read_text(), torn)
    assert np.array_equal(
        tifffile.imread(done.path(f"image-{torn.cells.pk}")), torn.pixels
    )
    assert done.progress[-1]["message"] == "1 images, 1 left out"
    assert f"Image {torn.slide.pk} is left out" in caplog.text


def test_an_archive_of_ome_tiffs(do_task, torn):
    archive = do_task("ome-tiff", dataset=torn.dataset.pk, zip="true").archive()
    assert archive.namelist() == [f"{torn.cells.pk}-cells.ome.tiff", "left-out.txt"]
    told(archive.read("left-out.txt").decode(), torn)


@pytest.mark.parametrize("planes", [{}, {"z": "all"}])
def test_pictures_of_the_others(do_task, torn, planes):
    done = do_task(
        "rendered-images", dataset=torn.dataset.pk, folders="false", **planes
    )
    archive = done.archive()
    told(archive.read("left-out.txt").decode(), torn)
    rows = list(csv.DictReader(io.StringIO(archive.read("pictures.csv").decode())))
    assert {row["image"] for row in rows} == {str(torn.cells.pk)}
    assert len(rows) == (4 if planes else 1)
    for row in rows:
        with Picture.open(io.BytesIO(archive.read(row["picture"]))) as picture:
            assert picture.size == (80, 60)


def test_ome_zarrs_of_the_others(do_task, torn):
    done = do_task("ome-zarr", dataset=torn.dataset.pk)
    assert done.written.keys() == {f"image-{torn.cells.pk}", "left-out"}
    told(done.path("left-out").read_text(), torn)


def test_a_plate_without_fields_that_cannot_be_read(do_task, torn, plate_of, tmp_path):
    import zarr

    plate = plate_of(
        {(0, 0): [torn.slide], (1, 2): [torn.slide, torn.cells], (1, 3): [torn.cells]}
    )
    done = do_task("ome-zarr", plate=plate.pk)
    told(done.path("left-out").read_text(), torn)
    done.archive(f"plate-{plate.pk}").extractall(tmp_path / "plate.zarr")
    root = zarr.open_group(tmp_path / "plate.zarr", mode="r")
    said = root.attrs["ome"]["plate"]
    assert [well["path"] for well in said["wells"]] == ["B/3", "B/4"]
    assert said["field_count"] == 1
    for path in ("B/3", "B/4"):
        images = root[path].attrs["ome"]["well"]["images"]
        assert [each["path"] for each in images] == ["0"]
        assert np.array_equal(root[f"{path}/0/0"][:], torn.pixels)
    assert "A" not in root


def test_boxes_of_the_others(do_task, torn):
    boxes = [f"{torn.cells.pk},0,0,8,8", f"{torn.slide.pk},0,0,8,8"]
    archive = do_task("cutouts", boxes=boxes).archive()
    told(archive.read("left-out.txt").decode(), torn)
    rows = list(csv.DictReader(io.StringIO(archive.read("cutouts.csv").decode())))
    assert [row["line"] for row in rows] == ["1"]
    cut = tifffile.imread(io.BytesIO(archive.read(rows[0]["file"])))
    assert np.array_equal(cut, torn.pixels[..., :8, :8])


@pytest.mark.parametrize(
    ("service", "parameters"),
    [
        ("ome-tiff", {}),
        ("ome-tiff", {"zip": "true"}),
        ("rendered-images", {}),
        ("rendered-images", {"z": "all"}),
        ("ome-zarr", {}),
    ],
)
def test_where_none_can_be_read_the_job_fails(do_task, torn, service, parameters):
    with pytest.raises(FileError):
        do_task(service, image=torn.slide.pk, **parameters)


def test_where_all_is_well_nothing_is_told(do_task, lab):
    assert "left-out" not in do_task("ome-tiff", dataset=lab.dataset.pk).written
    archive = do_task("rendered-images", dataset=lab.dataset.pk).archive()
    assert "left-out.txt" not in archive.namelist()

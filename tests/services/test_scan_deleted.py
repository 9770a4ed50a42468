"""What people deleted or renamed stays so, whatever later scans find."""

import numpy as np
import pytest
import tifffile
from tests.services.test_scan_metadata import (
    NAMESPACE,
    RECTANGLE,
    TURNED,
    image,
    roi,
    well,
)


@pytest.fixture
def root(tmp_path):
    return tmp_path / "images"


@pytest.fixture
def delete(catalog):
    """Delete as an administrator does through any door."""
    from graticule.services.saved_objects import delete_object

    def delete(thing):
        kind = type(thing).__name__
        delete_object(catalog.administrator, kind, thing.pk, lambda row: row)

    return delete


@pytest.fixture
def models(catalog):
    from graticule.catalog import models

    return models


def picture(path, value=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    tifffile.imwrite(path, np.full((4, 5 + value), value, np.uint8))


def xml(path, *elements):
    path.parent.mkdir(parents=True, exist_ok=True)
    body = "".join(elements)
    path.write_text(f'<?xml version="1.0"?><OME xmlns="{NAMESPACE}">{body}</OME>')


def names(query):
    return sorted(query.values_list("name", flat=True))


def test_a_deleted_project_does_not_come_back(run_scan, root, delete, models):
    picture(root / "day 1" / "dish" / "a.tif")
    run_scan(root)
    delete(models.Project.objects.get(name="day 1"))
    run_scan(root)  # as before
    picture(root / "day 1" / "dish" / "a.tif", 1)  # changed
    picture(root / "day 1" / "dish" / "b.tif")  # new, in its dataset
    picture(root / "day 1" / "bowl" / "c.tif")  # new, in a new dataset
    run_scan(root)
    assert not models.Project.objects.exists()
    assert names(models.Dataset.objects) == ["bowl", "dish"]
    assert names(models.Image.objects.filter(datasets__name="dish")) == [
        "a.tif",
        "b.tif",
    ]


def test_a_deleted_dataset_does_not_come_back(run_scan, root, delete, models):
    picture(root / "day 1" / "dish" / "a.tif")
    run_scan(root)
    delete(models.Dataset.objects.get(name="dish"))
    picture(root / "day 1" / "dish" / "b.tif")
    run_scan(root)
    assert not models.Dataset.objects.exists()
    # The images stay, and what is new is an orphan as they are.
    assert names(models.Image.objects.filter(datasets=None)) == ["a.tif", "b.tif"]


def test_deleted_stays_deleted_when_the_folder_is_renamed(
    run_scan, root, delete, models
):
    picture(root / "day 1" / "dish" / "a.tif")
    run_scan(root)
    delete(models.Project.objects.get(name="day 1"))
    delete(models.Dataset.objects.get(name="dish"))
    (root / "day 1").rename(root / "monday")
    run_scan(root)
    picture(root / "monday" / "dish" / "b.tif")
    run_scan(root)
    assert not models.Project.objects.exists()
    assert not models.Dataset.objects.exists()


def test_others_are_made_as_ever(run_scan, root, delete, models):
    picture(root / "day 1" / "a.tif")
    run_scan(root)
    delete(models.Project.objects.get(name="day 1"))
    picture(root / "day 2" / "a.tif")
    run_scan(root)
    assert names(models.Project.objects) == ["day 2"]


def test_what_people_wrote_stays(run_scan, root, catalog, models):
    from graticule.services.saved_objects import Fields, replace_object

    file = root / "day 1" / "dish" / "a.tif"
    picture(file)
    run_scan(root)
    for kind, name in (("Project", "day 1"), ("Dataset", "dish")):
        row = getattr(models, kind).objects.get(name=name)
        said = Fields("Ours", "Said of it")
        replace_object(catalog.administrator, kind, row.pk, row.group_id, said)
    picture(file, 1)
    picture(file.with_name("b.tif"))
    run_scan(root)
    (root / "day 1").rename(root / "monday")
    run_scan(root)
    for model in (models.Project, models.Dataset):
        found = model.objects.get()
        assert (found.name, found.description) == ("Ours", "Said of it")


class TestWithinFiles:
    @pytest.fixture
    def file(self, root):
        return root / "day 1" / "all.ome.xml"

    def test_a_deleted_roi(self, run_scan, root, file, delete, models):
        rois = [roi(n, RECTANGLE, name=f"cell {n}") for n in (0, 1)]
        refs = (("ROI", "ROI:0"), ("ROI", "ROI:1"))
        xml(file, image(0, *refs), *rois)
        run_scan(root)
        delete(models.Roi.objects.get(name="cell 0"))
        xml(file, image(0, *refs), *rois, "<!-- changed -->")
        run_scan(root)
        assert names(models.Roi.objects) == ["cell 1"]
        assert models.Shape.objects.count() == 1

    def test_a_deleted_shape(self, run_scan, root, file, delete, models):
        parts = (image(0, ("ROI", "ROI:0")), roi(0, RECTANGLE + TURNED))
        xml(file, *parts)
        run_scan(root)
        delete(models.Shape.objects.get(kind="Rectangle"))
        xml(file, *parts, "<!-- changed -->")
        run_scan(root)
        found = models.Roi.objects.get()
        assert [shape.kind for shape in found.shapes.all()] == ["Point"]

    def test_a_deleted_run_and_screen(self, run_scan, root, file, delete, models):
        plate = f"""<Plate ID="Plate:0" Name="P" Rows="1" Columns="1">
          {well(0, 0, 0)}<PlateAcquisition ID="PlateAcquisition:0" Name="Morning">
          <WellSampleRef ID="WellSample:0:0:0:0"/></PlateAcquisition></Plate>"""
        xml(file, plate, image(0))
        run_scan(root)
        assert models.WellSample.objects.get().acquisition.name == "Morning"
        delete(models.PlateAcquisition.objects.get())
        delete(models.Screen.objects.get())
        xml(file, plate, image(0), "<!-- changed -->")
        xml(file.with_name("more.ome.xml"), plate, image(0))
        run_scan(root)
        runs = models.PlateAcquisition.objects
        assert runs.get().plate.fileset.entry.endswith("more.ome.xml")
        assert not models.Screen.objects.exists()
        first = models.WellSample.objects.get(image__fileset__entry=str(file))
        assert first.acquisition is None

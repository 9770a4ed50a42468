"""Wells (contract webgateway 8.3)."""

from datetime import UTC, datetime

import pytest
from tests.web.conftest import checked
from tests.web.test_lists import legacy


@pytest.fixture
def well(image, catalog):
    """B7 of a plate: two fields of a run, one of another, one of none."""
    from graticule.catalog.models import Plate, PlateAcquisition, Well, WellSample

    belongs = {"owner": catalog.administrator, "group": catalog.public_group}
    plate = Plate.objects.create(name="plate", rows=8, columns=12, **belongs)
    runs = [
        PlateAcquisition.objects.create(
            plate=plate, key="0", name="Morning", **belongs
        ),
        PlateAcquisition.objects.create(
            plate=plate,
            key="1",
            started=datetime(2024, 3, 4, 10, 0, tzinfo=UTC),
            ended=datetime(2024, 3, 4, 11, 30, tzinfo=UTC),
            **belongs,
        ),
        PlateAcquisition.objects.create(plate=plate, key="2", **belongs),
    ]
    well = Well.objects.create(plate=plate, row=1, column=6, **belongs)
    fields = [
        ("uint8.tif", runs[0], 1.5, -2.0),
        ("int8.tif", runs[1], None, None),
        ("int16.tif", None, None, None),
        ("photo.tif", runs[2], 3.0, None),
    ]
    # Written in another order than theirs.
    for index, (name, run, x, y) in reversed(list(enumerate(fields))):
        WellSample.objects.create(
            well=well,
            image=image(name),
            acquisition=run,
            index=index,
            position_x_um=x,
            position_y_um=y,
        )
    return well


class TestWellData:
    def test_it_works(self, client, well, image):
        found = checked(client.get(f"/webgateway/wellData/{well.pk}/"), "well")
        assert found["id"] == image("uint8.tif").pk
        assert found["name"] == "uint8.tif"
        assert found["wellPos"] == "B7"
        assert found["plateId"] == well.plate_id
        assert found["wellId"] == well.pk

    @pytest.mark.parametrize(
        ("rows", "columns", "place", "label"),
        [
            ("letter", "number", (0, 0), "A1"),
            ("number", "letter", (1, 6), "2G"),
            ("letter", "number", (26, 99), "AA100"),
            ("letter", "letter", (25, 701), "ZZZ"),
        ],
    )
    def test_naming(self, client, well, rows, columns, place, label):
        well.plate.row_naming, well.plate.column_naming = rows, columns
        well.plate.save()
        well.row, well.column = place
        well.save()
        found = checked(client.get(f"/webgateway/wellData/{well.pk}/"), "well")
        assert found["wellPos"] == label

    def test_without_image(self, client, well):
        well.samples.all().delete()
        checked(client.get(f"/webgateway/wellData/{well.pk}/"), "error", 500)

    def test_unknown(self, client):
        legacy(client.get("/webgateway/wellData/987654/"))


class TestFields:
    def test_it_works(self, client, well):
        answer = client.get(f"/webgateway/well/{well.pk}/children/")
        found = checked(answer, "well_images")
        run = well.samples.get(index=3).acquisition_id
        assert [row["name"] for row in found] == [
            "uint8.tif [Run: Morning]",
            "int8.tif [Run: 2024-03-04 10:00:00 - 2024-03-04 11:30:00]",
            "int16.tif",
            f"photo.tif [Run: Run {run}]",
        ]
        assert found[0]["position"] == {
            "x": {"value": 1.5, "unit": "REFERENCEFRAME"},
            "y": {"value": -2.0, "unit": "REFERENCEFRAME"},
        }
        assert "position" not in found[1]

    def test_of_one_run(self, client, well):
        # samples without a run always pass
        run = well.samples.get(index=0).acquisition_id
        url = f"/webgateway/well/{well.pk}/children/"
        found = checked(client.get(f"{url}?run={run}"), "well_images")
        assert [row["name"].split()[0] for row in found] == ["uint8.tif", "int16.tif"]
        found = checked(client.get(f"{url}?run=987654"), "well_images")
        assert [row["name"] for row in found] == ["int16.tif"]

    @pytest.mark.parametrize("run", ["", "x", "1.5"])
    def test_a_run_is_an_integer(self, client, well, run):
        url = f"/webgateway/well/{well.pk}/children/?run={run}"
        checked(client.get(url), "error", 500)

    def test_hidden_images_are_left_out(self, client, well, image, cast):
        hidden = image("int8.tif")
        hidden.owner, hidden.group = cast.alice, cast.group
        hidden.save()
        answer = client.get(f"/webgateway/well/{well.pk}/children/")
        assert len(checked(answer, "well_images")) == 3

    def test_unknown(self, client):
        legacy(client.get("/webgateway/well/987654/children/"))


def test_an_image_knows_its_well(client, well, image):
    # 7.3
    url = f"/webgateway/imgData/{image('uint8.tif').pk}/"
    found = checked(client.get(url), "image_data")
    assert found["meta"]["wellId"] == well.pk

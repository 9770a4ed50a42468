"""What the plate page asks: strict answers, the one rule of visibility."""

import json
from pathlib import Path

import jsonschema
import pytest

import graticule

SCHEMAS = Path(graticule.__file__).parent / "web" / "plates" / "schemas"


def checked(answer, name):
    assert answer["Content-Type"] == "application/json"
    body = json.loads(answer.content)
    jsonschema.validate(body, json.loads((SCHEMAS / f"{name}.json").read_text()))
    return body


@pytest.fixture
def make_plate(make_cast, image, tmp_path):
    """A plate of Alice's with a table, in a group of a level."""
    from graticule.catalog.models import Plate, PlateAcquisition, Well, WellSample
    from graticule.services.tables.importing import import_table

    def make(level="rwr---"):
        cast = make_cast(level)
        belongs = {"owner": cast.alice, "group": cast.group}
        row = image("uint8.tif")
        type(row).objects.filter(pk=row.pk).update(**belongs)
        plate = Plate.objects.create(name="plate", **belongs)
        run = PlateAcquisition.objects.create(plate=plate, key="1", **belongs)
        wells = [
            Well.objects.create(plate=plate, row=0, column=column, **belongs)
            for column in range(2)
        ]
        WellSample.objects.create(well=wells[0], image=row, acquisition=run)
        path = tmp_path / "table.csv"
        path.write_text("Well,Cells\nA1,4\nA1,6\n")
        import_table(cast.alice, path, plate, tell=lambda *_: None)
        return cast, plate, row, run

    return make


def test_columns_and_values(make_plate, logged_in):
    cast, plate, _, _ = make_plate()
    client = logged_in(cast.alice)
    (column,) = checked(client.get(f"/plates/{plate.pk}/columns/"), "columns")[
        "columns"
    ]
    assert (column["name"], column["column"]) == ("Cells", 1)
    query = f"table={column['table']}&column=1"
    said = checked(client.get(f"/plates/{plate.pk}/values/?{query}"), "values")
    assert said["wells"] == [{"row": 0, "column": 0, "value": 5}]
    assert (said["name"], said["least"], said["greatest"]) == ("Cells", 5, 5)
    most = checked(client.get(f"/plates/{plate.pk}/values/?{query}&how=max"), "values")
    assert most["wells"][0]["value"] == 6


def test_wells_and_acquisitions(make_plate, logged_in):
    cast, plate, image, run = make_plate()
    client = logged_in(cast.alice)
    said = checked(client.get(f"/plates/{plate.pk}/wells/"), "wells")["wells"]
    assert [(well["label"], [i["id"] for i in well["images"]]) for well in said] == [
        ("A1", [image.pk]),
        ("A2", []),
    ]
    url = f"/plates/{plate.pk}/wells/?acquisition={run.pk + 1}"
    other = checked(client.get(url), "wells")["wells"]
    assert [well["images"] for well in other] == [[], []]


@pytest.mark.parametrize("level", ["rw----", "rwr---", "rwra--", "rwrw--"])
@pytest.mark.parametrize("what", ["columns", "wells", "values"])
def test_who_sees(make_plate, logged_in, client, level, what):
    cast, plate, _, _ = make_plate(level)
    owner = logged_in(cast.alice)
    (column,) = owner.get(f"/plates/{plate.pk}/columns/").json()["columns"]
    url = f"/plates/{plate.pk}/{what}/?table={column['table']}&column=1"
    sees = {"alice", "group_owner", "administrator"} | (
        {"bob"} if level != "rw----" else set()
    )
    for name in ("alice", "bob", "charlie", "group_owner", "administrator"):
        answer = logged_in(getattr(cast, name)).get(url)
        assert answer.status_code == (200 if name in sees else 404), name
        checked(answer, what if name in sees else "error")
    assert client.get(url).status_code == 404


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("values/", 400, "table must be a whole number"),
        ("values/?table=1&column=x", 400, "column must be a whole number"),
        ("values/?table=1&column=0&how=mode", 400, "how must be one of"),
        ("values/?table=999999&column=0", 404, "There is no table 999999"),
        ("wells/?acquisition=-1", 400, "acquisition must be a whole number"),
    ],
)
def test_bad_requests(make_plate, logged_in, path, status, said):
    cast, plate, _, _ = make_plate()
    answer = logged_in(cast.alice).get(f"/plates/{plate.pk}/{path}")
    assert answer.status_code == status
    assert said in checked(answer, "error")["message"]


def test_only_get(make_plate, logged_in):
    cast, plate, _, _ = make_plate()
    client = logged_in(cast.alice)
    client.get("/account/")
    token = client.cookies["csrftoken"].value
    answer = client.post(f"/plates/{plate.pk}/wells/", HTTP_X_CSRFTOKEN=token)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


def test_no_plate_and_no_number_too_large(cast, logged_in):
    client = logged_in(cast.alice)
    for number in (10**6, 10**30):
        answer = client.get(f"/plates/{number}/wells/")
        assert answer.status_code == 404
        assert "There is no plate" in checked(answer, "error")["message"]


def test_the_page_of_one_acquisition(make_plate, logged_in):
    from graticule.catalog.models import PlateAcquisition

    cast, plate, image, run = make_plate()
    PlateAcquisition.objects.create(
        plate=plate, key="2", name="Second", owner=cast.alice, group=cast.group
    )
    client = logged_in(cast.alice)
    page = client.get(f"/plate/{plate.pk}/").content.decode()
    assert f'data-thumb="{image.pk}"' in page
    assert "2 wells, 1 without an image here" in page
    second = PlateAcquisition.objects.get(name="Second")
    page = client.get(f"/plate/{plate.pk}/?acquisition={second.pk}").content.decode()
    assert "data-thumb" not in page
    page = client.get(f"/plate/{plate.pk}/?acquisition={run.pk}").content.decode()
    assert f'data-thumb="{image.pk}"' in page
    assert client.get(f"/plate/{plate.pk}/?acquisition=x").status_code == 400

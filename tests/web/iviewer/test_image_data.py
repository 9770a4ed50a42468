"""image_data, delta_t and well_images (contract clients 4)."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.web.iviewer.conftest import checked, checked_list


def image_data(client, path):
    return checked(client.get(f"/iviewer/{path}/"), "image_data")


def test_it_works(client, cells, draw):
    draw((0, 0), (1, 0))
    draw((None, None))
    found = image_data(client, f"image_data/{cells.pk}")
    gateway = client.get(f"/webgateway/imgData/{cells.pk}/").json()
    assert {name: found[name] for name in gateway if name != "pixel_size"} == {
        name: value for name, value in gateway.items() if name != "pixel_size"
    }
    assert found["roi_count"] == 2
    assert found["pixel_size"] == {
        "x": 0.25,
        "y": 0.5,
        "z": 1.5,
        "unit_x": 0.25,
        "symbol_x": "µm",
        "unit_id_x": "MICROMETER",
        "unit_y": 0.5,
        "symbol_y": "µm",
        "unit_id_y": "MICROMETER",
        "unit_z": 1.5,
        "symbol_z": "µm",
        "unit_id_z": "MICROMETER",
    }
    assert found["import_date"] == f"{cells.created:%Y-%m-%d %H:%M:%S}"
    assert found["acquisition_date"] == "-"


def test_sizes_in_units_for_people(client, cells):
    cells.pixel_width_um, cells.pixel_height_um = 25_000.0, 0.00002
    cells.pixel_depth_um = None
    cells.acquired = datetime(2024, 3, 4, 12, 30, 15, tzinfo=UTC)
    cells.save()
    found = image_data(client, f"image_data/{cells.pk}")
    assert found["acquisition_date"] == "2024-03-04 12:30:15"
    sizes = found["pixel_size"]
    assert sizes["x"] == 25_000.0
    assert (sizes["unit_x"], sizes["symbol_x"]) == (25.0, "mm")
    assert sizes["unit_y"] == pytest.approx(0.02)
    assert sizes["unit_id_y"] == "NANOMETER"
    assert sizes["z"] is None
    assert "unit_z" not in sizes


def test_by_roi_and_shape(client, cells, draw):
    roi = draw((0, 0), (1, 1))
    for path in (f"roi/{roi.pk}", f"shape/{roi.shapes.last().pk}", f"roi/00{roi.pk}"):
        assert image_data(client, f"{path}/image_data")["id"] == cells.pk


@pytest.mark.parametrize(
    "path", ["image_data/{0}/", "roi/{0}/image_data/", "shape/{0}/image_data/"]
)
def test_what_is_not_there_is_404(client, cells, path):
    for number in (10**6, 10**40):
        answer = client.get(f"/iviewer/{path.format(number)}")
        assert "not found" in checked(answer, "message", 404)["message"]


def test_wrong_method(client, cells):
    answer = client.options(f"/iviewer/image_data/{cells.pk}/")
    assert "OPTIONS" in checked(answer, "message", 405)["message"]
    assert answer["Allow"] == "GET, HEAD"


def delta_t(client, image):
    return checked(client.get(f"/iviewer/image_data/{image.pk}/delta_t/"), "delta_t")


def test_times(client, cells):
    from graticule.catalog.models import PlaneTimes

    assert delta_t(client, cells)["delta_t"] == []
    cells.time_increment = timedelta(seconds=2.5)
    cells.save()
    assert delta_t(client, cells)["delta_t"] == [0.0, 2.5]
    PlaneTimes.objects.create(image=cells, seconds={"0,0,0": 0.5, "0,0,1": 61.25})
    assert delta_t(client, cells)["delta_t"] == [0.5, 61.25]


def test_images_of_a_well(client, image):
    from graticule.catalog.models import Image, Plate, Well, WellSample

    names = ["uint8.tif", "int8.tif", "cells.ome.tif"]
    first = image(names[0])
    belongs = {"owner": first.owner, "group": first.group}
    plate = Plate.objects.create(name="plate", **belongs)
    well = Well.objects.create(plate=plate, row=1, column=2, **belongs)
    ids = [image(name).pk for name in names]
    for place, pk in enumerate(ids):
        WellSample.objects.create(well=well, image_id=pk, index=place)
    url = f"/iviewer/well_images/?id={well.pk}"
    found = checked_list(client.get(url), "Image")
    assert [row["@id"] for row in found["data"]] == ids
    assert found["data"][0]["Name"] == Image.objects.get(pk=ids[0]).name
    assert found["meta"]["totalCount"] == 3
    found = checked_list(client.get(f"{url}&offset=1&limit=1"), "Image")
    assert [row["@id"] for row in found["data"]] == ids[1:2]
    assert found["meta"] == {
        "offset": 1,
        "limit": 1,
        "maxLimit": 500,
        "totalCount": 3,
    }


@pytest.mark.parametrize("query", ["", "?id=", "?id=x", "?id=1&limit=x"])
def test_well_that_is_no_number(client, query):
    checked(client.get(f"/iviewer/well_images/{query}"), "message", 400)

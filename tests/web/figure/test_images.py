"""Facts of images (contract clients 5)."""

from datetime import timedelta

import pytest
from tests.web.figure.conftest import checked


@pytest.fixture
def cells(image):
    return image("cells.ome.tif")


@pytest.fixture
def belongs(database):
    return {"owner": database.administrator, "group": database.public_group}


def data_of(client, image):
    return checked(client.get(f"/figure/imgData/{image.pk}/"), "image_data")


class TestImageData:
    def test_it_works(self, client, cells):
        found = data_of(client, cells)
        gateway = client.get(f"/webgateway/imgData/{cells.pk}/").json()
        assert {key: found[key] for key in gateway if key != "pixel_size"} == {
            key: value for key, value in gateway.items() if key != "pixel_size"
        }
        assert found["pixel_size"] == {
            **gateway["pixel_size"],
            "valueX": 0.25,
            "symbolX": "µm",
            "unitX": "MICROMETER",
            "valueY": 0.5,
            "symbolY": "µm",
            "unitY": "MICROMETER",
            "valueZ": 1.5,
            "symbolZ": "µm",
            "unitZ": "MICROMETER",
        }

    def test_unknown_lengths_are_left_out(self, client, image):
        found = data_of(client, image("photo.tif"))
        assert found["pixel_size"] == {"x": None, "y": None, "z": None}

    def test_leading_zeros(self, client, cells):
        # 1.1
        answer = client.get(f"/figure/imgData/0{cells.pk}/?_=1795255973697")
        assert checked(answer, "image_data")["id"] == cells.pk

    def test_no_image(self, client):
        said = checked(client.get("/figure/imgData/987654/"), "error", 404)
        assert said == {"message": "Image:987654 not found"}

    def test_too_large_an_id(self, client):
        checked(client.get(f"/figure/imgData/{'9' * 30}/"), "error", 400)

    def test_only_get(self, client, cells):
        client.cookies["csrftoken"] = token = "a" * 32
        answer = client.post(
            f"/figure/imgData/{cells.pk}/", headers={"X-CSRFToken": token}
        )
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


class TestTimes:
    """deltaT: seconds of each time point; a list, whatever is known."""

    def test_a_single_point_has_none(self, client, make_image, belongs):
        assert data_of(client, make_image(belongs))["deltaT"] == []

    def test_those_of_the_first_planes(self, client, make_image, belongs):
        from graticule.catalog.models import PlaneTimes

        image = make_image(belongs, size_t=3, size_z=11)
        seconds = {
            # z 2 stands before z 10, whatever their texts say
            "10,0,0": 9.0,
            "2,0,0": 0.5,
            "3,0,0": 1.0,
            "0,1,1": 60.75,
            "0,0,1": 60.25,
            "5,0,2": 121.5,
        }
        PlaneTimes.objects.create(image=image, seconds=seconds)
        assert data_of(client, image)["deltaT"] == [0.5, 60.25, 121.5]

    def test_the_interval_where_planes_say_nothing(self, client, make_image, belongs):
        image = make_image(belongs, size_t=4, time_increment=timedelta(seconds=2.5))
        assert data_of(client, image)["deltaT"] == [0.0, 2.5, 5.0, 7.5]

    def test_the_interval_where_planes_say_too_little(
        self, client, make_image, belongs
    ):
        from graticule.catalog.models import PlaneTimes

        image = make_image(belongs, size_t=2, time_increment=timedelta(seconds=2))
        PlaneTimes.objects.create(image=image, seconds={"0,0,1": 7.0})
        assert data_of(client, image)["deltaT"] == [0.0, 2.0]

    def test_nothing_is_made_up(self, client, cells):
        assert cells.size_t == 2
        assert data_of(client, cells)["deltaT"] == []

    def test_of_several_images(self, client, make_image, belongs):
        first = make_image(belongs, size_t=2, time_increment=timedelta(seconds=3))
        second = make_image(belongs)
        url = f"/figure/timestamps/?image={first.pk}&image={second.pk}&image=987654"
        found = checked(client.get(url), "timestamps")
        assert found == {str(first.pk): [0.0, 3.0], str(second.pk): []}


class TestParents:
    def test_dataset_and_project(self, client, cells):
        dataset = cells.datasets.get()
        project = dataset.projects.get()
        assert data_of(client, cells)["parents"] == {
            "dataset": {"id": dataset.pk, "name": "day 1"},
            "project": {"id": project.pk, "name": "embryos"},
        }

    def test_none(self, client, make_image, belongs):
        assert data_of(client, make_image(belongs))["parents"] == {}

    def test_the_first_dataset_of_several(self, client, cells, belongs):
        from graticule.catalog.models import Dataset

        first = cells.datasets.get()
        Dataset.objects.create(name="a later one", **belongs).images.add(cells)
        assert data_of(client, cells)["parents"]["dataset"]["id"] == first.pk

    def test_well_and_plate(self, client, make_image, belongs):
        from graticule.catalog.models import (
            Plate,
            PlateAcquisition,
            Screen,
            Well,
            WellSample,
        )

        plate = Plate.objects.create(name="P7", column_naming="number", **belongs)
        screen = Screen.objects.create(name="drugs", **belongs)
        screen.plates.add(plate)
        well = Well.objects.create(plate=plate, row=1, column=6, **belongs)
        runs = [
            PlateAcquisition.objects.create(
                plate=plate, key=key, name=f"run {key}", **belongs
            )
            for key in "ab"
        ]
        image = make_image(belongs)
        for index, run in enumerate((runs[0], runs[1], runs[0])):
            WellSample.objects.create(
                well=well, image=make_image(belongs), acquisition=run, index=index
            )
        sample = WellSample.objects.create(
            well=well, image=image, acquisition=runs[1], index=3
        )
        assert data_of(client, image)["parents"] == {
            "well": {"id": well.pk, "label": "B7"},
            "plate": {"id": plate.pk, "name": "P7"},
            "run": {"id": runs[1].pk, "name": "run b"},
            "screen": {"id": screen.pk, "name": "drugs"},
            "wellsample": {"id": sample.pk, "index": 3, "index_run": 1},
        }


class TestSeveralImages:
    def test_z_scale(self, client, cells, image):
        photo = image("photo.tif")
        url = f"/figure/z_scale/?image={cells.pk}&image={photo.pk}"
        assert checked(client.get(url), "z_scale") == {
            str(cells.pk): {"valueZ": 1.5, "symbolZ": "µm", "unitZ": "MICROMETER"},
            str(photo.pk): {},
        }

    def test_pixels_type(self, client, image):
        names = ("int8", "uint32", "float64")
        rows = [image(f"{name}.tif") for name in names]
        query = "&".join(f"image={row.pk}" for row in rows)
        found = checked(client.get(f"/figure/pixels_type/?{query}"), "pixels_type")
        assert [found[str(row.pk)] for row in rows] == [
            # webgateway 7.1: as signed integers of the same width
            {"pixelsType": "int8", "pixel_range": [-128, 127]},
            {"pixelsType": "uint32", "pixel_range": [0, 2**32 - 1]},
            {"pixelsType": "double", "pixel_range": [-(2.0**63), 2.0**63 - 1]},
        ]

    def test_images_details(self, client, cells, image):
        photo = image("photo.tif")
        url = f"/figure/images_details/?image={photo.pk},{cells.pk},{photo.pk}"
        found = checked(client.get(url), "images_details")["data"]
        assert [entry["name"] for entry in found] == ["photo.tif", "cells"]
        assert found[1] == {
            "id": cells.pk,
            "name": "cells",
            "group": {"id": cells.group.pk, "name": "public"},
            "owner": {
                "id": cells.owner.pk,
                "firstName": "Administrator",
                "lastName": "",
            },
        }

    @pytest.mark.parametrize(
        "name", ["timestamps", "z_scale", "pixels_type", "images_details"]
    )
    def test_bad_and_no_ids(self, client, name):
        checked(client.get(f"/figure/{name}/?image=1,x"), "error", 400)
        many = ",".join(map(str, range(1, 502)))
        said = checked(client.get(f"/figure/{name}/?image={many}"), "error", 400)
        assert said == {"message": "At most 500 images at a time."}
        checked(client.get(f"/figure/{name}/"), name)
        checked(client.get(f"/figure/{name}/?image={10**17}"), name)


class TestRois:
    @pytest.fixture
    def drawn(self, cells, belongs):
        """Three ROIs; the second has no rectangle, the third two and more."""
        from graticule.catalog.models import Roi, Shape

        rois = []
        for kinds in (["Rectangle"], ["Ellipse"], ["Rectangle", "Line", "Rectangle"]):
            roi = Roi.objects.create(image=cells, **belongs)
            rois.append(roi)
            for number, kind in enumerate(kinds):
                Shape.objects.create(
                    roi=roi,
                    kind=kind,
                    geometry={"x": number, "y": 2, "width": 3, "height": 4.5}
                    if kind == "Rectangle"
                    else {},
                    **dict.fromkeys(("min_x", "min_y", "max_x", "max_y"), 0),
                )
        return rois

    def test_count(self, client, cells, drawn):
        found = checked(client.get(f"/figure/roiCount/{cells.pk}/"), "roi_count")
        assert found == {"roi": len(drawn)}

    def test_rectangles(self, client, cells, drawn):
        url = f"/figure/roiRectangles/{cells.pk}/?limit=100&offset=0"
        found = checked(client.get(url), "roi_rectangles")
        ids = [roi["@id"] for roi in found["data"]]
        assert ids == [drawn[0].pk, drawn[2].pk]
        meta = {"offset": 0, "limit": 100, "maxLimit": 500, "totalCount": 2}
        assert found["meta"] == meta
        corners = [
            [(shape["X"], shape["Width"], shape["Height"]) for shape in roi["shapes"]]
            for roi in found["data"]
        ]
        assert corners == [[(0.0, 3.0, 4.5)], [(0.0, 3.0, 4.5), (2.0, 3.0, 4.5)]]

    def test_they_are_those_of_the_json_api(self, client, cells, drawn):
        found = client.get(f"/figure/roiRectangles/{cells.pk}/").json()["data"]
        listed = client.get(f"/api/v0/m/rois/?image={cells.pk}").json()["data"]
        assert found[0] == listed[0]

    def test_pages(self, client, cells, drawn):
        url = f"/figure/roiRectangles/{cells.pk}/?limit=1&offset=1"
        found = checked(client.get(url), "roi_rectangles")
        assert [roi["@id"] for roi in found["data"]] == [drawn[2].pk]
        assert found["meta"]["totalCount"] == 2

    @pytest.mark.parametrize("name", ["roiCount", "roiRectangles"])
    def test_no_image(self, client, name):
        checked(client.get(f"/figure/{name}/987654/"), "error", 404)


class TestUnits:
    @pytest.mark.parametrize(
        ("value", "unit", "into", "expected", "symbol"),
        [
            ("1.5", "MICROMETER", "NANOMETER", 1500, "nm"),
            ("0.1", "NANOMETER", "ANGSTROM", 1, "Å"),
            ("2", "INCH", "CENTIMETER", 5.08, "cm"),
            ("1", "MILE", "FOOT", 5280, "ft"),
            ("72", "POINT", "INCH", 1, "in"),
            ("-3e2", "PICOMETER", "MICROMETER", -0.0003, "µm"),
            ("1", "PARSEC", "ASTRONOMICALUNIT", 206264.806247096, "ua"),
            ("7", "PIXEL", "PIXEL", 7, "pixel"),
        ],
    )
    def test_it_works(self, client, value, unit, into, expected, symbol):
        url = f"/figure/unit_conversion/{value}/{unit}/{into}/"
        found = checked(client.get(url), "unit_conversion")
        assert found["value"] == pytest.approx(expected, rel=1e-12)
        assert (found["unit"], found["symbol"]) == (into, symbol)

    def test_against_astropy(self, client):
        from astropy import units

        names = {
            "METER": units.m,
            "ANGSTROM": units.AA,
            "LIGHTYEAR": units.lyr,
            "PARSEC": units.pc,
            "ASTRONOMICALUNIT": units.au,
            "YOTTAMETER": units.Ym,
            "DECAMETER": units.dam,
            "YOCTOMETER": units.ym,
        }
        for name, unit in names.items():
            answer = client.get(f"/figure/unit_conversion/3/{name}/KILOMETER/")
            expected = (3 * unit).to_value(units.km)
            assert answer.json()["value"] == pytest.approx(expected, rel=1e-12), name

    @pytest.mark.parametrize(
        ("path", "said"),
        [
            ("1/FURLONG/METER", "There is no unit FURLONG"),
            ("1/METER/FURLONG", "There is no unit FURLONG"),
            ("1/PIXEL/METER", "PIXEL has no size"),
            ("1/METER/REFERENCEFRAME", "REFERENCEFRAME has no size"),
            ("one/METER/METER", "one is no number"),
            ("nan/METER/METER", "nan is no number"),
            ("inf/METER/METER", "inf is no number"),
            ("1e308/YOTTAMETER/YOCTOMETER", "is out of range"),
        ],
    )
    def test_what_cannot_be_converted(self, client, path, said):
        answer = checked(client.get(f"/figure/unit_conversion/{path}/"), "error", 400)
        assert said in answer["message"]

"""imgData (contract webgateway 7)."""

import json
import math
from dataclasses import replace

import pytest
from tests.web.conftest import XHR, checked
from tests.web.reference import cells

from graticule.services.remembered import forget_all


@pytest.fixture
def number(image):
    return image("cells.ome.tif").pk


@pytest.fixture
def url(number):
    return f"/webgateway/imgData/{number}/"


def test_it_works(client, url, number, image):
    found = checked(client.get(url), "image_data")
    row = image("cells.ome.tif")
    assert found["id"] == found["meta"]["imageId"] == number
    assert found["meta"] == {
        "imageName": "cells",
        "imageDescription": "Four stains",
        "imageAuthor": row.owner.full_name,
        "imageArchived": False,
        "projectName": "embryos",
        "projectId": row.datasets.get().projects.get().pk,
        "projectDescription": "",
        "datasetName": "day 1",
        "datasetId": row.datasets.get().pk,
        "datasetDescription": "",
        "wellSampleId": "",
        "wellId": "",
        "imageTimestamp": row.created.timestamp(),
        "imageId": number,
        "pixelsType": "uint16",
    }
    assert found["size"] == {"width": 128, "height": 96, "z": 3, "t": 2, "c": 4}
    assert found["pixel_size"] == {"x": 0.25, "y": 0.5, "z": 1.5}
    assert found["tiles"] is False
    # rendering 8: model, half the stack
    assert found["rdefs"] == {
        "model": "color",
        "projection": "normal",
        "defaultZ": 1,
        "defaultT": 0,
        "invertAxis": False,
    }


def test_channels(client, url):
    # 7.2
    channels = checked(client.get(url), "image_data")["channels"]
    # the name, else the wavelength without decimals if whole
    assert [c["label"] for c in channels] == ["DAPI", "GFP", "610", "700"]
    assert [c["emissionWave"] for c in channels] == [461.0, 509.5, 610.0, 700.0]
    assert [c["color"] for c in channels] == ["0000FF", "00FF00", "FF0000", "FF8040"]
    assert [c["active"] for c in channels] == [True, True, True, False]
    for index, channel in enumerate(channels):
        low = cells(index, 0, 0).min()
        high = cells(index, 2, 1).max()
        assert channel["window"] == {"min": low, "max": high, "start": low, "end": high}
        assert channel["family"] == "linear"
        assert channel["coefficient"] == 1.0
        assert channel["inverted"] is channel["reverseIntensity"] is False


def test_labels_of_channels_without_anything(client, image):
    answer = client.get(f"/webgateway/imgData/{image('slide.ome.tif').pk}/channels/")
    labels = [channel["label"] for channel in json.loads(answer.content)]
    assert labels == ["0", "1"]


def test_a_pyramid(client, image):
    url = f"/webgateway/imgData/{image('slide.ome.tif').pk}/"
    found = checked(client.get(url), "image_data")
    assert found["tiles"] is True
    assert found["levels"] == 3
    assert found["tile_size"] == {"width": 256, "height": 256}
    assert found["resolutions"] == {
        "0": {"sizeX": 1000, "sizeY": 700},
        "1": {"sizeX": 500, "sizeY": 350},
        "2": {"sizeX": 250, "sizeY": 175},
    }
    assert found["zoomLevelScaling"] == {"0": 1.0, "1": 0.5, "2": 0.25}
    assert list(found["zoomLevelScaling"]) == ["0", "1", "2"]  # iviewer reads in order
    assert found["pixel_size"] == {"x": None, "y": None, "z": None}


def test_tiles_that_clients_are_told_are_those_they_get(client, image, configured):
    # 3.4: longer ones are cut, so no longer ones may be announced
    configured(max_tile_length=100)
    url = f"/webgateway/imgData/{image('slide.ome.tif').pk}/tile_size/"
    assert json.loads(client.get(url).content) == {"width": 100, "height": 100}


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("uint8", "[0, 255]"),
        ("int8", "[-128.0, 127.0]"),
        ("cells.ome", "[0, 65535]"),
        ("int16", "[-32768.0, 32767.0]"),
        ("uint32", "[0, 4294967295]"),
        ("int32", "[-2147483648.0, 2147483647.0]"),
        ("float32", "[-2147483648.0, 2147483647.0]"),
        ("float64", "[-9.223372036854776e+18, 9.223372036854776e+18]"),
    ],
)
def test_pixel_range_to_the_letter(client, image, name, written):
    # 7.1; clients 1.6 compare it as text
    answer = client.get(f"/webgateway/imgData/{image(f'{name}.tif').pk}/pixel_range/")
    assert answer.content.decode() == written


def test_every_image_fits_the_schema(client, catalogued, catalog):
    from graticule.catalog.models import Image

    for image in Image.objects.all():
        checked(client.get(f"/webgateway/imgData/{image.pk}/"), "image_data")


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_no_number_that_json_does_not_know(client, image, odd):
    # 2.6: the original wrote bare words there
    row = image("float32.tif")
    from graticule.services.renderings import channel_rows, read_rendering

    settings = row.renderings.get()
    saved = read_rendering(settings).rendering
    (channel,) = saved.channels
    settings.channels = channel_rows(
        replace(saved, channels=(replace(channel, window=(odd, odd)),))
    )
    settings.save()
    settings.refresh_from_db()
    window = read_rendering(settings).rendering.channels[0].window
    assert str(window) == str((odd, odd))
    found = checked(client.get(f"/webgateway/imgData/{row.pk}/"), "image_data")
    window = found["channels"][0]["window"]
    assert [window["start"], window["end"]] == found["pixel_range"]


def test_split_channel(client, url):
    # 4.4: 4 panes grey: 2 x 2; 5 in colour: 3 x 2
    found = checked(client.get(url), "image_data")["split_channel"]
    assert found == {
        "g": {"width": 262, "height": 198, "border": 2, "gridx": 2, "gridy": 2},
        "c": {"width": 392, "height": 198, "border": 2, "gridx": 3, "gridy": 2},
    }


@pytest.mark.parametrize(
    ("panes", "columns", "rows"),
    # 4.4: grey is as many panes as channels, colour one more
    [
        (1, 1, 1),
        (2, 2, 1),
        (3, 2, 2),
        (4, 2, 2),
        (5, 3, 2),
        (6, 3, 2),
        (7, 3, 3),
        (8, 3, 3),
        (9, 3, 3),
        (10, 4, 3),
        (12, 4, 3),
        (13, 4, 4),
    ],
)
def test_split_grids(database, panes, columns, rows):
    from graticule.web.gateway.image_answers import split_size

    found = split_size(panes, 10, 20)
    assert (found["gridx"], found["gridy"]) == (columns, rows)
    assert found["width"] == 10 * columns + 2 * (columns + 1)
    assert found["height"] == 20 * rows + 2 * (rows + 1)


class TestKey:
    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("size.width", 128),
            ("meta.imageName", "cells"),
            ("tiles", False),
            ("rdefs.defaultT", 0),
            ("meta.projectDescription", ""),
            ("nothing", None),
            ("meta.nothing", None),
            ("nothing.at.all", None),
            ("tile_size", None),
            ("pixel_range", [0, 65535]),
        ],
    )
    def test_steps_into_it(self, client, url, key, value):
        answer = client.get(f"{url}{key}/")
        assert answer.status_code == 200
        assert json.loads(answer.content) == value

    @pytest.mark.parametrize("key", ["channels.0", "size.width.x", "tiles.x", "id.x"])
    def test_a_list_or_scalar_cannot_be_stepped_into(self, client, url, key):
        checked(client.get(f"{url}{key}/"), "error", 500)


class TestJsonp:
    """2.6."""

    NAME = "jQuery36202659672469303632_1795209744362"

    @pytest.mark.parametrize("name", [NAME, "$", "_", "a1", "A_$9"])
    def test_it_works(self, client, url, name):
        plain = client.get(url).content
        answer = client.get(f"{url}?callback={name}&_=1795209744363")
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/javascript"
        assert answer.content == name.encode() + b"(" + plain + b")"

    @pytest.mark.parametrize(
        "name", ["", "1a", "a.b", "a[0]", "alert(1)//", "a b", "%C3%A9", "a%0A", "a;"]
    )
    def test_invalid_names(self, client, url, name):
        answer = client.get(f"{url}?callback={name}")
        assert answer.status_code == 400
        assert answer.content == b"Invalid callback"

    def test_with_a_key(self, client, url):
        answer = client.get(f"{url}size.width/?callback=f")
        assert answer.content == b"f(128)"

    def test_not_for_errors(self, client, url):
        checked(client.get(f"{url}id.x/?callback=f"), "error", 500)


class TestDefaults:
    def test_as_imported(self, client, url, image, catalog):
        # getDefaults=true: nothing saved
        from graticule.catalog.models import RenderingSettings

        row = image("cells.ome.tif")
        imported = row.renderings.get()
        RenderingSettings.objects.create(
            image=row,
            person=catalog.administrator,
            model="greyscale",
            default_z=2,
            channels=[dict(channel, reverse=True) for channel in imported.channels],
        )
        forget_all()
        saved = checked(client.get(url), "image_data")
        assert saved["rdefs"]["model"] == "greyscale"
        assert saved["rdefs"]["defaultZ"] == 2
        assert saved["channels"][0]["inverted"] is True
        default = checked(client.get(f"{url}?getDefaults=true"), "image_data")
        assert default["rdefs"]["model"] == "color"
        assert default["channels"][0]["inverted"] is False
        other = checked(client.get(f"{url}?getDefaults=1"), "image_data")
        assert other == saved
        assert row.renderings.count() == 2

    def test_rendering_parameters_do_not_count(self, client, url):
        # 7.1
        query = {"c": "-1", "m": "g", "p": "intmax", "q": "x", "maps": "["}
        assert client.get(url, query).content == client.get(url).content

    def test_a_lookup_table_shows(self, client, url, image):
        settings = image("cells.ome.tif").renderings.get()
        settings.channels[1]["lut"] = "cool.lut"
        settings.save()
        found = checked(client.get(url), "image_data")["channels"]
        assert found[1]["lut"] == "cool.lut"
        assert "lut" not in found[0]


class TestParents:
    """7.3: "Multiple" when there is not exactly one."""

    @pytest.fixture
    def meta(self, client, url):
        def ask():
            forget_all()
            return checked(client.get(url), "image_data")["meta"]

        return ask

    def test_none(self, meta, image):
        image("cells.ome.tif").datasets.clear()
        said = meta()
        assert (said["projectName"], said["projectId"]) == ("Multiple", None)
        assert (said["datasetName"], said["datasetId"]) == ("Multiple", None)

    def test_two_datasets_in_one_project(self, meta, image, catalog):
        from graticule.catalog.models import Dataset

        row = image("cells.ome.tif")
        second = Dataset.objects.create(
            name="again", owner=catalog.administrator, group=catalog.public_group
        )
        second.images.add(row)
        row.datasets.exclude(pk=second.pk).get().projects.get().datasets.add(second)
        said = meta()
        assert said["projectName"] == "embryos"
        assert (said["datasetName"], said["datasetId"]) == ("Multiple", None)

    def test_one_that_the_person_may_not_see_is_none(self, meta, image, cast):
        dataset = image("cells.ome.tif").datasets.get()
        dataset.owner, dataset.group = cast.alice, cast.group
        dataset.description = "hidden"
        dataset.save()
        said = meta()
        assert (said["datasetName"], said["datasetId"]) == ("Multiple", None)
        assert said["datasetDescription"] == ""


def test_optional_facts(client, url, image, configured):
    from datetime import UTC, datetime

    row = image("cells.ome.tif")
    row.acquired = datetime(2024, 3, 4, 10, 0, tzinfo=UTC)
    row.nominal_magnification = 20
    row.name = "Zellen μ   <b>"
    row.save()
    configured(interpolate_pixels=False, initial_zoom_level=-1)
    found = checked(client.get(url), "image_data")
    assert found["meta"]["imageTimestamp"] == 1709546400.0
    assert found["meta"]["imageName"] == row.name
    assert found["nominalMagnification"] == 20.0
    assert found["interpolate"] is False
    assert found["init_zoom"] == 0  # a negative one has the levels added
    row.nominal_magnification = 0
    row.save()
    forget_all()
    assert "nominalMagnification" not in checked(client.get(url), "image_data")


class TestNotFound:
    def test_text_of_the_contract(self, logged_in, cast):
        answer = logged_in(cast.bob).get("/webgateway/imgData/987654/")
        assert answer.status_code == 404
        assert answer.content == b"Image:987654 not found"

    def test_the_public_is_asked_to_log_in(self, client):
        # 2.4
        answer = client.get("/webgateway/imgData/987654/")
        assert (answer.status_code, answer.content) == (403, b"")

    def test_nobody_logs_in_first(self, client, url, configured):
        configured(anonymous_access=False)
        assert client.get(url).status_code == 302
        answer = client.get(url, **XHR)
        assert (answer.status_code, answer.content) == (403, b"")

    def test_a_number_too_large(self, client):
        checked(client.get(f"/webgateway/imgData/{'9' * 40}/"), "error", 500)

    @pytest.mark.parametrize("iid", ["x", "-1", "1.0", "%D9%A1"])
    def test_no_number(self, client, iid):
        assert client.get(f"/webgateway/imgData/{iid}/").status_code == 404

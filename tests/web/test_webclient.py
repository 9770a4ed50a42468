"""What lies below ``/webclient/`` (contract webgateway 18, clients 3 to 6)."""

import base64
import io
import json
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image
from tests.web.conftest import SCHEMAS, XHR, checked, new_client
from tests.web.reference import decoded

DOOR = "../../webclient/schemas"
C = "c=1|0:255$FF0000,-2,-3,-4&m=c"

SAME = [
    "render_image/{}/",
    "render_image/{}/2/1/?" + C,
    "render_image_region/{}/0/0/?region=0,0,32,32",
    "render_birds_eye_view/{}/",
    "render_birds_eye_view/{}/40/",
    "render_row_plot/{}/0/0/5/",
    "render_col_plot/{}/0/0/5/",
    "render_split_channel/{}/0/0/",
    "render_thumbnail/{}/",
    "imgData/{}/",
    "imgData/{}/?callback=f",
    "imgData/{}/size/",
    "img_detail/{}/",
    "getImgRDef/",
    "luts/",
    "get_thumbnail/{}/",
    "get_thumbnails/?id={}",
    "get_thumbnails/40/?id={}&id=999999",
    # nor are there more of these
    "render_image/{}/99/0/",
    "imgData/999999/",
    "render_image_region/{}/0/0/",
]


def value(answer, schema, status=200):
    return checked(answer, f"{DOOR}/{schema}", status)


def test_the_schemas_lie_there():
    assert (SCHEMAS / DOOR / "paths.json").is_file()


@pytest.mark.parametrize("path", SAME)
def test_as_below_webgateway(client, image, path):
    # 18: identical
    number = image("cells.ome.tif").pk
    ours = client.get(f"/webclient/{path.format(number)}")
    theirs = client.get(f"/webgateway/{path.format(number)}")
    assert ours.status_code == theirs.status_code
    assert ours["Content-Type"] == theirs["Content-Type"]
    if not ours["Content-Type"].startswith("text/html"):  # names its own address
        assert ours.content == theirs.content
    assert (ours.status_code == 200) == (path in SAME[:-3])


def test_settings_are_saved_and_copied(logged_in, catalog, image):
    row = image("photo.tif")
    client = logged_in(catalog.administrator)
    client.get(f"/webclient/img_detail/{row.pk}/")
    form = {
        "c": "1|10:200$00FF00,2|0:255$00FF00,3|0:255$0000FF",
        "m": "c",
        "csrfmiddlewaretoken": client.cookies["csrftoken"].value,
    }
    assert client.get(f"/webclient/saveImgRDef/{row.pk}/").status_code == 405
    answer = client.post(f"/webclient/saveImgRDef/{row.pk}/", form)
    assert answer.content == b"true"
    shown = client.get(f"/webclient/imgData/{row.pk}/").json()["channels"][0]
    assert (shown["window"]["start"], shown["color"]) == (10, "00FF00")
    client.get("/webclient/copyImgRDef/", {"fromid": row.pk})
    held = client.get("/webgateway/getImgRDef/").json()["rdef"]
    assert held["c"].startswith("1|10")


class TestThumbnails:
    @pytest.mark.parametrize(
        ("path", "width"),
        [("render_thumbnail/{}/?version=3", 96), ("render_thumbnail/size/48/{}/", 48)],
    )
    def test_it_works(self, client, image, path, width):
        number = image("cells.ome.tif").pk
        answer = client.get(f"/webclient/{path.format(number)}")
        assert decoded(answer).shape == (width * 3 // 4, width, 3)
        same = client.get(f"/webgateway/render_thumbnail/{number}/{width}/")
        assert answer.content == same.content

    @pytest.mark.parametrize(
        ("path", "side"),
        [
            ("render_thumbnail/{}/", 96),
            ("render_thumbnail/size/30/{}/", 30),
            ("render_thumbnail/size/99999/{}/", 2048),
        ],
    )
    def test_a_stand_in(self, client, path, side):
        # 18: PNG bytes under type image/jpeg, status 200
        answer = client.get(f"/webclient/{path.format(999999)}")
        assert answer.status_code == 200
        assert answer["Content-Type"] == "image/jpeg"
        stand_in(answer.content, side)

    def test_a_stand_in_where_the_file_is_gone(self, client, image):
        row = image("cells.ome.tif")
        row.vanished = datetime.now(UTC)
        row.save()
        stand_in(client.get(f"/webclient/render_thumbnail/{row.pk}/").content, 96)

    def test_a_stand_in_as_data_uri(self, client):
        text = client.get("/webclient/get_thumbnail/999999/").json()
        head, _, data = text.partition(",")
        assert head == "data:image/jpeg;base64"
        stand_in(base64.b64decode(data), 96)

    def test_of_many_a_missing_one_is_null(self, client, image):
        # clients 3: asked once more alone
        number = image("cells.ome.tif").pk
        url = f"/webclient/get_thumbnails/?id={number}&id=999999"
        found = client.get(url).json()
        assert found["999999"] is None
        assert found[str(number)].startswith("data:image/jpeg;base64,/9j/")

    @pytest.mark.parametrize("path", ["render_thumbnail/1/", "get_thumbnail/1/"])
    def test_nobody(self, client, configured, catalog, path):
        # 2.2: no stand-in for who must log in
        configured(anonymous_access=False)
        assert client.get(f"/webclient/{path}").status_code == 302
        assert client.get(f"/webclient/{path}", **XHR).status_code == 403

    def test_no_integer(self, client):
        assert client.get("/webclient/render_thumbnail/1/?z=x").status_code == 500


def stand_in(data, side):
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.format == "PNG"
        pixels = np.asarray(picture)
    assert pixels.shape == (side, side, 3)
    assert tuple(pixels[0, 0]) == (221, 221, 221)
    assert tuple(pixels[side // 2, side // 2]) == (153, 153, 153)


class TestPathsToObject:
    URL = "/webclient/api/paths_to_object/"

    def paths(self, client, **query):
        return value(client.get(self.URL, query), "paths")["paths"]

    @staticmethod
    def short(path):
        return [(step["type"], step["id"]) for step in path]

    def test_an_image(self, client, image, catalog):
        row = image("uint8.tif")
        dataset = row.datasets.get()
        project = dataset.projects.get()
        (path,) = self.paths(client, image=row.pk, page_size=3)
        assert self.short(path) == [
            ("experimenter", catalog.administrator.pk),
            ("project", project.pk),
            ("dataset", dataset.pk),
            ("image", row.pk),
        ]
        # its place among its siblings, as the JSON API lists them
        listed = client.get(f"/api/v0/m/datasets/{dataset.pk}/images/").json()["data"]
        place = [one["@id"] for one in listed].index(row.pk)
        assert len(listed) > 3
        step = path[2]
        assert step["childIndex"] == place
        assert step["childCount"] == len(listed)
        assert step["childPage"] == place // 3 + 1

    def test_every_sibling_has_its_place(self, client, image):
        dataset = image("uint8.tif").datasets.get()
        rows = list(dataset.images.all())
        for number, row in enumerate(rows):
            # names that differ in case only, and not at all
            row.name = ("b", "A", "a", "B")[number % 4]
            row.save()
        listed = client.get(f"/api/v0/m/datasets/{dataset.pk}/images/").json()["data"]
        places = [
            self.paths(client, image=one["@id"])[0][2]["childIndex"] for one in listed
        ]
        assert places == list(range(len(rows)))

    def test_no_page_without_a_size(self, client, image):
        (path,) = self.paths(client, image=image("uint8.tif").pk)
        assert "childPage" not in path[2]

    def test_in_several(self, client, image, catalog):
        from graticule.catalog.models import Dataset, Project

        belongs = {"owner": catalog.administrator, "group": catalog.public_group}
        row = image("uint8.tif")
        first = row.datasets.get()
        other = Dataset.objects.create(name="other", **belongs)
        other.images.add(row)
        more = Project.objects.create(name="more", **belongs)
        more.datasets.add(first)
        paths = self.paths(client, image=row.pk)
        project = first.projects.order_by("pk").first()
        inner = [self.short(path)[1:-1] for path in paths]
        assert inner == [
            [("project", project.pk), ("dataset", first.pk)],
            [("project", more.pk), ("dataset", first.pk)],
            [("dataset", other.pk)],
        ]
        # the others narrow it down
        (only,) = self.paths(client, image=row.pk, dataset=other.pk)
        assert self.short(only)[1:-1] == inner[2]
        assert (
            self.paths(client, image=row.pk, project=project.pk, dataset=other.pk) == []
        )

    def test_an_orphan(self, client, image, catalog):
        row = image("uint8.tif")
        row.datasets.clear()
        owner = catalog.administrator.pk
        (path,) = self.paths(client, image=row.pk)
        assert self.short(path) == [
            ("experimenter", owner),
            ("orphaned", owner),
            ("image", row.pk),
        ]

    @pytest.fixture
    def plated(self, catalog, image):
        from graticule.catalog.models import (
            Plate,
            PlateAcquisition,
            Screen,
            Well,
            WellSample,
        )

        belongs = {"owner": catalog.administrator, "group": catalog.public_group}
        screen = Screen.objects.create(name="screen", **belongs)
        plate = Plate.objects.create(name="plate", **belongs)
        screen.plates.add(plate)
        run = PlateAcquisition.objects.create(plate=plate, name="run", **belongs)
        well = Well.objects.create(plate=plate, row=0, column=0, **belongs)
        row = image("uint8.tif")
        row.datasets.clear()
        WellSample.objects.create(well=well, image=row, acquisition=run)
        return screen, plate, run, well, row

    def test_in_a_well(self, client, plated):
        names = ("screen", "plate", "acquisition", "well", "image")
        whole = [(name, thing.pk) for name, thing in zip(names, plated, strict=True)]
        for length in range(1, 6):
            name, number = whole[length - 1]
            (path,) = self.paths(client, **{name: number})
            assert self.short(path)[1:] == whole[:length]
        assert self.short(self.paths(client, run=plated[2].pk)[0])[1:] == whole[:3]
        plated[3].samples.update(acquisition=None)
        (path,) = self.paths(client, image=plated[4].pk)
        assert self.short(path)[1:] == [*whole[:2], *whole[3:]]

    def test_roi_and_shape(self, client, image, catalog):
        from graticule.catalog.models import Roi, Shape

        row = image("uint8.tif")
        roi = Roi.objects.create(
            image=row, owner=catalog.administrator, group=catalog.public_group
        )
        shape = Shape.objects.create(
            roi=roi, kind="Point", min_x=1, min_y=1, max_x=1, max_y=1
        )
        (whole,) = self.paths(client, image=row.pk)
        (path,) = self.paths(client, roi=roi.pk)
        assert path == [*whole, {"type": "roi", "id": roi.pk}]
        (path,) = self.paths(client, shape=shape.pk)
        assert path[-2:] == [
            {"type": "roi", "id": roi.pk},
            {"type": "shape", "id": shape.pk},
        ]

    @pytest.mark.parametrize("query", [{}, {"image": 999999}, {"colour": 1}])
    def test_nothing(self, client, catalog, query):
        assert self.paths(client, **query) == []

    @pytest.mark.parametrize("query", ["image=x", "page_size=", "image=1&page_size=0"])
    def test_no_number(self, client, catalog, query):
        answer = client.get(f"{self.URL}?{query}")
        checked(answer, "error", 500)

    def test_who_sees_what(self, image, logged_in, cast, make_cast):
        row = image("uint8.tif")
        row.owner, row.group = cast.alice, cast.group
        row.save()
        seen = {
            name: bool(self.paths(logged_in(getattr(cast, name)), image=row.pk))
            for name in ("alice", "bob", "charlie")
        }
        assert seen == {"alice": True, "bob": True, "charlie": False}
        assert self.paths(new_client(), image=row.pk) == []
        # a dataset that is not seen is no way
        hidden = make_cast("rw----")
        dataset = row.datasets.get()
        dataset.owner, dataset.group = hidden.alice, hidden.group
        dataset.save()
        (path,) = self.paths(logged_in(cast.bob), image=row.pk)
        assert self.short(path)[1:] == [("orphaned", cast.alice.pk), ("image", row.pk)]


class TestAnnotations:
    URL = "/webclient/api/annotations/"

    @pytest.fixture
    def annotate(self, catalog):
        from graticule.catalog.models import Annotation, AnnotationLink

        owner = catalog.administrator

        def make(target, kind, by=owner, group=catalog.public_group, **values):
            held = Annotation.objects.create(kind=kind, owner=by, group=group, **values)
            link = AnnotationLink.objects.create(
                annotation=held, target=target, owner=by
            )
            return held, link

        return make

    def got(self, client, query):
        return value(client.get(f"{self.URL}?{query}"), "annotations")

    def test_tags_and_pairs(self, client, image, annotate, catalog):
        row, other = image("uint8.tif"), image("photo.tif")
        tag, link = annotate(row, "tag", text="mitosis", description="seen")
        pairs, _ = annotate(
            other, "map", pairs=[["gene", "p53"], ["gene", "x"]], namespace="my/ns"
        )
        query = f"image={row.pk}&image={other.pk}"
        (found,) = self.got(client, f"type=tag&{query}")["annotations"]
        assert found["id"] == tag.pk
        assert found["textValue"] == "mitosis"
        assert found["description"] == "seen"
        assert found["class"] == "TagAnnotationI"
        assert found["ns"] is None
        assert found["link"]["id"] == link.pk
        parent = {"id": row.pk, "class": "ImageI", "name": row.name}
        assert found["link"]["parent"] == parent
        (found,) = self.got(client, f"type=map&{query}")["annotations"]
        assert found["values"] == [["gene", "p53"], ["gene", "x"]]
        assert found["link"]["parent"]["id"] == other.pk
        answer = self.got(client, query)
        assert [one["id"] for one in answer["annotations"]] == [tag.pk, pairs.pk]
        (person,) = answer["experimenters"]
        assert person["id"] == catalog.administrator.pk
        assert person["omeName"] == catalog.administrator.username
        by_namespace = self.got(client, f"{query}&ns=my/ns")["annotations"]
        assert [one["id"] for one in by_namespace] == [pairs.pk]

    def test_one_on_two_is_there_twice(self, client, image, annotate, catalog):
        from graticule.catalog.models import AnnotationLink

        row, other = image("uint8.tif"), image("photo.tif")
        tag, _ = annotate(row, "tag", text="both")
        AnnotationLink.objects.create(
            annotation=tag, target=other, owner=catalog.administrator
        )
        found = self.got(client, f"type=tag&image={row.pk}&image={other.pk}")
        parents = [one["link"]["parent"]["id"] for one in found["annotations"]]
        assert parents == [row.pk, other.pk]

    @pytest.mark.parametrize(
        ("kind", "asked", "values", "name", "expected"),
        [
            ("comment", "comment", {"text": "ok"}, "textValue", "ok"),
            ("rating", "rating", {"whole": 4}, "longValue", 4),
            ("long", "custom", {"whole": -4}, "longValue", -4),
            ("double", "custom", {"number": 0.5}, "doubleValue", 0.5),
            ("boolean", "custom", {"truth": False}, "boolValue", False),
            ("term", "custom", {"text": "GO:1"}, "termValue", "GO:1"),
            ("xml", "custom", {"text": "<a/>"}, "textValue", "<a/>"),
            (
                "timestamp",
                "custom",
                {"time": datetime(2024, 2, 3, tzinfo=UTC)},
                "timeValue",
                "2024-02-03T00:00:00+00:00",
            ),
        ],
    )
    def test_values(self, client, image, annotate, kind, asked, values, name, expected):
        row = image("uint8.tif")
        annotate(row, kind, **values)
        for of_type in (f"type={asked}&", "", "type=what&"):
            (found,) = self.got(client, f"{of_type}image={row.pk}")["annotations"]
            assert found[name] == expected
        assert self.got(client, f"type=tag&image={row.pk}")["annotations"] == []

    def test_files(self, client, image, annotate):
        from graticule.catalog.models import OriginalFile

        file = OriginalFile.objects.create(
            path="/nowhere/at/all.csv",
            name="all.csv",
            size_bytes=12,
            modified=datetime.now(UTC),
            media_type="text/csv",
        )
        row = image("uint8.tif")
        annotate(row, "file", file=file)
        answer = client.get(f"{self.URL}?type=file&image={row.pk}")
        (found,) = value(answer, "annotations")["annotations"]
        assert found["file"] == {
            "id": file.pk,
            "name": "all.csv",
            "size": 12,
            "mimetype": "text/csv",
        }
        assert b"nowhere" not in answer.content

    @pytest.mark.parametrize("name", ["dataset", "project"])
    def test_on_containers(self, client, image, annotate, name):
        dataset = image("uint8.tif").datasets.get()
        thing = dataset if name == "dataset" else dataset.projects.get()
        tag, _ = annotate(thing, "tag", text="here")
        # the same id elsewhere is another thing
        others = {"dataset", "project", "image", "plate", "run"} - {name}
        for other in others:
            found = self.got(client, f"{other}={thing.pk}")
            assert tag.pk not in [one["id"] for one in found["annotations"]]
        (found,) = self.got(client, f"{name}={thing.pk}")["annotations"]
        assert found["link"]["parent"]["class"] == f"{name.capitalize()}I"

    def test_nothing_asked(self, client, catalog):
        assert self.got(client, "type=tag") == {"annotations": [], "experimenters": []}
        checked(client.get(f"{self.URL}?image=x"), "error", 500)

    def test_who_sees_what(self, image, logged_in, annotate, cast, make_cast):
        row = image("uint8.tif")
        row.owner, row.group = cast.alice, cast.group
        row.save()
        annotate(row, "tag", by=cast.alice, group=cast.group, text="shared")
        hidden = make_cast("rw----")
        annotate(row, "tag", by=hidden.alice, group=hidden.group, text="hers")
        for who, texts in {
            cast.alice: ["shared"],
            cast.bob: ["shared"],
            cast.charlie: [],
            hidden.alice: [],
            cast.administrator: ["shared", "hers"],
        }.items():
            found = self.got(logged_in(who), f"image={row.pk}")["annotations"]
            assert [one["textValue"] for one in found] == texts, who
        assert self.got(new_client(), f"image={row.pk}")["annotations"] == []
        may = {
            who: self.got(logged_in(who), f"image={row.pk}")["annotations"][0]
            for who in (cast.alice, cast.bob)
        }
        assert may[cast.alice]["permissions"]["canEdit"]
        assert may[cast.alice]["link"]["permissions"]["canDelete"]
        assert not any(may[cast.bob]["permissions"].values())
        assert not may[cast.bob]["link"]["permissions"]["canDelete"]


class TestTheRest:
    def test_keep_alive(self, client, catalog):
        answer = client.get("/webclient/keepalive_ping/?_=17")
        assert (answer.status_code, answer.content) == (200, b"OK")

    def test_keep_alive_of_nobody(self, client, configured, catalog):
        configured(anonymous_access=False)
        assert client.get("/webclient/keepalive_ping/", **XHR).status_code == 403

    def test_activities(self, client, catalog):
        answer = client.get("/webclient/activities_json/")
        assert value(answer, "activities") == json.loads(answer.content)

    @pytest.mark.parametrize(
        ("query", "place"),
        [
            ("", "/"),
            ("?show=image-12", "/image/12/"),
            ("?show=dataset-3|image-12", "/dataset/3/"),
            ("?show=well-3", "/"),
            ("?show=image-1x", "/"),
            ("?show=//evil.example", "/"),
        ],
    )
    def test_index(self, client, catalog, query, place):
        answer = client.get(f"/webclient/{query}")
        assert (answer.status_code, answer["Location"]) == (302, place)

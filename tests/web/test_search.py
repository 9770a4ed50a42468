"""Full-text search over the gateway (contract webgateway 8.5)."""

from urllib.parse import quote

import pytest
from tests.web.conftest import checked

URL = "/webgateway/search/"


def names(answer):
    return [row["name"] for row in checked(answer, "search")]


def ask(client, text, **parameters):
    query = "&".join(f"{key}={quote(str(it))}" for key, it in parameters.items())
    return client.get(f"{URL}?text={quote(text)}&{query}")


@pytest.fixture
def photo(image):
    return image("photo.tif")


class TestWhatIsFound:
    def test_it_works(self, client, photo):
        found = checked(ask(client, "photo"), "search")
        assert found == [
            {
                "type": "Image",
                "id": photo.pk,
                "name": "photo.tif",
                "description": "",
                "author": photo.owner.full_name,
                "date": photo.created.timestamp(),
                "thumb_url": f"/webgateway/render_thumbnail/{photo.pk}/",
            }
        ]
        assert client.get(found[0]["thumb_url"]).status_code == 200

    def test_projects_datasets_images_in_that_order(self, client, photo):
        # The folder "slides" is a project and a dataset; the word is a file's, too.
        photo.description = "one of the slides"
        photo.save()
        found = checked(ask(client, "slides"), "search")
        assert [(row["type"], row["name"]) for row in found] == [
            ("Project", "slides"),
            ("Dataset", "slides"),
            ("Image", "photo.tif"),
        ]
        assert found[0] == {
            "type": "Project",
            "id": photo.datasets.get().projects.get().pk,
            "name": "slides",
            "description": "",
        }
        assert names(ask(client, "slides", ctx="imgs")) == ["photo.tif"]
        for ctx in ("", "img", "projects"):
            assert len(names(ask(client, "slides", ctx=ctx))) == 3

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("PHOTO", ["photo.tif"]),
            ("*hot*", ["photo.tif"]),
            ("*.tif uint*", ["uint32.tif", "uint8.tif"]),
            ("stored OR photo", ["photo.tif", "stored.tif"]),
            ("file:cells.ome.tif", ["cells"]),
            ('description:"four stains"', ["cells"]),
            ("tif -name:u* -name:int* -float* -types -nothing", ["cells", "Image0"]),
        ],
    )
    def test_lucene_syntax(self, client, photo, text, found):
        all_found = set(names(ask(client, text, ctx="imgs")))
        if "-" in text:
            assert all_found >= set(found)
            assert not any(name.startswith(("u", "int", "float")) for name in all_found)
        else:
            assert sorted(all_found) == found

    @pytest.mark.parametrize("query", ["", "text=", "text=%20", "text=&ctx=imgs"])
    def test_no_text_finds_nothing(self, client, photo, query):
        assert names(client.get(f"{URL}?{query}")) == []

    def test_a_scan_is_found(self, client, photo):
        from graticule.catalog.models import Annotation, AnnotationLink

        tag = Annotation.objects.create(
            kind="tag", text="Favourite", owner=photo.owner, group=photo.group
        )
        AnnotationLink.objects.create(annotation=tag, target=photo, owner=photo.owner)
        assert names(ask(client, "tag:favourite")) == ["photo.tif"]

    def test_author(self, client, photo, cast):
        from graticule.catalog.models import Project

        cast.alice.first_name, cast.alice.last_name = "Ada", "Okafor"
        cast.alice.save()
        photo.owner = cast.alice
        photo.save()
        Project.objects.create(
            name="photo project", owner=photo.group.memberships.first().person,
            group=photo.group,
        )  # fmt: skip
        assert names(ask(client, "photo")) == ["photo project", "photo.tif"]
        for author in ("ada", "Okafor", "Ada Okafor", "ok*"):
            assert names(ask(client, "photo", author=author)) == ["photo.tif"]
        assert names(ask(client, "photo", author="nobody")) == []
        assert names(ask(client, "", author="ada")) == []
        assert names(ask(client, "photo", author="")) == ["photo project", "photo.tif"]


class TestShapes:
    def test_parents_nearest_first(self, client, photo, cast):
        from graticule.catalog.models import Dataset, Plate, Screen, Well

        belongs = {"owner": photo.owner, "group": photo.group}
        second = Dataset.objects.create(name="another", **belongs)
        hidden = Dataset.objects.create(
            name="hidden", owner=cast.alice, group=cast.group
        )
        plate = Plate.objects.create(name="plate", **belongs)
        Screen.objects.create(name="screen", **belongs).plates.add(plate)
        well = Well.objects.create(plate=plate, row=0, column=0, **belongs)
        for index in (0, 1):
            well.samples.create(image=photo, index=index)
        for dataset in (second, hidden):
            dataset.images.add(photo)
        found = checked(ask(client, "photo", parents="no"), "search")
        first = photo.datasets.get(name="slides")
        assert [
            (row["type"], row["id"], row["name"]) for row in found[0]["parents"]
        ] == [
            ("Dataset", second.pk, "another"),
            ("Dataset", first.pk, "slides"),
            ("Project", first.projects.get().pk, "slides"),
            ("Plate", plate.pk, "plate"),
            ("Screen", plate.screens.get().pk, "screen"),
        ]

    def test_parents_of_containers(self, client, photo):
        found = checked(ask(client, "name:slides", parents="1"), "search")
        parents = {row["type"]: row["parents"] for row in found}
        assert parents["Project"] == []
        assert [row["type"] for row in parents["Dataset"]] == ["Project"]
        assert all(
            "parents" not in row
            for row in checked(ask(client, "slides", parents=""), "search")
        )

    def test_data(self, client, photo):
        data = client.get(f"/webgateway/imgData/{photo.pk}/").json()
        answer = ask(client, "photo", ctx="imgs", grabData="x")
        assert answer.json() == [data]
        answer = ask(client, "photo", ctx="imgs", grabData="1", key="size.width")
        assert answer.json() == [192]
        answer = ask(client, "photo", ctx="imgs", grabData="1", key="no.such")
        assert answer.json() == [None]
        answer = ask(client, "photo", ctx="imgs", grabData="1", key="id.x")
        checked(answer, "error", 500)
        # Of images only.
        assert names(ask(client, "photo", grabData="1")) == ["photo.tif"]
        assert names(ask(client, "photo", ctx="imgs", grabData="")) == ["photo.tif"]

    def test_start_and_limit(self, client, photo):
        every = names(ask(client, "tif", ctx="imgs"))
        assert len(every) > 6
        for start, limit, expected in (
            *((0, 2, every[:2]), (2, 3, every[2:5]), (3, 0, every[3:])),
            *((0, 0, every), (99, 1, []), (-2, 1, every[:1]), (1, -1, every[1:])),
        ):
            asked = {"ctx": "imgs", "start": start, "limit": limit}
            assert names(ask(client, "tif", **asked)) == expected
            data = ask(client, "tif", grabData="1", key="meta.imageName", **asked)
            assert data.json() == expected
        whole = names(ask(client, "slides"))
        assert names(ask(client, "slides", start=1)) == whole[1:]

    @pytest.mark.parametrize("wrong", ["start=x", "limit=", "limit=1.5"])
    def test_numbers_must_be_numbers(self, client, photo, wrong):
        checked(client.get(f"{URL}?text=photo&{wrong}"), "error", 500)


class TestWhatIsRefused:
    @pytest.mark.parametrize("text", ["(", '"photo', "AND", "photo AND", "[a TO b]"])
    @pytest.mark.parametrize("more", ["", "&callback=f", "&ctx=imgs&grabData=1"])
    def test_not_understood(self, client, photo, text, more):
        answer = client.get(f"{URL}?text={quote(text)}{more}")
        assert answer.status_code == 500
        assert answer["Content-Type"] == "text/javascript"
        assert answer.content == b'"parse exception"'

    def test_callback(self, client, photo):
        answer = client.get(f"{URL}?text=nowhere&callback=f")
        assert answer["Content-Type"] == "application/javascript"
        assert answer.content == b"f([])"
        answer = client.get(f"{URL}?text=nowhere&callback=a.b")
        assert (answer.status_code, answer.content) == (400, b"Invalid callback")

    @pytest.mark.parametrize(
        "text", ["%00", "%FF%FE", "%ED%A0%80", "'%20OR%201=1%20--", "a" * 3000]
    )
    def test_odd_bytes(self, client, photo, text):
        assert client.get(f"{URL}?text={text}").status_code in {200, 500}
        assert names(ask(client, "photo")) == ["photo.tif"]

    def test_needs_a_login(self, client, photo, configured):
        configured(anonymous_access=False)
        assert client.get(f"{URL}?text=photo").status_code == 302


def test_queries_do_not_grow_with_what_is_found(client, photo):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries(text):
        assert ask(client, text, parents="1").status_code == 200
        with CaptureQueriesContext(connection) as queries:
            found = names(ask(client, text, parents="1"))
        return len(queries), len(found)

    one, many = queries("photo"), queries("tif")
    assert many[1] > one[1]
    assert many[0] <= one[0] + 1  # nothing more is asked where there are datasets

"""Saving, listing, loading, deleting and moving figures (contract clients 5)."""

import json
from pathlib import Path

import pytest
from tests.web.figure.conftest import TOKEN, checked, figure_of, post, save


@pytest.fixture
def cells(image):
    return image("cells.ome.tif")


@pytest.fixture
def admin(logged_in, database):
    return logged_in(database.administrator)


@pytest.fixture
def alice(cast, logged_in):
    """Alice, with her lab as the group she starts in."""
    cast.alice.default_group = cast.group
    cast.alice.first_name, cast.alice.last_name = "Alice", "Ångström"
    cast.alice.save()
    return logged_in(cast.alice)


def listed(client):
    return checked(client.get("/figure/list_web_figures/"), "figure_list")


def loaded(client, figure_id):
    return checked(client.get(f"/figure/load_web_figure/{figure_id}/"), "figure")


def files_of(home):
    folder = home / "attachments"
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def home():
    from django.conf import settings

    return settings.GRATICULE["home"]


class TestSaving:
    def test_it_works(self, admin, cells):
        figure = figure_of(cells.pk, legend="Zellen, 0,5 µm \U0001f52c")
        answer = post(admin, "save_web_figure", figureJSON=json.dumps(figure))
        assert answer.status_code == 200
        # "the body of the answer is the id as a bare number"
        number = int(answer.content)
        assert answer.content == str(number).encode()
        found = loaded(admin, number)
        assert found == {
            **figure,
            "canEdit": True,
            "group": {"id": cells.group.pk, "name": "public"},
        }

    def test_what_is_kept_is_what_was_sent(self, admin, cells):
        from graticule.catalog.models import Annotation

        text = '{"panels": [],  "figureName":"A", "big": 12345678901234567890.5}'
        answer = post(admin, "save_web_figure", figureJSON=text)
        row = Annotation.objects.get(pk=int(answer.content))
        assert Path(row.file.path).read_text("utf-8") == text
        assert (row.kind, row.namespace) == ("file", "omero.web.figure.json")
        assert (row.file.name, row.file.media_type) == ("A", "application/json")

    def test_the_list_tells_name_and_image(self, alice, cast, make_image):
        image = make_image({"owner": cast.alice, "group": cast.group})
        before = {
            "figureName": "one",
            "panels": [{"imageId": image.pk}, {"imageId": 7}],
        }
        number = save(alice, before)
        [entry] = listed(alice)
        description = json.loads(entry.pop("description"))
        assert description == {"imageId": image.pk, "name": "one"}
        assert entry.pop("creationDate") > 1.6e9
        assert entry == {
            "id": number,
            "name": "one",
            "owner": {
                "id": cast.alice.pk,
                "firstName": "Alice",
                "lastName": "Ångström",
            },
            "ownerFullName": "Alice Ångström",
            "group": {"id": cast.group.pk, "name": cast.group.name},
            "canEdit": True,
        }

    def test_the_newest_comes_first(self, admin):
        numbers = [save(admin, figure_of(name=name)) for name in ("a", "b", "c")]
        assert [entry["id"] for entry in listed(admin)] == numbers[::-1]

    def test_other_attached_files_are_no_figures(self, admin, database):
        from graticule.services.attachments import attach, file_aside

        with file_aside(".json") as path:
            path.write_text("{}")
            row = attach(
                database.administrator,
                database.public_group,
                path,
                name="notes.json",
                media_type="application/json",
            )
        assert listed(admin) == []
        checked(admin.get(f"/figure/load_web_figure/{row.pk}/"), "error", 404)
        answer = post(admin, "delete_web_figure", fileId=row.pk)
        checked(answer, "error", 404)

    def test_a_figure_without_a_name_gets_one(self, admin):
        number = save(admin, {"panels": []})
        [entry] = listed(admin)
        assert entry["name"].startswith("Figure 20")
        assert loaded(admin, number)["figureName"] == entry["name"]

    @pytest.mark.parametrize(
        "panels",
        [
            [],
            None,
            "x",
            [None, 3, {}],
            [{"imageId": "https://example.org/a.zarr"}],
            [{"imageId": None}, {"imageId": -1}, {"imageId": 2**70}],
            [{"imageId": 1e400}, {"imageId": [1]}],
        ],
    )
    def test_a_figure_without_images_of_ours(self, admin, panels):
        text = json.dumps({"panels": panels}).replace("Infinity", "1e400")
        answer = post(admin, "save_web_figure", figureJSON=text)
        assert answer.status_code == 200, answer.content
        [entry] = listed(admin)
        assert json.loads(entry["description"])["imageId"] == 0

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "no JSON"),
            ("{", "no JSON"),
            ("[" * 100_000, "no JSON"),
            ('{"a": NaN}', "no JSON"),
            ("[]", "must be a JSON object"),
            ('"figure"', "must be a JSON object"),
            ('{"figureName": 5}', "must be a text"),
            ('{"figureName": "a\\u0000b"}', "must be a text"),
            ('{"figureName": "\\ud800"}', "must be a text"),
            (json.dumps({"figureName": "n" * 1025}), "at most 1024"),
        ],
    )
    def test_what_is_no_figure(self, admin, home, text, said):
        before = files_of(home)
        answer = post(admin, "save_web_figure", figureJSON=text)
        assert said in checked(answer, "error", 400)["message"]
        assert listed(admin) == []
        assert files_of(home) == before

    def test_nothing_sent(self, admin):
        answer = post(admin, "save_web_figure")
        assert "figureJSON" in checked(answer, "error", 400)["message"]

    def test_larger_than_a_form_may_be(self, admin, configured, monkeypatch):
        from django.conf import settings

        configured(max_form_bytes=5000)
        monkeypatch.setattr(settings, "DATA_UPLOAD_MAX_MEMORY_SIZE", 5000)
        text = json.dumps(figure_of(legend="x" * 6000))
        answer = post(admin, "save_web_figure", figureJSON=text)
        assert answer.status_code == 400
        assert b"max_form_bytes = 5,000" in answer.content
        assert listed(admin) == []

    def test_without_the_token_of_the_page(self, admin):
        # 1.2: the header on every POST
        answer = admin.post("/figure/save_web_figure/", {"figureJSON": "{}"})
        assert answer.status_code == 403
        assert "CSRF" in answer.json()["message"]

    @pytest.mark.parametrize("name", ["save", "delete"])
    def test_only_post(self, admin, name):
        answer = admin.get(f"/figure/{name}_web_figure/")
        assert (answer.status_code, answer["Allow"]) == (405, "POST")


class TestSavingAgain:
    def test_it_works(self, admin, cells):
        number = save(admin, figure_of(name="first"))
        again = figure_of(cells.pk, name="second", legend="new")
        assert save(admin, again, fileId=number) == number
        assert loaded(admin, number)["legend"] == "new"
        [entry] = listed(admin)
        assert entry["name"] == "second"
        description = json.loads(entry["description"])
        assert description == {"name": "second", "imageId": cells.pk}

    def test_an_empty_id_is_a_new_figure(self, admin):
        number = save(admin, figure_of(), fileId="")
        assert save(admin, figure_of(), fileId="") != number

    @pytest.mark.parametrize(("number", "status"), [("987654", 404), ("x", 400)])
    def test_there_is_none(self, admin, home, number, status):
        before = files_of(home)
        answer = post(admin, "save_web_figure", figureJSON="{}", fileId=number)
        checked(answer, "error", status)
        assert files_of(home) == before

    def test_what_is_no_figure_leaves_the_old_one(self, admin):
        number = save(admin, figure_of(legend="old"))
        post(admin, "save_web_figure", figureJSON="[]", fileId=number)
        assert loaded(admin, number)["legend"] == "old"


class TestGroup:
    """Saved in the group of the images, else in the writer's default group."""

    @pytest.fixture
    def second(self, cast):
        from graticule.catalog.models import Group, Membership

        group = Group.objects.create(name="second", permissions="rwra--")
        Membership.objects.create(person=cast.alice, group=group)
        return group

    def saved_in(self, client, *images):
        return loaded(client, save(client, figure_of(*images)))["group"]["id"]

    def test_that_of_the_first_image(self, alice, cast, second, make_image):
        there = make_image({"owner": cast.alice, "group": second})
        here = make_image({"owner": cast.alice, "group": cast.group})
        assert self.saved_in(alice, there.pk, here.pk) == second.pk
        assert self.saved_in(alice, here.pk, there.pk) == cast.group.pk

    def test_the_default_group_without_images(self, alice, cast, second):
        assert self.saved_in(alice) == cast.group.pk
        assert self.saved_in(alice, 987654) == cast.group.pk

    def test_never_one_that_the_writer_is_not_in(self, alice, cast, make_image):
        from graticule.catalog.models import Group

        strangers = Group.objects.create(name="strangers", permissions="rwrw--")
        # Alice's own, in a group she has left: she sees it.
        image = make_image({"owner": cast.alice, "group": strangers})
        assert self.saved_in(alice, image.pk) == cast.group.pk

    def test_any_group_of_the_writer_without_a_default(self, cast, logged_in):
        assert cast.bob.default_group is None
        assert self.saved_in(logged_in(cast.bob)) == cast.group.pk

    def test_without_any_group(self, logged_in, catalog, home):
        from graticule.catalog.models import Person

        before = files_of(home)
        loner = logged_in(Person.objects.create_user("loner"))
        answer = post(loner, "save_web_figure", figureJSON="{}")
        assert "no group" in checked(answer, "error", 403)["message"]
        assert files_of(home) == before


class TestLoading:
    def test_no_figure(self, admin):
        checked(admin.get("/figure/load_web_figure/987654/"), "error", 404)

    def test_its_file_has_vanished(self, admin, home):
        from graticule.catalog.models import Annotation

        number = save(admin, figure_of(name="lost"))
        Path(Annotation.objects.get(pk=number).file.path).unlink()
        answer = admin.get(f"/figure/load_web_figure/{number}/")
        said = checked(answer, "error", 404)["message"]
        assert said == "lost: the figure's file has vanished."
        assert str(home) not in said

    def test_what_was_saved_cannot_say_who_may_edit(self, alice, cast, logged_in):
        number = save(alice, figure_of(canEdit=True, group={"id": 1, "name": "x"}))
        found = loaded(logged_in(cast.bob), number)
        assert found["canEdit"] is False
        assert found["group"]["id"] == cast.group.pk


class TestDeleting:
    def test_it_works(self, admin):
        number, other = (save(admin, figure_of(name=name)) for name in "ab")
        answer = post(admin, "delete_web_figure", fileId=number)
        assert checked(answer, "done") == {"success": True}
        assert [entry["id"] for entry in listed(admin)] == [other]
        checked(admin.get(f"/figure/load_web_figure/{number}/"), "error", 404)

    @pytest.mark.parametrize(
        ("form", "status"), [({}, 400), ({"fileId": "x"}, 400), ({"fileId": 9}, 404)]
    )
    def test_there_is_none(self, admin, form, status):
        checked(post(admin, "delete_web_figure", **form), "error", status)


class TestMoving:
    """chgrp: a figure of the writer's to another group of the writer's."""

    @pytest.fixture
    def second(self, cast):
        from graticule.catalog.models import Group, Membership

        group = Group.objects.create(name="second", permissions="rw----")
        Membership.objects.create(person=cast.alice, group=group)
        return group

    def test_it_works(self, alice, cast, logged_in, second):
        number = save(alice, figure_of())
        bob = logged_in(cast.bob)
        assert [entry["id"] for entry in listed(bob)] == [number]
        answer = post(alice, "chgrp", group_id=second.pk, ann_id=number)
        assert checked(answer, "done") == {"success": True}
        assert loaded(alice, number)["group"] == {"id": second.pk, "name": "second"}
        assert listed(bob) == []

    def test_several_or_none(self, alice, cast, second):
        from django.db import transaction

        number = save(alice, figure_of())
        with transaction.atomic():
            ids = f"{number},987654"
            answer = post(alice, "chgrp", group_id=second.pk, ann_id=ids)
        checked(answer, "error", 404)
        assert loaded(alice, number)["group"]["id"] == cast.group.pk

    @pytest.mark.parametrize(
        ("form", "status", "said"),
        [
            ({"Image": "1", "group_id": "1"}, 400, "images stay"),
            ({"ann_id": "1"}, 400, "group_id and ann_id"),
            ({"ann_id": "x", "group_id": "1"}, 400, "ann_id must be ids"),
            ({"ann_id": "1", "group_id": "987654"}, 404, "Group:987654"),
        ],
    )
    def test_what_cannot_be_moved(self, alice, form, status, said):
        answer = post(alice, "chgrp", **form)
        assert said in checked(answer, "error", status)["message"]

    def test_not_to_a_group_one_is_not_in(self, admin, alice, cast, database):
        number = save(alice, figure_of())
        answer = post(alice, "chgrp", group_id=database.public_group.pk, ann_id=number)
        checked(answer, "error", 404)
        answer = post(admin, "chgrp", group_id=database.public_group.pk, ann_id=number)
        checked(answer, "done")


def test_a_token_for_reading_only(admin, database, client):
    from graticule.catalog.tokens import make_token

    number = save(admin, figure_of())
    token = make_token(database.administrator, "t", scopes=("read",))
    headers = {"Authorization": f"Bearer {token}", "X-CSRFToken": TOKEN}
    for name, form in (
        ("save_web_figure", {"figureJSON": "{}"}),
        ("save_web_figure", {"figureJSON": "{}", "fileId": number}),
        ("delete_web_figure", {"fileId": number}),
        ("chgrp", {"ann_id": number, "group_id": database.public_group.pk}),
    ):
        answer = client.post(f"/figure/{name}/", form, headers=headers)
        said = checked(answer, "error", 403)
        assert said == {"message": "This token is for reading only."}
    answer = client.get(f"/figure/load_web_figure/{number}/", headers=headers)
    assert checked(answer, "figure")["panels"] == []

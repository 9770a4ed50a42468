"""One image's settings for a whole dataset or plate, and back again."""

import json
from pathlib import Path

import jsonschema
import pytest
from tests.web.test_rendering_settings_copied import twins  # noqa: F401

import graticule

SCHEMAS = Path(graticule.__file__).parent / "web" / "spread" / "schemas"
SETTINGS = {
    "c": "1|11:1111$FF0000,-2|22:2222$00FF00,3|33:3333$0000FF,4|44:4444$FFFFFF",
    "m": "c",
    "z": "1",
    "t": "0",
}


def checked(answer, name, status=200):
    assert answer.status_code == status, answer.content[:300]
    body = json.loads(answer.content)
    jsonschema.validate(body, json.loads((SCHEMAS / f"{name}.json").read_text()))
    return body


def post(client, path, **form):
    token = client.get("/api/v0/token/").json()["data"]
    return client.post(f"/spread/{path}", form, HTTP_X_CSRFTOKEN=token)


def windows(client, row):
    data = client.get(f"/webgateway/imgData/{row.pk}/").json()
    return [(c["window"]["start"], c["window"]["end"]) for c in data["channels"]]


def saved(person, row):
    from graticule.catalog.models import RenderingSettings

    return RenderingSettings.objects.filter(person=person, image=row).first()


MINE = [(11, 1111), (22, 2222), (33, 3333), (44, 4444)]


@pytest.fixture
def bob(twins, logged_in):  # noqa: F811
    return logged_in(twins[4].bob)


def test_it_says_how_many_before(bob, twins):  # noqa: F811
    first, _, _, dataset, _ = twins
    found = checked(bob.get(f"/spread/{first.pk}/"), "targets")["targets"]
    assert found == [
        {
            "kind": "dataset",
            "id": dataset.pk,
            "name": "all",
            "others": 2,
            "fitting": 1,  # the third has other channels
        }
    ]


def test_all_that_fits_takes_them(bob, twins):  # noqa: F811
    first, second, other, dataset, cast = twins
    untouched = windows(bob, other)
    said = checked(
        post(bob, f"{first.pk}/", to=f"dataset-{dataset.pk}", **SETTINGS), "spread"
    )
    assert (said["taken"], said["left"]) == (2, 1)
    assert said["message"] == "These settings are saved for 2 images."
    assert windows(bob, first) == windows(bob, second) == MINE
    assert windows(bob, other) == untouched
    assert saved(cast.bob, second).default_z == 1
    # They are Bob's own: Alice sees what she saw.
    assert saved(cast.alice, second) is None


def test_it_can_be_taken_back(bob, twins):  # noqa: F811
    first, second, _, dataset, cast = twins
    before = windows(bob, first), windows(bob, second)
    revision = type(first).objects.get(pk=second.pk).revision
    other = {**SETTINGS, "c": SETTINGS["c"].replace("11:1111", "5:55")}
    to = f"dataset-{dataset.pk}"
    one = checked(post(bob, f"{first.pk}/", to=to, **other), "spread")
    two = checked(post(bob, f"{first.pk}/", to=to, **SETTINGS), "spread")
    assert windows(bob, second) == MINE
    said = checked(post(bob, "undo/", token=two["token"]), "error")["message"]
    assert said == "2 images as before."
    assert windows(bob, second) == [(5, 55), *MINE[1:]]
    checked(post(bob, "undo/", token=one["token"]), "error")
    assert (windows(bob, first), windows(bob, second)) == before
    assert saved(cast.bob, second) is None
    assert type(first).objects.get(pk=second.pk).revision > revision + 3
    assert (
        "too long ago"
        in checked(post(bob, "undo/", token=one["token"]), "error", 404)["message"]
    )


def test_what_was_saved_since_stays(bob, twins):  # noqa: F811
    first, second, _, dataset, _ = twins
    before = windows(bob, first)
    said = post(bob, f"{first.pk}/", to=f"dataset-{dataset.pk}", **SETTINGS).json()
    token = bob.get("/api/v0/token/").json()["data"]
    query = "c=1|7:77$FF0000,2|7:77$00FF00,3|7:77$0000FF,4|7:77$FFFFFF&m=c"
    path = f"/webgateway/saveImgRDef/{second.pk}/?{query}"
    assert bob.post(path, HTTP_X_CSRFTOKEN=token).json() is True
    undone = checked(post(bob, "undo/", token=said["token"]), "error")["message"]
    assert undone == "1 image as before. 1 image had been changed since: they stay."
    assert windows(bob, second) == [(7, 77)] * 4
    assert windows(bob, first) == before


def test_nobody_takes_back_what_is_not_theirs(bob, twins, logged_in):  # noqa: F811
    first, second, _, dataset, cast = twins
    said = post(bob, f"{first.pk}/", to=f"dataset-{dataset.pk}", **SETTINGS).json()
    alice = logged_in(cast.alice)
    checked(post(alice, "undo/", token=said["token"]), "error", 404)
    assert windows(bob, second) == MINE


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 200), ("bob", 200), ("charlie", 404)]
)
def test_who_may(twins, logged_in, who, status):  # noqa: F811
    first, second, _, dataset, cast = twins
    client = logged_in(getattr(cast, who))
    assert client.get(f"/spread/{first.pk}/").status_code == status
    to = f"dataset-{dataset.pk}"
    answer = post(client, f"{first.pk}/", to=to, **SETTINGS)
    assert answer.status_code == status
    for person in (cast.alice, cast.bob, cast.charlie):
        mine = status == 200 and person == getattr(cast, who)
        assert (saved(person, second) is not None) == mine


def test_who_may_only_look_is_told(twins, logged_in):  # noqa: F811
    first, second, _, dataset, cast = twins
    cast.group.permissions = "rwr---"
    cast.group.save()
    client = logged_in(cast.bob)
    answer = post(client, f"{first.pk}/", to=f"dataset-{dataset.pk}", **SETTINGS)
    assert "not save settings" in checked(answer, "error", 403)["message"]
    assert saved(cast.bob, second) is None


def test_images_one_by_one_take_what_applies(bob, twins):  # noqa: F811
    first, second, other, _, cast = twins
    token = bob.get("/api/v0/token/").json()["data"]
    query = "c=1|7:77$FF0000,2|7:77$00FF00,3|7:77$0000FF,4|7:77$FFFFFF&m=c"
    path = f"/webgateway/saveImgRDef/{first.pk}/?{query}"
    assert bob.post(path, HTTP_X_CSRFTOKEN=token).json() is True
    form = {"toids": [second.pk, other.pk]}
    answer = bob.post(f"/spread/{first.pk}/", form, HTTP_X_CSRFTOKEN=token)
    said = checked(answer, "spread")
    assert (said["taken"], said["left"]) == (1, 1)
    assert windows(bob, second) == [(7, 77)] * 4
    body = {"token": said["token"]}
    kind = "application/json"
    undone = bob.post("/spread/undo/", body, kind, HTTP_X_CSRFTOKEN=token)
    assert checked(undone, "error")["message"] == "1 image as before."
    assert saved(cast.bob, second) is None
    assert windows(bob, first) == [(7, 77)] * 4


WRONG = [
    ({"to": "project-1"}, "dataset-12"),
    ({"c": "1|1:2$FF0000"}, "All 4 channels"),
    ({"z": "x"}, "whole number"),
]


@pytest.mark.parametrize(("form", "said"), WRONG)
def test_what_makes_no_sense_is_said(bob, twins, form, said):  # noqa: F811
    first, second, _, dataset, cast = twins
    form = {"to": f"dataset-{dataset.pk}", **SETTINGS, **form}
    answer = post(bob, f"{first.pk}/", **form)
    assert said in checked(answer, "error", 400)["message"]
    assert saved(cast.bob, second) is None


def test_too_many_are_refused(bob, twins, configured):  # noqa: F811
    configured(max_organised=2)
    first, second, _, dataset, cast = twins
    answer = post(bob, f"{first.pk}/", to=f"dataset-{dataset.pk}", **SETTINGS)
    assert "max_organised = 2" in checked(answer, "error", 400)["message"]
    assert saved(cast.bob, second) is None

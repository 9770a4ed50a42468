"""Arranging things over HTTP: what is sent, what comes back, who may."""

import json
from pathlib import Path

import jsonschema
import pytest
from tests.web.conftest import new_client

SCHEMAS = Path(__file__).parents[2] / "src/graticule/web/organise/schemas"
CHANGES = {
    "create": {"kind": "dataset", "name": "Day 3"},
    "describe": {"thing": "project", "name": "Larvae"},
    "move": {"things": ["image"], "to": "other"},
    "copy": {"things": ["image"], "to": "other"},
    "remove": {"things": ["image"], "from": "dataset"},
    "delete": {"things": ["project"], "contents": True},
}
QUESTIONS = {
    "deletion": {"things": ["project"]},
    "targets": {"things": ["image"]},
    "tags-of": {"things": ["image"]},
}


def post(client, name, body):
    token = client.get("/api/v0/token/").json()["data"]
    text = body if isinstance(body, str) else json.dumps(body)
    return client.post(
        f"/organise/{name}/",
        text,
        content_type="application/json",
        HTTP_X_CSRFTOKEN=token,
    )


def checked(answer, schema, status=200):
    assert answer.status_code == status, answer.content[:300]
    rules = json.loads((SCHEMAS / f"{schema}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(rules)
    value = answer.json()
    jsonschema.Draft202012Validator(rules).validate(value)
    return value


@pytest.fixture
def make_lab(image, make_cast):
    """Give an image, its dataset and project, and another dataset to Alice."""
    from graticule.catalog.models import Dataset

    def make(level="rwr---"):
        cast = make_cast(level)
        row = image("uint8.tif")
        dataset = row.datasets.get()
        project = dataset.projects.get()
        other = Dataset.objects.create(name="other", owner=cast.alice, group=cast.group)
        for thing in (row, dataset, project):
            thing.owner, thing.group = cast.alice, cast.group
            thing.save()
        # What else hangs there would refuse: it is somebody else's.
        dataset.images.set([row])
        project.datasets.set([dataset])
        rows = {"image": row, "dataset": dataset, "project": project, "other": other}
        return cast, rows

    return make


def filled(body, rows):
    """Put kinds and ids where a body names what is meant."""

    def thing(name):
        return {"kind": type(rows[name]).__name__.lower(), "id": rows[name].pk}

    return {
        key: [thing(each) for each in value]
        if key == "things"
        else thing(value)
        if key in {"to", "from", "thing"}
        else value
        for key, value in body.items()
    }


@pytest.mark.parametrize("name", CHANGES)
def test_there_and_back(make_lab, logged_in, name):
    from graticule.catalog.models import Dataset, Project

    def state():
        return (
            sorted(Project.objects.values_list("pk", "name")),
            sorted(Dataset.objects.values_list("pk", "name", "images", "projects")),
        )

    cast, rows = make_lab()
    client = logged_in(cast.alice)
    before = state()
    done = checked(post(client, name, filled(CHANGES[name], rows)), "done")
    assert done["message"]
    assert state() != before
    undone = checked(post(client, "undo", {"token": done["undo"]["token"]}), "done")
    assert undone["message"] == f"Undone: {done['message']}"
    assert undone["undo"] is None
    assert state() == before
    again = post(client, "undo", {"token": done["undo"]["token"]})
    assert "cannot be undone" in checked(again, "error", 404)["message"]


def test_what_was_made_is_told(make_lab, logged_in):
    cast, _ = make_lab()
    client = logged_in(cast.alice)
    body = {"kind": "project", "name": "  Larvae ", "group": cast.group.pk}
    (made,) = checked(post(client, "create", body), "done")["made"]
    page = client.get(made["url"]).content.decode()
    assert "<h1>Larvae</h1>" in page


def test_a_change_meanwhile_is_a_conflict(make_lab, logged_in):
    cast, rows = make_lab()
    client = logged_in(cast.alice)
    body = filled(CHANGES["describe"], rows)
    done = post(client, "describe", body).json()
    post(logged_in(cast.administrator), "describe", {**body, "name": "Pupae"})
    answer = post(client, "undo", {"token": done["undo"]["token"]})
    assert "“Larvae” was changed since" in checked(answer, "error", 409)["message"]


@pytest.mark.parametrize("name", {**CHANGES, **QUESTIONS})
def test_who_may(make_lab, logged_in, name):
    cast, rows = make_lab("rwr---")
    body = filled({**CHANGES, **QUESTIONS}[name], rows)
    if name == "create":
        body |= {"group": cast.group.pk}
    found = {
        who: post(logged_in(getattr(cast, who)), name, body).status_code
        for who in ("bob", "charlie")
    }
    expected = {"bob": 403, "charlie": 404}
    if name == "tags-of":  # a question: what is not seen bears nothing
        expected = {"bob": 200, "charlie": 200}
    if name == "create":  # Bob is a member, too
        expected["bob"] = 200
    assert found == expected
    assert post(logged_in(cast.alice), name, body).status_code == 200


@pytest.mark.parametrize("name", [*CHANGES, "undo"])
def test_nobody_changes_anything_without_a_login(make_lab, name):
    _, rows = make_lab()
    body = filled(CHANGES.get(name, {"token": "x"}), rows)
    answer = post(new_client(), name, body)
    assert checked(answer, "error", 401)["message"] == "Log in first."


@pytest.mark.parametrize("name", [*CHANGES, "undo"])
def test_not_without_the_token_of_forms(make_lab, logged_in, name):
    cast, rows = make_lab()
    body = json.dumps(filled(CHANGES.get(name, {"token": "x"}), rows))
    answer = logged_in(cast.alice).post(
        f"/organise/{name}/", body, content_type="application/json"
    )
    assert answer.status_code == 403
    assert "CSRF" in answer.json()["message"]


@pytest.mark.parametrize(("scopes", "status"), [(("read",), 403), (("write",), 200)])
def test_personal_tokens(make_lab, scopes, status):
    from graticule.catalog.tokens import make_token

    cast, rows = make_lab()
    secret = make_token(cast.alice, "script", scopes=scopes)
    answer = new_client().post(
        "/organise/describe/",
        json.dumps(filled(CHANGES["describe"], rows)),
        content_type="application/json",
        HTTP_AUTHORIZATION=f"Bearer {secret}",
    )
    assert answer.status_code == status


@pytest.mark.parametrize("name", [*CHANGES, *QUESTIONS, "undo"])
def test_only_post(logged_in, catalog, name):
    assert logged_in(catalog.administrator).get(f"/organise/{name}/").status_code == 405


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("create", "{", "one object as JSON"),
        ("create", "[]", "one object as JSON"),
        ("create", "[" * 100_000, "one object as JSON"),
        ("create", {"kind": "plate", "name": "x"}, "kind must be one of"),
        ("create", {"kind": "project"}, "Give it a name"),
        ("create", {"kind": "project", "name": "  "}, "Give it a name"),
        ("create", {"kind": "project", "name": 7}, "name must be a text"),
        ("create", {"kind": "project", "name": "a\0"}, "name must be a text"),
        ("create", '{"kind": "project", "name": "\\ud800"}', "name must be a text"),
        ("create", {"kind": "project", "name": "x" * 1025}, "at most 1,024"),
        ("create", {"kind": "project", "name": "x", "group": "1"}, "must be an id"),
        ("move", {"things": 1}, "must be a list"),
        ("move", {"things": [{"kind": "well", "id": 1}]}, "a kind out of"),
        ("move", {"things": [{"kind": "image", "id": True}]}, "must be an id"),
        ("move", {"things": [{"kind": "image", "id": 2**63}]}, "must be an id"),
        ("move", {"things": [{"kind": ["image"], "id": 1}]}, "a kind out of"),
        ("delete", {"things": [], "contents": "yes"}, "true or false"),
        ("delete", {"things": []}, "Select what to delete"),
        ("delete", {"things": [{"kind": "image", "id": 1}]}, "what files hold"),
        ("undo", {"token": 1}, "token must be a text"),
    ],
)
def test_what_makes_no_sense(logged_in, catalog, name, body, said):
    answer = post(logged_in(catalog.administrator), name, body)
    assert said in checked(answer, "error", 400)["message"]


def test_the_limit_is_named(make_lab, logged_in, configured):
    cast, rows = make_lab()
    configured(max_organised=1)
    things = [{"kind": "image", "id": n} for n in (1, 2)]
    body = filled({"to": "other"}, rows) | {"things": things}
    answer = post(logged_in(cast.alice), "copy", body)
    assert "max_organised = 1" in checked(answer, "error", 400)["message"]


class TestQuestions:
    def test_deletion(self, make_lab, logged_in):
        cast, rows = make_lab()
        client = logged_in(cast.alice)
        body = filled(QUESTIONS["deletion"], rows)
        plan = checked(post(client, "deletion", body), "deletion")
        assert plan == {"taken": {"project": 1}, "inside": {"dataset": 1}, "stays": ""}
        body["contents"] = True
        plan = checked(post(client, "deletion", body), "deletion")
        assert plan["taken"] == {"project": 1, "dataset": 1}
        stays = "1 image stays, in no container; files are not touched."
        assert plan["stays"] == stays

    def test_targets(self, make_lab, logged_in):
        cast, rows = make_lab()
        client = logged_in(cast.alice)
        body = filled(QUESTIONS["targets"], rows)
        found = checked(post(client, "targets", body), "targets")
        assert {each["id"] for each in found["targets"]} == {
            rows["dataset"].pk,
            rows["other"].pk,
        }
        found = checked(post(client, "targets", {**body, "q": "oth"}), "targets")
        assert [each["name"] for each in found["targets"]] == ["other"]

    def test_tags_of(self, make_lab, logged_in):
        from graticule.services.annotating.tags import change_tags
        from graticule.services.annotating.targets import Target

        cast, rows = make_lab()
        change_tags(cast.alice, [Target("image", rows["image"].pk)], ["mitosis"])
        body = filled(QUESTIONS["tags-of"], rows)
        found = checked(post(logged_in(cast.alice), "tags-of", body), "tags")
        assert [(tag["text"], tag["count"]) for tag in found["tags"]] == [
            ("mitosis", 1)
        ]
        nothing = checked(post(logged_in(cast.charlie), "tags-of", body), "tags")
        assert nothing == {"tags": []}

    def test_offers(self, make_lab, logged_in):
        cast, _ = make_lab()
        client = logged_in(cast.alice)
        found = checked(client.get("/organise/offers/"), "offers")
        assert [group["id"] for group in found["groups"]] == [cast.group.pk]
        assert found["jobs"]
        for job in found["jobs"]:
            page = client.get(job["url"], {job["parameter"]: [1, 2]})
            assert page.status_code == 200

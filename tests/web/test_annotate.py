"""The door ``/annotate/``: who may write what onto what, and what is answered."""

import json

import pytest
from tests.web.conftest import SCHEMAS, checked, new_client

DOOR = "../../annotate/schemas"
LEVELS = {
    "rw----": {"alice", "administrator"},
    "rwr---": {"alice", "group_owner", "administrator"},
    "rwra--": {"alice", "bob", "group_owner", "administrator"},
    "rwrw--": {"alice", "bob", "group_owner", "administrator"},
}
SEES = {level: {"alice", "group_owner", "administrator"} for level in LEVELS}
for shared in ("rwr---", "rwra--", "rwrw--"):
    SEES[shared] = SEES[shared] | {"bob"}
WHO = ("alice", "bob", "charlie", "group_owner", "administrator")


def send(client, path, body, method="post"):
    """Send JSON as the pages do, with the token of the cookie."""
    token = client.get("/api/v0/token/").json()["data"]
    return getattr(client, method)(
        f"/annotate/{path}",
        json.dumps(body),
        content_type="application/json",
        HTTP_X_CSRFTOKEN=token,
    )


def value(answer, schema, status=200):
    assert answer.status_code == status, answer.content[:300]
    return checked(answer, f"{DOOR}/{schema}", status)


def said(answer, status):
    assert answer.status_code == status, answer.content[:300]
    return checked(answer, "../../iviewer/schemas/message", status)["message"]


@pytest.fixture
def make_images(image, make_cast):
    """Give two images to Alice, in a group of a level."""

    def make(level):
        cast = make_cast(level)
        rows = [image("uint8.tif"), image("int8.tif")]
        for row in rows:
            row.owner, row.group, row.name = cast.alice, cast.group, "Alice's own"
            row.save()
        return cast, rows

    return make


def objects(rows):
    return [{"kind": "image", "id": row.pk} for row in rows]


def tags_on(row):
    from graticule.catalog.models import Annotation

    found = Annotation.objects.filter(
        links__target_id=row.pk, links__target_type__model="image", kind="tag"
    )
    return sorted(found.values_list("text", flat=True))


def test_the_schemas_lie_there():
    assert (SCHEMAS / DOOR / "changed_tags.json").is_file()


class TestTags:
    @pytest.mark.parametrize("level", LEVELS)
    def test_who_may(self, make_images, logged_in, level):
        cast, rows = make_images(level)
        for who in WHO:
            client = logged_in(getattr(cast, who))
            answer = send(client, "tags/", {"objects": objects(rows), "add": [who]})
            if who in LEVELS[level]:
                found = value(answer, "changed_tags")
                assert found["message"] == f"“{who}” put on 2."
                (added,) = found["added"]
                assert added["objects"] == objects(rows)
            elif who in SEES[level]:
                assert "somebody else's" in said(answer, 403)
            else:
                assert b"Alice" not in answer.content
                assert "none that you may see" in said(answer, 404)
            for row in rows:
                assert (who in tags_on(row)) == (who in LEVELS[level]), who

    @pytest.mark.parametrize("level", LEVELS)
    def test_the_public_changes_nothing(self, make_images, level):
        _, rows = make_images(level)
        answer = send(new_client(), "tags/", {"objects": objects(rows), "add": ["x"]})
        assert answer.status_code == 404
        assert tags_on(rows[0]) == []

    def test_nobody_is_told_to_log_in(self, private, configured):
        configured(anonymous_access=False)
        assert "Log in" in said(new_client().get("/annotate/tags/"), 401)

    def test_a_token_for_reading_reads(self, make_images):
        from graticule.catalog.tokens import make_token

        cast, rows = make_images("rw----")
        secret = make_token(cast.alice, "reads", scopes=("read",))
        bearer = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
        client = new_client()
        assert client.get("/annotate/tags/", **bearer).status_code == 200
        body = json.dumps({"objects": objects(rows), "add": ["x"]})
        answer = client.post(
            "/annotate/tags/", body, content_type="application/json", **bearer
        )
        assert "reading only" in said(answer, 403)
        assert tags_on(rows[0]) == []

    def test_without_the_token_of_the_page_nothing_is_changed(
        self, make_images, logged_in
    ):
        cast, rows = make_images("rw----")
        answer = logged_in(cast.alice).post(
            "/annotate/tags/",
            json.dumps({"objects": objects(rows), "add": ["x"]}),
            content_type="application/json",
        )
        assert answer.status_code == 403
        assert tags_on(rows[0]) == []

    def test_put_on_and_taken_off_again(self, make_images, logged_in):
        cast, rows = make_images("rwr---")
        client = logged_in(cast.alice)
        body = {"objects": objects(rows[:1]), "add": ["mitosis", " late "]}
        value(send(client, "tags/", body), "changed_tags")
        body = {"objects": objects(rows), "add": ["mitosis"]}
        (added,) = value(send(client, "tags/", body), "changed_tags")["added"]
        assert added["objects"] == objects(rows[1:])  # what bears it is left alone
        number = added["tag"]["id"]
        body = {"objects": objects(rows), "add": [number]}
        found = value(send(client, "tags/", body), "changed_tags")
        assert (found["added"], found["message"]) == ([], "Nothing had to be changed.")
        body = {"objects": objects(rows), "remove": [number]}
        (removed,) = value(send(client, "tags/", body), "changed_tags")["removed"]
        assert removed["objects"] == objects(rows)
        assert [tags_on(row) for row in rows] == [["late"], []]

    @pytest.mark.parametrize(("level", "status"), [("rwra--", 403), ("rwrw--", 200)])
    def test_what_others_put_there(self, make_images, logged_in, level, status):
        cast, rows = make_images(level)
        body = {"objects": objects(rows), "add": ["hers"]}
        alice = send(logged_in(cast.alice), "tags/", body).json()
        number = alice["added"][0]["tag"]["id"]
        bob = logged_in(cast.bob)
        body = {"objects": objects(rows), "add": ["his"], "remove": [number]}
        answer = send(bob, "tags/", body)
        assert answer.status_code == status
        expected = ["his"] if status == 200 else ["hers"]  # all or nothing
        assert tags_on(rows[0]) == expected

    def test_suggestions(self, make_images, logged_in):
        cast, rows = make_images("rw----")
        alice = logged_in(cast.alice)
        send(alice, "tags/", {"objects": objects(rows), "add": ["Mitosis"]})
        send(alice, "tags/", {"objects": objects(rows[:1]), "add": ["early mitosis"]})
        found = value(alice.get("/annotate/tags/?q=mIT"), "suggested_tags")["tags"]
        assert found == [
            {"text": "Mitosis", "uses": 2},
            {"text": "early mitosis", "uses": 1},
        ]
        # nor do others hear of private ones
        bob = logged_in(cast.bob)
        assert value(bob.get("/annotate/tags/?q=mIT"), "suggested_tags")["tags"] == []

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            ([], "one object"),
            ({"add": ["x"]}, "Select"),
            ({"objects": 1}, "objects must be"),
            ({"objects": [1]}, "objects must be"),
            ({"objects": [{"kind": "roi", "id": 1}]}, "kind of an object"),
            ({"objects": [{"kind": "image", "id": True}]}, "objects must be"),
            ({"objects": [], "add": [None]}, "add must be"),
            ({"objects": [], "add": ["a\0"]}, "add must be"),
            ({"objects": [], "remove": ["x"]}, "remove must be"),
        ],
    )
    def test_what_cannot_be_understood(self, client, body, words):
        assert words in said(send(client, "tags/", body), 400)

    @pytest.mark.parametrize(
        ("tag", "status", "words"),
        [
            ("  ", 400, "at least one letter"),
            ("x" * 1001, 400, "1,000"),
            (10**9, 404, "no tag 1000000000"),
        ],
    )
    def test_what_is_no_tag(self, make_images, logged_in, tag, status, words):
        cast, rows = make_images("rw----")
        body = {"objects": objects(rows), "add": [tag]}
        assert words in said(send(logged_in(cast.alice), "tags/", body), status)

    def test_too_many_at_once(self, make_images, logged_in, configured):
        configured(max_annotated=1)
        cast, rows = make_images("rw----")
        body = {"objects": objects(rows), "add": ["x"]}
        answer = send(logged_in(cast.alice), "tags/", body)
        assert "max_annotated = 1" in said(answer, 400)

    def test_no_other_way(self, client):
        assert "PUT" in said(send(client, "tags/", {}, "put"), 405)

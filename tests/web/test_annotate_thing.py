"""What one thing bears, at ``/annotate/<kind>/<id>/``: seen and changed by whom."""

import json
from types import SimpleNamespace

import pytest
from tests.web.conftest import new_client
from tests.web.test_annotate import LEVELS, SEES, WHO, make_images, said, send, value

__all__ = ["make_images"]
CLIENT_MAP = "openmicroscopy.org/omero/client/mapAnnotation"


@pytest.fixture
def stage(make_images, logged_in):
    """Alice's image, and everybody logged in."""

    def make(level="rwra--"):
        cast, rows = make_images(level)
        people = {who: logged_in(getattr(cast, who)) for who in WHO}
        return SimpleNamespace(
            cast=cast, row=rows[0], url=f"image/{rows[0].pk}/", **people
        )

    return make


def state(client, stage):
    return value(client.get(f"/annotate/{stage.url}"), "thing")


def upload(client, stage, content=b"a,b\n1,2\n", **query):
    token = client.get("/api/v0/token/").json()["data"]
    return client.post(
        f"/annotate/{stage.url}files/",
        content,
        content_type="application/octet-stream",
        query_params={"name": "cells.csv", "type": "text/csv", **query},
        HTTP_X_CSRFTOKEN=token,
    )


@pytest.mark.parametrize("level", LEVELS)
def test_who_sees_what_a_thing_bears(stage, level):
    on = stage(level)
    for who in WHO:
        answer = getattr(on, who).get(f"/annotate/{on.url}")
        if who not in SEES[level]:
            assert "none that you may see" in said(answer, 404)
            assert b"Alice" not in answer.content
            continue
        found = value(answer, "thing")["object"]
        assert found["name"] == "Alice's own"
        assert found["may_annotate"] == (who in LEVELS[level])
        assert bool(found["annotate_refused"]) == (who not in LEVELS[level])
    assert new_client().get(f"/annotate/{on.url}").status_code == 404


WRITES = {
    "comments": ("comments/", {"text": "well done"}),
    "pairs": ("pairs/", {"pairs": [["stain", "DAPI"]]}),
    "rating": ("rating/", {"stars": 3}),
}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("what", WRITES)
def test_who_annotates(stage, level, what):
    from graticule.catalog.models import AnnotationLink

    on = stage(level)
    path, body = WRITES[what]
    for who in WHO:
        before = AnnotationLink.objects.count()
        answer = send(getattr(on, who), on.url + path, body)
        if who in LEVELS[level]:
            assert value(answer, "thing")[what]
        elif who in SEES[level]:
            assert "somebody else's" in said(answer, 403)
        else:
            said(answer, 404)
        assert (AnnotationLink.objects.count() > before) == (who in LEVELS[level])


@pytest.mark.parametrize("level", LEVELS)
def test_who_renames(stage, level):
    on = stage(level)
    for who in WHO:
        answer = send(getattr(on, who), f"{on.url}words/", {"name": f"by {who}"})
        on.row.refresh_from_db()
        may = who in LEVELS[level] - ({"bob"} if level == "rwra--" else set())
        assert (on.row.name == f"by {who}") == may, (who, answer.content)
        assert answer.status_code == (
            200 if may else 403 if who in SEES[level] else 404
        )


def test_the_new_name_is_everywhere(stage):
    on = stage()
    on.alice.get(f"/webgateway/imgData/{on.row.pk}/")
    send(on.alice, f"{on.url}words/", {"name": " new ", "description": "two\nlines"})
    meta = on.alice.get(f"/webgateway/imgData/{on.row.pk}/").json()["meta"]
    assert (meta["imageName"], meta["imageDescription"]) == ("new", "two\nlines")


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("words/", {}, "a name, a description"),
        ("words/", {"name": "  "}, "at least one letter"),
        ("words/", {"name": "x" * 1025}, "1,024"),
        ("words/", {"name": 5}, "as texts"),
        ("comments/", {"text": " \n"}, "empty"),
        ("comments/", {}, "must be a text"),
        ("rating/", {"stars": 6}, "0 to 5"),
        ("rating/", {"stars": "5"}, "whole number"),
        ("pairs/", {"pairs": [["", "x"]]}, "key is empty"),
        ("pairs/", {"pairs": [["x"]]}, "must be a list"),
        ("pairs/", {"pairs": [["x", "y"]], "namespace": "x" * 1025}, "1,024"),
        ("pairs/", {"pairs": [], "annotation": "x"}, "must be an id"),
    ],
)
def test_what_cannot_be_written(stage, path, body, words):
    on = stage()
    assert words in said(send(on.alice, on.url + path, body), 400)


class TestPairs:
    def test_written_changed_ordered_and_taken_off(self, stage):
        from graticule.catalog.models import Annotation

        on = stage()
        first = [["stain", "DAPI"], ["stain", "GFP"], ["dose", ""]]
        (held,) = value(send(on.alice, f"{on.url}pairs/", {"pairs": first}), "thing")[
            "pairs"
        ]
        assert (held["namespace"], held["pairs"]) == (CLIENT_MAP, first)
        body = {"annotation": held["id"], "namespace": "lab/x", "pairs": first[::-1]}
        (held,) = value(send(on.alice, f"{on.url}pairs/", body), "thing")["pairs"]
        assert (held["namespace"], held["pairs"]) == ("lab/x", first[::-1])
        row = Annotation.objects.get(pk=held["id"])
        assert row.pairs == first[::-1]
        body = {"annotation": held["id"], "pairs": []}
        assert send(on.alice, f"{on.url}pairs/", body).json()["pairs"] == []
        assert not Annotation.objects.filter(pk=held["id"]).exists()

    def test_what_somebody_changed_meanwhile_is_not_lost(self, stage):
        on = stage()
        first, second = [["a", "1"]], [["a", "2"]]
        sent = send(on.alice, f"{on.url}pairs/", {"pairs": first}).json()
        number = sent["pairs"][0]["id"]
        body = {"annotation": number, "pairs": second, "was": first}
        assert send(on.alice, f"{on.url}pairs/", body).status_code == 200
        body = {"annotation": number, "pairs": [["a", "3"]], "was": first}
        assert "meanwhile" in said(send(on.alice, f"{on.url}pairs/", body), 400)
        assert state(on.alice, on)["pairs"][0]["pairs"] == second

    @pytest.mark.parametrize(("level", "may"), [("rwra--", False), ("rwrw--", True)])
    def test_those_of_another(self, stage, level, may):
        on = stage(level)
        sent = send(on.alice, f"{on.url}pairs/", {"pairs": [["a", "1"]]}).json()
        number = sent["pairs"][0]["id"]
        (held,) = state(on.bob, on)["pairs"]
        assert held["may_edit"] == held["may_remove"] == may
        body = {"annotation": number, "pairs": [["a", "2"]]}
        answer = send(on.bob, f"{on.url}pairs/", body)
        assert answer.status_code == (200 if may else 403)

    def test_not_those_of_another_thing(self, stage, image):
        from graticule.catalog.models import Annotation

        on = stage()
        other = Annotation.objects.create(
            kind="map", owner=on.cast.alice, group=on.cast.group, pairs=[["a", "1"]]
        )
        body = {"annotation": other.pk, "pairs": [["a", "2"]]}
        assert "any more" in said(send(on.alice, f"{on.url}pairs/", body), 404)

    def test_onto_many(self, stage, image):
        on = stage()
        other = image("int8.tif")
        objects = [{"kind": "image", "id": each.pk} for each in (on.row, other)]
        body = {"objects": objects, "pairs": [["a", "1"]]}
        assert value(send(on.bob, "pairs/", body), "written") == {
            "message": "1 key-value written onto 2 things."
        }
        body["pairs"] = [["a", "1"], ["b", "2"]]
        send(on.bob, "pairs/", body)
        (held,) = state(on.alice, on)["pairs"]  # Bob's own, not twice
        assert held["pairs"] == [["a", "1"], ["b", "2"]]
        assert held["elsewhere"] == 0
        for who in ("charlie",):
            assert said(send(getattr(on, who), "pairs/", body), 404)

    def test_onto_many_without_any(self, stage):
        on = stage()
        body = {"objects": [{"kind": "image", "id": on.row.pk}], "pairs": []}
        assert "no key-values" in said(send(on.alice, "pairs/", body), 400)


class TestRatings:
    def test_each_has_one(self, stage):
        on = stage()
        for who, stars in (("alice", 5), ("bob", 2), ("alice", 4)):
            send(getattr(on, who), f"{on.url}rating/", {"stars": stars})
        found = {who: state(getattr(on, who), on)["rating"] for who in WHO[:2]}
        assert found["alice"] == {"mine": 4, "count": 2, "mean": 3.0}
        assert found["bob"]["mine"] == 2
        answer = send(on.alice, f"{on.url}rating/", {"stars": 0})
        assert answer.json()["rating"] == {"mine": 0, "count": 1, "mean": 2.0}

    def test_as_others_see_it(self, stage):
        on = stage()
        send(on.alice, f"{on.url}rating/", {"stars": 4})
        url = f"/webclient/api/annotations/?type=rating&image={on.row.pk}"
        (held,) = on.alice.get(url).json()["annotations"]
        assert (held["class"], held["longValue"]) == ("LongAnnotationI", 4)
        assert held["ns"] == "openmicroscopy.org/omero/insight/rating"


class TestTakingOff:
    def test_ones_own_comment_only(self, stage):
        from graticule.catalog.models import Annotation

        on = stage()
        send(on.alice, f"{on.url}comments/", {"text": "hers"})
        send(on.bob, f"{on.url}comments/", {"text": "his"})
        hers, his = state(on.bob, on)["comments"]
        assert (hers["may_remove"], his["may_remove"]) == (False, True)
        answer = send(on.bob, f"links/{hers['link']}/remove/", {})
        assert "somebody else" in said(answer, 403)
        assert "no annotation link" in said(
            send(on.charlie, f"links/{his['link']}/remove/", {}), 404
        )
        found = value(send(on.bob, f"links/{his['link']}/remove/", {}), "thing")
        assert [each["text"] for each in found["comments"]] == ["hers"]
        assert not Annotation.objects.filter(pk=his["id"]).exists()

    def test_what_is_elsewhere_stays(self, stage, image):
        from django.contrib.contenttypes.models import ContentType

        from graticule.catalog.models import Annotation, AnnotationLink, Image

        on = stage()
        sent = send(on.alice, f"{on.url}pairs/", {"pairs": [["a", "1"]]}).json()
        held = sent["pairs"][0]
        AnnotationLink.objects.create(
            annotation_id=held["id"],
            target_type=ContentType.objects.get_for_model(Image),
            target_id=image("int8.tif").pk,
            owner=on.cast.alice,
        )
        assert state(on.alice, on)["pairs"][0]["elsewhere"] == 1
        send(on.alice, f"links/{held['link']}/remove/", {})
        assert state(on.alice, on)["pairs"] == []
        assert Annotation.objects.filter(pk=held["id"]).exists()

    def test_nothing_there(self, stage):
        said(send(stage().alice, "links/99999999/remove/", {}), 404)


class TestFiles:
    @pytest.mark.parametrize("level", LEVELS)
    def test_who_attaches_and_fetches(self, stage, level):
        on = stage(level)
        for who in WHO:
            answer = upload(getattr(on, who), on, name=f"{who}.csv")
            may = who in LEVELS[level]
            assert answer.status_code == (
                200 if may else 403 if who in SEES[level] else 404
            )
        files = state(on.administrator, on)["files"]
        assert {each["name"] for each in files} == {f"{w}.csv" for w in LEVELS[level]}
        hers = next(each for each in files if each["name"] == "alice.csv")
        assert (hers["size_bytes"], hers["media_type"]) == (8, "text/csv")
        for who in WHO:
            answer = getattr(on, who).get(hers["url"])
            if who in SEES[level]:
                assert b"".join(answer.streaming_content) == b"a,b\n1,2\n"
                assert 'filename="alice.csv"' in answer["Content-Disposition"]
            else:
                said(answer, 404)

    def test_taken_off_it_is_gone(self, stage):
        from pathlib import Path

        from graticule.catalog.models import Annotation, OriginalFile

        on = stage()
        (held,) = value(upload(on.alice, on), "thing")["files"]
        path = Path(Annotation.objects.get(pk=held["id"]).file.path)
        assert path.read_bytes() == b"a,b\n1,2\n"
        send(on.alice, f"links/{held['link']}/remove/", {})
        assert not OriginalFile.objects.filter(path=str(path)).exists()
        assert said(on.alice.get(held["url"]), 404)

    def test_a_file_called_a_table_is_none(self, stage):
        on = stage()
        (held,) = upload(on.alice, on, type="OMERO.tables").json()["files"]
        assert held["media_type"] == "application/octet-stream"

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("../../etc/passwd", "passwd"),
            ("C:\\data\\a b.txt", "a b.txt"),
            ("ä" * 300, "ä" * 255),
        ],
    )
    def test_names(self, stage, name, kept):
        on = stage()
        (held,) = upload(on.alice, on, name=name).json()["files"]
        assert held["name"] == kept

    def test_without_a_name(self, stage):
        on = stage()
        assert "no name" in said(upload(on.alice, on, name=""), 400)

    def test_too_large(self, stage, configured):
        configured(max_attachment_bytes=4)
        on = stage()
        assert "max_attachment_bytes = 4" in said(upload(on.alice, on), 400)
        assert state(on.alice, on)["files"] == []

    def test_a_form_is_no_file(self, stage):
        on = stage()
        token = on.alice.get("/api/v0/token/").json()["data"]
        answer = on.alice.post(
            f"/annotate/{on.url}files/?name=x", {"a": 1}, HTTP_X_CSRFTOKEN=token
        )
        assert "body of the request" in said(answer, 400)


def test_what_a_service_reads_piece_by_piece(cast, configured):
    """A length that lies leaves nothing; one that is absent is counted."""
    from graticule.catalog.models import OriginalFile, Project
    from graticule.errors import LimitError, RequestError
    from graticule.services.annotating.files import attach_file
    from graticule.services.annotating.targets import Target

    row = Project.objects.create(owner=cast.alice, group=cast.group)
    target = Target("project", row.pk)
    configured(max_attachment_bytes=10)

    def pieces(*content):
        left = list(content)
        return lambda _size: left.pop(0) if left else b""

    with pytest.raises(RequestError, match="Only 3 of 9"):
        attach_file(cast.alice, target, "x", "a/b", pieces(b"abc"), 9)
    with pytest.raises(LimitError, match="max_attachment_bytes"):
        attach_file(cast.alice, target, "x", "a/b", pieces(b"abcdef", b"ghijkl"), None)
    assert not OriginalFile.objects.filter(name="x").exists()


def test_parents_are_named_with_their_pages(stage):
    on = stage()
    dataset = on.row.datasets.get()
    project = dataset.projects.get()
    for thing in (dataset, project):
        thing.group, thing.owner = on.cast.group, on.cast.alice
        thing.save()
    (trail,) = state(on.bob, on)["parents"]
    assert [(each["kind"], each["url"]) for each in trail] == [
        ("project", f"/project/{project.pk}/"),
        ("dataset", f"/dataset/{dataset.pk}/"),
    ]


def test_a_well_and_what_a_scan_brought(stage):
    from graticule.catalog.models import Annotation, AnnotationLink, Plate, Well

    on = stage()
    belongs = {"owner": on.cast.alice, "group": on.cast.group}
    plate = Plate.objects.create(name="plate", **belongs)
    well = Well.objects.create(plate=plate, row=1, column=2, **belongs)
    held = Annotation.objects.create(kind="double", number=0.25, **belongs)
    AnnotationLink.objects.create(annotation=held, target=well, owner=on.cast.alice)
    found = value(on.bob.get(f"/annotate/well/{well.pk}/"), "thing")
    assert [(each["kind"], each["value"]) for each in found["others"]] == [
        ("double", "0.25")
    ]
    assert found["parents"][0][-1]["url"] == f"/plate/{plate.pk}/"


@pytest.mark.parametrize("level", LEVELS)
def test_who_sees_the_page_of_a_well(stage, level):
    from graticule.catalog.models import Plate, Well, WellSample

    on = stage(level)
    belongs = {"owner": on.cast.alice, "group": on.cast.group}
    plate = Plate.objects.create(name="Alice's plate", **belongs)
    well = Well.objects.create(plate=plate, row=1, column=2, **belongs)
    WellSample.objects.create(well=well, image=on.row)
    for who in WHO:
        way = getattr(on, who).get(f"/plate/{plate.pk}/well/1/2/")
        assert way.get("Location") == (
            f"/well/{well.pk}/" if who in SEES[level] else None
        )
        answer = getattr(on, who).get(f"/well/{well.pk}/")
        assert answer.status_code == (200 if who in SEES[level] else 404)
        text = answer.content.decode()
        assert ("Well B3" in text) == (who in SEES[level])
        assert ("Alice's" in text or "Alice&#x27;s" in text) == (who in SEES[level])
        assert (f"/image/{on.row.pk}/" in text) == (who in SEES[level])
    trail = state(on.alice, on)["parents"][-1]
    assert trail[-1]["url"] == f"/well/{well.pk}/"


@pytest.mark.parametrize("path", ["image/99999999/", "image/999999999999999999/"])
def test_what_is_not_there(client, path):
    assert "There is no image" in said(client.get(f"/annotate/{path}"), 404)


def test_a_body_that_is_no_json(stage):
    on = stage()
    token = on.alice.get("/api/v0/token/").json()["data"]
    for body in (b"{", b"\xff", json.dumps([1]).encode()):
        answer = on.alice.post(
            f"/annotate/{on.url}comments/",
            body,
            content_type="application/json",
            HTTP_X_CSRFTOKEN=token,
        )
        assert "JSON" in said(answer, 400)

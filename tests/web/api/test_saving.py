"""Saving and deleting objects (contract json-api 6)."""

import json

import pytest
from tests.web.api.conftest import M, checked, checked_one
from tests.web.conftest import new_client

OME = "http://www.openmicroscopy.org/Schemas/OME/2016-06#"
SAVE = f"{M}save/"
LISTS = {"Project": "projects", "Dataset": "datasets", "Screen": "screens"}
SCREEN_TEXTS = {
    "Type": "RNAi",
    "ProtocolDescription": "Wash, then look",
    "ProtocolIdentifier": "P-7",
    "ReagentSetDescription": "siRNA",
    "ReagentSetIdentifier": "R-1",
}


class Sender:
    """A client that sends its CSRF token as the real ones do."""

    def __init__(self, client):
        self.client = client
        self.token = client.get("/api/v0/token/").json()["data"]

    def __call__(self, method, path, body=None):
        text = body if isinstance(body, str) else json.dumps(body)
        return self.client.generic(
            method, path, text, "application/json", HTTP_X_CSRFTOKEN=self.token
        )

    def post(self, body, query=""):
        return self("POST", SAVE + query, body)

    def put(self, body, query=""):
        return self("PUT", SAVE + query, body)

    def delete(self, path):
        return self("DELETE", f"{M}{path}/")


@pytest.fixture
def send(alice):
    return Sender(alice)


@pytest.fixture
def sender(logged_in):
    return lambda person: Sender(logged_in(person))


@pytest.fixture
def lab(things):
    return f"?group={things.cast.group.pk}"


def said(kind="Project", **fields):
    return {"@type": OME + kind, "Name": "A study", **fields}


def made(answer, kind, status=201):
    """The object of an answer, checked against the schema of a single one."""
    assert answer.status_code == status, answer.content
    answer.status_code = 200
    return checked_one(answer, kind)


def refused(answer, status, message, schema="message"):
    assert checked(answer, schema, status)["message"] == message
    assert answer["X-OMERO-ApiVersion"] == "0.2"


class TestPost:
    @pytest.mark.parametrize("kind", LISTS)
    def test_it_works(self, send, things, lab, kind):
        body = said(kind, Description="Of cells")
        found = made(send.post(body, lab), kind)
        assert (found["Name"], found["Description"]) == ("A study", "Of cells")
        assert found["omero:details"]["owner"]["@id"] == things.cast.alice.pk
        assert found["omero:details"]["group"]["@id"] == things.cast.group.pk
        again = checked_one(send("GET", f"{M}{LISTS[kind]}/{found['@id']}/"), kind)
        assert again == found

    def test_all_texts_of_a_screen(self, send, lab):
        found = made(send.post(said("Screen", **SCREEN_TEXTS), lab), "Screen")
        assert {key: found[key] for key in SCREEN_TEXTS} == SCREEN_TEXTS
        # PUT replaces: what is left out is unset
        body = said("Screen", Type="drugs", **{"@id": found["@id"]})
        found = made(send.put(body, lab), "Screen", 200)
        assert {key: found[key] for key in SCREEN_TEXTS if key in found} == {
            "Type": "drugs"
        }

    def test_the_group_of_the_details_does_if_none_is_asked_for(self, send, things):
        group = {"group": {"@id": things.cast.group.pk}}
        found = made(send.post(said(**{"omero:details": group})), "Project")
        assert found["omero:details"]["group"]["@id"] == things.cast.group.pk

    def test_the_query_comes_before_the_details(self, send, things, lab):
        group = {"group": {"@id": 987_654}}
        made(send.post(said(**{"omero:details": group}), lab), "Project")

    def test_details_and_children_are_ignored(self, send, things, lab):
        from graticule.catalog.models import Project

        details = {"owner": {"@id": things.cast.bob.pk}, "group": {"@id": 1}}
        body = said(
            **{
                "omero:details": details,
                "Datasets": [{"@id": things.dataset.pk}],
                "url:datasets": "http://elsewhere/",
            }
        )
        found = made(send.post(body, lab), "Project")
        row = Project.objects.get(pk=found["@id"])
        assert row.owner == things.cast.alice
        assert not row.datasets.exists()

    @pytest.mark.parametrize("name", ["", "x" * 1024, "Zellen µ 細胞 🔬"])
    def test_names(self, send, lab, name):
        assert made(send.post(said(Name=name), lab), "Project")["Name"] == name


class TestPut:
    @pytest.mark.parametrize("kind", LISTS)
    def test_it_works(self, send, full, lab, kind):
        thing = getattr(full, kind.lower())
        body = said(kind, Name="New name", **{"@id": thing.pk})
        found = made(send.put(body, lab), kind, 200)
        assert (found["@id"], found["Name"]) == (thing.pk, "New name")
        assert "Description" not in found  # left out: unset
        thing.refresh_from_db()
        assert (thing.name, thing.description) == ("New name", "")

    def test_children_stay(self, send, things, lab):
        made(send.put(said(**{"@id": things.project.pk}), lab), "Project", 200)
        assert list(things.project.datasets.all()) == [things.dataset]

    @pytest.mark.parametrize("number", [987_654, -1, 10**30])
    def test_there_is_none(self, send, lab, number):
        answer = send.put(said(**{"@id": number}), lab)
        refused(answer, 404, f"Project {number} not found", "error")

    def test_it_is_not_in_the_group(self, send, things, catalog):
        body = said(**{"@id": things.project.pk})
        answer = send.put(body, f"?group={catalog.public_group.pk}")
        refused(answer, 404, f"Project {things.project.pk} not found", "error")


@pytest.mark.parametrize(
    ("method", "body", "message"),
    [
        ("post", {"Name": "x"}, "Need to specify @type attribute"),
        ("put", {"Name": "x"}, "Need to specify @type attribute"),
        (
            "post",
            said(**{"@id": 1}),
            "Object has '@id' attribute. Use PUT to update objects",
        ),
        ("put", said(), "No '@id' attribute. Use POST to create new objects"),
        (
            "post",
            {"@type": "http://other/schema#Project", "Name": "x"},
            "No decoder found for type: http://other/schema#Project",
        ),
        ("post", {"@type": OME + "Project"}, "A Project needs a Name."),
        ("post", said(Name=None), "A Project needs a Name."),
        ("post", said(Name="x" * 1025), "A Name has at most 1024 characters."),
        ("put", said(**{"@id": "7"}), "@id must be an integer."),
        ("put", said(**{"@id": True}), "@id must be an integer."),
        ("post", "{", "The body must be one object as JSON."),
        ("post", "[" * 100_000, "The body must be one object as JSON."),
        ("post", [said()], "The body must be one object as JSON."),
    ],
)
def test_what_makes_no_sense(send, lab, method, body, message):
    refused(getattr(send, method)(body, lab), 400, message)


@pytest.mark.parametrize(
    "fields",
    [{"Name": 7}, {"Description": ["x"]}, {"Name": "a\0b"}, {"Name": "\ud800"}],
)
def test_what_cannot_be_decoded(send, lab, fields):
    answer = send.post(said(**fields), lab)
    refused(answer, 400, "Error in decode of json data by omero_marshal", "error")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (OME + "Image", "Image"),
        (OME + "ROI", "ROI"),
        (OME + "Experimenter", "Experimenter"),
        ("Project", "None"),
        (7, "None"),
    ],
)
def test_types_that_are_not_saved(send, lab, kind, name):
    body = {"@type": kind, "Name": "x"}
    answer = send.post(body, lab)
    refused(answer, 405, f"Creation of {name} not supported", "error")
    answer = send.put(body | {"@id": 1}, lab)
    refused(answer, 405, f"Update of {name} not supported", "error")
    assert answer["Allow"] == "POST, PUT"


def test_groups(send, things):
    message = "Specify Group in omero:details or query parameters ?group=:id"
    refused(send.post(said()), 400, message)
    refused(send.post(said(**{"omero:details": [1]})), 400, message)
    refused(send.post(said(), "?group=x"), 400, "group must be an integer.")
    answer = send.post(said(), "?group=987654")
    refused(answer, 404, "ExperimenterGroup 987654 not found", "error")


def test_other_methods(send):
    for method in ("GET", "DELETE", "PATCH"):
        answer = send(method, SAVE)
        checked(answer, "message", 405)
        assert answer["Allow"] == "POST, PUT"


class TestDelete:
    @pytest.mark.parametrize(
        ("path", "name"),
        [
            ("projects", "project"),
            ("datasets", "dataset"),
            ("screens", "screen"),
            ("plateacquisitions", "plateacquisition"),
            ("rois", "roi"),
            ("shapes", "shape"),
        ],
    )
    def test_it_works(self, send, full, path, name):
        thing = getattr(full, name)
        kind = type(thing).__name__
        at = f"{path}/{thing.pk}"
        before = checked_one(send("GET", f"{M}{at}/"), kind)
        answer = send.delete(at)
        assert answer.status_code == 200
        assert answer["X-OMERO-ApiVersion"] == "0.2"
        ours = {"omero:wellsampleIndex"}  # is not of the object itself
        assert answer.json() == {
            "data": {
                key: value
                for key, value in before.items()
                if not key.startswith("url:") and key not in ours
            }
        }
        not_there = send("GET", f"{M}{at}/")
        refused(not_there, 404, f"{kind} {thing.pk} not found", "error")
        refused(send.delete(at), 404, f"{kind} {thing.pk} not found", "error")

    def test_links_go_and_contents_stay(self, send, things):
        from graticule.catalog.models import Annotation, AnnotationLink

        tag = Annotation.objects.create(kind="tag", text="good", **things.belongs)
        for thing in (things.project, things.dataset, things.screen):
            AnnotationLink.objects.create(
                annotation=tag, target=thing, owner=things.cast.alice
            )
        for path, thing in {
            "projects": things.project,
            "datasets": things.dataset,
            "screens": things.screen,
            "plateacquisitions": things.plateacquisition,
        }.items():
            assert send.delete(f"{path}/{thing.pk}").status_code == 200
            if path == "projects":
                orphans = send("GET", f"{M}datasets/?orphaned=true").json()["data"]
                assert [row["@id"] for row in orphans] == [things.dataset.pk]
        for thing in (things.image, things.plate, things.well, things.sample, tag):
            thing.refresh_from_db()
        assert things.sample.acquisition is None
        assert not AnnotationLink.objects.exists()

    def test_shapes_go_with_their_roi(self, send, things):
        from graticule.catalog.models import Shape

        send.delete(f"rois/{things.roi.pk}")
        assert not Shape.objects.exists()

    def test_a_roi_stays_without_one_of_its_shapes(self, send, things):
        count = things.roi.shapes.count()
        send.delete(f"shapes/{things.shape.pk}")
        assert things.roi.shapes.count() == count - 1

    @pytest.mark.parametrize(
        ("path", "kind"),
        [
            ("images", "Image"),
            ("plates", "Plate"),
            ("wells", "Well"),
            ("experimenters", "Experimenter"),
            ("experimentergroups", "ExperimenterGroup"),
        ],
    )
    def test_kinds_that_are_not_deleted(self, send, path, kind):
        answer = send.delete(f"{path}/1")
        refused(answer, 405, f"Delete of {kind} not supported", "error")
        assert answer["Allow"] == "GET, HEAD"

    def test_lists_are_not_deleted(self, send):
        assert send.delete("projects").status_code == 405


# Who may change and delete what is Alice's, by the level of her group.
CHANGES = {
    "rw----": {"alice", "administrator"},
    "rwr---": {"alice", "group_owner", "administrator"},
    "rwra--": {"alice", "group_owner", "administrator"},
    "rwrw--": {"alice", "bob", "group_owner", "administrator"},
}
SEES = {
    "rw----": {"alice", "group_owner", "administrator"},
    "rwr---": {"alice", "bob", "group_owner", "administrator"},
    "rwra--": {"alice", "bob", "group_owner", "administrator"},
    "rwrw--": {"alice", "bob", "group_owner", "administrator"},
}
ROLES = ("alice", "bob", "charlie", "group_owner", "administrator")


@pytest.mark.parametrize("level", CHANGES)
@pytest.mark.parametrize("who", ROLES)
def test_who_may(make_things, sender, level, who):
    things = make_things(level)
    send = sender(getattr(things.cast, who))
    lab = f"?group={things.cast.group.pk}"
    expected = 200 if who in CHANGES[level] else 403 if who in SEES[level] else 404
    for kind in LISTS:
        body = said(kind, **{"@id": getattr(things, kind.lower()).pk})
        assert send.put(body, lab).status_code == expected, kind
    for path, thing in {
        "shapes": things.shape,
        "rois": things.roi,
        "plateacquisitions": things.plateacquisition,
        "projects": things.project,
        "datasets": things.dataset,
        "screens": things.screen,
    }.items():
        answer = send.delete(f"{path}/{thing.pk}")
        assert answer.status_code == expected, path
        assert type(thing).objects.filter(pk=thing.pk).exists() == (expected != 200)
    answer = send.post(said(), lab)
    assert answer.status_code == (404 if who == "charlie" else 201)


@pytest.mark.parametrize("anonymous_access", [True, False])
def test_the_public_changes_nothing(things, configured, catalog, anonymous_access):
    configured(anonymous_access=anonymous_access)
    things.project.group = catalog.public_group
    things.project.save()
    send = Sender(new_client())
    group = f"?group={catalog.public_group.pk}"
    for answer in (
        send.post(said(), group),
        send.put(said(**{"@id": things.project.pk}), group),
        send.delete(f"projects/{things.project.pk}"),
    ):
        assert answer.status_code == 403
    assert type(things.project).objects.get().name == "study"


def test_without_the_csrf_token(alice, things, lab):
    project = f"{M}projects/{things.project.pk}/"
    for answer in (
        alice.post(SAVE + lab, said(), "application/json"),
        alice.put(SAVE + lab, said(), "application/json"),
        alice.delete(project),
    ):
        message = checked(answer, "message", 403)["message"]
        assert message.startswith("CSRF Failed: ")
    assert alice.get(project).status_code == 200


def test_tokens(client, things, lab):
    from graticule.catalog.tokens import make_token

    for scopes, status in (((), 403), (("write",), 201)):
        secret = make_token(things.cast.alice, "script", scopes=scopes)
        answer = client.post(
            SAVE + lab,
            said(),
            "application/json",
            HTTP_AUTHORIZATION=f"Bearer {secret}",
        )
        assert answer.status_code == status, answer.content


def test_every_process_is_told(send, things, lab):
    from graticule.catalog.models import CatalogVersion

    def number():
        return CatalogVersion.objects.get().number

    project = things.project.pk
    for change in (
        lambda: send.post(said(), lab),
        lambda: send.put(said(**{"@id": project}), lab),
        lambda: send.delete(f"projects/{project}"),
    ):
        before = number()
        assert change().status_code in {200, 201}
        assert number() == before + 1

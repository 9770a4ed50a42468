"""The tree and lists of images in any order, as JSON."""

from datetime import UTC, datetime

import pytest
from tests.web.browse.conftest import checked
from tests.web.conftest import new_client


@pytest.fixture
def things(make_things, logged_in):
    cast, made = make_things()
    return logged_in(cast.bob), made


def roots_of(value):
    return {
        root["kind"]: [
            (branch["name"], branch["children"]) for branch in root["branches"]
        ]
        for root in value["roots"]
    }


def test_it_works(things):
    client, made = things
    value = checked(client.get("/browse/tree/"), "tree")
    assert roots_of(value) == {
        "project": [("P", 1)],
        "dataset": [("alone", 0)],
        "screen": [("S", 1)],
        "plate": [("bare", 0)],
    }
    assert value["orphaned"] == 1
    value = checked(client.get(f"/browse/project/{made['project'].pk}/"), "branches")
    assert value == {
        "kind": "dataset",
        "total": 1,
        "offset": 0,
        "branches": [
            {
                "kind": "dataset",
                "id": made["dataset"].pk,
                "name": "D",
                "children": 3,
                "url": f"/dataset/{made['dataset'].pk}/",
            }
        ],
    }
    value = checked(client.get(f"/browse/screen/{made['screen'].pk}/"), "branches")
    assert [branch["name"] for branch in value["branches"]] == ["L"]
    assert value["branches"][0]["children"] == 1


def test_long_branches_come_in_parts(things):
    from graticule.catalog.models import Project
    from graticule.services.tree import BRANCHES

    client, _ = things
    model = Project.objects.get(name="P")
    Project.objects.bulk_create(
        Project(name=f"q{n:04}", owner=model.owner, group=model.group)
        for n in range(BRANCHES + 1)
    )
    first = checked(client.get("/browse/tree/project/"), "branches")
    assert first["total"] == BRANCHES + 2
    assert len(first["branches"]) == BRANCHES
    rest = checked(client.get(f"/browse/tree/project/?offset={BRANCHES}"), "branches")
    assert (rest["offset"], rest["total"]) == (BRANCHES, BRANCHES + 2)
    names = [branch["name"] for branch in first["branches"] + rest["branches"]]
    assert names == ["P", *(f"q{n:04}" for n in range(BRANCHES + 1))]
    nothing = checked(client.get("/browse/tree/project/?offset=9999"), "branches")
    assert (nothing["branches"], nothing["total"]) == ([], BRANCHES + 2)


@pytest.mark.parametrize(
    ("sort", "up", "down"),
    [
        ("name", "Abc", "cbA"),
        ("size", "Acb", "bAc"),
        ("channels", "Acb", "bAc"),
        ("z", "bcA", "Abc"),
        ("t", "Abc", "cAb"),
        ("pixel_size", "cbA", "bcA"),
        ("acquired", "cAb", "Acb"),
        ("imported", "Abc", "bcA"),
        ("owner", "bAc", "cAb"),
        ("format", "cAb", "Acb"),
    ],
)
def test_every_column_sorts(things, sort, up, down):
    """What is alike goes by name, what has none comes last, either way."""
    from django.utils import timezone

    from graticule.catalog.models import Fileset, Folder, Image

    client, made = things
    for name, day in (("c", 1), ("A", 2)):
        when = datetime(2020, 1, day, tzinfo=UTC)
        Image.objects.filter(pk=made[name].pk).update(acquired=when)
    for name, day in (("A", 1), ("b", 2), ("c", 2)):
        when = datetime(2021, 1, day, tzinfo=UTC)
        Image.objects.filter(pk=made[name].pk).update(created=when)
    alice = made["b"].owner
    for name, last in (("b", "Abel"), ("A", "zebra"), ("c", "Zebra")):
        person = type(alice).objects.create_user(f"owner of {name}", last_name=last)
        person.first_name = name
        person.save()
        Image.objects.filter(pk=made[name].pk).update(owner=person)
    root = Folder.objects.create(path="/x", owner=alice, group=made["b"].group)
    for name, kind in (("A", "tiff"), ("c", "OME-TIFF")):
        fileset = Fileset.objects.create(
            folder=root, entry=f"/x/{name}", format=kind, scanned=timezone.now()
        )
        Image.objects.filter(pk=made[name].pk).update(fileset=fileset)
    found = {}
    for direction in ("up", "down"):
        query = f"dataset={made['dataset'].pk}&sort={sort}&direction={direction}"
        value = checked(client.get(f"/browse/images/?{query}"), "images")
        found[direction] = "".join(row["name"][0] for row in value["images"])
        assert value["total"] == 3
        ids = checked(client.get(f"/browse/ids/?{query}"), "ids")
        assert ids == {"total": 3, "ids": [row["id"] for row in value["images"]]}
    assert found == {"up": up, "down": down}


def test_rows_say_what_images_are(things):
    client, made = things
    value = checked(client.get(f"/browse/images/?id={made['b'].pk}"), "images")
    (row,) = value["images"]
    assert (row["width"], row["height"], row["channels"]) == (9, 1, 3)
    assert (row["z"], row["t"], row["pixel_size_um"]) == (1, 1, 0.5)
    assert row["owner"].startswith("alice")
    assert datetime.fromisoformat(row["imported"]) == made["b"].created
    assert (row["acquired"], row["format"], row["missing"]) == (None, "", False)


def test_parts_and_ids_in_the_order_asked(things):
    client, made = things
    dataset = f"dataset={made['dataset'].pk}"
    ids = [made[name].pk for name in "Abc"]
    part = checked(client.get(f"/browse/ids/?{dataset}&offset=1&limit=1"), "ids")
    assert part == {"total": 3, "ids": ids[1:2]}
    end = checked(client.get(f"/browse/images/?{dataset}&offset=7"), "images")
    assert end == {"total": 3, "images": []}
    asked = "&".join(f"id={pk}" for pk in (ids[2], ids[0], ids[2], 10**12))
    value = checked(client.get(f"/browse/images/?{asked}"), "images")
    assert [row["id"] for row in value["images"]] == [ids[2], ids[0]]


def test_orphans_and_searches(things):
    client, made = things
    lost = checked(client.get("/browse/ids/?orphaned=1"), "ids")
    assert lost == {"total": 1, "ids": [made["lost"].pk]}
    found = checked(client.get("/browse/ids/?q=tif"), "ids")
    assert found["ids"] == [made[name].pk for name in "Abc"]


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("images/", 400, "dataset, q or orphaned"),
        ("ids/?dataset=1&q=x", 400, "dataset, q or orphaned"),
        ("ids/?dataset=x", 400, "whole number"),
        ("ids/?dataset=999999999", 404, "not found"),
        ("ids/?q=x&sort=beauty", 400, "pixel_size"),
        ("ids/?q=x&direction=left", 400, "up or down"),
        ("ids/?q=x&offset=-1", 400, "whole number"),
        ("ids/?q=x&limit=100001", 400, "max_listed_ids"),
        ("images/?q=x&limit=501", 400, "api_max_limit"),
        ("images/?id=x", 400, "whole number"),
        ("images/?" + "&".join(["id=1"] * 501), 400, "api_max_limit"),
        ("tree/image/", 404, "project, dataset, screen, plate"),
        ("project/999999999/", 404, "not found"),
        (f"screen/{10**30}/", 404, "not found"),
    ],
)
def test_wrong_questions_are_answered_in_a_sentence(things, query, status, said):
    client, _ = things
    answer = client.get(f"/browse/{query}")
    assert answer.status_code == status
    assert said in answer.json()["message"]
    assert "Traceback" not in answer.content.decode()


def test_only_for_reading(things):
    client, _ = things
    assert client.post("/browse/tree/").status_code in {403, 405}
    assert client.delete("/browse/tree/").status_code in {403, 405}


def test_without_a_login_where_one_is_needed(configured):
    configured(anonymous_access=False)
    for path in ("tree/", "images/?id=1", "ids/?orphaned=1"):
        assert new_client().get(f"/browse/{path}").status_code == 401


@pytest.mark.parametrize("number", [5, 50])
def test_the_number_of_queries_does_not_grow(things, number):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from graticule.catalog.models import Dataset, Image, Project

    client, made = things
    model = made["b"]
    owned = {"owner": model.owner, "group": model.group}
    for n in range(number):
        project = Project.objects.create(name=f"p{n}", **owned)
        project.datasets.add(Dataset.objects.create(name=f"d{n}", **owned))
    copies = []
    for n in range(number):
        copy = Image.objects.get(pk=model.pk)
        copy.pk, copy.key = None, f"copy {n}"
        copies.append(copy)
    made["dataset"].images.add(*Image.objects.bulk_create(copies))
    client.get("/browse/tree/")  # what is remembered afterwards
    for path, most in (
        ("tree/", 9),
        (f"images/?dataset={made['dataset'].pk}", 5),
        (f"ids/?dataset={made['dataset'].pk}", 5),
    ):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/browse/{path}").status_code == 200
        assert len(queries) <= most, [query["sql"] for query in queries]

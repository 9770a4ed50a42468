"""Pages, filters, order, counts, normalize (contract json-api 3.1 to 3.3)."""

import pytest
from tests.web.api.conftest import M, checked, checked_list, make_picture


def names(answer):
    return [row["Name"] for row in answer.json()["data"]]


@pytest.fixture
def many(things):
    """Seven projects; the first one is called study."""
    from graticule.catalog.models import Project

    for name in ("b", "A", "c", "a", "B", "Zz"):
        Project.objects.create(name=name, **things.belongs)
    return things


class TestPages:
    def test_order_is_by_lower_name_and_id(self, alice, many):
        found = names(alice.get(f"{M}projects/"))
        assert found == ["A", "a", "b", "B", "c", "study", "Zz"]

    @pytest.mark.parametrize(
        ("query", "expected", "offset", "limit"),
        [
            ("offset=2&limit=2", ["b", "B"], 2, 2),
            ("offset=-3&limit=1", ["A"], 0, 1),
            ("offset=99", [], 99, 200),
            ("limit=0", [], 0, 0),
            ("limit=-1&offset=6", ["Zz"], 6, 200),
            ("limit=9999&offset=5", ["study", "Zz"], 5, 500),
            ("limit=+1", ["A"], 0, 1),
        ],
    )
    def test_part_of_a_list(self, alice, many, query, expected, offset, limit):
        answer = alice.get(f"{M}projects/?{query}")
        meta = checked_list(answer, "Project")["meta"]
        assert names(answer) == expected
        assert (meta["offset"], meta["limit"], meta["totalCount"]) == (offset, limit, 7)

    def test_limits_come_from_the_settings(self, alice, many, configured):
        configured(api_limit=2, api_max_limit=3)
        assert len(names(alice.get(f"{M}projects/"))) == 2
        answer = alice.get(f"{M}projects/?limit=100")
        assert len(names(answer)) == 3
        assert answer.json()["meta"]["maxLimit"] == 3


@pytest.mark.parametrize("text", ["", "x", "1.5", "1e3", "9" * 30, "0x1"])
@pytest.mark.parametrize(
    "name", ["offset", "limit", "owner", "group", "project", "image"]
)
def test_bad_integers(alice, things, name, text):
    answer = alice.get(f"{M}datasets/", {name: text})
    assert checked(answer, "message", 400) == {"message": f"{name} must be an integer."}


def test_owner_and_group(alice, things, make_cast, logged_in):
    from graticule.catalog.models import Membership, Project

    other = make_cast("rwr---")
    Membership.objects.create(person=things.cast.alice, group=other.group)
    Project.objects.create(name="theirs", owner=other.bob, group=other.group)

    def found(query):
        return names(alice.get(f"{M}projects/?{query}"))

    assert found("") == ["study", "theirs"]
    assert found(f"owner={other.bob.pk}") == ["theirs"]
    assert found(f"group={things.cast.group.pk}") == ["study"]
    assert found("group=-1") == ["study", "theirs"]
    assert found(f"owner={other.bob.pk}&group={things.cast.group.pk}") == []
    shapes = alice.get(f"{M}shapes/?owner={other.bob.pk}").json()
    assert shapes["meta"]["totalCount"] == 0
    people = alice.get(f"{M}experimenters/?owner=999999&group=999999").json()
    assert people["data"]


def test_orphans(alice, things):
    from graticule.catalog.models import Dataset, Plate, WellSample

    def found(kind):
        return names(alice.get(f"{M}{kind}/?orphaned=true"))

    lonely = make_picture("lonely", things.belongs)
    Dataset.objects.create(name="lonely", **things.belongs)
    Plate.objects.create(name="lonely", **things.belongs)
    for kind in ("datasets", "images", "plates"):
        assert found(kind) == ["lonely"]
        assert len(names(alice.get(f"{M}{kind}/?orphaned=false"))) == 2
    assert found("projects") == ["study"]  # nothing to be an orphan of
    WellSample.objects.create(well=things.well, image=lonely, index=9)
    assert found("images") == []
    assert names(alice.get(f"{M}datasets/?orphaned=true&project=1")) == []


class TestChildCounts:
    def test_lists_and_single_objects(self, alice, things):
        from graticule.catalog.models import Dataset

        again = Dataset.objects.create(name="again", **things.belongs)
        things.project.datasets.add(again)
        things.dataset.images.add(make_picture("more", things.belongs))

        def counted(path):
            data = alice.get(f"{M}{path}?childCount=true").json()["data"]
            rows = data if isinstance(data, list) else [data]
            return [row.get("omero:childCount") for row in rows]

        assert counted("projects/") == [2]
        assert counted("datasets/") == [0, 2]
        assert counted(f"datasets/{things.dataset.pk}/") == [2]
        assert counted("screens/") == [1]
        assert counted("plates/") == counted("rois/") == [None]
        group = things.cast.group.pk
        assert counted(f"experimentergroups/{group}/") == [3]

    def test_hidden_children_are_not_counted(self, alice, things, make_cast):
        hidden = make_cast("rw----")
        belongs = {"owner": hidden.alice, "group": hidden.group}
        things.dataset.images.add(make_picture("hidden", belongs))
        [found] = alice.get(f"{M}datasets/?childCount=true").json()["data"]
        assert found["omero:childCount"] == 1

    def test_only_where_it_says_true(self, alice, things):
        for value in ("1", "True", ""):
            [found] = alice.get(f"{M}datasets/?childCount={value}").json()["data"]
            assert "omero:childCount" not in found


LISTS = ["projects", "datasets", "images", "screens", "plates", "wells", "rois"]


class TestNormalize:
    @pytest.mark.parametrize("name", LISTS)
    def test_owners_and_groups_once(self, alice, things, name):
        kind = name[:-1].capitalize()
        answer = alice.get(f"{M}{name}/?normalize=true")
        found = checked_list(answer, kind, "Normalized")
        [owner], [group] = found["experimenters"], found["experimenterGroups"]
        details = found["data"][0]["omero:details"]
        assert (
            details["owner"] == {"@id": owner["@id"]} == {"@id": things.cast.alice.pk}
        )
        assert (
            details["group"] == {"@id": group["@id"]} == {"@id": things.cast.group.pk}
        )

    def test_nested_objects_keep_theirs(self, alice, things):
        [well] = alice.get(f"{M}wells/?normalize=true").json()["data"]
        image = well["WellSamples"][0]["Image"]
        assert image["omero:details"]["owner"]["UserName"] == "alice-rwra--"
        sample = well["WellSamples"][0]["omero:details"]
        assert sample["owner"]["UserName"] == "alice-rwra--"

    @pytest.mark.parametrize("name", ["experimenters", "experimentergroups"])
    def test_not_of_people(self, alice, things, name):
        answer = alice.get(f"{M}{name}/?normalize=true")
        assert "normalize" in checked(answer, "error", 400)["message"]


def test_wells_are_ordered_by_column_and_row(alice, things):
    from graticule.catalog.models import Well

    for row, column in ((0, 3), (0, 2), (5, 0)):
        Well.objects.create(
            plate=things.plate, row=row, column=column, **things.belongs
        )
    found = alice.get(f"{M}wells/").json()["data"]
    places = [(well["Column"], well["Row"]) for well in found]
    assert places == [(0, 5), (2, 0), (2, 1), (3, 0)]


def test_people_are_ordered_by_last_name_and_first(alice, things):
    cast = things.cast
    for person, last, first in (
        (cast.alice, "Zuse", "A"),
        (cast.bob, "Ada", "Z"),
        (cast.group_owner, "Ada", "B"),
    ):
        person.last_name, person.first_name = last, first
        person.save()
    url = f"{M}experimentergroups/{cast.group.pk}/experimenters/"
    found = [row["@id"] for row in alice.get(url).json()["data"]]
    assert found == [cast.group_owner.pk, cast.bob.pk, cast.alice.pk]


@pytest.mark.parametrize(
    "path",
    [
        "projects/?childCount=true",
        "datasets/?childCount=true&normalize=true",
        "images/",
        "screens/?childCount=true",
        "plates/",
        "plates/{plate}/plateacquisitions/",
        "wells/",
        "rois/",
        "shapes/",
        "experimenters/",
        "experimentergroups/?childCount=true",
    ],
)
def test_queries_do_not_grow_with_the_list(things, logged_in, path):
    bob = logged_in(things.cast.bob)
    url = M + path.format(plate=things.plate.pk)
    few = _queries(bob, url)
    _grow(things)
    assert _queries(bob, url) == few
    assert few <= 9


def _queries(client, url):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(url)  # who asks is looked up once
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def _grow(things):
    from graticule.catalog import models

    belongs = things.belongs
    for number in range(4):
        image = make_picture(f"image {number}", belongs)
        dataset = models.Dataset.objects.create(name="more", **belongs)
        dataset.images.add(image)
        models.Project.objects.create(name="more", **belongs).datasets.add(dataset)
        plate = models.Plate.objects.create(name="more", **belongs)
        models.Screen.objects.create(name="more", **belongs).plates.add(plate)
        run = models.PlateAcquisition.objects.create(
            plate=things.plate, key=f"more {number}", **belongs
        )
        well = models.Well.objects.create(plate=plate, row=0, column=0, **belongs)
        for index in range(3):
            models.WellSample.objects.create(
                well=well, image=image, acquisition=run, index=index
            )
        roi = models.Roi.objects.create(image=image, **belongs)
        for shape in things.roi.shapes.all():
            shape.pk, shape.roi = None, roi
            shape.save()
        person = models.Person.objects.create(username=f"more {number}")
        group = models.Group.objects.create(name=f"more {number}")
        for member in (person, things.cast.bob):
            models.Membership.objects.create(person=member, group=group)
        models.Membership.objects.create(person=person, group=things.cast.group)


@pytest.mark.parametrize("path", ["rois/", "rois/{roi}/", "shapes/", "shapes/{shape}/"])
def test_masks_stay_where_they_are(alice, things, path):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    path = path.format(roi=things.roi.pk, shape=things.shape.pk)
    with CaptureQueriesContext(connection) as queries:
        assert alice.get(M + path).status_code == 200
    asked = [query["sql"] for query in queries]
    assert any("catalog_shape" in sql for sql in asked)
    assert not any("mask_bits" in sql for sql in asked)

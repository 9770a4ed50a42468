"""The door ``/table/``: rows in any order, who sees them, the way to what they name."""

import math
import random

import pytest
from tests.web.conftest import checked, new_client
from tests.web.test_annotate import LEVELS, SEES, WHO

DOOR = "../../table/schemas"
NAMES = ["beta", "alpha", "Gamma", "alpha", "it's `odd`\\"]
SIZES = [2.5, float("nan"), -1.0, 7.0, 0.0]


@pytest.fixture
def make_table(image, make_cast, tmp_path):
    """Attach a table of Alice's to her image, in a group of a level."""
    from graticule.services.tables.importing import import_table

    def make(level="rwr---", text=None):
        cast = make_cast(level)
        row = image("uint8.tif")
        row.owner, row.group = cast.alice, cast.group
        row.save()
        lines = [
            f'{row.pk},"{name}",{size},{n % 2 == 0}'
            for n, (name, size) in enumerate(zip(NAMES, SIZES, strict=True))
        ]
        path = tmp_path / "Alice's.csv"
        path.write_text(text or "\n".join(["Image,Name,Size,Even", *lines]))
        held = import_table(cast.alice, path, row, tell=lambda *_: None)
        return cast, row, f"/table/{held.file_id}/"

    return make


def rows(client, url, **query):
    return checked(client.get(f"{url}page/", query), f"{DOOR}/page")


@pytest.mark.parametrize("level", LEVELS)
def test_who_sees_it(make_table, logged_in, level):
    cast, row, url = make_table(level)
    for who in WHO:
        client = logged_in(getattr(cast, who))
        for path in (url, f"{url}columns/", f"{url}page/"):
            answer = client.get(path)
            assert answer.status_code == (200 if who in SEES[level] else 404), path
            if who not in SEES[level]:
                assert b"Alice" not in answer.content
        answer = client.get(f"/table/thing/image/{row.pk}/")
        assert answer.status_code == (302 if who in SEES[level] else 404)
    assert new_client().get(f"{url}page/").status_code == 404


def test_nobody_has_to_log_in(private, configured):
    configured(anonymous_access=False)
    client = new_client()
    assert client.get("/table/1/page/").status_code == 401
    for path in ("/table/1/", "/table/thing/image/1/"):
        assert client.get(path)["Location"].startswith("/webclient/login/")


def test_the_way_back_to_what_it_is_on(make_table, logged_in):
    cast, row, url = make_table()
    text = logged_in(cast.bob).get(url).content.decode()
    assert f'<a href="/image/{row.pk}/">{row.name}</a>' in text
    type(row).objects.filter(pk=row.pk).update(
        group=cast.charlie.memberships.get().group
    )
    hidden = logged_in(cast.bob).get(url).content.decode()
    assert f"/image/{row.pk}/" not in hidden


def test_what_it_is(make_table, logged_in):
    cast, _, url = make_table()
    found = checked(logged_in(cast.alice).get(f"{url}columns/"), f"{DOOR}/columns")
    assert (found["name"], found["rows"]) == ("Alice's.csv", 5)
    shapes = [
        (each["name"], each["shape"], each["points"]) for each in found["columns"]
    ]
    assert shapes == [
        ("Image", "whole", "image"),
        ("Name", "text", None),
        ("Size", "number", None),
        ("Even", "truth", None),
    ]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", [0, 1, 2, 3, 4]),
        ("Size", [2, 4, 0, 3, 1]),  # what is no number comes last
        ("-Size", [3, 0, 4, 2, 1]),
        ("Name", [2, 1, 3, 0, 4]),  # equals stay as they were
        ("-Name", [4, 0, 1, 3, 2]),
        ("Even", [1, 3, 0, 2, 4]),
    ],
)
def test_orders(make_table, logged_in, sort, expected):
    cast, row, url = make_table()
    found = rows(logged_in(cast.alice), url, sort=sort)
    assert found["numbers"] == expected
    shown = [
        "nan" if math.isnan(SIZES[number]) else SIZES[number] for number in expected
    ]
    assert [each[2] for each in found["rows"]] == shown
    assert [each[:2] for each in found["rows"]] == [
        [row.pk, NAMES[number]] for number in expected
    ]


def test_pages_columns_and_conditions(make_table, logged_in):
    cast, _, url = make_table()
    client = logged_in(cast.alice)
    query = {"query": "(`Size` >= 0)", "sort": "-Size", "column": ["Size", "Name"]}
    found = rows(client, url, **query, offset=1, limit=1)
    assert (found["total"], found["numbers"]) == (3, [0])
    assert found["rows"] == [[2.5, "beta"]]
    assert rows(client, url, **query, offset=3)["rows"] == []
    assert rows(client, url, offset=10**9)["total"] == 5
    odd = rows(client, url, query="(`Name` == 'it\\'s `odd`\\\\')")
    assert odd["numbers"] == [4]


def test_as_python_sorts_it(make_table, logged_in):
    """Thousands of rows, against Python's own order."""
    chance = random.Random(7)
    values = [(chance.randrange(40), chance.random()) for _ in range(3000)]
    text = "\n".join(["k,v", *(f"{k},{v!r}" for k, v in values)])
    cast, _, url = make_table(text=text)
    client = logged_in(cast.alice)
    order = sorted(range(3000), key=lambda n: -values[n][0])
    found = rows(client, url, sort="-k", offset=1234, limit=777)
    assert found["numbers"] == order[1234 : 1234 + 777]
    assert found["rows"] == [list(values[n]) for n in found["numbers"]]
    few = [
        n for n in sorted(range(3000), key=lambda n: values[n][1]) if values[n][0] > 30
    ]
    found = rows(client, url, sort="v", query="k > 30", limit=1000)
    assert found["numbers"] == few


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"sort": "nothing"}, "no column 'nothing'"),
        ({"column": "nothing"}, "no column 'nothing'"),
        ({"query": "Size >"}, ""),
        ({"offset": "-1"}, "whole number from 0"),
        ({"limit": "x"}, "whole number from 0"),
        ({"limit": "9999999"}, "max_table_slice_size"),
    ],
)
def test_what_cannot_be_understood(make_table, logged_in, query, words):
    cast, _, url = make_table()
    answer = logged_in(cast.alice).get(f"{url}page/", query)
    message = checked(answer, "../../iviewer/schemas/message", 400)["message"]
    assert words in message


def test_rows_lead_to_rois_wells_and_plates(make_table, logged_in):
    from graticule.catalog.models import Plate, Roi, Well

    cast, row, _ = make_table()
    belongs = {"owner": cast.alice, "group": cast.group}
    roi = Roi.objects.create(image=row, **belongs)
    plate = Plate.objects.create(name="plate", **belongs)
    well = Well.objects.create(plate=plate, row=0, column=0, **belongs)
    client = logged_in(cast.bob)
    for kind, thing, place in (
        ("roi", roi, f"/image/{row.pk}/?roi={roi.pk}"),
        ("well", well, f"/well/{well.pk}/"),
        ("plate", plate, f"/plate/{plate.pk}/"),
    ):
        assert client.get(f"/table/thing/{kind}/{thing.pk}/")["Location"] == place
        stranger = logged_in(cast.charlie)
        assert stranger.get(f"/table/thing/{kind}/{thing.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("name", "kind", "points"),
    [
        ("Image ID", "long", "image"),
        ("well_id", "long", "well"),
        ("image", "long", None),  # any number may be called so; ids are told apart
        ("Area", "long", None),
        ("ROI ID", "double", None),
        ("anything", "roi", "roi"),
        ("anything", "file", None),
    ],
)
def test_which_columns_name_things(name, kind, points):
    from graticule.services.tables.columns import Column, Kind
    from graticule.services.tables.pointing import pointed_kind

    assert pointed_kind(Column(name, Kind(kind))) == points

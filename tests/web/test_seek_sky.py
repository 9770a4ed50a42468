"""Searching by a position on the sky: what shows it, and only what may be seen."""

import re

import pytest
from tests.web.conftest import new_client
from tests.web.sia.conftest import observe  # noqa: F401


@pytest.fixture
def client(catalog):
    return new_client()


@pytest.fixture
def fields(observe):  # noqa: F811
    observe("crab", 83.633, 22.014, 0.2)
    observe("beside", 84.2, 22.014, 0.2)
    observe("south", 83.633, -22.014, 0.2)


def found(client, **asked):
    ids = client.get("/seek/ids/", asked)
    assert ids.status_code == 200, ids.content
    from graticule.catalog.models import Image

    images = Image.objects.filter(pk__in=ids.json()["ids"])
    return sorted(images.values_list("name", flat=True))


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"position": "83.633 22.014"}, ["crab"]),
        ({"position": "05:34:31.9 +22:00:52"}, ["crab"]),
        ({"q": "05:34:31.9 +22:00:52"}, ["crab"]),
        ({"q": "05h34m31.9s +22d00m52s"}, ["crab"]),
        ({"q": "05 34"}, []),
        ({"position": "83.633 22.014", "radius": "30"}, ["beside", "crab"]),
        ({"position": "83.633 22.014", "radius": "30", "q": "beside"}, ["beside"]),
        ({"position": "l=184.557 b=-5.784"}, ["crab"]),
        ({"position": "180 0"}, []),
        ({"radius": "30", "kind": "image"}, ["beside", "crab", "south"]),
    ],
)
def test_what_is_there(client, fields, asked, names):
    assert found(client, **asked) == names


def test_what_is_no_position(client):
    for asked in ({"position": "M 31"}, {"position": "1 2", "radius": "20000"}):
        answer = client.get("/seek/ids/", asked)
        assert answer.status_code == 400
        assert len(answer.json()["message"]) > 20


def test_the_page_tells_the_filter(client, fields):
    page = client.get("/search/", {"position": "05:34:31.9 +22:00:52", "radius": "6"})
    text = page.content.decode()
    assert "crab" in text
    assert "beside" not in text
    assert 'name="position" value="83.632917 +22.014444"' in text
    chips = re.findall(r'class="chip"[^>]*>([^<]+)<', text)
    assert chips == ["Position: 83.632917 +22.014444", "Within 6\N{PRIME}"]


def test_everybody_finds_their_own(observe, make_cast, logged_in):  # noqa: F811
    from graticule.catalog.models import Permissions

    cast = make_cast(Permissions.PRIVATE)
    observe("secret", 5.0, 5.0, owner=cast.alice, group=cast.group)
    assert found(logged_in(cast.alice), position="5 5") == ["secret"]
    for other in (logged_in(cast.bob), logged_in(cast.charlie), new_client()):
        assert found(other, position="5 5") == []

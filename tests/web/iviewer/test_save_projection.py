"""``save_projection/``: a projection as a new image (contract clients 4)."""

from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import tifffile
from tests.web.iviewer.conftest import checked
from tests.web.reference import cells as value_of
from tests.web.reference import in_pixels
from tests.web.test_permissions import SEES, WHO

URL = "/iviewer/save_projection/"


@pytest.fixture
def ask(logged_in, catalog, cells):
    """Ask as the administrator, with the address of the image."""

    def send(client=None, **query):
        client = client or logged_in(catalog.administrator)
        given = {"image": cells.pk, "projection": "intmax", "start": 0, "end": 2}
        return client.get(URL, {**given, **query})

    return send


def pixels_of(image_id):
    from graticule.catalog.models import Image

    return tifffile.imread(Image.objects.get(pk=image_id).fileset.entry)


@pytest.mark.parametrize(
    ("kind", "join"),
    [
        ("intmax", lambda part: part.max(axis=0)),
        ("intmean", lambda part: np.rint(part.mean(axis=0))),
        ("intsum", lambda part: np.minimum(part.sum(axis=0), 65_535)),
    ],
)
def test_it_works(ask, cells, kind, join):
    from graticule.catalog.models import Image

    found = checked(ask(projection=kind, start=1), "saved_projection")
    expected = np.array(
        [
            [
                join(np.array([in_pixels(value_of(c, z, t)) for z in (1, 2)], float))
                for c in range(4)
            ]
            for t in range(2)
        ]
    )
    assert np.array_equal(pixels_of(found["id"]), expected)
    image = Image.objects.get(pk=found["id"])
    assert list(image.datasets.all()) == list(cells.datasets.all())
    assert image.size_z == 1


def test_the_image_opens_in_the_client(ask, client):
    found = checked(ask(), "saved_projection")
    checked(client.get(f"/iviewer/image_data/{found['id']}/"), "image_data")


def test_it_goes_where_the_client_says(ask, catalog):
    from graticule.catalog.models import Dataset, Image

    belongs = {"owner": catalog.administrator, "group": catalog.public_group}
    dataset = Dataset.objects.create(name="flat", **belongs)
    found = checked(ask(dataset=dataset.pk), "saved_projection")
    assert list(Image.objects.get(pk=found["id"]).datasets.all()) == [dataset]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"projection": "median"}, "intmax"),
        ({"end": 3}, "0 to 2"),
        ({"start": 2, "end": 1}, "no plane"),
        ({"image": "x"}, "integer"),
        ({"image": 999_999}, "not found"),
        ({"dataset": 999_999}, "not found"),
    ],
)
def test_what_went_wrong_is_said(ask, query, words):
    from graticule.catalog.models import Image

    before = Image.objects.count()
    assert words in checked(ask(**query), "saved_projection")["error"]
    assert Image.objects.count() == before


@pytest.mark.parametrize("limit", ["max_projection_bytes", "max_plane_pixels"])
def test_what_is_too_much_is_a_job_with_a_ready_link(ask, cells, monkeypatch, limit):
    from graticule.services.engine import engine

    monkeypatch.setattr(engine(), limit, 1000)
    said = checked(ask(projection="intsum", start=1), "saved_projection")["error"]
    assert limit in said
    link = urlsplit(said.rpartition(" ")[2])
    assert link.path == "/services/projection/async"
    assert parse_qs(link.query) == {
        "IMAGE": [str(cells.pk)],
        "KIND": ["sum"],
        "START": ["1"],
        "END": ["2"],
    }


@pytest.mark.parametrize("level", SEES)
def test_who_may(ask, cells, make_cast, logged_in, level):
    from graticule.catalog.models import Image

    cast = make_cast(level)
    Image.objects.filter(pk=cells.pk).update(
        owner=cast.alice, group=cast.group, name="Alice's own"
    )
    for who in WHO:
        answer = ask(logged_in(getattr(cast, who)))
        found = checked(answer, "saved_projection")
        assert ("id" in found) == (who in SEES[level]), who
        assert "id" in found or b"Alice" not in answer.content


def test_nobody_makes_images_without_a_login(ask, client):
    from graticule.catalog.models import Image

    before = Image.objects.count()
    found = checked(ask(client), "saved_projection")
    assert "may not" in found["error"]
    assert Image.objects.count() == before


def test_only_get(logged_in, catalog):
    client = logged_in(catalog.administrator)
    assert client.put(URL).status_code in {403, 405}

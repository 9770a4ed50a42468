"""Which pictures a browser may show again without asking, and for how long."""

from datetime import timedelta

import pytest


@pytest.fixture
def places(image):
    number = image("cells.ome.tif").pk
    return [
        f"/webgateway/render_image/{number}/1/0/",
        f"/webgateway/render_image_region/{number}/1/0/?region=0,0,8,8",
    ]


def with_revision(place, revision="3"):
    return f"{place}{'&' if '?' in place else '?'}rev={revision}"


def test_who_names_a_revision_may_keep_the_picture(client, places, configured):
    configured(picture_age=timedelta(minutes=2))
    for place in places:
        answer = client.get(with_revision(place))
        assert answer["Cache-Control"] == "private, max-age=120"
        # by nobody else, also in the same browser
        assert {"Cookie", "Authorization"} <= set(answer["Vary"].split(", "))
        assert answer.content == client.get(place).content
        again = client.get(with_revision(place), HTTP_IF_NONE_MATCH=answer["ETag"])
        assert (again.status_code, again.content) == (304, b"")
        assert again["Cache-Control"] == "private, max-age=120"


def test_who_names_none_asks_each_time(client, places):
    for place in places:
        assert client.get(place)["Cache-Control"] == "private, no-cache"


def test_keeping_can_be_switched_off(client, places, configured):
    configured(picture_age=timedelta(0))
    for place in places:
        answer = client.get(with_revision(place))
        assert answer["Cache-Control"] == "private, no-cache"


def test_refusals_are_not_kept(client, places):
    answer = client.get(with_revision(places[0].replace("/1/0/", "/999/0/")))
    assert answer.status_code == 404
    assert "max-age" not in answer.headers.get("Cache-Control", "")

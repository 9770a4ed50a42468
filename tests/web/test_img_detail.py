"""The viewer page (contract webgateway 13.2, clients 1.2)."""

import pytest
from tests.web.conftest import XHR


@pytest.fixture
def url(image):
    return f"/webgateway/img_detail/{image('cells.ome.tif').pk}/"


def test_it_works(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert b"cells" in answer.content
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_scripts_find_the_csrf_cookie(client, url):
    # clients 1.2: it must exist before the page's scripts run
    cookie = client.get(url).cookies["csrftoken"]
    assert not cookie["httponly"]
    assert cookie["path"] == "/"
    assert cookie["samesite"] == "Lax"


def test_the_cookie_is_good_for_a_post(client, url, image):
    token = client.get(url).cookies["csrftoken"].value
    target = f"/webgateway/render_image/{image('cells.ome.tif').pk}/"
    assert client.post(target).status_code == 403
    assert client.post(target, HTTP_X_CSRFTOKEN=token).status_code == 200


def test_query_keys_are_taken(client, url):
    query = (
        "c=1|0:9$F00,-2&m=c&p=intmax&q=0.9&z=1&t=2&x=3&y=4&zm=100&maps=[]&ia=0&lp=h5"
    )
    assert client.get(f"{url}?{query}").status_code == 200


def test_missing(client):
    answer = client.get("/webgateway/img_detail/987654/")
    assert answer.status_code == 404
    assert b"<html" in answer.content
    assert client.get("/webgateway/img_detail/987654/", **XHR).content == b""
    assert client.get(f"/webgateway/img_detail/{'9' * 5000}/").status_code == 500


def test_names_are_no_mark_up(client, url, image):
    row = image("cells.ome.tif")
    row.name = "<script>alert(1)</script>"
    row.save()
    assert row.name.encode() not in client.get(url).content

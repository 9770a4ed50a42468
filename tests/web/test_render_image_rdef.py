"""Whole planes whose settings must all be said (contract webgateway 4.3)."""

import pytest
from tests.web.conftest import XHR
from tests.web.reference import cells, decoded, grey, quantized, same, squares

C = "1|0:9000$FFFFFF,-2|0:9000$00FF00"


@pytest.fixture
def explicit(image):
    return f"/webgateway/render_image_rdef/{image('cells.ome.tif').pk}/1/0/"


def test_it_works(client, explicit):
    answer = client.get(explicit, {"c": C, "m": "c"})
    same(squares(decoded(answer)), grey(quantized(cells(0, 1, 0), "uint16", 0, 9000)))


def test_an_empty_c_is_black(client, explicit):
    answer = client.get(explicit, {"c": "", "m": "c"})
    assert decoded(answer).max() == 0


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"m": "c"}, "Rendering settings must specify channels as c"),
        ({"c": "1$FFF", "m": "c"}, "Must specify window for each channel"),
        ({"c": "1|0:9", "m": "c"}, "Must specify color for each channel"),
        (
            {"c": "1|0:9$FFF,-2|0:9", "m": "c"},
            "Must specify color for each channel",
        ),
        (
            {"c": "1|0:9$FFF"},
            'Query parameter "m" must be present with value either "g" or "c"',
        ),
        (
            {"c": "1|0:9$FFF", "m": "rgb"},
            'Query parameter "m" must be present with value either "g" or "c"',
        ),
        (
            {"c": "1|0:9$FFF", "m": "c", "maps": "{"},
            "Failed to parse maps JSON",
        ),
        (
            {"c": "1|0:9$FFF", "m": "c", "maps": "[]"},
            'Number of "maps" must match number of channels',
        ),
    ],
)
def test_refusals(client, explicit, query, message):
    for headers in ({}, XHR):
        answer = client.get(explicit, query, **headers)
        assert answer.status_code == 400
        assert answer.content.decode() == message
        assert answer["Content-Type"] == "text/html; charset=utf-8"  # 2.6


def test_maps_without_a_length_are_a_500(client, explicit):
    query = {"c": "1|0:9$FFF", "m": "c", "maps": "5"}
    assert client.get(explicit, query).status_code == 500


def test_the_checks_come_after_login(client, explicit, configured):
    configured(anonymous_access=False)
    assert client.get(explicit).status_code == 302


class TestRegions:
    """The same for tiles and regions (4.2, 4.3)."""

    @pytest.fixture
    def url(self, image):
        number = image("cells.ome.tif").pk
        return f"/webgateway/render_image_region_rdef/{number}/1/0/"

    def test_it_works(self, client, url):
        answer = client.get(url, {"c": C, "m": "c", "region": "32,32,64,64"})
        expected = grey(quantized(cells(0, 1, 0), "uint16", 0, 9000))
        same(squares(decoded(answer)), expected[1:3, 1:3])

    def test_a_tile(self, client, url):
        answer = client.get(url, {"c": C, "m": "c", "tile": "0,1,1,64,64"})
        expected = grey(quantized(cells(0, 1, 0), "uint16", 0, 9000))
        same(squares(decoded(answer)), expected[2:3, 2:4])

    def test_settings_are_mandatory(self, client, url):
        answer = client.get(url, {"m": "c", "region": "0,0,9,9"})
        assert answer.status_code == 400
        assert answer.content == b"Rendering settings must specify channels as c"

    def test_neither_tile_nor_region(self, client, url):
        answer = client.get(url, {"c": C, "m": "c"})
        assert answer.status_code == 400
        assert b"tile or region" in answer.content

"""Thumbnails (contract webgateway 5, rendering 12)."""

import base64
import io

import numpy as np
import pytest
from PIL import Image
from tests.web.conftest import COLORS, XHR, checked
from tests.web.reference import added, cells, coloured, decoded, quantized


def size(answer):
    return decoded(answer).shape[1::-1]


def longest(width, height, length):
    """Rendering 12, in float32."""
    f = np.float32
    if width > height:
        w, h = f(length), int(f(height) * (f(length) / f(width)))
    else:
        w, h = int(f(width) * (f(length) / f(height))), f(length)
    return tuple(
        max(3, int(f(side) * (f(wanted) / f(side))))
        for side, wanted in ((width, w), (height, h))
    )


@pytest.fixture
def number(image):
    return image("cells.ome.tif").pk


@pytest.fixture
def path(number):
    return f"/webgateway/render_thumbnail/{number}/"


def test_it_works(client, path):
    answer = client.get(path)
    assert size(answer) == longest(128, 96, 96) == (96, 72)
    # Flat squares of 24 pixels: their middle is what the plane's is.
    inner = decoded(answer).reshape(3, 24, 4, 24, 3)[:, 10:14, :, 10:14].mean((1, 3))
    drawn = [
        coloured(
            quantized(
                cells(c, 1, 0), "uint16", cells(c, 0, 0).min(), cells(c, 2, 1).max()
            ),
            COLORS[c],
        )
        for c in range(3)
    ]
    assert np.abs(inner - added(*drawn)).max() <= 8


class TestSize:
    @pytest.mark.parametrize("length", [1, 5, 32, 96, 200, 149])
    def test_the_longest_side(self, client, path, length):
        # small images are enlarged; none is under 3 pixels
        assert size(client.get(f"{path}{length}/")) == longest(128, 96, length)

    def test_two_numbers_are_exact(self, client, path):
        # 5.1: aspect ratio not kept
        assert size(client.get(f"{path}50/20/")) == (50, 20)
        assert size(client.get(f"{path}20/50/")) == (20, 50)

    def test_birds_eye_view_is_the_same(self, client, path):
        # 5.2
        bird = path.replace("render_thumbnail", "render_birds_eye_view")
        assert client.get(bird).content == client.get(path).content
        assert client.get(f"{bird}40/").content == client.get(f"{path}40/").content
        assert client.get(f"{bird}40/40/").status_code == 404

    @pytest.mark.parametrize("place", ["0/", "0/5/", "5/0/", "2049/", "5/99999/"])
    def test_no_thumbnail_of_that_size(self, client, path, place):
        answer = client.get(path + place)
        assert answer.status_code == 404
        assert client.get(path + place, **XHR).content == b""

    def test_the_limit_is_named(self, client, path):
        assert b"max_thumbnail_length = 2,048" in client.get(f"{path}2049/").content

    def test_a_number_too_large(self, client, path):
        assert client.get(f"{path}{'9' * 25}/").status_code == 500


class TestPlane:
    def test_z_and_t(self, client, path):
        # 5.1: one alone, the other is the default (z 1, t 0)
        pictures = {
            query: client.get(f"{path}?{query}").content
            for query in ("z=0", "z=1", "t=0", "t=1", "z=1&t=1", "z=2&t=1")
        }
        assert pictures["z=1"] == pictures["t=0"] == client.get(path).content
        assert pictures["t=1"] == pictures["z=1&t=1"]
        assert len(set(pictures.values())) == 4

    @pytest.mark.parametrize("query", ["z=3", "z=-1", "t=2", "t=-1", "z=99999999999"])
    def test_out_of_range(self, client, path, query):
        assert client.get(f"{path}?{query}").status_code == 404

    @pytest.mark.parametrize("query", ["z=", "z=x", "t=1.5", "rdefId=", "rdefId=a"])
    def test_no_integer(self, client, path, query):
        # 2.1
        answer = client.get(f"{path}?{query}")
        assert answer.status_code == 500
        assert answer["Content-Type"].startswith("text/html")

    def test_rendering_parameters_are_ignored(self, client, path):
        answer = client.get(path, {"c": "-1", "m": "g", "p": "intmax", "q": "x"})
        assert answer.content == client.get(path).content


def test_rdef_id(client, path, image, catalog):
    # 5.1: these settings; an unknown id is as if absent
    from graticule.catalog.models import RenderingSettings

    cell, other = image("cells.ome.tif"), image("slide.ome.tif")
    imported = cell.renderings.get(person=None)
    black = RenderingSettings.objects.create(
        image=cell,
        person=catalog.administrator,
        channels=[dict(row, active=False) for row in imported.channels],
    )
    foreign = other.renderings.get().pk

    def brightest(query=""):
        return decoded(client.get(path + query)).max()

    assert brightest() == 0  # the owner's settings
    assert brightest(f"?rdefId={imported.pk}") > 100
    assert brightest(f"?rdefId={black.pk}") == 0
    assert brightest("?rdefId=987654") == 0
    assert brightest(f"?rdefId={foreign}") == 0


def test_of_a_pyramid(client, image):
    answer = client.get(
        f"/webgateway/render_thumbnail/{image('slide.ome.tif').pk}/200/"
    )
    assert size(answer) == longest(250, 175, 200)


def uri_size(uri):
    data = base64.b64decode(uri.removeprefix("data:image/jpeg;base64,"), validate=True)
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.format == "JPEG"
        return picture.size, data


class TestOne:
    """5.3."""

    def test_it_works(self, client, path, number):
        answer = client.get(f"/webgateway/get_thumbnail/{number}/")
        _, data = uri_size(checked(answer, "thumbnail"))
        assert data == client.get(path).content
        sizes = client.get(f"/webgateway/get_thumbnail/{number}/30/40/")
        assert uri_size(checked(sizes, "thumbnail"))[0] == (30, 40)

    @pytest.mark.parametrize("place", ["{}/0/", "999999/", "{}/?z=9", "{}/99999/"])
    def test_failure(self, client, number, place):
        # 5.3: 404 become 500
        url = "/webgateway/get_thumbnail/" + place.format(number)
        for headers in ({}, XHR):
            error = checked(client.get(url, **headers), "error", 500)
            assert error["message"] == "Failed to render thumbnail"

    def test_jsonp(self, client, number):
        answer = client.get(f"/webgateway/get_thumbnail/{number}/?callback=show")
        assert answer["Content-Type"] == "application/javascript"
        assert answer.content.startswith(b'show("data:image/jpeg;base64,')
        assert answer.content.endswith(b'")')


class TestMany:
    """5.4."""

    URL = "/webgateway/get_thumbnails/"

    def test_it_works(self, client, image, path):
        one, two = image("cells.ome.tif").pk, image("photo.tif").pk
        url = f"{self.URL}?id={one}&id={two}&id={one}&id=999999&id=-4"
        found = checked(client.get(url), "thumbnails")
        assert set(found) == {str(one), str(two), "999999", "-4"}
        assert found["999999"] is None
        assert uri_size(found[str(one)])[1] == client.get(path).content
        assert uri_size(found[str(two)])[0] == longest(192, 128, 96)

    def test_longest_side(self, client, number):
        found = checked(client.get(f"{self.URL}32/?id={number}"), "thumbnails")
        assert uri_size(found[str(number)])[0] == (32, 24)

    def test_none(self, client):
        assert checked(client.get(self.URL), "thumbnails") == {}

    def test_one_alone_listens_to_z(self, client, path, number, image):
        other = image("photo.tif").pk
        one = checked(client.get(f"{self.URL}?id={number}&z=0"), "thumbnails")
        assert uri_size(one[str(number)])[1] == client.get(f"{path}?z=0").content
        url = f"{self.URL}?id={number}&id={other}&z=0"
        several = checked(client.get(url), "thumbnails")
        assert uri_size(several[str(number)])[1] == client.get(path).content

    @pytest.mark.parametrize("query", ["z=9", "z=x", "rdefId="])
    def test_one_alone_is_null_on_any_failure(self, client, number, query):
        answer = client.get(f"{self.URL}?id={number}&{query}")
        assert checked(answer, "thumbnails") == {str(number): None}

    @pytest.mark.parametrize("text", ["x", "", "1.5", "9" * 30])
    def test_no_integer(self, client, text):
        checked(client.get(f"{self.URL}?id=1&id={text}"), "error", 500)

    def test_too_many(self, client, configured):
        configured(thumbnails_batch=3)
        url = f"{self.URL}?" + "&".join(f"id={n}" for n in range(4))
        for suffix in ("", "&callback=show"):
            answer = client.get(url + suffix)
            assert answer.status_code == 500
            assert answer["Content-Type"] == "text/javascript"
            assert answer.content == b"Max 3 thumbnails at a time."
        assert client.get(url.removesuffix("&id=3")).status_code == 200

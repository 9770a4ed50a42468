"""Channels side by side (contract webgateway 4.4): panes against plain arithmetic."""

import numpy as np
import pytest
from tests.web.conftest import COLORS, XHR, photo
from tests.web.reference import (
    JPEG,
    SQUARE,
    added,
    cells,
    coloured,
    decoded,
    grey,
    quantized,
    same,
)

LIMITS = [(cells(c, 0, 0).min(), cells(c, 2, 1).max()) for c in range(4)]
WIDTH, HEIGHT = 128, 96


def level(channel, z, t, start, end):
    return quantized(cells(channel, z, t), "uint16", start, end)


def pane(picture, column, row, width=WIDTH, height=HEIGHT):
    """The squares of a pane, each just below its middle, away from any label."""
    x, y = 2 + column * (width + 2), 2 + row * (height + 2)
    inner = picture[y : y + height, x : x + width]
    tiles = inner.reshape(height // SQUARE, SQUARE, width // SQUARE, SQUARE, 3)
    return tiles[:, 16:20, :, 16:20].mean(axis=(1, 3))


@pytest.fixture
def path(image):
    return f"/webgateway/render_split_channel/{image('cells.ome.tif').pk}"


@pytest.fixture
def picture(client, path):
    def ask(place="1/0/", **query):
        return decoded(client.get(f"{path}/{place}", query))

    return ask


class TestColour:
    def test_it_works(self, picture):
        # 5 panes: 3 x 2. As imported three channels are on, the fourth is not.
        found = picture()
        assert found.shape == (2 * HEIGHT + 6, 3 * WIDTH + 8, 3)
        alone = [coloured(level(c, 1, 0, *LIMITS[c]), COLORS[c]) for c in range(3)]
        for column in range(3):
            same(pane(found, column, 0), alone[column])
        for column in (0, 2):  # the fourth channel's, and one to spare
            assert (pane(found, column, 1) == 255).all()
        same(pane(found, 1, 1), added(*alone))

    def test_settings_of_the_request(self, picture):
        found = picture(c="-1,2|500:6000$FF0000,-3,4|0:9000$00FF00")
        red = coloured(level(1, 1, 0, 500, 6000), (255, 0, 0))
        green = coloured(level(3, 1, 0, 0, 9000), (0, 255, 0))
        assert (pane(found, 0, 0) == 255).all()
        same(pane(found, 1, 0), red)
        assert (pane(found, 2, 0) == 255).all()
        same(pane(found, 0, 1), green)
        same(pane(found, 1, 1), added(red, green))

    def test_no_channel_is_on(self, picture):
        found = picture(c="-1")
        for column, row in ((0, 0), (1, 0), (2, 0), (0, 1), (2, 1)):
            assert (pane(found, column, row) == 255).all()
        assert pane(found, 1, 1).max() <= JPEG  # all together are black

    def test_the_plane_of_the_path(self, picture):
        found = picture("2/1/", c="1|0:9000$FFFFFF")
        same(pane(found, 0, 0), grey(level(0, 2, 1, 0, 9000)))


class TestGreyscale:
    def test_each_active_channel_in_grey(self, picture):
        # 4 panes: 2 x 2, and all together fall off
        found = picture(m="g", c="1|0:9000$FF0000,-2,3|500:6000$fire.lut,-4")
        assert found.shape == (2 * HEIGHT + 6, 2 * WIDTH + 6, 3)
        same(pane(found, 0, 0), grey(level(0, 1, 0, 0, 9000)))
        assert (pane(found, 1, 0) == 255).all()
        same(pane(found, 0, 1), grey(level(2, 1, 0, 500, 6000)))
        assert (pane(found, 1, 1) == 255).all()

    def test_all_together_in_a_spare_cell_in_colour(self, client, image):
        # 3 panes: 2 x 2
        path = f"/webgateway/render_split_channel/{image('photo.tif').pk}/0/0/"
        found = decoded(client.get(path, {"m": "g"}))
        height, width = photo().shape[:2]
        assert found.shape == (2 * height + 6, 2 * width + 6, 3)
        raw = photo()[::SQUARE, ::SQUARE].astype(float)
        for channel, (column, row) in enumerate(((0, 0), (1, 0), (0, 1))):
            cell = pane(found, column, row, width, height)
            same(cell, grey(raw[:, :, channel]))
        same(pane(found, 1, 1, width, height), raw)


@pytest.mark.parametrize("name", ["cells.ome.tif", "slide.ome.tif", "uint8.tif"])
@pytest.mark.parametrize("model", ["g", "c"])
def test_as_large_as_imgdata_says(client, image, name, model):
    number = image(name).pk
    said = client.get(f"/webgateway/imgData/{number}/split_channel/").json()[model]
    answer = client.get(f"/webgateway/render_split_channel/{number}/0/0/", {"m": model})
    height, width, _ = decoded(answer).shape
    assert (width, height) == (said["width"], said["height"])


class TestLabels:
    def changed(self, one, other):
        """Where two pictures differ by more than JPEG may make them."""
        return np.nonzero(np.abs(one - other).max(axis=2) > 40)

    def test_the_name_of_a_channel_shows_in_its_pane(self, client, image, path):
        from graticule.services.remembered import forget_all

        query = {"c": "1|60000:65000,2|60000:65000", "q": "1"}  # all black
        before = client.get(f"{path}/1/0/", query)
        channel = image("cells.ome.tif").channels.get(index=1)
        channel.name = "Something else"
        channel.save()
        forget_all()
        after = client.get(f"{path}/1/0/", query)
        assert after["ETag"] != before["ETag"]
        rows, columns = self.changed(decoded(before), decoded(after))
        assert rows.size > 20
        assert columns.min() >= WIDTH + 4  # the second pane
        assert columns.max() < 2 * WIDTH + 4
        assert rows.max() < 20
        for corner in ((0, 0), (WIDTH + 2, 0), (WIDTH + 2, HEIGHT + 2)):
            x, y = corner
            label = decoded(after)[y + 4 : y + 16, x + 4 : x + 50]
            assert label.max() > 150

    def test_none_on_small_images(self, client, image):
        # 32 pixels: all black
        path = f"/webgateway/render_split_channel/{image('nothing.tif').pk}/0/0/"
        found = decoded(client.get(path, {"q": "1", "m": "c"}))
        assert found.shape == (36, 70, 3)
        assert found[4:32, 4:32].max() <= 2 * JPEG
        assert found[4:32, 38:66].max() <= 2 * JPEG


class TestProjection:
    def test_applies(self, picture):
        found = picture("0/1/", c="1|0:9000$FFFFFF", p="intmax")
        values = np.stack([cells(0, z, 1) for z in range(3)]).max(0)
        expected = grey(quantized(values, "uint16", 0, 9000))
        same(pane(found, 0, 0), expected)
        same(pane(found, 1, 1), expected)

    def test_the_word_split_is_none(self, client, path):
        # clients 2: viewers say p=split
        plain = client.get(f"{path}/1/0/")
        assert client.get(f"{path}/1/0/", {"p": "split"}).content == plain.content

    def test_outside_is_a_500(self, client, path):
        assert client.get(f"{path}/0/9/", {"p": "intmax"}).status_code == 500
        assert client.get(f"{path}/0/0/", {"p": "intmax|7:9"}).status_code == 500


class TestQuality:
    @pytest.mark.parametrize("q", ["0.9", "0", "0.0"])
    def test_09_when_none_or_nothing_is_given(self, client, path, q):
        plain = client.get(f"{path}/1/0/")
        assert client.get(f"{path}/1/0/", {"q": q}).content == plain.content

    def test_more_is_more(self, client, path):
        sizes = [
            len(client.get(f"{path}/1/0/", {"q": q}).content)
            for q in ("0.1", "0.5", "0.9", "1")
        ]
        assert sizes == sorted(set(sizes))

    @pytest.mark.parametrize("q", ["-0.1", "1.01", "inf", "", "x", "nan"])
    def test_anything_else_is_a_500(self, client, path, q):
        assert client.get(f"{path}/1/0/", {"q": q}).status_code == 500


class TestNotFound:
    @pytest.mark.parametrize("place", ["3/0/", "0/2/"])
    def test_planes(self, client, path, place):
        assert client.get(f"{path}/{place}").status_code == 404
        assert client.get(f"{path}/{place}", **XHR).content == b""

    @pytest.mark.parametrize("rest", ["", "0/", "x/0/", "-1/0/"])
    def test_both_numbers_are_needed(self, client, path, rest):
        assert client.get(f"{path}/{rest}").status_code == 404

    def test_images(self, client):
        path = "/webgateway/render_split_channel/999999999/0/0/"
        assert client.get(path).status_code == 404


def test_the_picture_is_not_sent_twice(client, path):
    first = client.get(f"{path}/1/0/")
    again = client.get(f"{path}/1/0/", HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    plane = client.get(path.replace("split_channel", "image") + "/1/0/")
    assert plane["ETag"] != first["ETag"]


def test_all_panes_together_have_a_limit(client, path, monkeypatch):
    from graticule.services.engine import engine

    # The plane alone would do.
    monkeypatch.setattr(engine(), "max_render_pixels", 20_000)
    answer = client.get(f"{path}/1/0/", {"c": "1|0:76$FFF"})
    assert answer.status_code == 400
    assert answer.content == (
        b"A split view of 77,616 exceeds the limit max_render_pixels = 20,000."
    )

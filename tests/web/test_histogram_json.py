"""Histograms (contract webgateway 13.1, rendering 11)."""

import math

import numpy as np
import pytest
from tests.web.conftest import XHR, checked, typed
from tests.web.reference import cells, in_pixels, slide


def counted(values, low, high, bins=256):
    """The rule, one value at a time."""
    counts = [0] * bins
    for value in np.asarray(values, float).ravel():
        if low <= value <= high:
            position = (value - low) / ((high - low) / bins) if high > low else 0
            counts[min(int(position), bins - 1)] += 1
    return counts


LOW, HIGH = cells(2, 0, 0).min(), cells(2, 2, 1).max()


@pytest.fixture
def url(image):
    return f"/webgateway/histogram_json/{image('cells.ome.tif').pk}/channel/2/"


def test_it_works(client, url):
    found = checked(client.get(url), "histogram")["data"]
    assert found == [1024 * n for n in counted(cells(2, 0, 0), LOW, HIGH)]
    assert sum(found) == 96 * 128


@pytest.mark.parametrize("bins", [1, 2, 7, 255, 1000])
def test_bins(client, url, bins):
    found = checked(client.get(f"{url}?bins={bins}"), "histogram")["data"]
    assert found == [1024 * n for n in counted(cells(2, 0, 0), LOW, HIGH, bins)]


@pytest.mark.parametrize("bins", ["0", "-7"])
def test_no_bins_are_256(client, url, bins):
    assert client.get(f"{url}?bins={bins}").content == client.get(url).content


def test_planes(client, url):
    for z, t in ((2, 0), (1, 1), (2, 1)):
        answer = client.get(f"{url}?theZ={z}&theT={t}")
        found = checked(answer, "histogram")["data"]
        assert found == [1024 * n for n in counted(cells(2, z, t), LOW, HIGH)]


def test_negative_planes_count_as_0(client, url):
    assert client.get(f"{url}?theZ=-3&theT=-1").content == client.get(url).content


@pytest.mark.parametrize("query", ["theZ=3", "theT=2", "theZ=99999999999"])
def test_planes_too_large(client, url, query):
    assert client.get(f"{url}?{query}").status_code == 404
    assert client.get(f"{url}?{query}", **XHR).content == b""


@pytest.mark.parametrize("name", ["theZ", "theT", "bins"])
@pytest.mark.parametrize("text", ["", "x", "1.5"])
def test_no_integer(client, url, name, text):
    assert client.get(f"{url}?{name}={text}").status_code == 500


def test_channels_and_images_that_are_not_there(client, url):
    assert client.get(url.replace("channel/2", "channel/4")).status_code == 404
    missing = "/webgateway/histogram_json/987654/channel/0/"
    assert client.get(missing).status_code == 404
    assert (
        client.get(url.replace("channel/2", f"channel/{'9' * 30}")).status_code == 500
    )


def test_no_jsonp(client, url):
    assert client.get(f"{url}?callback=f").content == client.get(url).content


def test_window_and_settings_have_no_influence(client, url):
    query = {"c": "3|0:10$FFF", "m": "g", "p": "intmax"}
    assert client.get(url, query).content == client.get(url).content


def test_the_address_has_no_end(client, url):
    # 1: any text after the channel still matches
    assert client.get(f"{url}whatever/5").content == client.get(url).content


def test_nan_is_in_no_bin_but_the_first(client, image):
    # rendering 11: comparisons with NaN fail, so it is not left out; toint is 0
    url = f"/webgateway/histogram_json/{image('float32.tif').pk}/channel/0/"
    found = checked(client.get(f"{url}?bins=4"), "histogram")["data"]
    finite = typed("float32")[np.isfinite(typed("float32"))]
    expected = [1024 * n for n in counted(finite, -1.5, 0.75, 4)]
    expected[0] += 1024
    assert found == expected


@pytest.mark.parametrize("maximum", [None, 1.0])
def test_the_planes_own_limits(client, url, image, maximum):
    # when unknown, or when the maximum is exactly 1.0
    channel = image("cells.ome.tif").channels.get(index=2)
    channel.maximum = maximum
    channel.save()
    values = cells(2, 0, 0)
    found = checked(client.get(url), "histogram")["data"]
    assert found == [1024 * n for n in counted(values, values.min(), values.max())]


class TestPyramids:
    @pytest.fixture
    def url(self, image):
        return f"/webgateway/histogram_json/{image('slide.ome.tif').pk}/channel/0/"

    @pytest.mark.parametrize(
        ("longest", "side"), [(1000, 128), (999, 64), (500, 64), (499, 32), (250, 32)]
    )
    def test_the_largest_level_no_side_of_which_is_too_long(
        self, client, url, monkeypatch, longest, side
    ):
        from graticule.services.engine import engine

        monkeypatch.setattr(engine(), "max_plane_pixels", longest**2)
        pixels = in_pixels(slide(0), side)
        pixels = pixels[: 700 * side // 128, : 1000 * side // 128]
        found = checked(client.get(url), "histogram")["data"]
        assert sum(found) == pixels.size
        squares = counted(slide(0), 500, 47500)
        assert [math.copysign(1, n) for n in found if n] == [1.0] * sum(
            n > 0 for n in squares
        )

    def test_no_level_is_small_enough(self, client, url, monkeypatch):
        from graticule.services.engine import engine

        monkeypatch.setattr(engine(), "max_plane_pixels", 200**2)
        said = checked(client.get(url), "histogram_error", 400)["error"]
        assert "max_plane_pixels = 40,000" in said


def test_too_many_bins(client, url):
    said = checked(client.get(f"{url}?bins=65537"), "histogram_error", 400)["error"]
    assert "65,537" in said
    assert client.get(f"{url}?bins=65536").status_code == 200

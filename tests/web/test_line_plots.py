"""Plots of rows and columns (contract webgateway 4.5, 2.7)."""

import io
import time

import numpy as np
import pytest
from PIL import Image
from tests.web.conftest import COLORS, XHR, new_client, typed
from tests.web.reference import SQUARE, cells

WIDTH, HEIGHT = 128, 96
LIMITS = [(cells(c, 0, 0).min(), cells(c, 2, 1).max()) for c in range(4)]


def decoded(answer):
    """Places in the palette, and the palette."""
    assert answer.status_code == 200, answer.content[:300]
    assert answer["Content-Type"] == "image/gif"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.format, picture.mode) == ("GIF", "P")
        assert picture.info["transparency"] == 0
        palette = np.reshape(picture.getpalette(), (-1, 3)).tolist()
        return np.asarray(picture).astype(int), palette


def curve(found, index, axis):
    """Lowest and highest place of a curve at each position."""
    rows = found.T if axis == "row" else found
    ends = []
    for values in rows:
        places = np.flatnonzero(values == index)
        assert places.size == np.ptp(places) + 1  # a line without holes
        ends.append((places.min(), places.max()))
    return np.array(ends)


def check_curve(found, index, axis, values, low, high):
    """Compare with the formula, within a pixel (contract rendering 20)."""
    height, width = found.shape
    if axis == "row":
        places = (height - 1) - (values - low) * (height - 1) / high
    else:
        places = (values - low) * (width - 1) / high
    last = np.concatenate([places[:1], places[:-1]])
    expected = np.stack([np.minimum(last, places), np.maximum(last, places)], axis=1)
    assert np.abs(curve(found, index, axis) - expected).max() <= 1


@pytest.fixture
def row(image):
    return f"/webgateway/render_row_plot/{image('cells.ome.tif').pk}"


@pytest.fixture
def column(image):
    return f"/webgateway/render_col_plot/{image('cells.ome.tif').pk}"


# One channel only: no other curve hides it.
ONE = {"c": "-1,2|0:10$FF8000"}


class TestRow:
    @pytest.mark.parametrize(("y", "z", "t"), [(0, 1, 0), (40, 2, 1), (95, 0, 0)])
    def test_it_works(self, client, row, y, z, t):
        found, palette = decoded(client.get(f"{row}/{z}/{t}/{y}/", ONE))
        assert found.shape == (HEIGHT, WIDTH)
        assert palette[:4] == [[0, 0, 0], [0, 0, 0], [255, 255, 255], [255, 128, 0]]
        values = np.repeat(cells(1, z, t)[y // SQUARE], SQUARE)
        check_curve(found, 3, "row", values, *LIMITS[1])
        line = found[y]
        assert set(np.unique(line)) <= {2, 3}  # the curve lies over the line
        assert (line == 2).sum() >= WIDTH / 2
        elsewhere = np.delete(found, y, axis=0)
        assert set(np.unique(elsewhere)) <= {0, 3}

    def test_line_width(self, client, row):
        found, _ = decoded(client.get(f"{row}/1/0/50/3/", ONE))
        rows = {int(y) for y in np.nonzero(found == 2)[0]}
        assert rows == {49, 50, 51}
        thin, _ = decoded(client.get(f"{row}/1/0/50/", ONE))
        assert (found == 3).sum() > (thin == 3).sum()


class TestColumn:
    @pytest.mark.parametrize(("x", "z", "t"), [(0, 1, 0), (70, 2, 1), (127, 0, 0)])
    def test_it_works(self, client, column, x, z, t):
        found, palette = decoded(client.get(f"{column}/{z}/{t}/{x}/", ONE))
        assert found.shape == (HEIGHT, WIDTH)
        assert palette[3] == [255, 128, 0]
        values = np.repeat(cells(1, z, t)[:, x // SQUARE], SQUARE)
        check_curve(found, 3, "column", values, *LIMITS[1])
        elsewhere = np.delete(found, x, axis=1)
        assert set(np.unique(elsewhere)) <= {0, 3}
        assert set(np.unique(found[:, x])) <= {2, 3}

    def test_line_width(self, client, column):
        found, _ = decoded(client.get(f"{column}/1/0/100/5/", ONE))
        assert {int(x) for x in np.nonzero(found == 2)[1]} == {98, 99, 100, 101, 102}


class TestChannels:
    def test_each_active_one_has_its_colour(self, client, row):
        # As imported: three of four
        found, palette = decoded(client.get(f"{row}/1/0/40/"))
        assert palette[3:6] == [list(color) for color in COLORS[:3]]
        assert set(np.unique(found)) == {0, 2, 3, 4, 5}
        last = np.repeat(cells(2, 1, 0)[1], SQUARE)
        check_curve(found, 5, "row", last, *LIMITS[2])  # nothing lies over it

    def test_a_table_counts_as_its_colour(self, client, row):
        # rendering 16: colour even if the channel has a table
        _, plain = decoded(client.get(f"{row}/1/0/40/", {"c": "1"}))
        _, tabled = decoded(client.get(f"{row}/1/0/40/", {"c": "1$fire.lut"}))
        assert tabled[3] == plain[3] == list(COLORS[0])

    def test_windows_and_model_have_no_influence(self, client, row):
        plain = client.get(f"{row}/1/0/40/", {"c": "1|0:10,2|0:10"}).content
        for query in (
            {"c": "1|5:9000,2"},
            {"c": "1,2", "m": "g"},
            {"c": "1,2", "p": "intmax", "q": "0.3"},
        ):
            assert client.get(f"{row}/1/0/40/", query).content == plain

    def test_one_whose_maximum_is_0_is_left_out(self, client, row, image):
        from graticule.services.remembered import forget_all

        channel = image("cells.ome.tif").channels.get(index=0)
        channel.minimum, channel.maximum = -5.0, 0.0
        channel.save()
        forget_all()
        query = {"c": "1$FF0000,2$00FF00,3$0000FF"}
        found, palette = decoded(client.get(f"{row}/1/0/40/", query))
        # The palette keeps its colour, so the others move up.
        assert palette[3:6] == [[255, 0, 0], [0, 255, 0], [0, 0, 255]]
        assert set(np.unique(found)) == {0, 2, 3, 4}
        values = np.repeat(cells(2, 1, 0)[1], SQUARE)
        check_curve(found, 4, "row", values, *LIMITS[2])

    def test_none_is_on(self, client, row):
        found, _ = decoded(client.get(f"{row}/1/0/40/", {"c": "-1"}))
        assert (found[40] == 2).all()
        assert not np.delete(found, 40, axis=0).any()

    def test_unknown_limits_are_those_of_imgdata(self, client, row, image):
        from graticule.services.remembered import forget_all

        image("cells.ome.tif").channels.update(minimum=None, maximum=None)
        forget_all()
        number = image("cells.ome.tif").pk
        data = client.get(f"/webgateway/imgData/{number}/").json()
        window = data["channels"][1]["window"]
        assert (window["min"], window["max"]) == (0, 65535)
        found, _ = decoded(client.get(f"{row}/2/1/40/", ONE))
        values = np.repeat(cells(1, 2, 1)[1], SQUARE)
        check_curve(found, 3, "row", values, 0, 65535)


@pytest.mark.parametrize(
    "name", ["int8", "uint8", "int16", "int32", "uint32", "float32", "float64"]
)
def test_every_pixel_type(client, image, name):
    number = image(f"{name}.tif").pk
    data = client.get(f"/webgateway/imgData/{number}/").json()
    window = data["channels"][0]["window"]
    query = {"c": "1$FF0000"}
    path = f"/webgateway/render_col_plot/{number}/0/0/40/"
    found, _ = decoded(client.get(path, query))
    # Down a column all values are the same.
    value = float(typed(name)[0, 1])
    place = (value - window["min"]) * (found.shape[1] - 1) / window["max"]
    if 0 <= round(place) < found.shape[1]:
        check_curve(
            found, 3, "column", np.full(32, value), window["min"], window["max"]
        )
    else:
        assert not (found == 3).any()
    assert decoded(client.get(path.replace("col", "row").replace("40", "20"), query))


class TestNotFound:
    @pytest.mark.parametrize(
        "place", ["1/0/96/", "1/0/99999999999/", "3/0/5/", "0/2/5/"]
    )
    def test_rows_and_planes(self, client, row, place):
        assert client.get(f"{row}/{place}").status_code == 404
        assert client.get(f"{row}/{place}", **XHR).content == b""

    def test_columns(self, client, column):
        assert client.get(f"{column}/1/0/127/").status_code == 200
        answer = client.get(f"{column}/1/0/128/")
        assert answer.status_code == 404
        assert b"column 128 is outside 0 to 127" in answer.content

    @pytest.mark.parametrize("place", ["1/0/", "1/0/-1/", "1/0/5/x/", "1/0/5/1/1/"])
    def test_addresses(self, client, row, place):
        assert client.get(f"{row}/{place}").status_code == 404

    @pytest.mark.parametrize("kind", ["row", "col"])
    def test_images(self, client, kind):
        path = f"/webgateway/render_{kind}_plot/999999999/0/0/0/"
        assert client.get(path).status_code == 404

    def test_numbers_too_large(self, client, row):
        for place in (f"1/0/{'9' * 30}/", f"1/0/5/{'9' * 30}/"):
            assert client.get(f"{row}/{place}").status_code == 500


class TestDebug:
    """2.7, before it is known who asks."""

    @pytest.fixture(params=["row", "column"])
    def path(self, request, row, column):
        return f"{row if request.param == 'row' else column}/1/0/5/"

    @pytest.mark.parametrize(("word", "status"), [("fail", 404), ("error", 500)])
    def test_failing(self, client, configured, path, word, status):
        assert client.get(f"{path}?debug={word}").status_code == status
        assert client.get(f"{path}?debug=x&debug={word}").status_code == status
        configured(anonymous_access=False)
        assert new_client().get(f"{path}?debug={word}").status_code == status

    def test_slow(self, client, path, monkeypatch):
        from graticule.web.gateway import line_plot_views

        assert line_plot_views.SLOW_SECONDS == 5
        monkeypatch.setattr(line_plot_views, "SLOW_SECONDS", 0.3)
        started = time.monotonic()
        answer = client.get(f"{path}?debug=slow")
        assert time.monotonic() - started >= 0.3
        assert answer.content == client.get(path).content
        assert client.get(f"{path}?debug=slow&debug=fail").status_code == 404

    def test_only_one_waits_at_a_time(self, client, path, monkeypatch):
        from graticule.web.gateway import line_plot_views

        monkeypatch.setattr(line_plot_views, "SLOW_SECONDS", 60)
        with line_plot_views._waiting:
            started = time.monotonic()
            assert client.get(f"{path}?debug=slow").status_code == 200
            assert time.monotonic() - started < 30

    @pytest.mark.parametrize("word", ["", "FAIL", "1", "true"])
    def test_other_words_mean_nothing(self, client, path, word):
        assert client.get(f"{path}?debug={word}").content == client.get(path).content


def test_the_picture_is_not_sent_twice(client, row):
    first = client.get(f"{row}/1/0/5/")
    again = client.get(f"{row}/1/0/5/", HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    for other in ("1/0/6/", "1/0/5/2/", "2/0/5/"):
        assert client.get(f"{row}/{other}")["ETag"] != first["ETag"]


def test_a_large_image_has_a_limit(client, row, monkeypatch):
    from graticule.services.engine import engine

    # The line alone would do.
    monkeypatch.setattr(engine(), "max_render_pixels", 1000)
    answer = client.get(f"{row}/1/0/7/")
    assert answer.status_code == 400
    assert answer.content == (
        b"A plot of 12,288 exceeds the limit max_render_pixels = 1,000."
    )

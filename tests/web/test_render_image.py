"""Whole planes (contract webgateway 3, 4.1, 4.3): pixels against plain arithmetic."""

import json
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from tests.web.conftest import COLORS, XHR
from tests.web.reference import (
    TYPES,
    added,
    cells,
    coloured,
    decoded,
    grey,
    quantized,
    same,
    squares,
)

# Statistics of cells.ome.tif over all planes, by its formula.
LIMITS = [(cells(c, 0, 0).min(), cells(c, 2, 1).max()) for c in range(4)]


def level(channel, z, t, start, end, **options):
    return quantized(cells(channel, z, t), "uint16", start, end, **options)


def cut(low, high):
    """Quantize raw squares of uint16 over a window."""
    return lambda values: quantized(values, "uint16", low, high)


@pytest.fixture
def path(image):
    return f"/webgateway/render_image/{image('cells.ome.tif').pk}"


@pytest.fixture
def picture(client, path):
    """Ask for a picture of the cells and give its squares."""

    def ask(place="1/0/", **query):
        return squares(decoded(client.get(f"{path}/{place}", query)))

    return ask


def test_it_works(client, path):
    answer = client.get(f"{path}/1/0/")
    pixels = decoded(answer)
    assert pixels.shape == (96, 128, 3)  # 4.1: as large as the plane
    assert int(answer["Content-Length"]) == len(answer.content)
    assert answer["X-Frame-Options"] == "SAMEORIGIN"  # 2.9
    assert {"Cookie", "Authorization"} <= set(answer["Vary"].split(", "))


class TestSavedSettings:
    def test_as_imported(self, picture):
        # rendering 8: the first three channels, over their statistics
        expected = added(
            *(coloured(level(c, 1, 0, *LIMITS[c]), COLORS[c]) for c in range(3))
        )
        same(picture(), expected)

    def test_without_plane_the_default_one(self, client, path):
        # rendering 8: z is half the stack, t is 0
        assert client.get(f"{path}/").content == client.get(f"{path}/1/0/").content

    def test_a_single_number_is_z(self, client, path):
        # 4.1
        assert client.get(f"{path}/2/").content == client.get(f"{path}/2/0/").content

    @pytest.mark.parametrize(("z", "t"), [(0, 0), (2, 0), (0, 1), (2, 1)])
    def test_planes_from_0(self, picture, z, t):
        # 3.3
        expected = coloured(level(0, z, t, 0, 12000), (255, 255, 255))
        same(picture(f"{z}/{t}/", c="1|0:12000$FFFFFF"), expected)

    def test_a_persons_own_come_first_then_the_owners(
        self, image, path, logged_in, cast
    ):
        # contract 3: starting point
        from graticule.catalog.models import RenderingSettings
        from graticule.services.remembered import forget_all

        found = image("cells.ome.tif")
        found.owner, found.group = cast.alice, cast.group
        found.save()
        imported = found.renderings.get(person=None)
        for person, high in ((cast.alice, 5000), (cast.bob, 9000)):
            channels = [dict(row) for row in imported.channels]
            for row in channels:
                row |= {"start": 0, "end": high, "color": [255, 255, 255, 255]}
                row["active"] = row is channels[0]
            RenderingSettings.objects.create(
                image=found, person=person, channels=channels
            )
        forget_all()
        for who, high in (
            (cast.alice, 5000),
            (cast.bob, 9000),
            (cast.group_owner, 5000),
        ):
            pixels = squares(decoded(logged_in(who).get(f"{path}/0/0/")))
            same(pixels, grey(level(0, 0, 0, 0, high)))


class TestChannels:
    """Section 3.1."""

    def test_windows_and_colours_of_two(self, picture):
        expected = added(
            coloured(level(0, 1, 0, 500, 6000), (255, 0, 0)),
            coloured(level(1, 1, 0, 1000, 9000), (0, 0, 128)),
        )
        same(picture(c="1|500:6000$FF0000,2|1000:9000$000080,-3|0:1$00FF00"), expected)

    def test_added_channels_are_clipped(self, picture):
        expected = added(
            coloured(level(0, 1, 0, 0, 4000), (200, 100, 50)),
            coloured(level(1, 1, 0, 0, 4000), (200, 200, 50)),
            coloured(level(3, 1, 0, 0, 4000), (200, 50, 100)),
        )
        same(picture(c="1|0:4000$C86432,2|0:4000$C8C832,4|0:4000$C83264"), expected)
        assert expected.max() == 255

    def test_alpha_dims(self, picture):
        # rendering 6.1: truncated once more
        full = coloured(level(0, 1, 0, 0, 9000), (255, 128, 0))
        same(picture(c="1|0:9000$FF800080"), np.trunc(full * np.float32(128 / 255)))

    def test_lookup_tables_by_file_name(self, picture):
        # rendering 19 gives their formulas; rule 6: colour and alpha are ignored
        index = level(0, 1, 0, 0, 9000).astype(int)
        table = np.stack(
            [
                np.where(index < 128, 2 * index, 0),
                np.where(index < 128, 0, 2 * index % 256),
                0 * index,
            ],
            axis=-1,
        )
        same(picture(c="1|0:9000$red-green.lut"), table.astype(float))

    def test_an_unknown_table_draws_the_channels_colour(self, picture):
        expected = coloured(level(0, 1, 0, 0, 9000), COLORS[0])
        same(picture(c="1|0:9000$no such.lut"), expected)

    @pytest.mark.parametrize("c", ["", "x", "-1", "0|0:100$FFFFFF", "99|0:9$FFF"])
    def test_no_channel_is_black(self, picture, c):
        # malformed entries vanish; clients 1.4: c= may be empty
        assert picture(c=c).max() == 0

    def test_two_colours_are_a_500(self, client, path):
        answer = client.get(f"{path}/0/0/", {"c": "1$F00$0F0"})
        assert answer.status_code == 500
        assert b"Traceback" not in answer.content

    @pytest.mark.parametrize("suffix", ["r$FFFFFF", "-r$FFFFFF"])
    def test_the_old_reverse_suffix_spoils_the_window(self, picture, suffix):
        expected = coloured(level(0, 1, 0, *LIMITS[0]), (255, 255, 255))
        same(picture(c=f"1|12:1386{suffix}"), expected)

    def test_a_reversed_window_is_the_whole_range(self, picture):
        # rendering 3
        same(picture(c="1|9000:100$FFFFFF"), grey(level(0, 1, 0, 0, 65535)))


class TestMaps:
    """Section 3.2."""

    def test_inverted(self, picture):
        expected = grey(255 - level(0, 1, 0, 0, 9000))
        for maps in (
            '[{"inverted":{"enabled":true}}]',
            '[{"reverse":{"enabled":"true"}}]',
        ):
            same(picture(c="1|0:9000$FFFFFF", maps=maps), expected)

    def test_polynomial(self, picture):
        maps = [{"quantization": {"family": "polynomial", "coefficient": 0.5}}]
        expected = grey(level(0, 1, 0, 0, 9000, curve=np.sqrt))
        same(picture(c="1|0:9000$FFFFFF", maps=json.dumps(maps)), expected)

    def test_exponential(self, picture):
        maps = [{"quantization": {"family": "exponential", "coefficient": 0.5}}]
        expected = grey(level(0, 1, 0, 0, 9000, curve=lambda x: np.exp(np.sqrt(x))))
        same(picture(c="1|0:9000$FFFFFF", maps=json.dumps(maps)), expected)

    def test_logarithmic(self, picture):
        maps = [{"quantization": {"family": "logarithmic"}}]

        def curve(x):
            return np.log(np.where(np.asarray(x) <= 0, 1, x))

        expected = grey(level(0, 1, 0, 0, 9000, curve=curve))
        same(picture(c="1|0:9000$FFFFFF", maps=json.dumps(maps)), expected)

    @pytest.mark.parametrize(
        "maps",
        [
            "not json",
            "5",
            "[" * 5000,
            '[{"quantization":{"family":"cubic"}}]',
            '[{"quantization":{"family":"polynomial","coefficient":-1}}]',
            '[{"quantization":{"family":"polynomial","coefficient":1%s}}]'
            % ("0" * 400),
            '[{"quantization":{"family":["polynomial"]}}]',
            "[null]",
        ],
    )
    def test_what_makes_no_sense_is_ignored(self, picture, maps):
        same(picture(c="1|0:9000$FFFFFF", maps=maps), grey(level(0, 1, 0, 0, 9000)))


class TestModel:
    def test_greyscale_draws_the_first_active_channel_alone(self, picture):
        # 3.3: colour and table ignored
        c = "-1|0:10$FFFFFF,2|0:9000$FF0000,3|0:9000$cool.lut"
        same(picture(m="g", c=c), grey(level(1, 1, 0, 0, 9000)))

    def test_an_unknown_model_leaves_the_saved_one(self, client, path):
        one = client.get(f"{path}/1/0/", {"m": "x"})
        assert one.content == client.get(f"{path}/1/0/").content


class TestProjection:
    """Section 3.3, rendering 10."""

    C = "1|0:9000$FFFFFF"
    stack = np.stack([cells(0, z, 1) for z in range(3)])

    @pytest.mark.parametrize(
        ("p", "expected"),
        [
            ("intmax", stack.max(0)),
            ("intmax|0:1", stack[:2].max(0)),
            ("intmax|1:99", stack.max(0)),
            ("intmax|-5:0", stack[0]),
            # mean and sum leave the last plane of the range out
            ("intmean", stack[:2].mean(0)),
            ("intmean|1:2", stack[1]),
            ("intsum", stack[:2].sum(0)),
            ("intsum|0:1", stack[0]),
            ("intsum|1:1", 0 * stack[0]),
            ("intmean|1:1", 0 * stack[0]),
            # a bad range: the name counts, the range does not
            ("intmax|5", stack.max(0)),
            ("intmax|a:b", stack.max(0)),
        ],
    )
    def test_values(self, picture, p, expected):
        same(picture("0/1/", c=self.C, p=p), grey(cut(0, 9000)(np.trunc(expected))))

    @pytest.mark.parametrize("p", ["normal", "INTMAX", "max", ""])
    def test_unknown_names_are_none(self, picture, p):
        same(picture("2/1/", c=self.C, p=p), grey(cut(0, 9000)(self.stack[2])))

    @pytest.mark.parametrize("p", ["intmax|7:9", "intsum|0:-1", "intmean|3:3"])
    def test_a_range_outside_the_stack_is_a_500(self, client, path, p):
        answer = client.get(f"{path}/0/0/", {"p": p})
        assert answer.status_code == 500
        assert client.get(f"{path}/0/0/", {"p": p}, **XHR).content == b""

    def test_t_out_of_range_is_a_500_with_a_projection_only(self, client, path):
        assert client.get(f"{path}/0/9/", {"p": "intmax"}).status_code == 500
        assert client.get(f"{path}/0/9/").status_code == 404

    def test_z_plays_no_part(self, client, path):
        one = client.get(f"{path}/0/1/", {"p": "intmax"})
        assert one.content == client.get(f"{path}/99/1/", {"p": "intmax"}).content

    def test_a_limit_is_named(self, client, path, monkeypatch):
        from graticule.services.engine import engine

        monkeypatch.setattr(engine(), "max_projection_bytes", 1000)
        answer = client.get(f"{path}/0/0/", {"p": "intmax", "c": "1|0:77$FFF"})
        assert answer.status_code == 400
        said, _, link = answer.content.decode().partition(
            " The job rendered-images does it: "
        )
        assert said.endswith("max_projection_bytes = 1,000.")
        asked = parse_qs(urlsplit(link).query)
        assert asked == {
            "IMAGE": [path.rpartition("/")[2]],
            "Z": ["0"],
            "T": ["0"],
            "C": ["1|0:77$FFF"],
            "P": ["intmax"],
        }


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("int8", -100, 100),
        ("uint8", 20, 200),
        ("int16", -2000, 2000),
        ("int32", -60000, 60000),
        ("uint32", 1000, 250000),
        ("float32", -1, 1),
        ("float64", -1, 1),
    ],
)
def test_every_pixel_type(client, image, name, start, end):
    from tests.web.conftest import typed

    path = f"/webgateway/render_image/{image(f'{name}.tif').pk}/0/0/"
    answer = client.get(path, {"c": f"1|{start}:{end}$FFFFFF"})
    same(squares(decoded(answer)), grey(quantized(typed(name), name, start, end)))
    assert name in TYPES


def test_an_rgb_photograph_is_what_it_is(client, image):
    # rendering 8: three channels over 0 to 255
    from tests.web.conftest import photo

    answer = client.get(f"/webgateway/render_image/{image('photo.tif').pk}/")
    same(squares(decoded(answer)), squares(photo().astype(float)))


class TestQuality:
    """3.3: q."""

    def test_085_when_none_is_given(self, client, path):
        assert (
            client.get(f"{path}/").content
            == client.get(f"{path}/", {"q": "0.85"}).content
        )

    def test_more_is_more(self, client, path):
        sizes = [
            len(client.get(f"{path}/", {"q": q}).content) for q in ("0", "0.5", "1")
        ]
        assert sizes == sorted(sizes)
        assert sizes[0] < sizes[-1]

    @pytest.mark.parametrize("q", ["-0.1", "1.01", "1e9", "inf"])
    def test_outside_is_a_404(self, client, path, q):
        assert client.get(f"{path}/", {"q": q}).status_code == 404

    @pytest.mark.parametrize("q", ["", "x", "0,9", "nan"])
    def test_no_number_is_a_500(self, client, path, q):
        assert client.get(f"{path}/", {"q": q}).status_code == 500


class TestWhatMeansNothing:
    @pytest.mark.parametrize(
        "query",
        [
            "_=1795209744362",
            "rdefId=901&2",
            "rdefId=901&",
            "x=1&y=2&zm=100&lp=h5&z=9&t=9&debug=slow",
            "format=png&download=true&flip=h&size=10",
            "&&=&?",
        ],
    )
    def test_is_ignored(self, client, path, query):
        # 3.3, clients 1.1
        answer = client.get(f"{path}/1/0/?{query}")
        assert answer.content == client.get(f"{path}/1/0/").content

    def test_leading_zeros(self, client, image, path):
        # clients 1.1
        number = image("cells.ome.tif").pk
        answer = client.get(f"/webgateway/render_image/00{number}/001/00/")
        assert answer.content == client.get(f"{path}/1/0/").content


def test_unescaped_queries(client, path):
    # clients 1.1: | $ : , [ ] { } as browsers send them
    plain = (
        "c=1|0:9000$FFFFFF,-2|0:1$00FF00&maps=[{%22inverted%22:{%22enabled%22:true}}]"
    )
    whole = client.get(f"{path}/1/0/?{plain}")
    same(squares(decoded(whole)), grey(255 - level(0, 1, 0, 0, 9000)))
    escaped = plain.replace("|", "%7C").replace("$", "%24").replace(",", "%2C")
    assert client.get(f"{path}/1/0/?{escaped}").content == whole.content


def test_long_queries(client, path):
    # clients 1.1: several kilobytes
    entries = ["1|0:9000$FFFFFF"] + [
        f"-{n}|0.000:65535.000$00FF00FF" for n in range(2, 260)
    ]
    query = {"c": ",".join(entries)}
    assert len(query["c"]) > 7000
    same(
        squares(decoded(client.get(f"{path}/1/0/", query))),
        grey(level(0, 1, 0, 0, 9000)),
    )


def test_a_long_number_takes_no_time(client, path):
    import time

    started = time.thread_time()  # of this thread, whatever else runs
    client.get(f"{path}/1/0/", {"c": f"1|{'9' * 30000}x:5", "q": "1" * 30000 + "x"})
    assert time.thread_time() - started < 0.5


class TestForm:
    def test_a_post_without_c_in_the_query_reads_the_form(self, client, path):
        # contract 3, since 5.33.0: one source or the other
        client.cookies["csrftoken"] = token = "a" * 32
        form = {"c": "1|0:9000$FFFFFF", "csrfmiddlewaretoken": token}
        answer = client.post(f"{path}/1/0/", form)
        same(squares(decoded(answer)), grey(level(0, 1, 0, 0, 9000)))
        answer = client.post(f"{path}/1/0/?c=2|0:9000$FFFFFF", form)
        same(squares(decoded(answer)), grey(level(1, 1, 0, 0, 9000)))


class TestNotFound:
    @pytest.mark.parametrize("place", ["3/0/", "0/2/", "99/", "3/9/"])
    def test_planes(self, client, path, place):
        answer = client.get(f"{path}/{place}")
        assert answer.status_code == 404
        assert answer["Content-Type"].startswith("text/html")
        assert b"is outside 0 to" in answer.content
        assert client.get(f"{path}/{place}", **XHR).content == b""

    def test_images(self, client):
        answer = client.get("/webgateway/render_image/999999999/")
        assert answer.status_code == 404
        assert b"<html" in answer.content
        empty = client.get("/webgateway/render_image/999999999/", **XHR)
        assert (empty.status_code, empty.content) == (404, b"")

    @pytest.mark.parametrize("iid", ["x", "-1", "1.5", "", "%D9%A1", "1%00"])
    def test_what_is_no_number(self, client, iid):
        # 2.1: digits only
        assert client.get(f"/webgateway/render_image/{iid}/").status_code == 404

    @pytest.mark.parametrize("number", ["9" * 19, "9" * 30, "9" * 5000])
    def test_too_large_numbers(self, client, path, number):
        # 2.1: larger than 64 bits fails inside
        for url in (f"/webgateway/render_image/{number}/", f"{path}/{number}/0/"):
            answer = client.get(url)
            assert answer.status_code == 500
            assert b"too large a number" in answer.content


class TestCaching:
    def test_the_picture_is_not_sent_twice(self, client, path):
        first = client.get(f"{path}/1/0/")
        assert first["Cache-Control"] == "private, no-cache"
        for known in (first["ETag"], f"W/{first['ETag']}", f'"x", {first["ETag"]}'):
            again = client.get(f"{path}/1/0/", HTTP_IF_NONE_MATCH=known)
            assert (again.status_code, again.content) == (304, b"")
            assert again["ETag"] == first["ETag"]
            assert again["Cache-Control"] == "private, no-cache"
            assert "Cookie" in again["Vary"]

    @pytest.mark.parametrize(
        "query", [{"c": "1"}, {"m": "g"}, {"p": "intmax"}, {"q": "0.8"}]
    )
    def test_another_picture_has_another_tag(self, client, path, query):
        tag = client.get(f"{path}/1/0/")["ETag"]
        answer = client.get(f"{path}/1/0/", query, HTTP_IF_NONE_MATCH=tag)
        assert answer.status_code == 200
        assert answer["ETag"] != tag

    def test_head(self, client, path):
        whole = client.get(f"{path}/1/0/")
        head = client.head(f"{path}/1/0/")
        assert head.status_code == 200
        assert head.content == b""
        assert head["ETag"] == whole["ETag"]
        assert head["Content-Length"] == whole["Content-Length"]

    def test_new_rendering_settings_make_a_new_picture(self, client, image, path):
        from graticule.services.remembered import forget_all

        tag = client.get(f"{path}/1/0/")["ETag"]
        row = image("cells.ome.tif").renderings.get()
        row.channels[0]["end"] = 4000
        row.save()
        forget_all()
        answer = client.get(f"{path}/1/0/", HTTP_IF_NONE_MATCH=tag)
        assert answer.status_code == 200
        assert answer["ETag"] != tag


def test_a_limit_is_named(client, path, monkeypatch):
    from graticule.services.engine import engine

    monkeypatch.setattr(engine(), "max_render_pixels", 100)
    answer = client.get(f"{path}/1/0/", {"c": "1|0:78$FFF"})
    assert answer.status_code == 400
    assert answer.content.startswith(
        b"A picture of 12,288 exceeds the limit max_render_pixels = 100. The job "
        b"rendered-images does it: http://localhost/services/rendered-images/async?"
    )

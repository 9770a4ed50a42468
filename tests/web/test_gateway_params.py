"""The rendering grammar (contract webgateway 3), by the contract's own examples."""

import json
from typing import ClassVar

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from graticule.errors import OutOfRangeError, RequestError
from graticule.pixels.model import Level, Window
from graticule.render.settings import (
    ChannelRendering,
    Family,
    Model,
    ProjectionKind,
    Rendering,
)
from graticule.services.changes import apply_changes
from graticule.web.errors import ParameterError

SAVED = Rendering(
    tuple(
        ChannelRendering(window=(0.0, 100.0 * n), color=(n, n, n, 255), reverse=True)
        for n in (1, 2, 3)
    )
)


@pytest.fixture(scope="module", autouse=True)
def _django(database):
    return database


def parse(query, **options):
    from graticule.web.gateway.params import rendering_query

    return rendering_query(RequestFactory().get("/", query), **options)


def drawn(query):
    return apply_changes(SAVED, parse(query).changes).channels


class TestChannels:
    def test_the_contracts_example(self):
        # webgateway 3.1
        one, two, three = drawn(
            {"c": "1|100:600$0000FF,-2|0:255$00FF00,3|20:900$cool.lut"}
        )
        assert one.active
        assert one.window == (100, 600)
        assert one.color == (0, 0, 255, 255)
        assert not two.active
        assert two.window == (0, 200)  # rule 2: ignored for channels that are off
        assert three.lut == "cool.lut"
        assert three.window == (20, 900)

    def test_channels_not_named_are_off(self):
        # rule 1
        assert [c.active for c in drawn({"c": "2"})] == [False, True, False]

    def test_without_c_the_saved_state_counts_and_maps_are_ignored(self):
        # rule 4
        assert drawn({"maps": '[{"inverted": {"enabled": false}}]'}) == SAVED.channels

    def test_order_does_not_matter(self):
        # section 20: matched by number
        assert drawn({"c": "2|0:10$F00,1|5:20$0F0"}) == drawn(
            {"c": "1|5:20$0F0,2|0:10$F00"}
        )

    @pytest.mark.parametrize(
        ("text", "color"),
        [
            ("F0A", (255, 0, 170, 255)),
            ("F0A8", (255, 0, 170, 136)),
            ("102030", (16, 32, 48, 255)),
            ("10203040", (16, 32, 48, 64)),
            ("#F00", (1, 1, 1, 255)),
            ("12345", (1, 1, 1, 255)),
            ("GGGGGG", (1, 1, 1, 255)),
            ("", (1, 1, 1, 255)),
        ],
    )
    def test_colours(self, text, color):
        # rule 5
        assert drawn({"c": f"1|0:1${text}"})[0].color == color
        assert drawn({"c": f"1${text}"})[0].color == color

    @pytest.mark.parametrize(
        ("text", "window"),
        [
            ("1:2", (1, 2)),
            (" 1 : 2 ", (1, 2)),
            ("-1.5:1e-7", (-1.5, 1e-7)),
            ("0:inf", (0, float("inf"))),
            ("1:", (0, 100)),
            ("1", (0, 100)),
            ("a:b", (0, 100)),
            ("12:1386r", (0, 100)),  # the old reverse suffix
            ("1:2:3", (0, 100)),
            ("1_0:2_0", (0, 100)),
        ],
    )
    def test_windows(self, text, window):
        # rule 7
        assert drawn({"c": f"1|{text}$F00"})[0].window == window

    @pytest.mark.parametrize("text", ["", "x", "1.5", ",,", "--1", "9", "0"])
    def test_entries_without_a_channel_switch_everything_off(self, text):
        assert not any(channel.active for channel in drawn({"c": text}))

    def test_two_colours_before_the_window_are_an_error(self):
        with pytest.raises(ParameterError):
            parse({"c": "1$F00$0F0"})

    def test_a_colour_takes_the_lookup_table_away(self):
        from dataclasses import replace

        with_table = replace(
            SAVED, channels=(replace(SAVED.channels[0], lut="fire.lut"),)
        )
        changed = apply_changes(with_table, parse({"c": "1$F00"}).changes)
        assert changed.channels[0].lut is None


class TestMaps:
    def maps(self, *entries, c="1,2,3"):
        return drawn({"c": c, "maps": json.dumps(entries)})

    def test_belong_to_entries_of_c(self):
        # 3.2: entry i belongs to entry i of c
        channels = self.maps({"inverted": {"enabled": False}}, c="2")
        assert [channel.reverse for channel in channels] == [True, False, True]

    @pytest.mark.parametrize("flag", [True, "true"])
    @pytest.mark.parametrize("name", ["inverted", "reverse"])
    def test_both_names_of_inversion(self, name, flag):
        assert self.maps({name: {"enabled": flag}})[0].reverse
        assert not self.maps({name: {"enabled": "yes"}})[0].reverse

    def test_the_new_name_wins(self):
        entry = {"inverted": {"enabled": False}, "reverse": {"enabled": True}}
        assert not self.maps(entry)[0].reverse

    def test_entry_without_either_clears_and_missing_entries_leave(self):
        channels = self.maps({}, {"inverted": None})
        assert [channel.reverse for channel in channels] == [False, False, True]

    def test_quantization(self):
        curve = {"quantization": {"family": "exponential", "coefficient": 0.8}}
        channel = self.maps(curve)[0]
        assert (channel.family, channel.coefficient) == (Family.EXPONENTIAL, 0.8)

    def test_linear_forces_the_coefficient(self):
        curve = {"quantization": {"family": "linear", "coefficient": 7}}
        assert self.maps(curve)[0].coefficient == 1

    @pytest.mark.parametrize(
        "curve",
        [
            {"family": "cubic"},
            {"family": "polynomial", "coefficient": 0},
            {"family": "polynomial", "coefficient": "x"},
            {"family": "polynomial", "coefficient": None},
            {"family": ["linear"]},
            7,
        ],
    )
    def test_bad_curves_leave_the_saved_one(self, curve):
        assert self.maps({"quantization": curve})[0].family is Family.LINEAR

    @pytest.mark.parametrize("text", ["", "{", "7", '"x"', "[" * 10_000])
    def test_what_is_no_list_is_ignored(self, text):
        assert drawn({"c": "1", "maps": text})[0].reverse


class TestOthers:
    @pytest.mark.parametrize(
        ("text", "model"), [("g", Model.GREYSCALE), ("c", Model.RGB), ("x", None)]
    )
    def test_model(self, text, model):
        assert parse({"m": text}).changes.model is model

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("normal", None),
            ("INTMAX", None),
            ("intmax", (ProjectionKind.MAX, None, None)),
            ("intmean|2:8", (ProjectionKind.MEAN, 2, 8)),
            ("intsum|5", (ProjectionKind.SUM, None, None)),
            ("intsum|a:b", (ProjectionKind.SUM, None, None)),
        ],
    )
    def test_projection(self, text, expected):
        asked = parse({"p": text}).projection
        assert (asked and (asked.kind, asked.start, asked.end)) == expected

    @pytest.mark.parametrize("text", ["", "x", "nan", "0,5"])
    def test_quality_must_be_a_number(self, text):
        with pytest.raises(ParameterError):
            parse({"q": text})

    def test_a_post_without_c_in_the_query_reads_the_form(self):
        from graticule.web.gateway.params import rendering_query

        request = RequestFactory().post("/?m=g", {"c": "2", "m": "c"})
        asked = rendering_query(request)
        assert asked.changes.model is Model.RGB
        assert asked.changes.channels[0].index == 1

    @given(st.text(max_size=60), st.text(max_size=60))
    def test_nothing_else_escapes(self, c, maps):
        try:
            parse({"c": c, "maps": maps})
        except ParameterError:
            assert c.count("$") > 1


class TestExplicit:
    GOOD: ClassVar = {"c": "1|0:1$F00,-2|0:1$0F0,3|0:1$00F", "m": "c"}

    def test_it_works(self):
        assert len(parse(self.GOOD, explicit=True).changes.channels) == 3

    @pytest.mark.parametrize(
        ("changed", "message"),
        [
            ({"c": None}, "Rendering settings must specify channels as c"),
            ({"c": "1|0:1$F00,-2"}, "Must specify window for each channel"),
            ({"c": "1|0:1"}, "Must specify color for each channel"),
            ({"m": "x"}, 'Query parameter "m" must be present with value either'),
            ({"maps": "{"}, "Failed to parse maps JSON"),
            ({"maps": "[]"}, 'Number of "maps" must match number of channels'),
        ],
    )
    def test_refusals(self, changed, message):
        # 4.3
        query = {k: v for k, v in {**self.GOOD, **changed}.items() if v is not None}
        with pytest.raises(RequestError, match=message):
            parse(query, explicit=True)

    def test_empty_c_has_nothing_to_check(self):
        assert parse({"c": "", "m": "c"}, explicit=True).changes.channels == ()


LEVELS = (Level(1000, 700, 256, 128), Level(500, 350, 256, 128))


def window(**query):
    from graticule.web.gateway.windows import asked_window

    return asked_window(RequestFactory().get("/", query), LEVELS, 512)


class TestTiles:
    @pytest.mark.parametrize(
        ("tile", "expected"),
        [
            ("0,0,0", (0, Window(0, 0, 256, 128))),
            ("0,1,2", (0, Window(256, 256, 512, 384))),
            ("1,1,1,300", (1, Window(256, 128, 500, 256))),  # a fourth part alone
            ("0,1,1,300,200", (0, Window(300, 200, 600, 400))),
            ("0,3,3,300,200", (0, Window(900, 600, 1000, 700))),
            ("0,0,0,0,-1", (0, Window(0, 0, 256, 128))),
            ("0,1,0,9999,10", (0, Window(512, 0, 1000, 10))),  # on the cut grid
            ("0,0,0,10,10,99", (0, Window(0, 0, 10, 10))),
        ],
    )
    def test_windows(self, tile, expected):
        # 3.4
        assert window(tile=tile) == expected

    @pytest.mark.parametrize(
        ("tile", "message"),
        [
            ("0,0", "malformed tile argument, tile=0,0"),
            ("a,0,0", "malformed tile argument, tile=a,0,0"),
            ("-1,0,0", "Invalid resolution level -1 < 0"),
            ("2,0,0", "Invalid resolution level,"),
        ],
    )
    def test_refusals(self, tile, message):
        with pytest.raises(RequestError, match=message):
            window(tile=tile)

    @pytest.mark.parametrize("tile", ["0,-1,0", "0,4,0", "1,0,3"])
    def test_outside(self, tile):
        with pytest.raises(OutOfRangeError):
            window(tile=tile)

    def test_a_level_where_there_is_one(self):
        from graticule.web.gateway.windows import asked_window

        request = RequestFactory().get("/", {"tile": "1,0,0"})
        with pytest.raises(RequestError, match="level 1, non pyramid file"):
            asked_window(request, LEVELS[:1], 512)


class TestRegions:
    def test_clipped(self):
        # 3.5
        assert window(region="900,650,200,200") == (0, Window(900, 650, 1000, 700))

    def test_tile_wins(self):
        assert window(tile="1,0,0", region="0,0,1,1")[0] == 1

    @pytest.mark.parametrize(
        "region", ["-1,0,5,5", "0,0,0,5", "0,0,5,-5", "1000,0,5,5", "0,700,1,1"]
    )
    def test_outside(self, region):
        with pytest.raises(OutOfRangeError):
            window(region=region)

    @pytest.mark.parametrize("region", ["1,2,3", "1,2,3,x"])
    def test_malformed(self, region):
        with pytest.raises(RequestError, match="malformed region argument, region="):
            window(region=region)

    def test_neither(self):
        with pytest.raises(RequestError, match="tile or region argument required"):
            window(tile="", region="")

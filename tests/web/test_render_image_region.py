"""Tiles and regions (contract webgateway 3.4, 3.5, 4.2, 4.3)."""

import html
import io

import numpy as np
import pytest
from PIL import Image
from tests.web.conftest import XHR, photo
from tests.web.reference import (
    cells,
    coloured,
    decoded,
    grey,
    in_pixels,
    quantized,
    same,
    slide,
    squares,
)

C = "1|0:48000$FFFFFF"


def drawn(side):
    """A level of the slide, squares of some side, drawn with C."""
    values = in_pixels(slide(0), side)[: 700 * side // 128, : 1000 * side // 128]
    return grey(quantized(values, "uint16", 0, 48000))


def close(answer, expected):
    """Compare a picture with what it must be, away from edges of squares."""
    pixels = decoded(answer)
    assert pixels.shape == expected.shape
    flat = np.ones(expected.shape[:2], bool)
    for axis in (0, 1):
        edges = np.diff(expected[..., 0], axis=axis) != 0
        for row, column in np.argwhere(edges):
            # JPEG mixes what shares a block of 16 with an edge.
            if axis == 0:
                flat[max(0, row - 16) : row + 17, column] = False
            else:
                flat[row, max(0, column - 16) : column + 17] = False
    assert flat.sum() > 30
    assert np.abs(pixels - expected)[flat].max() <= 3


@pytest.fixture
def path(image):
    return f"/webgateway/render_image_region/{image('slide.ome.tif').pk}/0/0/"


def test_it_works(client, path):
    answer = client.get(path, {"tile": "0,1,1,256,256", "c": C})
    close(answer, drawn(128)[256:512, 256:512])
    assert int(answer["Content-Length"]) == len(answer.content)


class TestTile:
    @pytest.mark.parametrize(
        ("tile", "side", "rows", "columns"),
        [
            # level 0 is full size
            ("0,0,0,512,512", 128, slice(0, 512), slice(0, 512)),
            ("1,0,1,256,256", 64, slice(256, 350), slice(0, 256)),
            ("2,0,0,512,512", 32, slice(0, 175), slice(0, 250)),
            # cut at the edge, neither padded nor stretched (clients 1.5)
            ("0,3,2,256,256", 128, slice(512, 700), slice(768, 1000)),
            ("1,1,0,256,512", 64, slice(0, 350), slice(256, 500)),
            # without sides, or with sides of nothing: the image's own tiles
            ("0,1,2", 128, slice(512, 700), slice(256, 512)),
            ("1,1,1,0,-5", 64, slice(256, 350), slice(256, 500)),
            ("0,0,3,128,0", 128, None, None),
            # a fourth part alone is ignored, whatever it is; parts after the fifth
            ("0,1,1,77", 128, slice(256, 512), slice(256, 512)),
            ("0,1,1,x", 128, slice(256, 512), slice(256, 512)),
            ("0,1,1,256,256,9,x", 128, slice(256, 512), slice(256, 512)),
            # longer than max_tile_length: cut to it, on its grid
            ("0,0,0,2048,2048", 128, slice(0, 700), slice(0, 1000)),
        ],
    )
    def test_windows(self, client, path, tile, side, rows, columns):
        answer = client.get(path, {"tile": tile, "c": C})
        if rows is None:
            assert answer.status_code == 404  # row 3 x 256 is below the image
            return
        close(answer, drawn(side)[rows, columns])

    def test_a_long_tile_lies_on_the_grid_of_the_longest(
        self, client, path, configured
    ):
        configured(max_tile_length=256)
        long = client.get(path, {"tile": "0,1,1,512,512", "c": C})
        close(long, drawn(128)[256:512, 256:512])

    @pytest.mark.parametrize(
        ("tile", "message"),
        [
            ("0,0", "malformed tile argument, tile=0,0"),
            ("0,0,x", "malformed tile argument, tile=0,0,x"),
            ("0,0,0,a,b", "malformed tile argument, tile=0,0,0,a,b"),
            ("0;0;0", "malformed tile argument, tile=0;0;0"),
            ("0,0,1.5", "malformed tile argument, tile=0,0,1.5"),
            (f"0,0,{'9' * 30}", f"malformed tile argument, tile=0,0,{'9' * 30}"),
            ("-1,0,0", "Invalid resolution level -1 < 0"),
            ("3,0,0", "Invalid resolution level, 3 >= number of levels 3"),
        ],
    )
    def test_refusals(self, client, path, tile, message):
        for headers in ({}, XHR):
            answer = client.get(path, {"tile": tile}, **headers)
            assert answer.status_code == 400
            assert answer.content.decode() == message
            assert answer["Content-Type"] == "text/html; charset=utf-8"

    def test_levels_of_an_image_without(self, client, image):
        path = f"/webgateway/render_image_region/{image('cells.ome.tif').pk}/0/0/"
        answer = client.get(path, {"tile": "1,0,0"})
        assert answer.status_code == 400
        assert answer.content == b"Invalid resolution level 1, non pyramid file"

    @pytest.mark.parametrize(
        "tile", ["0,-1,0", "0,0,-1", "0,4,0", "0,0,3", "2,1,0", "0,99999999999,0"]
    )
    def test_outside(self, client, path, tile):
        assert client.get(path, {"tile": tile}).status_code == 404
        empty = client.get(path, {"tile": tile}, **XHR)
        assert (empty.status_code, empty.content) == (404, b"")

    def test_no_mark_up_comes_back(self, client, path):
        # the message repeats what was asked, as HTML
        attack = "<script>alert(1)</script>"
        answer = client.get(path, {"tile": attack})
        assert b"<script" not in answer.content
        assert html.unescape(answer.content.decode()).endswith(attack)


class TestRegion:
    @pytest.mark.parametrize(
        ("region", "rows", "columns"),
        [
            ("0,0,1000,700", slice(0, 700), slice(0, 1000)),
            ("256,128,384,256", slice(128, 384), slice(256, 640)),
            # beyond the edge: cut
            ("896,640,500,500", slice(640, 700), slice(896, 1000)),
            ("0,0,99999,99999", slice(0, 700), slice(0, 1000)),
            ("512,256,128,128,7,x", slice(256, 384), slice(512, 640)),
        ],
    )
    def test_windows(self, client, path, region, rows, columns):
        answer = client.get(path, {"region": region, "c": C})
        close(answer, drawn(128)[rows, columns])

    @pytest.mark.parametrize("region", ["1,2,3", "1,2,3,x", "a", "1.0,2,3,4"])
    def test_malformed(self, client, path, region):
        answer = client.get(path, {"region": region})
        assert answer.status_code == 400
        said = answer.content.decode()
        assert said == f"malformed region argument, region={region}"

    @pytest.mark.parametrize(
        "region",
        [
            "-1,0,10,10",
            "0,-1,10,10",
            "0,0,0,10",
            "0,0,10,-1",
            "1000,0,10,10",
            "0,700,10,10",
        ],
    )
    def test_outside(self, client, path, region):
        assert client.get(path, {"region": region}).status_code == 404

    def test_a_tile_wins(self, client, path):
        both = {"tile": "2,0,0,512,512", "region": "0,0,64,64", "c": C}
        close(client.get(path, both), drawn(32))

    @pytest.mark.parametrize("query", [{}, {"tile": "", "region": ""}])
    def test_neither(self, client, path, query):
        answer = client.get(path, query)
        assert answer.status_code == 400
        assert answer.content == b"tile or region argument required"

    def test_a_limit_is_named(self, client, path, monkeypatch):
        # 3.5 REC
        from graticule.services.engine import engine

        monkeypatch.setattr(engine(), "max_render_pixels", 9999)
        answer = client.get(path, {"region": "0,0,100,101", "c": "1|0:3$FFF"})
        assert answer.status_code == 400
        assert b"max_render_pixels = 9,999" in answer.content


def test_the_order_of_tests(client, path, configured):
    # 3.5: login, image, rendering parameters, tile or region
    bad = {"tile": "x", "q": "7"}
    assert (
        client.get("/webgateway/render_image_region/999999/0/0/", bad).status_code
        == 404
    )
    assert client.get(path, bad).status_code == 404  # q outside 0 to 1
    assert client.get(path, {"tile": "x", "c": "1$F$F"}).status_code == 500
    configured(anonymous_access=False)
    from graticule.services.remembered import forget_all

    forget_all()
    assert client.get(path, bad).status_code == 302


@pytest.mark.parametrize("place", ["1/0", "0/1", "9/9"])
def test_planes_out_of_range(client, path, place):
    answer = client.get(path.replace("/0/0/", f"/{place}/"), {"tile": "0,0,0"})
    assert answer.status_code == 404


def test_never_projected(client, image):
    # 4.2
    path = f"/webgateway/render_image_region/{image('cells.ome.tif').pk}/0/0/"
    query = {"region": "0,0,128,96", "c": "1|0:9000$FF0000", "p": "intmax"}
    expected = coloured(quantized(cells(0, 0, 0), "uint16", 0, 9000), (255, 0, 0))
    same(squares(decoded(client.get(path, query))), expected)


def test_a_region_is_a_cut_of_the_plane(client, image):
    # rendering 1: nothing depends on neighbours; at quality 1 JPEG hardly shows
    number = image("cells.ome.tif").pk
    whole = decoded(client.get(f"/webgateway/render_image/{number}/0/0/", {"q": 1}))
    part = client.get(
        f"/webgateway/render_image_region/{number}/0/0/",
        {"region": "32,32,64,64", "q": 1},
    )
    assert np.abs(decoded(part) - whole[32:96, 32:96]).max() <= 3


class TestStoredTiles:
    """JPEG tiles of a file go out as they are, where that is what was asked."""

    @pytest.fixture
    def stored(self, image):
        return f"/webgateway/render_image_region/{image('stored.tif').pk}/0/0/"

    @pytest.mark.parametrize(
        "query",
        [
            {"tile": "0,1,1,64,64"},
            {"tile": "0,1,1"},
            {"region": "64,64,64,64"},
            {"tile": "0,1,1", "q": "0.9"},
            {"tile": "0,1,1", "c": "1|0:255$FF0000,2|0:255$00FF00,3|0:255$0000FF"},
        ],
    )
    def test_the_picture_is_the_same_either_way(self, client, stored, query):
        expected = squares(photo()[64:128, 64:128].astype(float))
        same(squares(decoded(client.get(stored, query))), expected, 3)

    def test_not_where_settings_change_the_picture(self, client, stored):
        answer = client.get(stored, {"tile": "0,1,1", "c": "1|0:255$0000FF"})
        red = squares(photo()[64:128, 64:128].astype(float))[..., 0]
        expected = np.stack([0 * red, 0 * red, red], axis=-1)
        same(squares(decoded(answer)), expected, 3)

    def test_a_stored_tile_is_sent_untouched(self, client, stored, catalogued):
        import tifffile

        answer = client.get(stored, {"tile": "0,0,0"})
        with Image.open(io.BytesIO(answer.content)) as picture:
            picture.load()
        with tifffile.TiffFile(catalogued / "slides" / "stored.tif") as tif:
            page = tif.pages[0]
            tif.filehandle.seek(page.dataoffsets[0])
            raw = tif.filehandle.read(page.databytecounts[0])
        # the entropy coded data after the last header is the file's own
        assert raw[raw.index(b"\xff\xda") :] in answer.content


class TestExplicit:
    @pytest.fixture
    def explicit(self, path):
        return path.replace("render_image_region", "render_image_region_rdef")

    def test_it_works(self, client, explicit):
        answer = client.get(explicit, {"tile": "1,0,0,256,256", "c": C, "m": "c"})
        close(answer, drawn(64)[:256, :256])

    def test_settings_are_checked_before_the_tile(self, client, explicit):
        # 4.3: made after login
        answer = client.get(explicit, {"tile": "x"})
        assert answer.status_code == 400
        assert answer.content == b"Rendering settings must specify channels as c"
        answer = client.get(explicit, {"tile": "x", "c": C, "m": "c"})
        assert answer.content == b"malformed tile argument, tile=x"

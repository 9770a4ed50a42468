"""Lists and picture of lookup tables (contract webgateway 10, clients 2)."""

import io

import numpy as np
import pytest
from PIL import Image
from tests.web.conftest import XHR, checked, new_client

from graticule.render.lut import SHIPPED, LutLibrary


@pytest.fixture
def luts(client):
    """The list, checked against its schema."""

    def ask(**query):
        return checked(client.get("/webgateway/luts/", query), "luts")

    return ask


def raw_files():
    """The shipped tables as their files hold them: raw reds, greens, blues."""
    return {
        file.name: np.frombuffer(file.read_bytes(), np.uint8).reshape(3, 256).T
        for file in SHIPPED.rglob("*.lut")
        if file.stat().st_size == 768
    }


def strip_of(answer):
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/png"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.format, picture.mode) == ("PNG", "RGBA")
        return np.asarray(picture)


class TestList:
    def test_every_file_is_there_by_lower_case_name(self, luts):
        found = luts()["luts"]
        names = [lut["name"] for lut in found]
        assert names == sorted(names, key=str.lower)
        files = {file.name: file for file in SHIPPED.rglob("*.lut")}
        assert set(names) == set(files)
        for lut in found:
            file = files[lut["name"]]
            assert lut["size"] == file.stat().st_size
            assert lut["path"].strip("/").split("/")[1:] == (
                [] if file.parent == SHIPPED else [file.parent.name]
            )
            assert "rgb" not in lut

    def test_ids_are_different(self, luts):
        ids = [lut["id"] for lut in luts()["luts"]]
        assert len(set(ids)) == len(ids) > 20

    def test_the_fixed_list(self, luts):
        found = luts()
        fixed = found["png_luts"]
        assert len(fixed) == len(set(fixed)) == 40
        # Counted in the contract's text.
        for place, path in (
            (0, "/luts/ncsa_paledit/16_colors.lut"),
            (1, "/luts/3-3-2_rgb.lut"),
            (6, "/luts/ncsa_paledit/cool.lut"),
            (9, "/luts/fire.lut"),
            (25, "/luts/janelia/pup_br.lut"),
            (36, "/luts/thermal.lut"),
            (38, "/luts/wcif/yellow_hot.lut"),
            (39, "gradient.png"),
        ):
            assert fixed[place] == path
        # But for folders it is sorted by name.
        names = [path.rsplit("/", 1)[-1] for path in fixed[:-1]]
        assert names == sorted(names)
        by_name = {lut["name"]: lut["png_index"] for lut in found["luts"]}
        assert (by_name["16_colors.lut"], by_name["cool.lut"]) == (0, 6)
        assert (by_name["viridis.lut"], by_name["turbo.lut"]) == (-1, -1)

    def test_places_in_both_lists(self, luts):
        found = luts()
        for lut in found["luts"]:
            path = lut["path"] + lut["name"]
            assert found["png_luts_new"][lut["png_index_new"]] == path
            if path in found["png_luts"]:
                assert found["png_luts"][lut["png_index"]] == path
            else:
                assert lut["png_index"] == -1
        assert found["png_luts_new"][-1] == "gradient.png"
        assert len(found["png_luts_new"]) == len(found["luts"]) + 1

    def test_colours_if_asked(self, luts):
        found = {lut["name"]: lut["rgb"] for lut in luts(rgb="true")["luts"]}
        for name, values in raw_files().items():
            assert found[name] == values.tolist()
        assert found["grays.lut"] == [[i, i, i] for i in range(256)]

    @pytest.mark.parametrize("text", ["True", "1", "", "false"])
    def test_only_the_exact_word_asks(self, luts, text):
        assert luts(rgb=text) == luts()

    def test_what_scripts_add_is_ignored(self, client, luts):
        answer = client.get("/webgateway/luts/?_=1795209744362")
        assert checked(answer, "luts") == luts()

    def test_jsonp(self, client):
        answer = client.get("/webgateway/luts/?callback=take")
        assert answer["Content-Type"] == "application/javascript"
        assert answer.content.startswith(b'take({"luts": [')


class TestPicture:
    def test_a_band_for_each_table_and_a_gradient(self, client, luts):
        strip = strip_of(client.get("/webgateway/luts_png/"))
        found = luts(rgb="true")
        bands = len(found["png_luts_new"])
        assert strip.shape == (10 * bands, 256, 4)
        rows = strip.reshape(bands, 10, 256, 4)
        assert (rows == rows[:, :1]).all()
        for lut in found["luts"]:
            band = rows[lut["png_index_new"], 0]
            assert (band[:, 3] == 255).all()
            assert band[:, :3].tolist() == lut["rgb"]

    def test_the_gradient(self, client):
        last = strip_of(client.get("/webgateway/luts_png/"))[-1].astype(int)
        assert not last[:, :3].any()
        alpha = last[:, 3]
        assert alpha[0] == 255
        assert not alpha[179:].any()
        for column in range(180):
            assert abs(alpha[column] - 255 * (179 - column) / 179) <= 1

    @pytest.mark.parametrize("query", ["cached=false", "_=1795209744362"])
    def test_queries_change_nothing(self, client, query):
        whole = client.get("/webgateway/luts_png/")
        assert client.get(f"/webgateway/luts_png/?{query}").content == whole.content

    def test_it_is_not_sent_twice(self, client):
        tag = client.get("/webgateway/luts_png/")["ETag"]
        again = client.get("/webgateway/luts_png/", HTTP_IF_NONE_MATCH=tag)
        assert (again.status_code, again.content) == (304, b"")


def test_tables_of_ones_own(client, luts, monkeypatch, tmp_path):
    from graticule.services.engine import engine

    before = client.get("/webgateway/luts_png/")["ETag"]
    (tmp_path / "mine").mkdir()
    colors = np.arange(256)[:, None] * [1, 0, 0] + [0, 7, 9]
    content = colors.astype(np.uint8).T.tobytes()
    (tmp_path / "mine" / "A new one.lut").write_bytes(content)
    library = LutLibrary([SHIPPED, tmp_path])
    monkeypatch.setattr(engine(), "luts", library)
    found = luts(rgb="true")
    (lut,) = [lut for lut in found["luts"] if lut["name"] == "A new one.lut"]
    assert (lut["path"], lut["size"], lut["png_index"]) == ("/luts/mine/", 768, -1)
    assert lut["rgb"] == colors.tolist()
    answer = client.get("/webgateway/luts_png/")
    assert answer["ETag"] != before
    strip = strip_of(answer)
    assert strip[10 * lut["png_index_new"], :, :3].tolist() == colors.tolist()


def test_nothing_installed(luts, client, monkeypatch):
    from graticule.services.engine import engine

    monkeypatch.setattr(engine(), "luts", LutLibrary([]))
    assert luts()["png_luts_new"] == ["gradient.png"]
    assert strip_of(client.get("/webgateway/luts_png/")).shape == (10, 256, 4)


@pytest.mark.parametrize("path", ["luts/", "luts_png/"])
class TestWhoMayAsk:
    def test_everybody_who_may_look(self, logged_in, make_cast, path):
        assert new_client().get(f"/webgateway/{path}").status_code == 200  # the public
        client = logged_in(make_cast("rw----").charlie)
        assert client.get(f"/webgateway/{path}").status_code == 200

    def test_nobody_without_logging_in(self, catalog, configured, path):
        configured(anonymous_access=False)
        assert new_client().get(f"/webgateway/{path}").status_code == 302
        assert new_client().get(f"/webgateway/{path}", **XHR).status_code == 403

"""What clients are told when something is wrong (contract webgateway 2.1, 2.5, 2.6)."""

import logging
import shutil

import numpy as np
import pytest
import tifffile
from tests.web.conftest import XHR, checked, photo
from tests.web.reference import decoded, same, squares

from graticule.services.remembered import forget_all


@pytest.fixture
def lines(caplog):
    """What the program has written to its log, as lines."""
    caplog.set_level(logging.INFO, logger="graticule")

    def said(level=logging.INFO):
        return [record for record in caplog.records if record.levelno >= level]

    return said


@pytest.fixture
def served(image, catalogued, tmp_path):
    """A file of its own for one test, served as ``photo.tif``'s or another's copy."""

    def serve(name):
        row = image(name)
        file = tmp_path / name
        shutil.copy(next(catalogued.rglob(name)), file)
        row.fileset.entry = str(file)
        row.fileset.save()
        return file, f"/webgateway/render_image/{row.pk}/"

    return serve


def calm(answer, *, status=404):
    """A page that says what is wrong and nothing of the inside."""
    assert answer.status_code == status
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    for word in (b"Traceback", b"/tmp", b"site-packages", b"Error"):
        assert word not in answer.content


class TestSlash:
    """2.1: a path without its last slash is sent on."""

    def test_it_works(self, client):
        answer = client.get("/webgateway/imgData/1?callback=f&c=1|2:3$F00&_=5")
        assert answer.status_code == 301
        path, _, query = answer["Location"].partition("?")
        assert path == "/webgateway/imgData/1/"
        assert query.replace("%7C", "|") == "callback=f&c=1|2:3$F00&_=5"

    @pytest.mark.parametrize(
        "path",
        [
            "render_image/1",
            "render_image/1/2/3",
            "proj/list",
            "img_detail/1",
            "get_thumbnails",
            "histogram_json/1/channel/0",
            "wellData/4",
        ],
    )
    def test_paths_that_exist(self, client, path):
        answer = client.get(f"/webgateway/{path}")
        assert answer.status_code == 301
        assert answer["Location"] == f"/webgateway/{path}/"

    @pytest.mark.parametrize("path", ["nothing", "imgData/x", "imgData/1/a/b"])
    def test_paths_that_do_not(self, client, path):
        calm(client.get(f"/webgateway/{path}"))

    def test_never_to_another_server(self, client):
        answer = client.get("//evil.example/webgateway/proj/list")
        assert "//evil" not in answer.get("Location", "")


class TestMethods:
    READS = ("imgData/{}/", "proj/list/", "render_image/{}/", "img_detail/{}/")

    @pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
    @pytest.mark.parametrize("path", READS)
    def test_unsafe_ones_need_a_token(self, client, image, method, path):
        # 2.1, 2.5
        url = "/webgateway/" + path.format(image("cells.ome.tif").pk)
        answer = getattr(client, method)(url)
        assert answer.status_code == 403
        assert answer["Content-Type"] == "application/json"
        (message,) = answer.json().values()
        assert message.startswith("CSRF Failed: ")
        client.cookies["csrftoken"] = token = "b" * 32
        answer = getattr(client, method)(url, HTTP_X_CSRFTOKEN=token)
        assert answer.status_code == 200

    def test_one_line_for_a_missing_token(self, client, caplog):
        client.post("/webgateway/proj/list/")
        assert [record.levelname for record in caplog.records] == ["WARNING"]

    @pytest.mark.parametrize("path", READS)
    def test_head(self, client, image, path):
        url = "/webgateway/" + path.format(image("cells.ome.tif").pk)
        head, whole = client.head(url), client.get(url)
        assert (head.status_code, head.content) == (200, b"")
        assert head["Content-Type"] == whole["Content-Type"]

    def test_numbers_may_come_in_the_form(self, client, image):
        # 2.1: query, else form
        client.cookies["csrftoken"] = token = "b" * 32
        url = f"/webgateway/render_thumbnail/{image('cells.ome.tif').pk}/"
        wanted = client.get(f"{url}?z=0&t=1").content
        form = {"z": "0", "t": "1"}
        assert client.post(url, form, HTTP_X_CSRFTOKEN=token).content == wanted
        mixed = client.post(f"{url}?t=1", {"z": "0", "t": "9"}, HTTP_X_CSRFTOKEN=token)
        assert mixed.content == wanted

    @pytest.mark.parametrize(
        "body", [b"", b"--x\r\nnonsense", b"\0" * 100, b"a=b&" * 30_000]
    )
    @pytest.mark.parametrize("path", ["render_thumbnail/{}/", "get_thumbnail/{}/"])
    def test_broken_forms(self, client, image, catalog, body, path):
        from graticule.catalog.tokens import make_token

        secret = make_token(catalog.administrator, "script")
        for kind in ("multipart/form-data; boundary=x", "multipart/form-data", "x"):
            answer = client.generic(
                "POST",
                "/webgateway/" + path.format(image("cells.ome.tif").pk),
                body,
                kind,
                HTTP_AUTHORIZATION=f"Bearer {secret}",
            )
            assert answer.status_code in {200, 400}
            assert b"Traceback" not in answer.content


class TestHost:
    def test_a_wrong_name_is_refused(self, client, lines):
        # a page of somebody else pointing its name here must read nothing
        answer = client.get("/webgateway/proj/list/", HTTP_HOST="evil.example")
        assert answer.status_code == 400
        assert b"allowed_hosts" in answer.content
        assert int(answer["Content-Length"]) == len(answer.content)
        assert len(lines()) == 1
        assert lines()[0].exc_info is None

    @pytest.mark.parametrize("host", ["localhost:8017", "127.0.0.1", "[::1]:80"])
    def test_ours(self, client, host):
        assert client.get("/webgateway/", HTTP_HOST=host).status_code == 200


class TestFiles:
    def test_vanished(self, client, served, lines):
        file, url = served("photo.tif")
        before = client.get(url)
        assert before.status_code == 200
        file.unlink()
        for headers in ({}, {"HTTP_IF_NONE_MATCH": before["ETag"]}):
            answer = client.get(url, **headers)
            calm(answer)
            assert b"photo.tif" in answer.content
        empty = client.get(url, **XHR)
        assert (empty.status_code, empty.content) == (404, b"")
        warnings = lines(logging.WARNING)
        assert len(warnings) == 3
        assert all(str(file) in record.getMessage() for record in warnings)
        assert all(record.exc_info is None for record in warnings)

    def test_thumbnails_and_histograms_of_what_vanished(self, client, served):
        file, url = served("photo.tif")
        number = url.split("/")[-2]
        file.unlink()
        calm(client.get(url.replace("render_image", "render_thumbnail")))
        calm(client.get(f"/webgateway/histogram_json/{number}/channel/0/"))
        answer = client.get(f"/webgateway/get_thumbnail/{number}/")
        checked(answer, "error", 500)
        many = client.get(f"/webgateway/get_thumbnails/?id={number}")
        assert checked(many, "thumbnails") == {number: None}
        # facts come from the catalogue
        checked(client.get(f"/webgateway/imgData/{number}/"), "image_data")

    def test_marked_as_vanished_by_a_scan(self, client, image):
        from django.utils import timezone

        row = image("photo.tif")
        row.vanished = timezone.now()
        row.save()
        answer = client.get(f"/webgateway/render_image/{row.pk}/")
        calm(answer)
        assert b"vanished" in answer.content

    def test_new_pixels_of_the_same_kind_show_at_once(self, client, served):
        file, url = served("photo.tif")
        before = client.get(url)
        tifffile.imwrite(file, 255 - photo(), photometric="rgb")
        after = client.get(url, HTTP_IF_NONE_MATCH=before["ETag"])
        same(squares(decoded(after)), squares(255.0 - photo()))
        assert after["ETag"] != before["ETag"]
        small = url.replace("render_image", "render_thumbnail")
        tifffile.imwrite(file, photo(), photometric="rgb", metadata={"a": "b"})
        assert decoded(client.get(small)).mean() == pytest.approx(photo().mean(), abs=2)

    @pytest.mark.parametrize(
        "pixels",
        [
            photo()[:64],
            photo()[..., 0],
            photo().astype(np.uint16),
        ],
    )
    def test_another_picture_in_its_place(self, client, served, pixels, lines):
        file, url = served("photo.tif")
        assert client.get(url).status_code == 200
        rgb = pixels.ndim == 3
        tifffile.imwrite(file, pixels, photometric="rgb" if rgb else "minisblack")
        answer = client.get(url)
        calm(answer)
        assert b"has changed since it was scanned" in answer.content
        assert len(lines(logging.WARNING)) == 1

    def test_cut_short(self, client, served, lines):
        file, url = served("photo.tif")
        file.write_bytes(file.read_bytes()[:2000])
        calm(client.get(url))
        assert [r.exc_info for r in lines(logging.WARNING)] == [None]

    def test_no_longer_an_image(self, client, served):
        file, url = served("photo.tif")
        file.write_bytes(b"something else entirely" * 50)
        calm(client.get(url))

    def test_a_damaged_tile(self, client, served, lines):
        file, _ = served("slide.ome.tif")
        from graticule.catalog.models import Image

        number = Image.objects.get(fileset__entry=str(file)).pk
        with tifffile.TiffFile(file) as tif:
            offset = tif.pages[0].dataoffsets[5]
        data = bytearray(file.read_bytes())
        data[offset : offset + 40] = b"\xff" * 40
        file.write_bytes(data)
        url = f"/webgateway/render_image_region/{number}/0/0/"
        answer = client.get(url, {"tile": "0,1,1"})
        calm(answer)
        assert b"slide.ome.tif" in answer.content
        assert client.get(url, {"tile": "0,0,0"}).status_code == 200
        assert [r.exc_info for r in lines(logging.WARNING)] == [None]

    def test_unreadable(self, client, served, monkeypatch):
        file, url = served("photo.tif")
        file.unlink()
        file.mkdir()
        calm(client.get(url))


def test_who_is_not_logged_in_is_told_that_others_may_see_more(client, logged_in, cast):
    missing = "/image/987654/"
    way_in = "/webclient/login/?url=%2Fimage%2F987654%2F"
    plaque = client.get(missing).content.decode().partition('class="plaque"')[2]
    assert way_in in plaque
    # Where nothing is, there is nothing for anybody; and who is in need not log in.
    assert (
        "/login/"
        not in client.get("/nowhere/").content.decode().partition('class="plaque"')[2]
    )
    answer = logged_in(cast.alice).get(missing)
    assert answer.status_code == 404
    assert way_in not in answer.content.decode()


class TestUnforeseen:
    """2.6: nothing of the inside gets out."""

    @pytest.fixture(autouse=True)
    def _broken(self, monkeypatch):
        from graticule.web.gateway import image_views, list_views

        def fail(*_args, **_options):
            raise RuntimeError("secret path /home/x")

        monkeypatch.setattr(image_views, "find_scene", fail)
        monkeypatch.setattr(list_views, "image_data", fail)

    def test_pictures(self, client, lines):
        answer = client.get("/webgateway/render_image/1/")
        calm(answer, status=500)
        assert b"secret" not in answer.content
        empty = client.get("/webgateway/render_image/1/", **XHR)
        assert (empty.status_code, empty.content) == (500, b"")
        assert [r.exc_info is None for r in lines()] == [False, False]

    @pytest.mark.parametrize("path", ["imgData/1/", "get_thumbnail/1/"])
    def test_json(self, client, path):
        for query in ("", "?callback=f"):
            found = checked(client.get(f"/webgateway/{path}{query}"), "error", 500)
            assert "secret" not in found["message"]


def test_before_a_view_is_reached(client, monkeypatch, lines):
    from graticule.web import principal

    def fail(request):
        raise RuntimeError("secret")

    monkeypatch.setattr(principal, "_remember", fail)
    answer = client.get("/webgateway/")
    calm(answer, status=500)
    assert b"secret" not in answer.content
    assert len(lines(logging.ERROR)) == 1


def test_clients_write_no_lines_of_ours(client, lines):
    client.get("/webgateway/render_image_region/1/0/0/?tile=a%0AERROR+forged")
    client.get("/webgateway/dataset/1/children/%0d%0aERROR")
    client.get("/webgateway/imgData/1/x%0AERROR/")
    forget_all()
    assert all("\n" not in record.getMessage() for record in lines())


@pytest.mark.parametrize(
    "query",
    [
        "%",
        "%zz",
        "%00",
        "a=%FF",
        "=&=&",
        "\u00e9",
        "&".join(f"a{n}=1" for n in range(900)),
    ],
)
def test_odd_queries(client, query):
    answer = client.get(f"/webgateway/proj/list/?{query}")
    checked(answer, "project_list")


def test_too_many_parameters(client):
    query = "&".join(["id=1"] * 20_001)
    checked(client.get(f"/webgateway/get_thumbnails/?{query}"), "error", 400)


@pytest.mark.parametrize("text", ["%00", "a%00b", "%25", "_", "%FF", "'", "\\"])
def test_odd_searches(client, catalogued, text):
    # what the databases take differently
    assert client.get(f"/?q={text}", follow=True).status_code == 200


def test_a_form_that_is_too_large(client, configured, monkeypatch):
    """The limit is named, and nothing is looked at."""
    from django.conf import settings

    configured(max_form_bytes=1000)
    monkeypatch.setattr(settings, "DATA_UPLOAD_MAX_MEMORY_SIZE", 1000)
    client.cookies["csrftoken"] = token = "a" * 32
    answer = client.post(
        "/webgateway/resetRDef/",
        {"toids": "1" * 2000},
        headers={"X-CSRFToken": token},
    )
    calm(answer, status=400)
    assert b"max_form_bytes = 1,000" in answer.content

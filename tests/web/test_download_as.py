"""Pictures to be saved (contract webgateway 11.3, 18, 2.9)."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image
from tests.web.conftest import photo
from tests.web.reference import JPEG, cells, coloured, quantized, squares
from tests.web.test_downloads import body, saved_as, unpacked

BASE = "/webgateway/download_as/"
MAGIC = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG", "TIFF": b"II*\0"}


def opened(data, kind):
    assert data.startswith(MAGIC[kind])
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.format == kind
        assert picture.mode == "RGB"
        return np.asarray(picture, float)


@pytest.fixture
def number(image):
    return image("photo.tif").pk


class TestOne:
    @pytest.mark.parametrize("place", [f"{BASE}{{}}/", f"{BASE}?image={{}}"])
    @pytest.mark.parametrize(
        ("query", "extension", "kind"),
        [
            ("", "jpeg", "JPEG"),
            ("format=jpeg", "jpeg", "JPEG"),
            ("format=png", "png", "PNG"),
            ("format=tif", "tif", "TIFF"),
            ("format=gif", "gif", "JPEG"),
            ("format=PNG", "PNG", "JPEG"),
        ],
    )
    def test_formats(self, client, number, place, query, extension, kind):
        url = place.format(number)
        answer = client.get(f"{url}{'&' if '?' in url else '?'}{query}")
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/force-download"
        assert int(answer["Content-Length"]) == len(answer.content)
        name = f"photo.tif.{extension}"
        expected = f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
        assert saved_as(answer) == expected
        picture = opened(answer.content, kind)
        if kind == "JPEG":
            wanted = squares(photo().astype(float))
            assert np.abs(squares(picture) - wanted).max() <= JPEG + 1
        else:
            assert np.array_equal(picture, photo())

    def test_settings_of_the_query(self, client, image):
        # 11.3: the request's section 3 parameters, default z (1) and t (0)
        row = image("cells.ome.tif")
        url = f"{BASE}{row.pk}/"
        answer = client.get(url, {"c": "2|100:9000$FF8000", "m": "c", "format": "png"})
        level = quantized(cells(1, 1, 0), "uint16", 100, 9000)
        picture = opened(answer.content, "PNG")
        wanted = np.kron(coloured(level, (255, 128, 0)), np.ones((32, 32, 1)))
        assert np.abs(picture - wanted).max() <= 1

    def test_name(self, client, image):
        row = image("photo.tif")
        row.name = "a b, c/d.tif"
        row.save()
        answer = client.get(f"{BASE}{row.pk}/?format=png")
        assert saved_as(answer).startswith('attachment; filename="a_b._c_d.tif.png"; ')

    def test_extension_stays_a_name(self, client, number):
        answer = client.get(BASE + f"{number}/?format=%22%0d%0aX-Evil:1/../x")
        assert answer.status_code == 200
        assert "X-Evil" not in answer.headers
        assert 'filename="photo.tif.___X-Evil:1_.._x"' in saved_as(answer)

    def test_one_of_several_that_is_there(self, client, number):
        # 11.3: unreadable ones are dropped silently
        answer = client.get(f"{BASE}?image={number}&image=999999&format=png")
        assert np.array_equal(opened(answer.content, "PNG"), photo())

    def test_by_well(self, client, catalog, image):
        from graticule.catalog.models import Plate, Well, WellSample

        belongs = {"owner": catalog.administrator, "group": catalog.public_group}
        plate = Plate.objects.create(name="plate", **belongs)
        well = Well.objects.create(plate=plate, row=0, column=0, **belongs)
        for index, name in enumerate(["uint8.tif", "photo.tif"]):
            WellSample.objects.create(well=well, image=image(name), index=index)
        url = f"{BASE}?well={well.pk}&format=png"
        answer = client.get(f"{url}&index=1")
        assert np.array_equal(opened(answer.content, "PNG"), photo())
        assert opened(client.get(url).content, "PNG").shape == (32, 128, 3)
        assert client.get(f"{url}&index=2").status_code == 500


class TestSeveral:
    @pytest.mark.parametrize(
        ("asked", "extension", "kind"),
        [
            ("", "png", "PNG"),
            ("&format=png", "png", "PNG"),
            ("&format=jpeg", "jpeg", "JPEG"),
            ("&format=tif", "tif", "TIFF"),
            ("&format=gif", "png", "PNG"),
        ],
    )
    def test_formats(self, client, image, asked, extension, kind):
        numbers = [image("photo.tif").pk, image("uint8.tif").pk]
        query = "&".join(f"image={number}" for number in numbers)
        # section 3 is ignored
        answer = client.get(f"{BASE}?{query}{asked}&c=-1")
        name = f"Download_as_{extension}.zip"
        assert saved_as(answer).startswith(f'attachment; filename="{name}"')
        data = body(answer)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert archive.testzip() is None
            infos = archive.infolist()
            assert {info.compress_type for info in infos} == {zipfile.ZIP_DEFLATED}
            names = [info.filename for info in infos]
            assert names == [f"photo.tif.{extension}", f"uint8.tif.{extension}"]
            first = opened(archive.read(names[0]), kind)
            assert opened(archive.read(names[1]), kind).shape == (32, 128, 3)
        if kind == "JPEG":
            wanted = squares(photo().astype(float))
            assert np.abs(squares(first) - wanted).max() <= JPEG + 1
        else:
            assert np.array_equal(first, photo())

    def test_same_names_are_numbered(self, client, image):
        rows = [image(name) for name in ("photo.tif", "uint8.tif", "int8.tif")]
        for row, name in zip(rows, ("x/cell", "cell", "cell"), strict=True):
            row.name = name
            row.save()
        query = "&".join(f"image={row.pk}" for row in rows)
        found = unpacked(client.get(f"{BASE}?{query}"))
        assert list(found) == ["cell.png", "cell_(1).png", "cell_(2).png"]
        assert np.array_equal(opened(found["cell.png"], "PNG"), photo())

    @pytest.mark.parametrize(
        ("zipname", "name"), [("my%20day", "my_day.zip"), ("a.zip", "a.zip")]
    )
    def test_the_zips_name(self, client, image, zipname, name):
        query = f"image={image('photo.tif').pk}&image={image('uint8.tif').pk}"
        answer = client.get(f"{BASE}?{query}&zipname={zipname}")
        assert len(unpacked(answer)) == 2
        assert f'filename="{name}"' in saved_as(answer)

    def test_one_cannot_be_drawn(self, client, image, configured):
        # 11.3
        rows = [image("photo.tif"), image("uint8.tif")]
        rows[1].vanished = rows[1].created
        rows[1].save()
        query = f"image={rows[0].pk}&image={rows[1].pk}"
        answer = client.get(f"{BASE}?{query}")
        assert answer.status_code == 500
        assert answer.content == f"Cannot download file (id:{rows[1].pk})".encode()


class TestRefusals:
    def test_nothing_asked(self, client):
        answer = client.get(BASE)
        assert answer.status_code == 500
        assert answer.content == (
            b"No images or wells specified in request. Use ?image=123 or ?well=123"
        )

    @pytest.mark.parametrize("query", ["999999/", "?image=999999&image=999998"])
    def test_none_readable(self, client, query):
        answer = client.get(BASE + query)
        assert answer.status_code == 500
        assert answer["Content-Type"].startswith("text/plain")

    def test_too_many(self, client, configured, image):
        configured(max_download_images=1)
        query = f"image={image('photo.tif').pk}&image={image('uint8.tif').pk}"
        answer = client.get(f"{BASE}?{query}")
        assert answer.status_code == 403
        assert b"max_download_images = 1. Ask for fewer. The job " in answer.content
        assert b"/services/rendered-images/async?IMAGE=" in answer.content
        assert answer.content.endswith(b"&FORMAT=png")

    def test_too_large(self, client, configured, number, monkeypatch):
        from graticule.services.engine import engine

        monkeypatch.setattr(engine(), "max_render_pixels", 100)
        engine().pictures.clear()
        answer = client.get(f"{BASE}{number}/?format=tif")
        assert answer.status_code == 400
        assert b"max_render_pixels = 100" in answer.content


def test_render_image_download(client, image):
    # 18: as one image, with a plane
    row = image("cells.ome.tif")
    query = {"c": "1|0:65535$FFFFFF", "m": "c", "format": "png"}
    url = f"/webclient/render_image_download/{row.pk}/"
    for place, (z, t) in {"": (1, 0), "2/": (2, 0), "2/1/": (2, 1)}.items():
        answer = client.get(url + place, query)
        assert answer["Content-Type"] == "application/force-download"
        assert 'filename="cells.png"' in saved_as(answer)
        picture = opened(answer.content, "PNG")
        wanted = quantized(cells(0, z, t), "uint16", 0, 65535)
        assert np.abs(picture[::32, ::32, 0] - wanted).max() <= 1
    assert client.get(f"{url}9/0/").status_code == 404
    assert client.get("/webclient/render_image_download/999999/").status_code == 404

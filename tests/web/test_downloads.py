"""Original files to be saved (contract webgateway 11.4, 11.5, 16.3, 2.9)."""

import io
import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.utils.http import parse_http_date
from tests.web.conftest import checked, new_client

BASE = "/webgateway/archived_files/download/"


def body(answer):
    """What was sent, all of it."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def give_up(answer):
    """Close an answer as a server does; the database stays open."""
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)


def unpacked(answer):
    """The entries of a zip, checked against their sums."""
    assert answer.status_code == 200, answer.content[:300]
    assert answer["Content-Type"] == "application/force-download"
    with zipfile.ZipFile(io.BytesIO(body(answer))) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def saved_as(answer):
    return answer["Content-Disposition"]


@pytest.fixture
def catalogue(database, catalog, tmp_path):
    """Scan a folder made for one test."""
    from dataclasses import replace

    from django.conf import settings

    from graticule.catalog.models import Image
    from graticule.services.remembered import forget_all
    from graticule.services.scan import ScanSettings, scan

    def make(root=tmp_path):
        options = replace(ScanSettings.of(settings.GRATICULE), workers=1)
        report = scan(
            [root],
            owner=catalog.administrator,
            group=catalog.public_group,
            settings=options,
        )
        assert not report.problems, report.problems
        forget_all()
        return {
            Path(image.fileset.entry).relative_to(root).as_posix(): image
            for image in Image.objects.select_related("fileset")
        }

    return make


def picture(path, value=7, size=8):
    import numpy as np
    import tifffile

    path.parent.mkdir(parents=True, exist_ok=True)
    tifffile.imwrite(path, np.full((size, size), value, np.uint8))
    return path


def zarr_folder(path, value=3):
    """An OME-Zarr of one level in two chunks, written by hand."""
    chunks = path / "0" / "0"
    chunks.mkdir(parents=True)
    axes = [{"name": "y", "type": "space"}, {"name": "x", "type": "space"}]
    scale = [{"type": "scale", "scale": [1, 1]}]
    datasets = [{"path": "0", "coordinateTransformations": scale}]
    image = {"version": "0.4", "axes": axes, "datasets": datasets}
    array = {
        "zarr_format": 2,
        "shape": [4, 8],
        "chunks": [4, 4],
        "dtype": "|u1",
        "compressor": None,
        "fill_value": 0,
        "order": "C",
        "filters": None,
        "dimension_separator": "/",
    }
    (path / ".zgroup").write_text('{"zarr_format": 2}')
    (path / ".zattrs").write_text(json.dumps({"multiscales": [image]}))
    (path / "0" / ".zarray").write_text(json.dumps(array))
    for column in range(2):
        (chunks / str(column)).write_bytes(bytes([value + column]) * 16)
    return path


class TestOneFile:
    @pytest.fixture
    def stored(self, image):
        row = image("cells.ome.tif")
        return row, Path(row.fileset.entry).read_bytes()

    @pytest.fixture
    def path(self, stored):
        return f"{BASE}{stored[0].pk}/"

    def test_it_works(self, client, path, stored):
        # 11.4: streamed as it is, with its length
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/force-download"
        assert int(answer["Content-Length"]) == len(stored[1])
        assert answer.streaming
        assert body(answer) == stored[1]

    def test_by_query(self, client, path, stored):
        assert body(client.get(f"{BASE}?image={stored[0].pk}")) == stored[1]
        # iid in the path goes before the query (11.3)
        assert body(client.get(f"{path}?image=999999")) == stored[1]

    @pytest.mark.parametrize(
        ("asked", "start", "stop"),
        [
            ("bytes=0-0", 0, 1),
            ("bytes=10-19", 10, 20),
            ("bytes=100-", 100, None),
            ("bytes=-7", -7, None),
            ("bytes=5-99999999999", 5, None),
            ("bytes=-99999999999", 0, None),
            ("Bytes = 3-4", 3, 5),
        ],
    )
    def test_a_range(self, client, path, stored, asked, start, stop):
        size, wanted = len(stored[1]), stored[1][start:stop]
        answer = client.get(path, headers={"Range": asked})
        assert answer.status_code == 206
        assert body(answer) == wanted
        assert int(answer["Content-Length"]) == len(wanted)
        first = start if start >= 0 else size + start
        assert (
            answer["Content-Range"] == f"bytes {first}-{first + len(wanted) - 1}/{size}"
        )

    @pytest.mark.parametrize("asked", ["bytes={}-", "bytes={}-{}", "bytes=-0"])
    def test_a_range_that_is_not_there(self, client, path, stored, asked):
        size = len(stored[1])
        answer = client.get(path, headers={"Range": asked.format(size, size + 9)})
        assert answer.status_code == 416
        assert answer["Content-Range"] == f"bytes */{size}"
        assert answer.content == b""

    @pytest.mark.parametrize(
        "asked", ["bytes=9-5", "bytes=-", "bytes=a-b", "rows=0-1", "bytes=0-1,4-5", ""]
    )
    def test_no_range_is_the_whole(self, client, path, stored, asked):
        answer = client.get(path, headers={"Range": asked})
        assert answer.status_code == 200
        assert body(answer) == stored[1]

    def test_if_range(self, client, path, stored):
        whole = client.get(path)
        give_up(whole)
        when = parse_http_date(whole["Last-Modified"])
        assert when == int(Path(stored[0].fileset.entry).stat().st_mtime)
        cases = {
            whole["ETag"]: 206,
            whole["Last-Modified"]: 206,
            '"another"': 200,
            f"W/{whole['ETag']}": 200,
            "Sat, 01 Jan 2000 00:00:00 GMT": 200,
        }
        for known, status in cases.items():
            headers = {"Range": "bytes=0-9", "If-Range": known}
            answer = client.get(path, headers=headers)
            assert answer.status_code == status, known
            assert len(body(answer)) == (10 if status == 206 else len(stored[1]))

    def test_head(self, logged_in, catalog, path, stored):
        # 2.4: the public may not
        answer = logged_in(catalog.administrator).head(
            path, headers={"Range": "bytes=0-9"}
        )
        assert answer.status_code == 200
        assert int(answer["Content-Length"]) == len(stored[1])
        assert answer.content == b""

    def test_a_zip_name_means_nothing(self, client, path):
        answer = client.get(f"{path}?zipname=all")
        give_up(answer)
        assert saved_as(answer).startswith('attachment; filename="cells.ome.tif"')


class TestNames:
    @pytest.mark.parametrize(
        ("name", "plain", "true"),
        [
            ("a b,c.tif", "a_b.c.tif", "a_b.c.tif"),
            ("größe.tif", "groe.tif", "gr%C3%B6%C3%9Fe.tif"),
            ('q"uo;te.tif', "q_uo;te.tif", "q_uo%3Bte.tif"),
            ("日.tif", ".tif", "%E6%97%A5.tif"),
        ],
    )
    def test_one_file(self, client, catalogue, tmp_path, name, plain, true):
        # 11.4: space and comma; 2.9 REC: quoted, and as it is
        path = picture(tmp_path / name)
        answer = client.get(f"{BASE}{catalogue()[name].pk}/")
        assert body(answer) == path.read_bytes()
        assert (
            saved_as(answer)
            == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{true}"
        )


class TestSeveral:
    @pytest.fixture
    def get(self, client):
        def ask(*images, **query):
            ids = "&".join(f"image={image.pk}" for image in images)
            more = "".join(f"&{key}={value}" for key, value in query.items())
            return client.get(f"{BASE}?{ids}{more}")

        return ask

    def test_each_once_and_whole(self, get, catalogue, tmp_path):
        one, two = picture(tmp_path / "a.tif", 1), picture(tmp_path / "b.tif", 2)
        images = catalogue()
        answer = get(images["b.tif"], images["a.tif"], images["b.tif"])
        assert "Content-Length" not in answer
        found = unpacked(answer)
        # 16.3, rule 2: in the order asked
        assert list(found.items()) == [
            ("b.tif", two.read_bytes()),
            ("a.tif", one.read_bytes()),
        ]

    def test_times_and_deflation(self, get, catalogue, tmp_path):
        # 16.3, rule 5
        for name in ("a.tif", "b.tif"):
            os.utime(picture(tmp_path / name, size=200), (1_000_000_000, 1_000_000_000))
        images = catalogue()
        data = body(get(images["a.tif"], images["b.tif"]))
        assert len(data) < 40_000  # two pictures of 200 x 200
        for info in zipfile.ZipFile(io.BytesIO(data)).infolist():
            assert info.compress_type == zipfile.ZIP_DEFLATED
            assert info.date_time == (2001, 9, 9, 1, 46, 40)

    def test_same_names_get_folders(self, get, catalogue, tmp_path):
        # 16.3, rule 4: one counter for the zip
        places = ["x/cell.tif", "y/cell.tif", "z/cell.tif", "z/other.tif"]
        for number, place in enumerate(places):
            picture(tmp_path / place, number)
        images = catalogue()
        found = unpacked(get(*(images[place] for place in places)))
        assert list(found) == ["cell.tif", "1/cell.tif", "2/cell.tif", "other.tif"]
        for name, place in zip(found, places, strict=True):
            assert found[name] == (tmp_path / place).read_bytes()

    def test_a_folder_of_that_name_is_there(self, get, catalogue, tmp_path):
        names = ["x/1", "x/cell.tif", "y/cell.tif"]
        picture(tmp_path / "x/1.tif")
        for place in names[1:]:
            picture(tmp_path / place)
        shutil.move(tmp_path / "x/1.tif", tmp_path / "x/1")
        images = catalogue()
        found = unpacked(get(*(images[name] for name in names)))
        assert list(found) == ["1", "cell.tif", "2/cell.tif"]

    @pytest.mark.parametrize(
        ("query", "name"),
        [
            ({}, "b.tif_folder.zip"),  # rule 1: as the last image's file
            ({"zipname": "my%20own,day"}, "my_own.day.zip"),
            ({"zipname": "kept.zip"}, "kept.zip"),
            ({"zipname": "a.tif"}, "a.tif_folder.zip"),
            ({"zipname": "a.tif.zip"}, "a.tif_folder.zip"),
            ({"zipname": ""}, "b.tif_folder.zip"),
            ({"zipname": "..%2F..%2Fetc%0Apasswd"}, ".._.._etc_passwd.zip"),
        ],
    )
    def test_the_zips_name(self, get, catalogue, tmp_path, query, name):
        for file in ("a.tif", "b.tif"):
            picture(tmp_path / file)
        images = catalogue()
        answer = get(images["a.tif"], images["b.tif"], **query)
        give_up(answer)
        assert saved_as(answer).startswith(f'attachment; filename="{name}"; ')

    def test_a_set_of_files_keeps_its_tree(self, get, catalogue, tmp_path):
        # 16.3, rule 3; a zarr folder is there whole
        folder = zarr_folder(tmp_path / "day" / "cells.ome.zarr")
        (folder / "empty").mkdir()
        image = catalogue()["day/cells.ome.zarr"]
        found = unpacked(get(image))
        assert found == {
            path.relative_to(folder.parent).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        assert len(found) == 5
        assert "cells.ome.zarr/0/0/1" in found

    def test_two_folders_of_one_name(self, get, catalogue, tmp_path):
        for day in ("x", "y"):
            zarr_folder(tmp_path / day / "c.zarr", ord(day))
        images = catalogue()
        found = unpacked(get(images["x/c.zarr"], images["y/c.zarr"]))
        assert found["c.zarr/0/0/0"] == b"x" * 16
        assert found["1/c.zarr/0/0/0"] == b"y" * 16
        assert len(found) == 10

    def test_head(self, logged_in, catalog, catalogue, tmp_path):
        zarr_folder(tmp_path / "c.zarr")
        client = logged_in(catalog.administrator)
        answer = client.head(f"{BASE}{catalogue()['c.zarr'].pk}/")
        assert answer.status_code == 200
        assert answer.content == b""
        assert "filename" in saved_as(answer)


class TestWells:
    @pytest.fixture
    def wells(self, catalogue, catalog, tmp_path):
        from graticule.catalog.models import Plate, Well, WellSample

        for name in ("a.tif", "b.tif", "c.tif"):
            picture(tmp_path / name, ord(name[0]))
        images = catalogue()
        belongs = {"owner": catalog.administrator, "group": catalog.public_group}
        plate = Plate.objects.create(name="plate", **belongs)
        made = [
            Well.objects.create(plate=plate, row=0, column=column, **belongs)
            for column in range(2)
        ]
        for well, name, index in (
            (made[0], "a.tif", 0),
            (made[0], "b.tif", 1),
            (made[1], "c.tif", 0),
        ):
            WellSample.objects.create(well=well, image=images[name], index=index)
        return made, tmp_path

    def test_fields(self, client, wells):
        made, root = wells
        one = client.get(f"{BASE}?well={made[0].pk}&index=1")
        assert body(one) == (root / "b.tif").read_bytes()
        both = f"{BASE}?well={made[0].pk}&well={made[1].pk}"
        for query in ("", "&index=0", "&index=x", "&index="):
            assert set(unpacked(client.get(both + query))) == {"a.tif", "c.tif"}

    def test_no_such_field(self, client, wells):
        # 11.3: 500
        made, _ = wells
        answer = client.get(f"{BASE}?well={made[0].pk}&well={made[1].pk}&index=1")
        assert answer.status_code == 500
        assert b"has no field 1" in answer.content


class TestRefusals:
    def test_nothing_asked(self, client):
        answer = client.get(BASE)
        assert answer.status_code == 500
        assert answer.content == (
            b"No images or wells specified in request. Use ?image=123 or ?well=123"
        )

    @pytest.mark.parametrize("query", ["999999/", "?image=999999", "?well=999999"])
    def test_not_there(self, client, query):
        assert client.get(BASE + query).status_code == 500

    def test_true_statuses(self, client, configured):
        configured(true_statuses=True)
        assert client.get(BASE).status_code == 400
        assert client.get(f"{BASE}999999/").status_code == 404

    def test_no_integer(self, client):
        # 2.1
        assert client.get(f"{BASE}?image=x").status_code == 500

    def test_too_large_together(self, client, configured, catalogue, tmp_path):
        # 11.4
        sizes = [picture(tmp_path / n).stat().st_size for n in ("a.tif", "b.tif")]
        images = catalogue()
        configured(max_download_bytes=sum(sizes) - 1)
        both = f"{BASE}?image={images['a.tif'].pk}&image={images['b.tif'].pk}"
        answer = client.get(both)
        assert answer.status_code == 403
        assert answer.content.decode() == (
            f"Total size of files {sum(sizes)} is larger than {sum(sizes) - 1}. "
            "Try requesting fewer files. The job archive does it: "
            "http://localhost/services/archive/async?"
            f"IMAGE={images['a.tif'].pk}%2C{images['b.tif'].pk}"
        )
        named = client.get(f"{both}&zipname=x").content
        assert named.endswith(b"&ZIPNAME=x")
        # single files have no limit
        configured(max_download_bytes=1)
        one = client.get(f"{BASE}{images['a.tif'].pk}/")
        assert len(body(one)) == sizes[0]
        configured(max_download_bytes=sum(sizes))
        assert len(unpacked(client.get(both))) == 2

    def test_too_many_files(self, client, configured, catalogue, tmp_path):
        zarr_folder(tmp_path / "c.zarr")
        path = f"{BASE}{catalogue()['c.zarr'].pk}/"
        configured(max_download_files=4)
        answer = client.get(path)
        assert answer.status_code == 403
        said, _, link = answer.content.decode().partition(" The job archive does it: ")
        assert "max_download_files = 4" in said
        assert said.endswith("Try requesting fewer files.")
        number = path.removeprefix(BASE).strip("/")
        assert link == f"http://localhost/services/archive/async?IMAGE={number}"
        configured(max_download_files=5)
        assert len(unpacked(client.get(path))) == 5

    def test_image_without_files(self, client, image):
        row = image("uint8.tif")
        row.fileset = None
        row.save()
        assert client.get(f"{BASE}{row.pk}/").status_code == 500

    def test_all_images_of_the_files_must_be_visible(
        self, logged_in, cast, catalogue, tmp_path
    ):
        # 11.4 REC: every image before the first byte
        from graticule.catalog.models import Image

        zarr_folder(tmp_path / "c.zarr")
        image = catalogue()["c.zarr"]
        Image.objects.filter(pk=image.pk).update(owner=cast.alice, group=cast.group)
        client, path = logged_in(cast.bob), f"{BASE}{image.pk}/"
        assert len(unpacked(client.get(path))) == 5
        image.refresh_from_db()
        image.pk, image.key = None, "1"
        image.owner = image.owner
        image.group = type(image.group).objects.create(
            name="hidden", permissions="rw----"
        )
        image.save()
        for asked in (path, f"{BASE}?image={path.split('/')[-2]}"):
            answer = client.get(asked)
            assert (answer.status_code, answer.content) == (404, b"")
        assert len(unpacked(logged_in(cast.alice).get(path))) == 5

    def test_a_token_is_enough_to_read(self, cast, catalogue, tmp_path):
        from graticule.catalog.models import Image
        from graticule.catalog.tokens import make_token

        path = picture(tmp_path / "a.tif")
        image = catalogue()["a.tif"]
        Image.objects.filter(pk=image.pk).update(owner=cast.alice, group=cast.group)
        secret = make_token(cast.bob, "laptop")
        headers = {"Authorization": f"Bearer {secret}"}
        answer = new_client().get(f"{BASE}{image.pk}/", headers=headers)
        assert body(answer) == path.read_bytes()


class TestFilesThatAreNotAsTheyWere:
    @pytest.fixture
    def two(self, client, catalogue, tmp_path):
        paths = [picture(tmp_path / name, size=900) for name in ("a.tif", "b.tif")]
        images = catalogue()
        query = "&".join(f"image={images[path.name].pk}" for path in paths)
        return paths, [f"{BASE}{images['a.tif'].pk}/", f"{BASE}?{query}"]

    def test_vanished(self, client, two):
        paths, urls = two
        paths[0].unlink()
        for url in urls:
            answer = client.get(url)
            assert answer.status_code == 404
            assert b"a.tif" in answer.content
            assert str(paths[0].parent).encode() not in answer.content

    def test_changed(self, client, two):
        paths, urls = two
        paths[0].write_bytes(b"II*\0something else")
        for url in urls:
            answer = client.get(url)
            assert answer.status_code == 404
            assert b"scan again" in answer.content

    def test_a_link_put_in_its_place(self, client, two, tmp_path_factory):
        paths, urls = two
        secret = tmp_path_factory.mktemp("elsewhere") / "secret"
        secret.write_text("nobody's business")
        paths[0].unlink()
        paths[0].symlink_to(secret)
        for url in urls:
            answer = client.get(url)
            assert answer.status_code == 404
            assert b"nobody's" not in answer.content

    def test_single_file_changed_while_it_is_sent(self, client, catalogue, tmp_path):
        path = picture(tmp_path / "large.tif", size=2000)
        answer = client.get(f"{BASE}{catalogue()['large.tif'].pk}/")
        pieces = answer.streaming_content
        first = next(pieces)
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size - 1)
        rest = b"".join(pieces)
        # Less than was announced: the server cuts the connection.
        assert len(first) + len(rest) < int(answer["Content-Length"])

    def test_file_of_an_archive_vanishes(self, client, two):
        paths, urls = two
        answer = client.get(urls[1])
        paths[1].unlink()
        with pytest.raises(zipfile.BadZipFile):
            zipfile.ZipFile(io.BytesIO(body(answer)))

    def test_links_out_of_the_folder(self, client, catalogue, tmp_path):
        root, secret = tmp_path / "served", tmp_path / "secret"
        secret.write_text("nobody's business")
        folder = zarr_folder(root / "c.zarr")
        path = f"{BASE}{catalogue(root)['c.zarr'].pk}/"
        (folder / "key").symlink_to(secret)
        answer = client.get(path)
        assert answer.status_code == 404
        assert b"leads out of the served folder" in answer.content
        (folder / "key").unlink()
        (folder / "all").symlink_to(tmp_path)
        assert b"leads out" in client.get(path).content
        (folder / "all").unlink()
        # within it they are followed, and loops end
        (folder / "again").symlink_to(folder)
        (folder / "more").symlink_to(folder / "0" / "0" / "1")
        found = unpacked(client.get(path))
        assert len(found) == 6
        assert found["c.zarr/more"] == found["c.zarr/0/0/1"]


class TestDownloadsAtOnce:
    def test_no_more_than_may_be(self, client, image, monkeypatch):
        from threading import BoundedSemaphore

        from graticule.web import sending

        free = BoundedSemaphore(2)
        monkeypatch.setattr(sending, "_free", lambda: free)
        path = f"{BASE}{image('cells.ome.tif').pk}/"
        kept = [client.get(path) for _ in range(2)]
        refused = client.get(path)
        assert refused.status_code == 503
        assert int(refused["Retry-After"]) > 0
        assert b"setting downloads" in refused.content
        give_up(kept[0])  # given up before a byte was read
        assert body(client.get(path)) == body(kept[1])
        assert [client.get(path).status_code for _ in range(2)] == [200, 200]


class TestPaths:
    def test_it_works(self, client, image, catalogued):
        # 11.5: relative to the served folder
        row = image("cells.ome.tif")
        answer = client.get(f"/webgateway/original_file_paths/{row.pk}/")
        assert checked(answer, "original_file_paths") == {
            "repo": ["embryos/day 1/cells.ome.tif"],
            "client": ["embryos/day 1/cells.ome.tif"],
            "fileset": {"id": row.fileset_id},
        }
        assert str(catalogued).encode() not in answer.content

    def test_a_folder_is_one(self, client, catalogue, tmp_path):
        zarr_folder(tmp_path / "day" / "c.zarr")
        image = catalogue()["day/c.zarr"]
        answer = client.get(f"/webgateway/original_file_paths/{image.pk}/")
        assert checked(answer, "original_file_paths")["repo"] == ["day/c.zarr"]

    def test_no_fileset(self, client, image):
        row = image("uint8.tif")
        row.fileset = None
        row.save()
        answer = client.get(f"/webgateway/original_file_paths/{row.pk}/")
        assert checked(answer, "original_file_paths") == {}

    def test_not_there(self, client):
        answer = client.get("/webgateway/original_file_paths/999999/")
        assert checked(answer, "error", 500)["stacktrace"] == ""

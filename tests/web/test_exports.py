"""OME-TIFFs and movies over the gateway (contract webgateway 11.1, 11.2)."""

import hashlib
import io
import zipfile
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import av
import numpy as np
import ome_types
import pytest
import tifffile
from tests.web.conftest import XHR, new_client
from tests.web.reference import added, cells, coloured, in_pixels, quantized, slide


def body(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def said_name(answer):
    """The name of ``filename*``, which is the true one."""
    kind, *parts = answer["Content-Disposition"].split("; ")
    assert kind == "attachment"
    values = dict(part.split("=", 1) for part in parts)
    assert values["filename"].startswith('"')
    return unquote(values["filename*"].removeprefix("UTF-8''"))


@pytest.fixture
def no_leftovers():
    """Nothing of what is sent and forgotten may stay in the home folder."""
    from django.conf import settings

    folder = settings.GRATICULE["home"] / "exports"
    yield
    assert not folder.exists() or list(folder.iterdir()) == []


@pytest.fixture
def get(client, no_leftovers):
    return lambda path: client.get(f"/webgateway/{path}")


class TestOmeTiff:
    """Endpoint 37 (contract 11.1)."""

    @pytest.mark.parametrize("context", ["i", "image", "x"])
    def test_an_image(self, get, image, context):
        row = image("cells.ome.tif")
        answer = get(f"render_ome_tiff/{context}/{row.pk}/")
        assert answer.status_code == 200
        assert answer["Content-Type"] == "image/tiff"
        data = body(answer)
        assert int(answer["Content-Length"]) == len(data)
        assert said_name(answer) == f"{row.pk}-cells.ome.tiff"
        with tifffile.TiffFile(io.BytesIO(data)) as tif:
            expected = [
                [[in_pixels(cells(c, z, t)) for z in range(3)] for c in range(4)]
                for t in range(2)
            ]
            assert np.array_equal(tif.asarray(), expected)
            ome = ome_types.from_xml(tif.ome_metadata)
        pixels = ome.images[0].pixels
        assert ome.images[0].name == "cells"
        assert ome.images[0].description == "Four stains"
        assert pixels.physical_size_x == 0.25
        assert pixels.physical_size_z == 1.5
        assert [channel.name for channel in pixels.channels[:2]] == ["DAPI", "GFP"]
        assert pixels.channels[1].emission_wavelength == 509.5
        assert pixels.channels[0].color.as_rgb_tuple() == (0, 0, 255)

    def test_levels_are_kept(self, get, image):
        data = body(get(f"render_ome_tiff/i/{image('slide.ome.tif').pk}/"))
        with tifffile.TiffFile(io.BytesIO(data)) as tif:
            levels = tif.series[0].levels
            for level, side in zip(levels, (128, 64, 32), strict=True):
                expected = [
                    in_pixels(slide(c), side)[: 700 * side // 128, : 1000 * side // 128]
                    for c in range(2)
                ]
                assert np.array_equal(level.asarray(), expected)

    def test_names_are_cut_and_harmless(self, get, image):
        row = image("uint8.tif")
        row.name = 'a/"b"\r\nµ' + 300 * "x"
        row.save()
        answer = get(f"render_ome_tiff/i/{row.pk}/")
        name = said_name(answer)
        assert body(answer)
        assert len(name) == 255
        assert name.startswith(f"{row.pk}-a_")
        assert name.endswith("x.ome.tiff")
        assert "\n" not in answer["Content-Disposition"]

    def test_a_dataset_is_a_zip(self, get, image):
        first, second = image("photo.tif"), image("stored.tif")
        dataset = first.datasets.get()
        project = dataset.projects.get()
        answer = get(f"render_ome_tiff/d/{dataset.pk}/")
        assert answer["Content-Type"] == "application/zip"
        assert said_name(answer) == f"{project.name}-{dataset.name}.zip"
        archive = zipfile.ZipFile(io.BytesIO(body(answer)))
        assert archive.testzip() is None
        names = {f"{row.pk}-{row.name}.ome.tiff" for row in dataset.images.all()}
        assert set(archive.namelist()) == names
        assert {info.compress_type for info in archive.infolist()} == {0}
        for row in (first, second):
            data = archive.read(f"{row.pk}-{row.name}.ome.tiff")
            with tifffile.TiffFile(row.fileset.entry) as tif:
                expected = tif.asarray()
            assert np.array_equal(tifffile.imread(io.BytesIO(data)), expected)

    def test_a_selection_of_a_dataset(self, get, image):
        first, second = image("photo.tif"), image("stored.tif")
        dataset = first.datasets.get()
        path = f"render_ome_tiff/d/{dataset.pk}/"
        one = get(f"{path}?selection={first.pk}")
        assert one["Content-Type"] == "image/tiff"
        assert body(one)
        two = get(f"{path}?selection={first.pk},{second.pk},999999")
        assert len(zipfile.ZipFile(io.BytesIO(body(two))).namelist()) == 2
        assert get(f"{path}?selection=999999").status_code == 500
        assert get(f"{path}?selection=first").status_code == 500

    def test_a_dataset_without_project(self, get, image):
        dataset = image("photo.tif").datasets.get()
        dataset.projects.clear()
        answer = get(f"render_ome_tiff/d/{dataset.pk}/")
        assert said_name(answer) == f"{dataset.name}.zip"
        assert body(answer)

    def test_a_project(self, get, image):
        project = image("cells.ome.tif").datasets.get().projects.get()
        dryrun = get(f"render_ome_tiff/p/{project.pk}/?dryrun=yes")
        count = project.datasets.values("images").count()
        assert dryrun.json() == count
        answer = get(f"render_ome_tiff/p/{project.pk}/")
        data = body(answer)
        if count > 1:
            assert said_name(answer) == f"{project.name}.zip"
            assert len(zipfile.ZipFile(io.BytesIO(data)).namelist()) == count

    def test_a_well(self, get, image, catalog):
        from graticule.catalog.models import Plate, Screen, Well, WellSample

        belongs = {"owner": catalog.administrator, "group": catalog.public_group}
        plate = Plate.objects.create(name="p7", **belongs)
        well = Well.objects.create(plate=plate, row=1, column=6, **belongs)
        for number, name in enumerate(("photo.tif", "stored.tif")):
            WellSample.objects.create(well=well, image=image(name), index=number)
        answer = get(f"render_ome_tiff/w/{well.pk}/")
        assert said_name(answer) == "p7-B7.zip"
        assert len(zipfile.ZipFile(io.BytesIO(body(answer))).namelist()) == 2
        screen = Screen.objects.create(name="drugs", **belongs)
        screen.plates.add(plate)
        answer = get(f"render_ome_tiff/w/{well.pk}/")
        assert said_name(answer) == "drugs-p7-B7.zip"
        body(answer)

    def test_dryrun_counts(self, get, image):
        row = image("photo.tif")
        dataset = row.datasets.get()
        path = f"render_ome_tiff/d/{dataset.pk}/"
        assert get(f"{path}?dryrun=1").json() == dataset.images.count()
        assert get(f"{path}?dryrun=1&selection={row.pk}").content == b"1"
        jsonp = get(f"{path}?dryrun=1&selection={row.pk}&callback=f")
        assert jsonp.content == b"f(1)"
        assert jsonp["Content-Type"] == "application/javascript"
        assert get(f"{path}?dryrun=").status_code == 200

    def test_large_planes_are_left_out(self, get, image, configured):
        dataset = image("photo.tif").datasets.get()
        small = image("stored.tif")
        configured(max_plane_pixels=small.size_x * small.size_y)
        path = f"render_ome_tiff/d/{dataset.pk}/"
        assert get(f"{path}?dryrun=1").content == b"1"
        configured(max_plane_pixels=5)
        answer = get(path)
        assert answer.status_code == 500  # under J (contract 11.1)
        message = answer.json()["message"]
        assert "max_plane_pixels = 5. The job ome-tiff does it: " in message
        assert message.endswith(
            f"/services/ome-tiff/async?DATASET={dataset.pk}&ZIP=true"
        )

    @pytest.mark.parametrize("context", ["p", "d", "w", "i"])
    def test_nothing_there(self, get, context):
        answer = get(f"render_ome_tiff/{context}/999999/")
        assert answer.status_code == 500
        assert answer.json()["message"].endswith("not found")

    def test_limits_name_themselves(self, get, image, configured):
        row = image("photo.tif")
        dataset = row.datasets.get()
        count = dataset.images.count()
        configured(max_export_images=1)
        answer = get(f"render_ome_tiff/d/{dataset.pk}/")
        assert answer.status_code == 400
        message = answer.json()["message"]
        assert message == (
            f"A number of images of {count} exceeds the limit max_export_images = 1. "
            "The job ome-tiff does it: http://localhost/services/ome-tiff/async?"
            f"DATASET={dataset.pk}&ZIP=true"
        )
        chosen = f"{row.pk},{image('stored.tif').pk}"
        answer = get(f"render_ome_tiff/d/{dataset.pk}/?selection={chosen}")
        asked = parse_qs(urlsplit(answer.json()["message"]).query)
        assert asked == {"IMAGE": [chosen], "ZIP": ["true"]}
        configured(max_export_bytes=1000)
        answer = get(f"render_ome_tiff/i/{row.pk}/")
        assert answer.status_code == 400
        size = row.size_x * row.size_y * 3
        said, _, link = answer.json()["message"].partition(
            " The job ome-tiff does it: "
        )
        assert f"{size:,} exceeds the limit max_export_bytes" in said
        assert link.endswith(f"/services/ome-tiff/async?IMAGE={row.pk}")

    def test_the_link_leads_to_a_form_that_is_filled(
        self, get, client, image, configured
    ):
        row = image("photo.tif")
        configured(max_export_bytes=1000)
        message = get(f"render_ome_tiff/i/{row.pk}/").json()["message"]
        link = message.rpartition(" ")[2].removeprefix("http://localhost")
        page = client.get(link, HTTP_ACCEPT="text/html")
        assert page.status_code == 200
        form = page.content.decode().partition('name="IMAGE"')[2]
        assert str(row.pk) in form.partition("</p>")[0]

    def test_a_vanished_file(self, get, image, caplog):
        row = image("photo.tif")
        row.fileset.entry = str(row.fileset.entry) + ".gone"
        row.fileset.save()
        answer = get(f"render_ome_tiff/i/{row.pk}/")
        assert answer.status_code == 500
        assert "photo.tif.gone" in answer.json()["message"]
        assert len(caplog.records) == 1
        assert caplog.records[0].exc_info is None

    def test_a_file_that_breaks_under_way_leaves_no_whole_archive(
        self, get, image, catalogued, caplog
    ):
        row = image("photo.tif")
        dataset = row.datasets.get()
        answer = get(f"render_ome_tiff/d/{dataset.pk}/")
        path = Path(row.fileset.entry)
        original = path.read_bytes()
        try:
            path.write_bytes(original[:100])
            data = body(answer)
        finally:
            path.write_bytes(original)
        assert not zipfile.is_zipfile(io.BytesIO(data))
        assert len(caplog.records) == 1

    def test_nobody(self, image, configured):
        configured(anonymous_access=False)
        path = f"/webgateway/render_ome_tiff/i/{image('photo.tif').pk}/"
        assert new_client().get(path).status_code == 302
        assert new_client().get(path, **XHR).status_code == 403


def frames_of(data):
    with av.open(io.BytesIO(data)) as file:
        frames = [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]
        return np.array(frames).astype(float)


def drawn(z, t):
    """What ``cells`` looks like with the first two channels on, on its frame."""
    blue = coloured(quantized(cells(0, z, t), "uint16", 100, 9000), (0, 0, 255))
    green = coloured(quantized(cells(1, z, t), "uint16", 0, 12000), (0, 255, 0))
    return np.stack([in_pixels(added(blue, green)[..., i]) for i in range(3)], -1)


class TestMovie:
    """Endpoint 38 (contract 11.2)."""

    QUERY = "c=1|100:9000$0000FF,2|0:12000$00FF00&m=c"

    @pytest.mark.parametrize(
        ("form", "suffix", "kind"),
        [
            ("quicktime", "mp4", "video/mp4"),
            ("mpeg", "mpg", "video/mpeg"),
            ("wmv", "wmv", "video/x-ms-wmv"),
            ("other", "mp4", "video/mp4"),
            ("", "mp4", "video/mp4"),
        ],
    )
    @pytest.mark.parametrize(("axis", "pos"), [("z", 2), ("t", 3)])
    def test_frames(self, get, image, form, suffix, kind, axis, pos):
        row = image("cells.ome.tif")
        query = f"{self.QUERY}&format={form}"
        answer = get(f"render_movie/{row.pk}/{axis}/{pos}/?{query}")
        assert answer.status_code == 200
        assert answer["Content-Type"] == kind
        assert said_name(answer) == f"cells.{suffix}"
        data = body(answer)
        assert int(answer["Content-Length"]) == len(data)
        frames = frames_of(data)
        planes = (
            [(z, pos - 1) for z in range(3)]
            if axis == "z"
            else [(pos - 1, t) for t in range(2)]
        )
        assert frames.shape == (len(planes), 512, 512, 3)
        for frame, (z, t) in zip(frames, planes, strict=True):
            # 3 x 4 squares of 32 pixels in the middle of 512 x 512, on black.
            middle = frame[208:304, 192:320].reshape(3, 32, 4, 32, 3)
            inner = middle[:, 10:22, :, 10:22].mean(axis=(1, 3))
            expected = drawn(z, t)[16::32, 16::32]
            assert np.abs(inner - expected).max() < 6
            around = frame.copy()
            around[200:312, 184:328] = 0
            around[440:] = 0
            assert around.max() < 12

    def test_pos_counts_from_1(self, get, image):
        row = image("cells.ome.tif")
        for path in ("z/0", "z/3", "t/0", "t/4", "z/9999999999"):
            assert get(f"render_movie/{row.pk}/{path}/").status_code == 404, path
        assert get(f"render_movie/{row.pk}/c/1/").status_code == 404
        assert get(f"render_movie/{row.pk}/z/{'9' * 20}/").status_code == 500

    @pytest.mark.parametrize(
        ("fps", "status"), [("ten", 500), ("", 500), ("0", 400), ("1000", 400)]
    )
    def test_bad_speeds(self, get, image, fps, status):
        path = f"render_movie/{image('cells.ome.tif').pk}/z/1/?fps={fps}"
        assert get(path).status_code == status

    def test_speed(self, get, image):
        path = f"render_movie/{image('cells.ome.tif').pk}/z/1/"
        for query, fps in (("", 4), ("?fps=10", 10)):
            with av.open(io.BytesIO(body(get(path + query)))) as file:
                assert file.streams.video[0].average_rate == fps

    def test_limits_name_themselves(self, get, image, configured):
        path = f"render_movie/{image('cells.ome.tif').pk}/z/1/"
        configured(max_movie_frames=2)
        answer = get(path)
        assert answer.status_code == 400
        assert answer.content.decode() == (
            "A movie of 3 exceeds the limit max_movie_frames = 2. The job movie does "
            "it: http://localhost/services/movie/async?"
            f"IMAGE={image('cells.ome.tif').pk}&AXIS=z&T=0&FPS=4"
        )
        configured(max_export_bytes=1000, max_movie_frames=500)
        answer = get(f"{path}?c=1|0:9$00FF00&m=c&fps=7")
        said, _, link = answer.content.decode().partition("The job movie does it: ")
        assert "2,359,296 exceeds the limit max_export_bytes" in said
        given = parse_qs(urlsplit(link).query)
        assert given["C"] == ["1|0:9$00FF00"]
        assert (given["M"], given["FPS"]) == (["c"], ["7"])

    def test_nothing_there(self, get):
        assert get("render_movie/999999/z/1/").status_code == 404

    def test_a_projection_along_t(self, get, image):
        row = image("cells.ome.tif")
        query = f"{self.QUERY}&p=intmax"
        frames = frames_of(body(get(f"render_movie/{row.pk}/t/1/?{query}")))
        for t, frame in enumerate(frames):  # the last plane is the brightest
            middle = frame[208:304, 192:320].reshape(3, 32, 4, 32, 3)
            inner = middle[:, 10:22, :, 10:22].mean(axis=(1, 3))
            assert np.abs(inner - drawn(2, t)[16::32, 16::32]).max() < 6


class TestKept:
    """Exports with a temporary folder (contract 11.1, 11.2, 15)."""

    @pytest.fixture
    def folder(self, configured, tmp_path):
        configured(temp_folder=str(tmp_path / "kept"))
        return tmp_path / "kept"

    @staticmethod
    def kept(client, path):
        answer = client.get(f"/webgateway/{path}")
        assert answer.status_code == 302, answer.content
        place = answer["Location"]
        assert place.startswith("/static/webgateway/tfiles/")
        return place

    def test_an_ome_tiff(self, client, image, folder):
        row = image("photo.tif")
        dataset = row.datasets.get()
        project = dataset.projects.get()
        place = self.kept(client, f"render_ome_tiff/i/{row.pk}/")
        key = f"{project.pk}_{dataset.pk}_{row.pk}_ome_tiff"
        assert place.endswith(f"/tfiles/{key}/{row.pk}-{row.name}.ome.tiff")
        answer = client.get(place)
        assert answer["Content-Type"] == "image/tiff"
        with tifffile.TiffFile(row.fileset.entry) as tif:
            expected = tif.asarray()
        first = body(answer)
        assert np.array_equal(tifffile.imread(io.BytesIO(first)), expected)
        made = (folder / key / f"{row.pk}-{row.name}.ome.tiff").stat()
        assert self.kept(client, f"render_ome_tiff/i/{row.pk}/") == place
        again = (folder / key / f"{row.pk}-{row.name}.ome.tiff").stat()
        assert again.st_ino == made.st_ino

    def test_what_has_changed_is_made_again(self, client, image, folder):
        row = image("photo.tif")
        place = self.kept(client, f"render_ome_tiff/i/{row.pk}/")
        (path,) = folder.glob("*/*.tiff")
        before = path.stat().st_ino
        row.revision += 1
        row.save()
        from graticule.services.remembered import forget_all

        forget_all()
        assert self.kept(client, f"render_ome_tiff/i/{row.pk}/") == place
        assert path.stat().st_ino != before

    def test_a_zip(self, client, image, folder):
        dataset = image("photo.tif").datasets.get()
        project = dataset.projects.get()
        place = self.kept(client, f"render_ome_tiff/d/{dataset.pk}/")
        ids = sorted(dataset.images.values_list("pk", flat=True))
        digest = hashlib.md5("+".join(map(str, ids)).encode()).hexdigest()
        key = f"{project.pk}_{dataset.pk}_{digest}_ome_tiff_zip"
        assert unquote(place).endswith(
            f"/tfiles/{key}/{project.name}-{dataset.name}.zip"
        )
        answer = client.get(place)
        assert answer["Content-Type"] == "application/zip"
        archive = zipfile.ZipFile(io.BytesIO(body(answer)))
        assert archive.testzip() is None
        assert len(archive.namelist()) == len(ids)

    def test_a_movie(self, client, image, folder):
        row = image("cells.ome.tif")
        path = f"render_movie/{row.pk}/z/2/?m=g&p=intmax&fps=5&format=mpeg"
        place = self.kept(client, path)
        assert f"/{row.pk}-z-2-5-gintmax__-mpeg-" in place
        answer = client.get(place)
        assert answer["Content-Type"] == "video/mpeg"
        assert len(frames_of(body(answer))) == 3
        other = self.kept(client, path.replace("m=g", "m=c"))
        assert other != place

    def test_only_who_sees_the_image_gets_the_file(
        self, client, image, folder, make_cast, logged_in
    ):
        cast = make_cast("rw----")
        row = image("photo.tif")
        row.owner, row.group = cast.alice, cast.group
        row.save()
        place = self.kept(logged_in(cast.alice), f"render_ome_tiff/i/{row.pk}/")
        assert client.get(place).status_code == 404
        for person in cast:
            answer = logged_in(person).get(place)
            expected = (
                200
                if person in {cast.alice, cast.group_owner, cast.administrator}
                else 404
            )
            assert answer.status_code == expected, person
            body(answer)

    def test_a_zip_needs_all_of_its_images(self, client, image, folder, make_cast):
        cast = make_cast("rw----")
        row = image("photo.tif")
        place = self.kept(client, f"render_ome_tiff/d/{row.datasets.get().pk}/")
        answer = client.get(place)
        assert answer.status_code == 200
        body(answer)
        row.owner, row.group = cast.alice, cast.group
        row.save()
        assert client.get(place).status_code == 404

    @pytest.mark.parametrize(
        "place",
        [
            "a/b",
            "..%2f..%2fetc/passwd",
            "a/.about.json",
            "a/.timestamp",
            "./.",
            "a%00/b",
        ],
    )
    def test_what_is_not_there(self, client, folder, place):
        answer = client.get(f"/static/webgateway/tfiles/{place}")
        assert answer.status_code == 404

    def test_switched_off(self, client, image):
        assert client.get("/static/webgateway/tfiles/a/b").status_code == 404

    def test_a_failure_leaves_nothing(self, client, image, folder, configured):
        row = image("photo.tif")
        row.fileset.entry = str(row.fileset.entry) + ".gone"
        row.fileset.save()
        answer = client.get(f"/webgateway/render_ome_tiff/i/{row.pk}/")
        assert answer.status_code == 500
        assert not folder.exists() or list(folder.iterdir()) == []

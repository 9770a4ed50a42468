"""Uploads below HTTP: names, pieces at any boundary, two at once, crashes, room."""

import io
import os
import re
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.services.conftest import Inline


@pytest.fixture
def configured(configured, tmp_path):
    """Settings of one test; uploads lie in a folder of their own."""
    configured(upload_dir=str(tmp_path / "up loads"), upload_reserve_bytes=0)
    return configured


@pytest.fixture
def dataset(configured, cast):
    from graticule.catalog.models import Dataset

    return Dataset.objects.create(name="Mäuse / 1", owner=cast.alice, group=cast.group)


@pytest.fixture
def begin(cast, dataset):
    """Begin a file of Alice's; of a set if one is given."""
    from graticule.services.uploading.pieces import NewFile, add_file

    def make(place, size, upload=None, person=None):
        dataset_id = None if upload else dataset.pk
        new = NewFile(place, size, "", upload.pk if upload else "", dataset_id)
        return add_file(person or cast.alice, new)

    return make


@pytest.fixture
def announce(cast, dataset):
    from graticule.services.uploading.sets import Announced, open_set

    def make(files, size, key="k", person=None):
        announced = Announced(dataset.pk, files, size, key)
        return open_set(person or cast.alice, announced)

    return make


def send(file, offset, data, promised=None, **checked):
    from graticule.services.uploading.pieces import append

    length = len(data) if promised is None else promised
    return append(file, offset, length, io.BytesIO(data).read, **checked)


def there(file):
    from graticule.services.uploading.pieces import find_file

    return find_file(file.set.owner, file.pk)


def image(path, seed=1):
    pixels = np.random.default_rng(seed).integers(0, 255, (20, 30), np.uint8)
    tifffile.imwrite(path, pixels)
    return path.read_bytes()


GOOD = (
    *("cell.tif", "a/b/c.zarr/.zattrs", "Mäuse/Übung 1.tif", "細胞.tif", "a b (2).tif"),
    *("x" * 255, "..a", "a..b/c", "console.tif", "com.tif", "com10", "nul_1.tif"),
)
BAD = (
    *("", "/etc/passwd", "../x", "a/../../x", "a/./b", "a//b", "a/", ".", ".."),
    *("a\\b", "..\\x", "C:\\x", "a\0b", "a\nb", "a\x7fb", "x" * 256, "ä" * 128),
    *("nul", "NUL.tif", "a/Con", "com1", "LPT9.txt", "aux .tif", "name.", "name "),
    *(" a", "a/ b", "a\u2028b", "\ud800", "/".join(["long"] * 300), "com¹.x"),
)


@pytest.mark.parametrize("place", GOOD)
def test_good_names_stay_as_they_are(place):
    from graticule.services.uploading.names import safe_place

    assert safe_place(place) == place


@pytest.mark.parametrize("place", BAD, ids=ascii)
def test_hostile_names_are_refused(place):
    from graticule.errors import RequestError
    from graticule.services.uploading.names import safe_place

    with pytest.raises(RequestError):
        safe_place(place)


@given(st.text(alphabet=st.sampled_from("./\\~abCON:\0\n %2e "), max_size=24))
def test_whatever_is_taken_stays_within_its_folder(place):
    from graticule.errors import RequestError
    from graticule.services.uploading.names import safe_place

    try:
        taken = safe_place(place)
    except RequestError:
        return
    root = Path("/some/folder")
    # As the system itself understands the path.
    assert os.path.normpath(f"{root}/{taken}") == f"{root}/{taken}"
    assert taken == place


CUTS = st.lists(st.integers(1, 3_000_000), max_size=8)


@settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(size=st.integers(0, 2_500_000), cuts=CUTS, lost=st.lists(st.booleans()))
def test_any_pieces_make_the_same_file(begin, announce, size, cuts, lost):
    """Pieces of any length, some cut off half-way, give what was sent."""
    from graticule.services.uploading.arriving import received
    from graticule.services.uploading.sets import discard

    data = np.random.default_rng(size).bytes(size)
    upload = announce(1, size, key=f"k{size}")
    file = begin("some/file.bin", size, upload)
    try:
        for number, length in enumerate([*cuts, size]):
            offset = received(there(file))
            piece = data[offset : offset + length]
            cut_off = number < len(lost) and lost[number]
            arriving = piece[: len(piece) // 2] if cut_off else piece
            end = send(there(file), offset, arriving, promised=len(piece))
            assert end == received(there(file)) == offset + len(arriving)
        offset = received(there(file))
        send(there(file), offset, data[offset:])
        assert there(file).is_whole
        root = Path(os.environ["GRATICULE_HOME"])
        assert not list(root.glob("uploads"))
        places = list(_folder(upload).rglob("file.bin"))
        assert [sha256(place.read_bytes()).digest() for place in places] == [
            sha256(data).digest()
        ]
    finally:
        discard(upload)
    assert not _folder(upload).exists()


def _folder(upload):
    from graticule.services.uploading.arriving import arriving

    return arriving(upload.pk)


def test_two_at_once_one_is_told(begin, announce):
    from graticule.services.uploading.pieces import OffsetError, append

    file = begin("a.bin", 6, announce(2, 100))
    first, second = there(file), there(file)

    pieces = iter([b"abc", b"def"])

    def read(_size):
        piece = next(pieces)
        if piece == b"def":
            # While this one waits for its next bytes, another one sends them.
            assert send(second, 3, b"DEF") == 6
        return piece

    with pytest.raises(OffsetError):
        append(first, 0, 6, read)
    assert there(file).is_whole
    ((place),) = _folder(file.set).rglob("a.bin")
    assert place.read_bytes() == b"abcDEF"


@pytest.mark.parametrize("offset", [0, 2, 4, 6])
def test_only_where_the_file_ends(begin, announce, offset):
    from graticule.services.uploading.arriving import received
    from graticule.services.uploading.pieces import OffsetError

    file = begin("a.bin", 10, announce(2, 100))
    send(file, 0, b"abc")
    with pytest.raises(OffsetError, match="3 bytes are here"):
        send(there(file), offset, b"xyz")
    assert received(there(file)) == 3


def test_not_more_than_announced(begin, announce, cast):
    from graticule.errors import RequestError

    upload = announce(2, 10)
    file = begin("a.bin", 6, upload)
    with pytest.raises(RequestError, match="6 bytes as announced"):
        send(file, 0, b"1234567")
    with pytest.raises(RequestError, match="announced"):
        begin("b.bin", 5, upload)
    with pytest.raises(RequestError, match="already"):
        begin("a.bin", 4, upload)
    # Who did not hear the answer begins once more, and finds it.
    assert begin("a.bin", 6, upload).pk == file.pk
    begin("b.bin", 4, upload)
    with pytest.raises(RequestError, match="announced"):
        begin("c.bin", 0, upload)


def test_checksums(begin, announce):
    from graticule.services.uploading.arriving import received
    from graticule.services.uploading.pieces import ChecksumError

    file = begin("a.bin", 6, announce(2, 100))
    digest = sha256(b"abc").digest()
    with pytest.raises(ChecksumError):
        send(file, 0, b"abd", checksum=("sha256", digest))
    with pytest.raises(ChecksumError):
        send(file, 0, b"ab", promised=3, checksum=("sha256", digest))
    assert received(there(file)) == 0
    assert send(file, 0, b"abc", checksum=("sha256", digest)) == 3
    assert received(there(file)) == 3
    assert [path.name for path in _folder(file.set).iterdir()] == [file.pk]


def test_killed_between_the_last_byte_and_its_place(begin, announce, cast):
    """What a crash left undone is done when somebody looks, or by the end."""
    from graticule.services.uploading.arriving import part_of, received
    from graticule.services.uploading.pieces import go_on
    from graticule.services.uploading.sets import NotWholeError, finish

    upload = announce(2, 20)
    one, two = begin("x/a.bin", 3, upload), begin("x/b.bin", 4, upload)
    part_of(one).write_bytes(b"abc")
    assert received(there(one)) == 3
    with pytest.raises(NotWholeError, match="1 of 2 files"):
        finish(upload)
    assert received(there(one)) == 3
    assert not part_of(one).exists()
    part_of(two).write_bytes(b"abcd")
    go_on(there(two))
    assert there(two).is_whole
    # Renamed, and killed before that was noted.
    type(two).objects.update(is_whole=False)
    assert received(there(two)) == 4
    job = finish(upload)
    upload.refresh_from_db()
    files = sorted(Path(upload.folder).rglob("*.bin"))
    assert [file.read_bytes() for file in files] == [b"abc", b"abcd"]
    assert finish(upload).pk == job.pk


def test_killed_between_the_place_and_the_job(begin, announce):
    from graticule.services.uploading.sets import finish

    upload = announce(1, 3)
    send(begin("a.bin", 3, upload), 0, b"abc")
    first = finish(upload)
    upload.refresh_from_db()
    folder = Path(upload.folder)
    # As if the transaction had been lost: the folder is renamed already.
    type(upload).objects.update(arrived=None, folder="", job="")
    begin_again = type(upload).objects.get(pk=upload.pk)
    begin_again.rows.create(id="ab", path="a.bin", size_bytes=3, is_whole=True)
    second = finish(begin_again)
    assert second.pk != first.pk
    begin_again.refresh_from_db()
    assert Path(begin_again.folder) == folder
    assert (folder / "a.bin").read_bytes() == b"abc"


def test_a_file_and_a_folder_of_one_name(begin, announce):
    from graticule.errors import RequestError

    upload = announce(2, 6)
    send(begin("a", 3, upload), 0, b"abc")
    with pytest.raises(RequestError, match="a file and a folder"):
        send(begin("a/b", 3, upload), 0, b"abc")


def test_the_same_key_finds_the_same_set(announce, cast):
    first = announce(3, 30, key="one")
    assert announce(3, 30, key="one").pk == first.pk
    assert announce(3, 30, key="two").pk != first.pk
    assert announce(4, 30, key="one").pk != first.pk
    other = announce(3, 30, key="one", person=cast.administrator)
    assert other.pk != first.pk


class TestRoom:
    def test_a_file(self, begin, configured):
        from graticule.services.uploading.room import TooLargeError

        configured(max_image_upload_bytes=10)
        with pytest.raises(TooLargeError, match="max_image_upload_bytes = 10"):
            begin("a.tif", 11)

    def test_a_number_of_files(self, announce, configured):
        from graticule.services.uploading.room import TooLargeError

        configured(max_upload_files=3)
        with pytest.raises(TooLargeError, match="max_upload_files = 3"):
            announce(4, 10)

    def test_a_quota(self, announce, configured, cast):
        from graticule.services.uploading.room import NoRoomError
        from graticule.services.uploading.sets import discard

        configured(upload_quota_bytes=100)
        first = announce(1, 60)
        with pytest.raises(NoRoomError, match="upload_quota_bytes = 100"):
            announce(1, 41, key="other")
        announce(1, 90, person=cast.administrator)
        announce(1, 40, key="fits")
        discard(first)
        announce(1, 60, key="fits now")

    def test_the_disk(self, announce, configured, tmp_path):
        import shutil

        from graticule.services.uploading.room import NoRoomError

        free = shutil.disk_usage(tmp_path).free
        configured(upload_reserve_bytes=free - 50_000_000)
        announce(1, 1_000_000)
        with pytest.raises(NoRoomError, match="upload_reserve_bytes"):
            announce(1, 60_000_000, key="large")


class TestWho:
    LEVELS = ("rw----", "rwr---", "rwra--", "rwrw--")

    @pytest.mark.parametrize("level", LEVELS)
    def test_who_may_begin(self, configured, make_cast, level):
        from graticule.catalog.models import Dataset
        from graticule.errors import NotFoundError, NotPermittedError
        from graticule.services.uploading.sets import Announced, open_set

        cast = make_cast(level)
        row = Dataset.objects.create(name="d", owner=cast.alice, group=cast.group)
        may = {cast.alice, cast.administrator}
        if level != "rw----":
            may.add(cast.group_owner)
        if level == "rwrw--":
            may.add(cast.bob)
        for person in (*cast, cast.public):
            announced = Announced(row.pk, 1, 10, f"of {person.username}")
            if person in may:
                assert open_set(person, announced).owner == person
            else:
                with pytest.raises((NotFoundError, NotPermittedError)):
                    open_set(person, announced)

    def test_nobody_sees_files_of_others(self, begin, announce, cast):
        from graticule.errors import NotFoundError
        from graticule.services.uploading.pieces import NewFile, add_file, find_file
        from graticule.services.uploading.sets import find_set

        upload = announce(2, 10)
        file = begin("a", 3, upload)
        for person in (cast.bob, cast.charlie, cast.administrator):
            with pytest.raises(NotFoundError):
                find_file(person, file.pk)
            with pytest.raises(NotFoundError):
                find_set(person, upload.pk)
            with pytest.raises(NotFoundError):
                add_file(person, NewFile("b", 3, "", upload.pk))

    def test_who_lost_the_right_is_stopped(self, begin, dataset, cast):
        from graticule.catalog.models import Membership
        from graticule.errors import GraticuleError

        file = begin("a.tif", 10)
        send(file, 0, b"abc")
        dataset.owner = cast.bob
        dataset.save()
        Membership.objects.filter(person=cast.alice).delete()
        with pytest.raises(GraticuleError):
            send(there(file), 3, b"def")


def test_what_stopped_is_removed_in_time(announce, begin, configured):
    from datetime import timedelta

    from django.utils import timezone

    from graticule.catalog.models import UploadSet
    from graticule.services.uploading.sets import reap

    configured(upload_lifetime=timedelta(hours=2))
    old, new = announce(2, 10, key="old"), announce(2, 10, key="new")
    for upload in (old, new):
        send(begin("a", 3, upload), 0, b"ab")
    before = timezone.now() - timedelta(hours=3)
    UploadSet.objects.filter(pk=old.pk).update(touched=before)
    # Left by a crash, and by one that is just beginning.
    lost, young = _folder(old).with_name("abc"), _folder(old).with_name("def")
    for folder in (lost, young):
        folder.mkdir()
    os.utime(lost, (before.timestamp(), before.timestamp()))
    reap()
    assert set(UploadSet.objects.all()) == {new}
    folders = {path.name for path in _folder(new).parent.iterdir()}
    assert folders == {new.pk, young.name}


class TestImport:
    """The job that makes images of what has arrived."""

    @pytest.fixture
    def do_import(self, tmp_path, monkeypatch):
        from graticule.jobs.executors.base import Given
        from graticule.jobs.executors.work import Work
        from graticule.services.scanning import folder, pyramids
        from graticule.services.tasks.registry import task_named

        monkeypatch.setattr(folder, "Workers", Inline)
        monkeypatch.setattr(pyramids, "Workers", Inline)

        def do(upload, person):
            import json

            said = []
            out = tmp_path / f"out-{upload.pk}"
            out.mkdir()
            given = (Given("UPLOAD", upload.pk),)
            work = Work(
                *(),
                job_id="j",
                service="import",
                folder=out,
                given=given,
                say=said.append,
            )
            task = task_named("import")
            error = None
            try:
                task.run(work, task.parse(given), person)
            except Exception as raised:  # noqa: BLE001 -- looked at by the tests
                error = raised
            (written,) = [each["written"] for each in said if "written" in each]
            return json.loads(Path(written["path"]).read_text()), error

        return do

    def upload(self, begin, announce, files, key="k"):
        from graticule.services.uploading.sets import finish

        total = sum(map(len, files.values()))
        upload = announce(len(files), total, key)
        for place, data in files.items():
            send(begin(place, len(data), upload), 0, data)
        finish(upload)
        upload.refresh_from_db()
        return upload

    def test_images_are_the_uploaders_in_the_dataset(
        self, begin, announce, do_import, tmp_path, cast, dataset
    ):
        from graticule.catalog.models import Image, Project

        files = {
            "one.tif": image(tmp_path / "one.tif", 1),
            "deep/er/two.tif": image(tmp_path / "two.tif", 2),
            "notes.txt": b"nothing to see",
        }
        upload = self.upload(begin, announce, files)
        projects = Project.objects.count()
        said, error = do_import(upload, cast.alice)
        assert error is None
        rows = Image.objects.filter(datasets=dataset)
        assert {row.name for row in rows} == {"one.tif", "two.tif"}
        assert {row.owner for row in rows} == {cast.alice}
        assert {row.group for row in rows} == {cast.group}
        assert sorted(said["image_ids"]) == sorted(row.pk for row in rows)
        assert Project.objects.count() == projects
        entry = rows.get(name="one.tif").fileset.entry
        assert re.search(
            rf"/alice-[^/]*-{cast.alice.pk}/Mäuse_1-{dataset.pk}/[\d-]+-{upload.pk}/one.tif$",
            entry,
        )
        assert np.array_equal(
            tifffile.imread(entry), tifffile.imread(tmp_path / "one.tif")
        )

    def test_what_is_no_image_says_so(self, begin, announce, do_import, cast):
        upload = self.upload(begin, announce, {"x/bad.tif": b"II*\0 no more"})
        said, error = do_import(upload, cast.alice)
        assert "No image could be read. x/bad.tif:" in str(error)
        assert [each["path"] for each in said["problems"]] == ["x/bad.tif"]
        other = self.upload(begin, announce, {"a.txt": b"words"}, key="text")
        assert "is an image in a format" in str(do_import(other, cast.alice)[1])

    def test_a_set_is_one_image(
        self, begin, announce, do_import, tmp_path, cast, dataset
    ):
        from graticule.demo.ngff import write_image

        pixels = np.arange(3 * 70 * 90, dtype=np.uint16).reshape(3, 70, 90)
        store = tmp_path / "made" / "cells.ome.zarr"
        write_image(
            store, pixels, name="cells", channels=(), pixel_um=0.5, levels=1, chunk=64
        )
        files = {
            path.relative_to(store.parent).as_posix(): path.read_bytes()
            for path in store.rglob("*")
            if path.is_file()
        }
        assert len(files) > 3
        upload = self.upload(begin, announce, files)
        said, error = do_import(upload, cast.alice)
        assert error is None
        row = dataset.images.get()
        assert said["image_ids"] == [row.pk]
        assert row.fileset.entry.endswith("/cells.ome.zarr")
        assert (row.size_c, row.size_y, row.size_x) == (3, 70, 90)

    def test_nobody_else_can_start_it(self, begin, announce, cast):
        from graticule.errors import NotFoundError
        from graticule.services.uploading.sets import NotWholeError, arrived_set

        upload = self.upload(begin, announce, {"a.txt": b"words"})
        with pytest.raises(NotFoundError):
            arrived_set(cast.administrator, upload.pk)
        with pytest.raises(NotWholeError):
            arrived_set(cast.alice, announce(1, 5, key="later").pk)

    def test_files_go_unless_images_show_them(
        self, begin, announce, do_import, tmp_path, cast
    ):
        from graticule.catalog.models import Folder
        from graticule.jobs.models import Job
        from graticule.services.uploading.sets import NotWholeError, discard

        upload = self.upload(begin, announce, {"a.txt": b"words"})
        with pytest.raises(NotWholeError, match="job"):
            discard(upload)
        Job.objects.filter(pk=upload.job).update(phase="ERROR")
        discard(upload)
        assert not Path(upload.folder).exists()
        assert not Folder.objects.filter(path=upload.folder).exists()
        kept = self.upload(begin, announce, {"b.tif": image(tmp_path / "b.tif")})
        do_import(kept, cast.alice)
        Job.objects.filter(pk=kept.job).update(phase="COMPLETED")
        with pytest.raises(NotWholeError, match="Images show"):
            discard(kept)
        assert Path(kept.folder).is_dir()

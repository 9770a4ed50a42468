"""The scan as a whole, on real files made here: add, change, vanish, return."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image as Pillow

RNG = np.random.default_rng(7)


def tiff(path, shape=(16, 24), *, low=100, high=4000, **options):
    """Write a TIFF with known extremes; give its pixels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = RNG.integers(low + 1, high, shape, dtype=np.uint16)
    pixels.flat[0], pixels.flat[1] = low, high
    options.setdefault("photometric", "minisblack")
    tifffile.imwrite(path, pixels, **options)
    return pixels


def png(path, size=(20, 10)):
    path.parent.mkdir(parents=True, exist_ok=True)
    colours = RNG.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Pillow.fromarray(colours).save(path)


def counts(report):
    names = ("added", "updated", "unchanged", "moved", "returned", "vanished")
    return {name: n for name in names if (n := getattr(report, name))}


def everything(catalog):
    """All rows of all tables of the catalogue that a scan writes."""
    from graticule.catalog import models

    tables = (
        models.Fileset,
        models.OriginalFile,
        models.Image,
        models.Channel,
        models.RenderingSettings,
        models.Dataset,
        models.Project,
    )
    return {
        table.__name__: list(table.objects.order_by("pk").values()) for table in tables
    }


@pytest.fixture
def root(tmp_path):
    return tmp_path / "images"


@pytest.fixture
def image_of(catalog):
    from graticule.catalog.models import Image

    return lambda path: Image.objects.get(fileset__entry=str(path))


def test_it_works(run_scan, root, image_of, catalog):
    stack = tiff(
        root / "day 1" / "dish" / "stack.tif",
        (3, 2, 16, 24),
        imagej=True,
        metadata={"axes": "ZCYX"},
    )
    png(root / "photo.png")
    (root / "notes.txt").write_text("not an image")
    report = run_scan(root)
    assert counts(report) == {"added": 2}
    assert (report.images, report.not_images, report.problems) == (2, 1, [])

    image = image_of(root / "day 1" / "dish" / "stack.tif")
    assert image.name == "stack.tif"
    assert image.pixel_type == "uint16"
    sizes = (image.size_x, image.size_y, image.size_z, image.size_c, image.size_t)
    assert sizes == (24, 16, 3, 2, 1)
    assert image.levels[0][:2] == [24, 16]
    assert (image.owner, image.group) == (catalog.administrator, catalog.public_group)
    extremes = [(c.minimum, c.maximum) for c in image.channels.all()]
    assert extremes == [(stack[:, c].min(), stack[:, c].max()) for c in (0, 1)]
    (saved,) = image.renderings.all()
    assert saved.person is None
    assert (saved.model, saved.default_z, saved.default_t) == ("rgb", 1, 0)
    windows = [(c["start"], c["end"]) for c in saved.channels]
    assert windows == extremes
    (dataset,) = image.datasets.all()
    (project,) = dataset.projects.all()
    assert (project.name, dataset.name) == ("day 1", "dish")

    photo = image_of(root / "photo.png")
    assert photo.graphics
    assert [c.name for c in photo.channels.all()] == ["Red", "Green", "Blue"]
    red, green, blue = -16776961, 16711935, 65535
    assert [c.color for c in photo.channels.all()] == [red, green, blue]
    assert photo.datasets.get().name == "images"


def test_files_are_noted_as_they_are(run_scan, root, image_of):
    tiff(root / "a.tif")
    run_scan(root)
    (file,) = image_of(root / "a.tif").fileset.files.all()
    state = (root / "a.tif").stat()
    assert (file.path, file.name) == (str(root / "a.tif"), "a.tif")
    assert file.size_bytes == state.st_size
    assert file.modified == datetime.fromtimestamp(state.st_mtime_ns / 1e9, UTC)
    assert file.media_type == "image/tiff"


def test_a_second_scan_changes_nothing_and_opens_nothing(run_scan, root, catalog):
    for number in range(5):
        tiff(root / f"day {number}" / "a.tif")
        png(root / f"day {number}" / "b.png")
    run_scan(root)
    before = everything(catalog)
    # Would fail if a worker were started to use it.
    report = run_scan(root, inspector="nobody calls this", processes=True)
    assert counts(report) == {"unchanged": 10}
    assert everything(catalog) == before


def test_a_changed_file_is_read_again_and_keeps_what_people_added(
    run_scan, root, image_of, make_cast
):
    from graticule.catalog.models import Annotation, AnnotationLink, Dataset, Roi

    cast = make_cast("rwrw--")
    path = root / "a.tif"
    tiff(path, (2, 16, 24))
    run_scan(root)
    image = image_of(path)
    image.name = "My cell"
    image.save()
    channels = list(image.channels.values_list("pk", flat=True))
    imported = image.renderings.get()
    mine = image.renderings.create(person=cast.alice, channels=imported.channels)
    tag = Annotation.objects.create(
        owner=cast.alice, group=cast.group, kind="tag", text="good"
    )
    AnnotationLink.objects.create(annotation=tag, target=image, owner=cast.alice)
    roi = Roi.objects.create(owner=cast.alice, group=cast.group, image=image)
    elsewhere = Dataset.objects.create(
        owner=cast.alice, group=cast.group, name="best of"
    )
    image.datasets.set([elsewhere])

    tiff(path, (3, 32, 48), low=5, high=60000)
    report = run_scan(root)
    assert counts(report) == {"updated": 1}
    changed = image_of(path)
    assert changed.pk == image.pk
    assert (changed.size_x, changed.size_y, changed.size_z) == (48, 32, 3)
    assert changed.revision == image.revision + 1
    assert changed.name == "My cell"
    assert list(changed.datasets.all()) == [elsewhere]
    assert list(changed.rois.all()) == [roi]
    assert [link.annotation for link in changed.annotation_links.all()] == [tag]
    (channel,) = changed.channels.all()
    assert (channel.minimum, channel.maximum) == (5, 60000)
    assert [channel.pk] == channels
    again = changed.renderings.get(person=None)
    assert again.pk == imported.pk
    assert (again.channels[0]["start"], again.channels[0]["end"]) == (5, 60000)
    kept = changed.renderings.get(person=cast.alice)
    assert (kept.pk, kept.channels) == (mine.pk, mine.channels)


def test_settings_that_fit_the_channels_no_more_are_dropped(
    run_scan, root, image_of, make_cast
):
    cast = make_cast("rwrw--")
    tiff(root / "a.tif", (3, 16, 24), imagej=True, metadata={"axes": "CYX"})
    run_scan(root)
    image = image_of(root / "a.tif")
    saved = image.renderings.get().channels
    image.renderings.create(person=cast.alice, channels=saved)
    tiff(root / "a.tif", (2, 16, 24), imagej=True, metadata={"axes": "CYX"})
    run_scan(root)
    assert image.channels.count() == 2
    assert [len(row.channels) for row in image.renderings.all()] == [2]


def test_what_vanishes_comes_back(run_scan, root, tmp_path, image_of):
    path = root / "a" / "a.tif"
    tiff(path)
    tiff(root / "b.tif")
    run_scan(root)
    image = image_of(path)
    shutil.move(root / "a", tmp_path / "aside")

    assert counts(run_scan(root)) == {"unchanged": 1, "vanished": 1}
    gone = image_of(path)
    assert gone.vanished is not None
    assert gone.fileset.vanished is not None
    assert image_of(root / "b.tif").vanished is None
    assert counts(run_scan(root)) == {"unchanged": 1}

    shutil.move(tmp_path / "aside", root / "a")
    assert counts(run_scan(root)) == {"unchanged": 1, "returned": 1}
    back = image_of(path)
    assert (back.pk, back.vanished, back.fileset.vanished) == (image.pk, None, None)


def test_what_vanished_and_comes_back_changed_is_read(
    run_scan, root, tmp_path, image_of
):
    tiff(root / "a.tif")
    run_scan(root)
    pk = image_of(root / "a.tif").pk
    (root / "a.tif").unlink()
    run_scan(root)
    tiff(root / "a.tif", (8, 8))
    assert counts(run_scan(root)) == {"returned": 1}
    back = image_of(root / "a.tif")
    assert (back.pk, back.size_x, back.vanished) == (pk, 8, None)


def test_a_folder_that_disappears_takes_nothing_with_it(run_scan, root, tmp_path):
    from graticule.catalog.models import Image

    tiff(root / "a.tif")
    run_scan(root)
    root.rename(tmp_path / "unmounted")
    report = run_scan(root)
    assert counts(report) == {"vanished": 1}
    assert [problem.path for problem in report.problems] == [str(root)]
    assert Image.objects.filter(fileset__folder__path=str(root)).count() == 1


def test_images_follow_a_folder_that_was_renamed(run_scan, root, image_of, make_cast):
    from graticule.catalog.models import Annotation, AnnotationLink, Image

    cast = make_cast("rwrw--")
    tiff(root / "day 1" / "dish" / "a.tif")
    tiff(root / "day 1" / "dish" / "b.tif")
    run_scan(root)
    image = image_of(root / "day 1" / "dish" / "a.tif")
    dataset = image.datasets.get()
    tag = Annotation.objects.create(
        owner=cast.alice, group=cast.group, kind="tag", text="good"
    )
    AnnotationLink.objects.create(annotation=tag, target=image, owner=cast.alice)
    (root / "day 1").rename(root / "Monday")
    assert counts(run_scan(root)) == {"moved": 2}
    moved = image_of(root / "Monday" / "dish" / "a.tif")
    assert moved.pk == image.pk
    assert moved.annotation_links.get().annotation == tag
    assert moved.datasets.get() == dataset
    project = dataset.projects.get()
    assert project.name == "Monday"
    assert project.source == f"folder:{root}/Monday"
    assert counts(run_scan(root)) == {"unchanged": 2}
    # What is new in the folder joins its old companions.
    tiff(root / "Monday" / "dish" / "c.tif")
    run_scan(root)
    assert image_of(root / "Monday" / "dish" / "c.tif").datasets.get() == dataset
    assert Image.objects.filter(fileset__folder__path=str(root)).count() == 3


def test_a_copy_is_a_new_image(run_scan, root):
    tiff(root / "a" / "x.tif")
    run_scan(root)
    (root / "b").mkdir()
    shutil.copy2(root / "a" / "x.tif", root / "b" / "x.tif")
    assert counts(run_scan(root)) == {"unchanged": 1, "added": 1}


def test_people_may_rename_and_rearrange_containers(
    run_scan, root, image_of, make_cast
):
    from graticule.catalog.models import Dataset, Project

    cast = make_cast("rwrw--")
    tiff(root / "day 1" / "dish" / "a.tif")
    run_scan(root)
    dataset = image_of(root / "day 1" / "dish" / "a.tif").datasets.get()
    dataset.name = "Controls"
    dataset.save()
    mine = Project.objects.create(owner=cast.alice, group=cast.group, name="Paper")
    dataset.projects.set([mine])
    tiff(root / "day 1" / "dish" / "b.tif")
    run_scan(root)
    assert image_of(root / "day 1" / "dish" / "b.tif").datasets.get() == dataset
    dataset.refresh_from_db()
    assert dataset.name == "Controls"
    assert list(dataset.projects.all()) == [mine]
    # Somebody deletes it: what is new makes it anew, what was in it stays out.
    dataset.delete()
    tiff(root / "day 1" / "dish" / "c.tif")
    run_scan(root)
    (again,) = Dataset.objects.filter(source=f"folder:{root}/day 1/dish")
    assert again.images.count() == 1
    assert again.projects.get().name == "day 1"


def test_files_that_cannot_be_read_are_told_and_the_scan_goes_on(
    run_scan, root, image_of
):
    from graticule.catalog.models import ScanProblem

    tiff(root / "good.tif")
    tiff(root / "whole.tif", (200, 200))
    whole = (root / "whole.tif").read_bytes()
    (root / "cut.tif").write_bytes(whole[: len(whole) // 2])
    (root / "head only.tif").write_bytes(whole[:6])
    (root / "empty.png").write_bytes(b"")
    (root / "text.jpg").write_text("I am no picture")
    (root / "table.csv").write_text("a,b\n1,2\n")
    report = run_scan(root)
    assert counts(report) == {"added": 2}
    assert report.not_images == 1
    causes = {Path(p.path).name: p.cause for p in report.problems}
    assert set(causes) == {"cut.tif", "head only.tif", "empty.png", "text.jpg"}
    assert causes["empty.png"] == "The file is empty."
    assert "No reader takes this .jpg file" in causes["text.jpg"]
    rows = ScanProblem.objects.filter(folder__path=str(root))
    assert {(row.path, row.cause) for row in rows} == {
        (problem.path, problem.cause) for problem in report.problems
    }
    # Mended, it is a problem no more.
    (root / "cut.tif").write_bytes(whole)
    report = run_scan(root)
    assert counts(report) == {"unchanged": 2, "added": 1}
    assert str(root / "cut.tif") not in {row.path for row in rows.all()}


def test_a_file_that_breaks_vanishes_until_it_is_mended(run_scan, root, image_of):
    tiff(root / "a.tif", (100, 100))
    run_scan(root)
    pk = image_of(root / "a.tif").pk
    whole = (root / "a.tif").read_bytes()
    (root / "a.tif").write_bytes(whole[:5000])
    report = run_scan(root)
    assert counts(report) == {"vanished": 1}
    assert [problem.path for problem in report.problems] == [str(root / "a.tif")]
    assert image_of(root / "a.tif").vanished is not None
    (root / "a.tif").write_bytes(whole)
    assert counts(run_scan(root)) == {"returned": 1}
    mended = image_of(root / "a.tif")
    assert (mended.pk, mended.vanished) == (pk, None)


def test_damage_in_a_later_plane_is_a_warning(run_scan, root, image_of):
    tiff(root / "a.tif", (9, 64, 64))
    whole = (root / "a.tif").read_bytes()
    with tifffile.TiffFile(root / "a.tif") as file:
        offset = file.pages[8].dataoffsets[0]
    assert len(whole) > offset + 64 * 64
    with (root / "a.tif").open("r+b") as file:
        file.truncate(offset + 64 * 64)
    report = run_scan(root)
    assert report.problems == []
    assert {warning.path for warning in report.warnings} == {str(root / "a.tif")}
    image = image_of(root / "a.tif")
    assert [c.minimum for c in image.channels.all()] == [None]
    assert image.renderings.get().channels[0]["end"] == 65535
    assert "Part of the image" in " ".join(image.fileset.warnings)


def test_overlapping_folders_do_not_duplicate(run_scan, root):
    from graticule.catalog.models import Image

    tiff(root / "a" / "x.tif")
    tiff(root / "b" / "y.tif")
    assert counts(run_scan(root / "a", root)) == {"added": 2, "unchanged": 1}
    assert counts(run_scan(root)) == {"unchanged": 2}
    assert counts(run_scan(root / "a")) == {"unchanged": 1}
    assert Image.objects.filter(fileset__entry__startswith=str(root)).count() == 2


def test_folders_that_differ_in_case_are_different(run_scan, tmp_path):
    tiff(tmp_path / "Data" / "x.tif")
    tiff(tmp_path / "data" / "x.tif")
    run_scan(tmp_path / "Data", tmp_path / "data")
    assert counts(run_scan(tmp_path / "Data")) == {"unchanged": 1}
    assert counts(run_scan(tmp_path / "data")) == {"unchanged": 1}


def test_a_single_file_can_be_scanned(run_scan, root, image_of):
    tiff(root / "a.tif")
    tiff(root / "b.tif")
    assert counts(run_scan(root / "a.tif")) == {"added": 1}
    assert image_of(root / "a.tif").datasets.get().name == "a.tif"
    assert counts(run_scan(root / "a.tif")) == {"unchanged": 1}


def test_later_scans_keep_the_owner(run_scan, root, image_of, make_cast):
    from graticule.services.scan import ScanSettings, scan

    cast = make_cast("rwr---")
    tiff(root / "a.tif")
    run_scan(root)
    tiff(root / "b.tif")
    settings = ScanSettings(home=run_scan.home)
    scan([root], owner=cast.alice, group=cast.group, settings=settings)
    owners = {image_of(root / name).owner_id for name in ("a.tif", "b.tif")}
    assert len(owners) == 1


def test_progress_is_told(run_scan, root):
    for number in range(3):
        tiff(root / f"{number}.tif")
    heard = []
    run_scan(root, progress=heard.append)
    phases = [progress.phase for progress in heard]
    assert phases == sorted(phases, key=["walk", "read"].index)
    reads = [progress for progress in heard if progress.phase == "read"]
    assert [(one.done, one.total) for one in reads] == [(1, 3), (2, 3), (3, 3)]
    assert reads[0].current == str(root / "0.tif")


def test_a_scan_that_is_interrupted_is_continued(run_scan, root, monkeypatch):
    from graticule.catalog.models import Fileset, Image
    from graticule.services.scanning import folder

    monkeypatch.setattr(folder, "BATCH", 2)
    for number in range(7):
        tiff(root / f"{number}.tif")

    def stop(progress):
        if progress.phase == "read" and progress.done == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_scan(root, progress=stop)
    filesets = Fileset.objects.filter(folder__path=str(root))
    done = filesets.count()
    assert done in {2, 4}
    report = run_scan(root)
    assert counts(report) == {"unchanged": done, "added": 7 - done}
    images = Image.objects.filter(fileset__in=filesets)
    assert images.count() == 7
    assert all(image.datasets.count() == 1 for image in images)


def test_scans_wait_for_each_other(run_scan, root):
    from django.db import connection

    from graticule.services.scanning.lock import scan_lock

    tiff(root / "a.tif")
    waited = []
    if connection.vendor == "postgresql":
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [0x67726174])

        def release():
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock_all()")
            other.close()
    else:
        held = scan_lock(run_scan.home, lambda: None)
        held.__enter__()

        def release():
            held.__exit__(None, None, None)

    def progress(said):
        if said.phase == "wait":
            waited.append(said)
            if len(waited) == 2:
                release()

    assert counts(run_scan(root, progress=progress)) == {"added": 1}
    assert len(waited) >= 2


@pytest.mark.parametrize("how_many", [3, 60])
def test_many_files_and_few(run_scan, root, how_many):
    for number in range(how_many):
        tiff(root / f"{number}.tif", (8, 8))
    (root / "README").write_text("not an image")
    report = run_scan(root, workers=2, processes=True)
    assert counts(report) == {"added": how_many}
    assert report.not_images == 1

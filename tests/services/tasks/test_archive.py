"""The job archive: original files, byte for byte (contract 11.4, 16.3)."""

import os
import shutil
from pathlib import Path

import pytest
import tifffile
from tests.services.tasks.conftest import stack

from graticule.errors import (
    ChangedFileError,
    MissingFileError,
    NotFoundError,
    NotPermittedError,
)


def files_of(*images):
    return {
        Path(image.fileset.entry).name: Path(image.fileset.entry).read_bytes()
        for image in images
    }


@pytest.mark.parametrize("deflate", ["true", "false"])
def test_files_of_a_dataset(do_task, lab, deflate):
    done = do_task("archive", dataset=lab.dataset.pk, deflate=deflate)
    assert done.written.keys() == {"archive"}
    assert done.written["archive"]["media_type"] == "application/zip"
    archive = done.archive()
    found = {info.filename: archive.read(info) for info in archive.infolist()}
    assert found == files_of(lab.cells, lab.slide)
    kinds = {info.compress_type for info in archive.infolist()}
    assert kinds == ({8} if deflate == "true" else {0})
    total = sum(map(len, found.values()))
    assert done.progress[-1]["done"] == done.progress[-1]["total"] == total


def test_the_name(do_task, lab):
    """Contract 16.3, rule 1."""
    asked = {"image": lab.cells.pk}
    assert do_task("archive", **asked).written["archive"]["name"] == "cells.zip"
    named = do_task("archive", **asked, zipname="my cells, all")
    assert named.written["archive"]["name"] == "my_cells._all.zip"
    alike = do_task("archive", **asked, zipname="cells.ome.tif")
    assert alike.written["archive"]["name"] == "cells.ome.tif_folder.zip"
    outside = do_task("archive", **asked, zipname="../../x")
    assert "/" not in outside.written["archive"]["name"]


def test_what_is_called_the_same_goes_into_folders(do_task, run_scan, tmp_path):
    """Contract 16.3, rule 4."""
    from graticule.catalog.models import Image

    for seed, folder in enumerate(("a", "b", "c")):
        (tmp_path / folder).mkdir()
        tifffile.imwrite(tmp_path / folder / "same.tif", stack(seed, (20, 30)))
    run_scan(tmp_path)
    images = list(Image.objects.order_by("pk"))
    done = do_task("archive", image=[image.pk for image in images])
    archive = done.archive()
    assert archive.namelist() == ["same.tif", "1/same.tif", "2/same.tif"]
    for name, image in zip(archive.namelist(), images, strict=True):
        assert archive.read(name) == Path(image.fileset.entry).read_bytes()


def test_no_limits_of_requests(do_task, lab, configured):
    configured(max_download_files=1, max_download_bytes=1, max_download_images=1)
    assert len(do_task("archive", dataset=lab.dataset.pk).archive().namelist()) == 2


def test_what_changed_or_vanished_ends_the_job(do_task, lab):
    path = Path(lab.cells.fileset.entry)
    os.utime(path, ns=(1, 1))
    with pytest.raises(ChangedFileError, match="scan again"):
        do_task("archive", image=lab.cells.pk)
    path.unlink()
    with pytest.raises(MissingFileError):
        do_task("archive", image=lab.cells.pk)


def test_images_without_files(do_task, lab):
    lab.cells.fileset = None
    lab.cells.save()
    with pytest.raises(NotFoundError, match="no original files"):
        do_task("archive", image=lab.cells.pk)


def test_nobody_gets_what_they_may_not_see(do_task, lab, make_cast):
    cast = make_cast("rw----")
    lab.cells.owner, lab.cells.group = cast.alice, cast.group
    lab.cells.save()
    for person in (cast.bob, cast.charlie, cast.public):
        with pytest.raises(NotFoundError, match=f"Image:{lab.cells.pk} not found"):
            do_task("archive", person, image=lab.cells.pk)
    # A file that holds a hidden image, too, is not given at all.
    lab.slide.fileset = lab.cells.fileset
    lab.slide.index, lab.slide.key = 1, "other"
    lab.slide.save()
    with pytest.raises(NotPermittedError, match="other images"):
        do_task("archive", cast.public, image=lab.slide.pk)


def test_a_disk_that_is_too_small_is_found_at_once(tmp_path):
    from graticule.jobs.executors.work import Work
    from graticule.services.tasks.packing import check_space

    work = Work(job_id="j", service="s", folder=tmp_path, given=(), say=print)
    free = shutil.disk_usage(tmp_path).free
    check_space(work, free // 2)
    with pytest.raises(OSError, match="No space left") as caught:
        check_space(work, free * 2)
    assert caught.value.errno == 28

"""The job that makes pyramids (issue: pyramid making)."""

import json
from pathlib import Path

import numpy as np
import pytest
import tifffile
from tests.services.tasks.conftest import stack

from graticule.errors import GraticuleError, NotFoundError, NotPermittedError

MOST = 500_000


@pytest.fixture
def big(run_scan, tmp_path, configured):
    """Two big images and a small one, scanned when none counted as big."""
    from graticule.catalog.models import Image

    pixels = {name: stack(name, (800, 1001)) for name in (1, 2)}
    for name, values in pixels.items():
        tifffile.imwrite(tmp_path / f"{name}.tif", values)
    tifffile.imwrite(tmp_path / "3.tif", stack(3, (50, 60)))
    assert not run_scan(tmp_path).problems
    configured(max_plane_pixels=MOST)
    images = {
        name: Image.objects.get(fileset__entry__endswith=f"/{name}.tif")
        for name in (1, 2, 3)
    }
    return images, pixels


def said(done):
    return json.loads(done.path("report").read_text())


def halved(pixels):
    """Means of 2 x 2, the last column counted twice, rounded half up."""
    wide = np.pad(pixels, ((0, 0), (0, 1)), mode="edge").astype(np.int64)
    total = sum(wide[y::2, x::2] for y in (0, 1) for x in (0, 1))
    return (total + 2) // 4


def test_it_works(do_task, big, catalog):
    from graticule.services.scenes import find_scene, open_scene

    images, pixels = big
    before = {name: image.revision for name, image in images.items()}
    done = do_task("pyramid", image=[image.pk for image in images.values()])
    assert said(done) == {
        "made": [images[1].pk, images[2].pk],
        "failed": {},
        "not_needed": 1,
    }
    for name, image in images.items():
        image.refresh_from_db()
        assert (image.revision > before[name]) == (name != 3)
        assert bool(image.pyramid) == (name != 3)
    scene = find_scene(catalog.administrator, images[1].pk)
    assert [(level.width, level.height) for level in scene.levels] == [
        (1001, 800),
        (501, 400),
        (251, 200),
    ]
    with open_scene(scene) as source:
        half = source.read(scene.index, 1, 0, 0, [0], scene.levels[1].whole)[0]
    assert np.array_equal(half, halved(pixels[1]))
    assert done.progress[-1]["message"] == "2 made, 0 failed"


def test_what_has_one_is_passed_over(do_task, big):
    images, _ = big
    dataset = images[1].datasets.get().pk
    assert said(do_task("pyramid", dataset=dataset))["not_needed"] == 1
    again = said(do_task("pyramid", dataset=dataset))
    assert again == {"made": [], "failed": {}, "not_needed": 3}


def test_one_that_fails_is_told_and_the_others_are_made(do_task, big):
    images, _ = big
    Path(images[1].fileset.entry).write_bytes(b"II*\0nothing")
    both = [images[1].pk, images[2].pk]
    found = said(do_task("pyramid", image=both))
    assert found["made"] == [images[2].pk]
    assert "No reduced levels" in found["failed"][str(images[1].pk)]
    with pytest.raises(GraticuleError, match=f"Image:{images[1].pk}"):
        do_task("pyramid", image=images[1].pk)


def test_a_scan_later_on_finds_nothing_to_do(do_task, big, run_scan, tmp_path):
    images, _ = big
    do_task("pyramid", image=images[1].pk)
    images[1].refresh_from_db()
    told = []
    run_scan(tmp_path, max_plane_pixels=MOST, progress=told.append)
    assert {each.total for each in told if each.phase == "pyramid"} == {1}  # the other
    again = type(images[1]).objects.get(pk=images[1].pk)
    assert again.pyramid == images[1].pyramid


def test_who_may(do_task, big, make_cast):
    from graticule.catalog.models import Image

    images, _ = big
    cast = make_cast("rwra--")
    Image.objects.filter(pk=images[1].pk).update(owner=cast.alice, group=cast.group)
    with pytest.raises(NotFoundError):
        do_task("pyramid", cast.charlie, image=images[1].pk)
    with pytest.raises(NotPermittedError):
        do_task("pyramid", cast.bob, image=images[1].pk)
    assert said(do_task("pyramid", cast.alice, image=images[1].pk))["made"]

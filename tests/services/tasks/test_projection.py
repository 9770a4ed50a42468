"""The job that keeps projections as new images (issue: projection)."""

import json
from pathlib import Path

import numpy as np
import pytest
import tifffile
from tests.services.tasks.conftest import stack

from graticule.errors import (
    FileError,
    NotFoundError,
    NotPermittedError,
    OutOfRangeError,
    RequestError,
)


def made(done):
    """The new image's row, and its pixels as tifffile reads them."""
    from graticule.catalog.models import Image

    image = Image.objects.get(pk=json.loads(done.path("image").read_text())["id"])
    return image, tifffile.imread(image.fileset.entry)


def test_it_works(do_task, lab, catalog):
    from graticule.catalog.models import PlaneTimes, RenderingSettings

    PlaneTimes.objects.update_or_create(
        image=lab.cells, defaults={"seconds": {"0,0,1": 9.5, "1,0,1": 10.0}}
    )
    saved = RenderingSettings.objects.get(image=lab.cells, person=None)
    saved.channels[1] |= {"start": 7.0, "end": 99.0, "color": [9, 8, 7, 255]}
    saved.save()
    image, pixels = made(do_task("projection", image=lab.cells.pk))
    assert np.array_equal(pixels, lab.pixels.max(axis=2))  # TCZYX
    assert (image.size_t, image.size_c, image.size_z) == (2, 3, 1)
    assert (image.pixel_width_um, image.pixel_height_um) == (0.25, 0.5)
    assert image.time_increment.total_seconds() == 30
    assert [row.name for row in image.channels.all()] == ["DAPI", "GFP", "Cy5"]
    assert [(row.minimum, row.maximum) for row in image.channels.all()] == [
        (part.min(), part.max()) for part in np.moveaxis(lab.pixels.max(axis=2), 1, 0)
    ]
    settings = image.renderings.get()
    assert settings.person is None
    assert settings.default_z == 0
    assert settings.channels == saved.channels
    assert image.plane_times.seconds == {"0,0,1": 9.5}
    assert image.owner == catalog.administrator
    assert image.group == lab.cells.group
    assert list(image.datasets.all()) == [lab.dataset]
    assert image.name == f"{lab.cells.name} (max z 0-3)"
    assert Path(image.fileset.entry).is_relative_to(image.fileset.folder.path)
    (file,) = image.fileset.files.all()
    assert file.size_bytes == Path(file.path).stat().st_size


def test_it_is_drawn_like_any_image(do_task, lab, catalog):
    from graticule.services.scenes import find_scene
    from graticule.services.view import View, draw_view

    image, _ = made(do_task("projection", image=lab.cells.pk))
    scene = find_scene(catalog.administrator, image.pk)
    view = View(0, 1, 0, scene.levels[0].whole, scene.rendering, format="png")
    assert draw_view(scene, view).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("max", lambda part: part.max(axis=2)),
        ("min", lambda part: part.min(axis=2)),
        ("mean", lambda part: np.rint(part.mean(axis=2))),
        ("sum", lambda part: np.minimum(part.sum(axis=2, dtype=np.int64), 65_535)),
    ],
)
def test_every_plane_of_the_range_counts(do_task, lab, kind, expected):
    done = do_task("projection", image=lab.cells.pk, kind=kind, start=1, end=3)
    _, pixels = made(done)
    assert pixels.dtype == np.uint16
    assert np.array_equal(pixels, expected(lab.pixels[:, :, 1:4]))


@pytest.mark.parametrize("kind", ["max", "mean", "sum"])
def test_floats_keep_what_the_type_cannot_hold(do_task, lab, kind):
    done = do_task("projection", image=lab.cells.pk, kind=kind, pixel_type="float")
    image, pixels = made(done)
    exact = getattr(lab.pixels.astype(np.float64), kind)(axis=2)
    assert pixels.dtype == np.float32
    assert np.array_equal(pixels, exact.astype(np.float32))
    before = lab.cells.renderings.get().channels[0]["end"]
    factor = 4 if kind == "sum" else 1
    assert image.renderings.get().channels[0]["end"] == before * factor


def test_negative_values_and_nan(do_task, run_scan, tmp_path):
    from graticule.catalog.models import Image

    values = -1 - stack(5, (3, 20, 30), np.float32) / 7
    values[0, 3, 4] = np.nan
    tifffile.imwrite(tmp_path / "a.ome.tif", values, metadata={"axes": "ZYX"})
    run_scan(tmp_path)
    source = Image.objects.get()
    _, pixels = made(do_task("projection", image=source.pk))
    assert np.array_equal(pixels, np.nanmax(values, axis=0))
    _, pixels = made(do_task("projection", image=source.pk, kind="mean"))
    exact = values.mean(axis=0, dtype=np.float64).astype(np.float32)
    assert np.array_equal(pixels, exact, equal_nan=True)
    assert np.isnan(pixels[3, 4])


def test_a_big_image_is_projected_in_pieces_and_gets_a_pyramid(
    do_task, run_scan, tmp_path, monkeypatch, configured
):
    from graticule.catalog.models import Image
    from graticule.services.exports import ome_tiff

    pixels = stack(6, (3, 1100, 1300))
    tifffile.imwrite(tmp_path / "a.ome.tif", pixels, metadata={"axes": "ZYX"})
    run_scan(tmp_path, max_plane_pixels=1_000_000)
    monkeypatch.setattr(ome_tiff, "READ_BYTES", 1 << 20)
    configured(max_plane_pixels=1_000_000)
    source = Image.objects.get()
    done = do_task("projection", image=source.pk)
    image, found = made(done)
    assert np.array_equal(found, pixels.max(axis=0))
    assert [level[:2] for level in image.levels] == [
        [1300, 1100],
        [650, 550],
        [325, 275],
        [163, 138],
    ]
    assert Path(image.pyramid).is_dir()
    assert done.progress[-1]["done"] == 1


def test_where_it_goes_and_what_it_is_called(do_task, lab, catalog):
    from graticule.catalog.models import Dataset

    belongs = {"owner": catalog.administrator, "group": catalog.public_group}
    other = Dataset.objects.create(name="flat", **belongs)
    done = do_task(
        "projection", image=lab.cells.pk, dataset=other.pk, end=1, NAME="My µ"
    )
    image, pixels = made(done)
    assert image.name == "My µ"
    assert list(image.datasets.all()) == [other]
    assert np.array_equal(pixels, lab.pixels[:, :, :2].max(axis=2))


def test_long_names_and_strange_ones(do_task, lab):
    name = "../µ/" + "細胞" * 200
    image, pixels = made(do_task("projection", image=lab.cells.pk, NAME=name))
    assert image.name == name
    assert pixels.shape == (2, 3, 60, 80)
    assert Path(image.fileset.entry).name.startswith(".._µ_細胞細胞")


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"start": 2, "end": 1}, RequestError),
        ({"end": 4}, OutOfRangeError),
        ({"start": 4}, OutOfRangeError),
        ({"kind": "median"}, RequestError),
        ({"dataset": 999_999}, NotFoundError),
        ({"image": 999_999}, NotFoundError),
    ],
)
def test_what_makes_no_sense_leaves_nothing(do_task, lab, asked, error):
    from django.conf import settings

    from graticule.catalog.models import Image

    images = settings.GRATICULE["home"] / "images"
    before = set(images.glob("*/*"))
    with pytest.raises(error):
        do_task("projection", **{"image": lab.cells.pk} | asked)
    assert Image.objects.count() == 2
    assert set(images.glob("*/*")) == before


def test_an_image_that_cannot_be_read_leaves_nothing(do_task, lab):
    from django.conf import settings

    from graticule.catalog.models import Fileset, Image

    folder = settings.GRATICULE["home"] / "images"
    before = set(folder.glob("*/*"))
    Path(lab.cells.fileset.entry).write_bytes(b"II*\0nothing")
    with pytest.raises(FileError):
        do_task("projection", image=lab.cells.pk)
    assert Image.objects.count() == Fileset.objects.count() == 2
    assert set(folder.glob("*/*")) == before


@pytest.mark.parametrize("level", ["rw----", "rwr---", "rwra--", "rwrw--"])
def test_who_may(do_task, lab, make_cast, level):
    from graticule.catalog.models import Dataset, Image

    cast = make_cast(level)
    belongs = {"owner": cast.alice, "group": cast.group}
    Image.objects.filter(pk=lab.cells.pk).update(**belongs)
    Dataset.objects.filter(pk=lab.dataset.pk).update(**belongs)
    sees = {cast.alice, cast.group_owner, cast.administrator}
    sees |= set() if level == "rw----" else {cast.bob}
    links = {cast.alice, cast.administrator}
    links |= {cast.group_owner} if level != "rw----" else set()
    links |= {cast.bob} if level == "rwrw--" else set()
    for person in cast:
        if person not in sees:
            with pytest.raises(NotFoundError):
                do_task("projection", person, image=lab.cells.pk)
            continue
        image, _ = made(do_task("projection", person, image=lab.cells.pk))
        assert (image.owner, image.group) == (person, cast.group)
        assert list(image.datasets.all()) == [lab.dataset] * (person in links)
        if person in links:
            continue
        with pytest.raises(NotPermittedError):
            do_task("projection", person, image=lab.cells.pk, dataset=lab.dataset.pk)


def test_the_public_makes_none(do_task, lab, cast):
    with pytest.raises(NotPermittedError):
        do_task("projection", cast.public, image=lab.cells.pk)

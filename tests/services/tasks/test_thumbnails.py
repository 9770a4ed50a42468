"""The job that makes thumbnails (issue: thumbnails for a container)."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from graticule.errors import FileError, LimitError, NotFoundError, RequestError


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache on disk of the test's own; give it a size of 0 and it keeps nothing."""
    from datetime import timedelta

    from graticule.services.caching.rendered import STORES, RenderedCache
    from graticule.services.engine import engine

    def make(folder=tmp_path / "cache", size=1 << 24):
        cache = RenderedCache(
            folder,
            timedelta(days=1),
            dict.fromkeys(STORES, size),
            dict.fromkeys(STORES, 0),
        )
        monkeypatch.setattr(engine(), "rendered", cache)
        engine().pictures.clear()
        return cache

    return make


def report_of(done):
    return json.loads(done.path("report").read_text())


@pytest.fixture
def reads(monkeypatch):
    """Count how often an image is opened for its pixels."""
    from graticule.services import thumbnails

    opened = []
    real = thumbnails.open_scene

    def counted(scene):
        opened.append(scene.image_id)
        return real(scene)

    monkeypatch.setattr(thumbnails, "open_scene", counted)
    return opened


def test_they_are_there_when_pages_ask(do_task, lab, cache, reads, catalog):
    from graticule.services.engine import engine
    from graticule.services.scenes import find_scene
    from graticule.services.thumbnails import ThumbnailRequest, draw_thumbnail

    cache()
    done = do_task("thumbnails", project=lab.project.pk, size="96, 40")
    assert report_of(done) == {"images": 2, "failed": {}}
    assert reads == [lab.cells.pk] * 2 + [lab.slide.pk] * 2
    engine().pictures.clear()  # as in another process: only the disk is shared
    for image in (lab.cells, lab.slide):
        scene = find_scene(catalog.administrator, image.pk)
        for width in (96, 40):
            data = draw_thumbnail(scene, ThumbnailRequest(width=width))
            assert max(Picture.open(io.BytesIO(data)).size) == width
    assert len(reads) == 4
    draw_thumbnail(scene, ThumbnailRequest(width=41))
    assert len(reads) == 5


def test_without_a_size_it_is_the_servers_own(do_task, lab, cache, reads, catalog):
    from graticule.services.engine import engine
    from graticule.services.scenes import find_scene
    from graticule.services.thumbnails import ThumbnailRequest, draw_thumbnail

    cache()
    do_task("thumbnails", image=lab.cells.pk)
    engine().pictures.clear()
    known = len(reads)
    scene = find_scene(catalog.administrator, lab.cells.pk)
    for request in (
        ThumbnailRequest(),
        ThumbnailRequest(width=engine().thumbnail_length),
    ):
        draw_thumbnail(scene, request)
    assert len(reads) == known


def test_an_archive(do_task, lab, cache, catalog):
    cache(None, 0)
    done = do_task("thumbnails", dataset=lab.dataset.pk, zip=True, size=60)
    archive = done.archive()
    names = [f"{image.pk}-{image.name}.jpg" for image in (lab.cells, lab.slide)]
    assert archive.namelist() == names
    picture = Picture.open(io.BytesIO(archive.read(names[1])))
    assert (picture.format, picture.size) == ("JPEG", (60, 40))  # of 900 x 600
    assert np.asarray(picture).std() > 1  # something is drawn
    both = do_task("thumbnails", image=lab.cells.pk, zip=True, size=[60, 30]).archive()
    assert both.namelist() == [f"60/{names[0]}", f"30/{names[0]}"]


def test_plates(do_task, lab, plate_of, cache):
    cache()
    plate = plate_of({(0, 0): [lab.cells], (0, 1): [lab.slide]})
    done = do_task("thumbnails", plate=plate.pk, size=16, zip=True)
    assert len(done.archive().namelist()) == 2


def test_what_cannot_be_drawn_is_told(do_task, lab, cache):
    cache()
    Path(lab.cells.fileset.entry).unlink()
    found = report_of(do_task("thumbnails", dataset=lab.dataset.pk, size=16))
    assert found["images"] == 2
    assert list(found["failed"]) == [str(lab.cells.pk)]
    said = found["failed"][str(lab.cells.pk)]
    assert said.startswith("cells.ome.tif: ")
    with pytest.raises(FileError):
        do_task("thumbnails", image=lab.cells.pk, size=16)


def test_limits(do_task, lab, cache):
    cache()
    with pytest.raises(LimitError, match="max_thumbnail_length"):
        do_task("thumbnails", image=lab.cells.pk, size=5000)
    with pytest.raises(RequestError, match="SIZE"):
        do_task("thumbnails", image=lab.cells.pk, size=0)
    cache(None, 0)
    with pytest.raises(RequestError, match="thumb_cache_bytes"):
        do_task("thumbnails", image=lab.cells.pk, size=16)


def test_who_does_not_see_an_image_gets_none(do_task, lab, cache, cast):
    from graticule.catalog.models import Image

    cache()
    Image.objects.filter(pk=lab.cells.pk).update(owner=cast.alice, group=cast.group)
    assert report_of(do_task("thumbnails", cast.bob, image=lab.cells.pk))["images"] == 1
    with pytest.raises(NotFoundError):
        do_task("thumbnails", cast.charlie, image=lab.cells.pk)

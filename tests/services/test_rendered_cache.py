"""Thumbnails, pictures and JSON on disk: rules C15 to C25 of the gateway's contract."""

import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from graticule.services.caching import rendered
from graticule.services.caching.rendered import STORES, RenderedCache

HOUR = timedelta(hours=1)


def make_cache(folder, size=10_000_000, entries=0):
    return RenderedCache(
        folder, HOUR, dict.fromkeys(STORES, size), dict.fromkeys(STORES, entries)
    )


@pytest.fixture
def cache(tmp_path):
    cache = make_cache(tmp_path / "cache")
    yield cache
    cache.close()


def test_c1_none(tmp_path):
    for off in (make_cache(None), make_cache(tmp_path / "none", size=0)):
        slot = off.picture(7, "x")
        assert slot.keep(b"x") is False
        assert slot.get() is None
        off.invalidate_object("Image", 7)
        off.clear()
    assert not (tmp_path / "none").exists()
    assert make_cache(None).keep_house() is False


def test_defaults():
    """The table of the contract: 1 h; 20, 512 and 1 MB; any number of entries."""
    from graticule.config.settings import BY_NAME

    values = {s.name: s.kind(s.default) for s in BY_NAME.values()}
    assert values["disk_cache_life"] == HOUR
    sizes = {name: values[f"{name}_cache_bytes"] >> 20 for name in STORES}
    assert sizes == {"thumb": 20, "img": 512, "json": 1}
    assert {values[f"{name}_cache_entries"] for name in STORES} == {0}


def test_c15_settings_change_while_it_runs(cache):
    for name in STORES:
        store = cache.stores[name]
        store.configure(max_entries=1)
        assert store.set("a", b"x")
        assert not store.set("b", b"x")
        store.configure(max_entries=0, life=timedelta(0))
        assert store.set("b", b"x", timedelta(seconds=1))


def test_c15_clear(cache):
    slots = [
        cache.picture(1, "x"),
        cache.thumbnail(1, "x"),
        cache.answer("Plate", 1, "x"),
    ]
    assert all(slot.keep(b"x") for slot in slots)
    cache.clear()
    assert [slot.get() for slot in slots] == [None] * 3


def test_c16_keys(cache):
    digest = "[0-9a-f]{32}"
    for image, folder in ((123_456, "12"), (57, "0")):
        key = cache.picture(image, "x").key
        assert re.fullmatch(f"img_1/{folder}/{image}/{digest}", key)
        key = cache.thumbnail(image, "x").key
        assert re.fullmatch(f"thumb_1/{folder}/{image}/{digest}", key)
    key = cache.answer("Plate", 7, "plategrid-0-96", "x").key
    assert re.fullmatch(f"json_1/Plate_7/plategrid-0-96/{digest}", key)


@pytest.mark.parametrize("kind", ["Image", "Plate"])
def test_c17_c18_all_of_an_object_goes(cache, kind):
    """All planes, settings and sizes, of everybody; nothing of others."""

    def slots(number):
        return [
            cache.picture(number, "plane 0"),
            cache.picture(number, "plane 1", "split"),
            cache.thumbnail(number, 96),
            cache.thumbnail(number, 64),
            cache.answer("Image", number, "contents"),
            cache.answer("Plate", number, "plategrid-0-96"),
            cache.answer("Plate", number, "contents"),
        ]

    for slot in slots(7) + slots(77):
        slot.keep(b"x")
    cache.invalidate_object(kind, 7)
    left = [slot.get() is not None for slot in slots(7)]
    image = kind == "Image"
    assert left == [not image] * 5 + [image] * 2
    assert all(slot.get() for slot in slots(77))


@pytest.mark.parametrize("attribute", ["__version__"])
def test_c22_another_version_draws_anew(cache, monkeypatch, attribute):
    cache.picture(1, "x").keep(b"x")
    monkeypatch.setattr(rendered, attribute, "999")
    assert cache.picture(1, "x").get() is None


class TestDrawn:
    """With real pictures: what a restarted server finds, and what it does not."""

    @pytest.fixture
    def draw(self, catalog, run_scan, tmp_path):
        import numpy as np
        import tifffile

        from graticule.catalog.models import Image

        pixels = np.random.default_rng(3).integers(0, 4000, (2, 3, 64, 80), np.uint16)
        file = tmp_path / "images" / "a.tif"
        file.parent.mkdir()
        tifffile.imwrite(
            file,
            pixels,
            imagej=True,
            photometric="minisblack",
            metadata={"axes": "ZCYX"},
        )
        run_scan(file.parent)
        return Image.objects.get(), file

    @pytest.fixture
    def restart(self, monkeypatch, tmp_path):
        """Give what a process has that has just been started, on the same disk."""
        from django.conf import settings

        from graticule.services import engine as module
        from graticule.services import saved_renderings, split, thumbnails, view
        from graticule.services.remembered import forget_all

        made = []

        def start(**values):
            values = {**settings.GRATICULE.values, "home": tmp_path, **values}
            new = module.Engine(values)
            made.append(new)
            for user in (saved_renderings, split, thumbnails, view):
                monkeypatch.setattr(user, "engine", lambda: new)
            # So that small pictures are worth it, too.
            monkeypatch.setattr(module, "WORTH_CPU_SECONDS", 0.0)
            forget_all()
            return new

        yield start
        for old in made:
            old.rendered.close()
            old.pool.close()

    def kept(self, engine, name):
        return engine.rendered.stores[name].num_entries()

    def plane(self, scene, **more):
        from graticule.services.view import View, draw_view

        view = View(0, 0, 0, scene.levels[0].whole, scene.rendering)
        return draw_view(scene, replace(view, **more))

    def test_c20_what_is_kept(self, draw, restart, catalog):
        from graticule.render.plots import Axis
        from graticule.services.line_plots import LinePlot, draw_line_plot
        from graticule.services.scenes import find_scene
        from graticule.services.split import draw_split_view, split_view_of
        from graticule.services.thumbnails import ThumbnailRequest, draw_thumbnail
        from graticule.services.view import View

        image, _ = draw
        first = restart()
        scene = find_scene(catalog.administrator, image.pk)
        view = View(0, 0, 0, scene.levels[0].whole, scene.rendering)

        def pictures():
            return [
                self.plane(scene),
                draw_split_view(scene, split_view_of(scene, view)),
                draw_thumbnail(scene, ThumbnailRequest()),
            ]

        drawn = pictures()
        assert self.kept(first, "img") == 2
        assert self.kept(first, "thumb") == 1
        # Never: line plots, pictures of ROIs, numbers.
        plot = LinePlot(Axis.ROW, 0, 0, 5, 1, scene.rendering, scene.limits)
        assert draw_line_plot(scene, plot)
        assert self.kept(first, "img") == 2
        restart()
        assert pictures() == drawn

    def test_a_restarted_server_opens_no_file(self, draw, restart, catalog):
        from graticule.services.scenes import find_scene
        from graticule.services.thumbnails import ThumbnailRequest, draw_thumbnail

        image, _ = draw
        restart()
        scene = find_scene(catalog.administrator, image.pk)
        before = self.plane(scene), draw_thumbnail(scene, ThumbnailRequest())
        new = restart()
        new.pool.lease = None  # to open anything would fail
        after = self.plane(scene), draw_thumbnail(scene, ThumbnailRequest())
        assert after == before

    def test_c22_everything_that_shows_is_in_the_key(self, draw, restart, catalog):
        """Every variation is drawn on its own, though all is kept."""
        from graticule.render.settings import Family, Model, Projection, ProjectionKind
        from graticule.services.scenes import find_scene

        image, _ = draw
        engine = restart(tile_cache_bytes=0)
        scene = find_scene(catalog.administrator, image.pk)

        def with_channel(**more):
            first, *others = scene.rendering.channels
            channels = (replace(first, **more), *others)
            return {"rendering": replace(scene.rendering, channels=channels)}

        whole = scene.levels[0].whole
        maximum = ProjectionKind.MAX
        grey = replace(scene.rendering, model=Model.GREYSCALE)
        views = [
            {},
            {"z": 1},
            {"window": replace(whole, x1=40)},
            {"quality": 0.3},
            {"format": "png"},
            {"rendering": grey},
            {"projection": Projection(maximum, 0, 1)},
            {"projection": Projection(maximum, 0, 0)},
            with_channel(window=(10.0, 20.0)),
            with_channel(color=(1, 2, 3, 255)),
            with_channel(lut="cool.lut"),
            with_channel(reverse=True),
            with_channel(family=Family.EXPONENTIAL, coefficient=1.5),
            with_channel(active=False),
        ]
        for number, view in enumerate(views, 1):
            self.plane(scene, **view)
            assert self.kept(engine, "img") == number, view
        for view in views:
            self.plane(scene, **view)
        assert self.kept(engine, "img") == len(views)
        for changed in (
            replace(scene, revision=scene.revision + 1),
            replace(scene, image_id=scene.image_id + 1),
        ):
            before = self.kept(engine, "img")
            self.plane(changed)
            assert self.kept(engine, "img") == before + 1

    def test_c22_a_changed_file_and_other_tables(
        self, draw, restart, catalog, tmp_path
    ):
        import os

        from graticule.services.scenes import find_scene

        image, file = draw
        engine = restart(tile_cache_bytes=0)
        scene = find_scene(catalog.administrator, image.pk)
        self.plane(scene)
        os.utime(file, (1, 1))
        self.plane(scene)
        assert self.kept(engine, "img") == 2
        (tmp_path / "luts").mkdir()
        (tmp_path / "luts" / "own.lut").write_bytes(bytes(range(256)) * 3)
        engine = restart(lut_folders=(tmp_path / "luts",))
        self.plane(scene)
        assert self.kept(engine, "img") == 3

    def test_c22_thumbnails(self, draw, restart, catalog):
        from graticule.services.scenes import find_scene
        from graticule.services.thumbnails import ThumbnailRequest, draw_thumbnail

        image, _ = draw
        engine = restart(tile_cache_bytes=0)
        scene = find_scene(catalog.administrator, image.pk)
        grey = replace(scene.rendering, channels=scene.rendering.channels[:1] * 3)
        asked = [
            (scene, ThumbnailRequest()),
            (scene, ThumbnailRequest(64)),
            (scene, ThumbnailRequest(64, 20)),
            (scene, ThumbnailRequest(z=1)),
            (replace(scene, default_z=1 - scene.default_z), ThumbnailRequest()),
            (replace(scene, rendering=grey), ThumbnailRequest()),
            (replace(scene, revision=99), ThumbnailRequest()),
        ]
        for number, (of, request) in enumerate(asked, 1):
            draw_thumbnail(of, request)
            assert self.kept(engine, "thumb") == number, request
        # What is drawn where no size is asked for may be another one tomorrow.
        smaller = restart(thumbnail_length=32)
        draw_thumbnail(scene, ThumbnailRequest())
        assert self.kept(smaller, "thumb") == len(asked) + 1

    def test_cheap_pictures_stay_in_memory(self, draw, restart, catalog, monkeypatch):
        from graticule.services import engine as module
        from graticule.services.scenes import find_scene

        image, _ = draw
        engine = restart()
        monkeypatch.setattr(module, "WORTH_CPU_SECONDS", 60.0)
        monkeypatch.setattr(module, "WORTH_SECONDS", 60.0)
        scene = find_scene(catalog.administrator, image.pk)
        assert self.plane(scene) == self.plane(scene)
        assert self.kept(engine, "img") == 0

    def test_switched_off(self, draw, restart, catalog, tmp_path):
        from graticule.services.scenes import find_scene
        from graticule.services.thumbnails import ThumbnailRequest, draw_thumbnail

        image, _ = draw
        restart(**{f"{name}_cache_bytes": 0 for name in STORES})
        scene = find_scene(catalog.administrator, image.pk)
        assert self.plane(scene)
        assert draw_thumbnail(scene, ThumbnailRequest())
        assert not (tmp_path / "cache").exists()

    def test_a_damaged_cache_breaks_no_answer(self, draw, restart, catalog, tmp_path):
        from graticule.services.scenes import find_scene

        image, _ = draw
        restart().rendered.close()
        scene = find_scene(catalog.administrator, image.pk)
        expected = self.plane(scene)
        for path in (tmp_path / "cache").rglob("*.db*"):
            path.write_bytes(b"harmed" * 999)
        restart()
        assert self.plane(scene) == expected

    def test_c23_who_may_not_see_it_finds_nothing(self, draw, restart, make_cast):
        """Though it is there: visibility is asked before anything is drawn or found."""
        from graticule.errors import NotFoundError
        from graticule.services.scenes import find_scene

        image, _ = draw
        cast = make_cast("rw----")
        image.owner, image.group = cast.alice, cast.group
        image.save()
        restart()
        self.plane(find_scene(cast.alice, image.pk))
        for person in (cast.bob, cast.charlie, cast.public, None):
            with pytest.raises(NotFoundError):
                find_scene(person, image.pk)

    @pytest.mark.parametrize("change", ["save", "reset", "owners"])
    def test_c21_saved_settings_draw_anew(self, draw, restart, make_cast, change):
        """Resetting and applying the owner's, too (the original forgot those)."""
        from django.test import TestCase

        from graticule.catalog.models import Image
        from graticule.services import saved_renderings
        from graticule.services.changes import Changes, ChannelChange
        from graticule.services.scenes import find_scene
        from graticule.services.thumbnails import ThumbnailRequest, draw_thumbnail

        image, _ = draw
        cast = make_cast("rwrw--")
        Image.objects.filter(pk=image.pk).update(owner=cast.alice, group=cast.group)
        engine = restart(tile_cache_bytes=0)

        def look():
            scene = find_scene(cast.bob, image.pk)
            return self.plane(scene), draw_thumbnail(scene, ThumbnailRequest())

        def counts():
            return self.kept(engine, "img"), self.kept(engine, "thumb")

        look()
        assert counts() == (1, 1)
        with TestCase.captureOnCommitCallbacks(execute=True):
            if change == "save":
                named = tuple(ChannelChange(index, active=True) for index in range(3))
                wanted = saved_renderings.Wanted(Changes(named), default_z=0)
                saved_renderings.save_rendering(cast.bob, image.pk, wanted)
            elif change == "reset":
                assert saved_renderings.reset_renderings(cast.bob, [image.pk])
            else:
                assert saved_renderings.apply_owners_renderings(cast.bob, [image.pk])
            look()
            assert counts() == (2, 2)  # drawn anew, under another key
        # C18, C25: committed, so all of the image goes, for everybody.
        assert counts() == (0, 0)


class TestAnswers:
    """JSON: plate grids (C19, C20)."""

    @pytest.fixture
    def ask(self, cache, monkeypatch, catalog):
        """Ask as somebody; say how often the answer was made."""
        from types import SimpleNamespace

        from graticule.services.caching import answers

        version = SimpleNamespace(number=5)
        made = []
        engine = SimpleNamespace(rendered=cache)
        monkeypatch.setattr(answers, "engine", lambda: engine)
        monkeypatch.setattr(answers, "read_version", lambda: version.number)

        def ask(person, *says, context="plategrid-0-96"):
            def make():
                made.append(person)
                return {"for": person.username, "says": len(says)}

            text = answers.kept_answer(person, "Plate", 7, context, says, make)
            assert text == f'{{"for": "{person.username}", "says": {len(says)}}}'
            return len(made)

        ask.version = version
        return ask

    def test_c19_c20_kept(self, ask, cast):
        assert [ask(cast.bob), ask(cast.bob), ask(cast.bob)] == [1, 1, 1]

    def test_c22_each_person_has_their_own(self, ask, cast):
        assert [ask(person) for person in cast] == [1, 2, 3, 4, 5]

    def test_c22_everything_it_depends_on(self, ask, cast):
        ask(cast.bob)
        assert ask(cast.bob, "trim") == 2
        assert ask(cast.bob, context="plategrid-1-96") == 3
        ask.version.number += 1  # C24, C25: some process changed the catalogue
        assert ask(cast.bob) == 4

    @pytest.mark.parametrize("change", ["leaves", "owns", "level", "administers"])
    def test_c22_rights_that_change(self, ask, cast, change):
        from graticule.catalog.models import Membership

        ask(cast.bob)
        member = Membership.objects.filter(person=cast.bob)
        if change == "leaves":
            member.delete()
        elif change == "owns":
            member.update(is_owner=True)
        elif change == "level":
            type(cast.group).objects.update(permissions="rw----")
        else:
            cast.bob.is_superuser = True
            cast.bob.save()
        assert ask(cast.bob) == 2

    def test_nothing_within_a_transaction(self, ask, cast):
        """What may yet be undone is not kept."""
        ask.version.number = None
        assert [ask(cast.bob), ask(cast.bob)] == [1, 2]


LOCK_THERE = """
import sys
from datetime import timedelta
from pathlib import Path

from graticule.services.caching.rendered import STORES, RenderedCache

none = dict.fromkeys(STORES, 1)
print(RenderedCache(Path(sys.argv[1]), timedelta(hours=1), none, none).try_lock())
"""


def lock_elsewhere(folder):
    """Try in another process."""
    command = [sys.executable, "-c", LOCK_THERE, str(folder)]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    return found.stdout.strip() == "True"


class TestLock:
    @pytest.fixture
    def minute(self, monkeypatch):
        from datetime import UTC, datetime
        from types import SimpleNamespace

        now = SimpleNamespace(minute=10)
        fake = SimpleNamespace(
            now=lambda _zone: datetime(2026, 1, 2, 3, now.minute, tzinfo=UTC)
        )
        monkeypatch.setattr(rendered, "datetime", fake)
        return now

    def names(self, cache):
        return [path.name for path in cache.folder.glob("*_lock")]

    def test_c24_one_at_a_time(self, cache, minute):
        other = make_cache(cache.folder)
        assert cache.try_lock()
        assert self.names(cache) == ["20260102_0310_lock"]
        assert cache.try_lock()  # owned already
        assert not other.try_lock()
        minute.minute = 11
        assert other.try_lock()
        assert not cache.try_lock()
        assert self.names(cache) == ["20260102_0311_lock"]
        other.close()  # goes away
        assert cache.try_lock()

    def test_c24_locks_of_the_dead_are_removed(self, cache, minute):
        (cache.folder / "20260102_0259_lock").touch()
        assert cache.try_lock()
        assert self.names(cache) == ["20260102_0310_lock"]

    def test_c24_between_processes(self, cache):
        import time
        from datetime import UTC, datetime

        if datetime.now(UTC).second > 50:  # the minute must last
            time.sleep(11)
        assert cache.try_lock()
        assert lock_elsewhere(cache.folder) is False

    def test_c25_the_keeper_alone_keeps_house(self, cache, minute):
        other = make_cache(cache.folder)
        assert cache.keep_house()
        assert not other.keep_house()
        other.close()

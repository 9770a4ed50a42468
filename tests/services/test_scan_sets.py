"""Which fileset a file belongs to, and files that end their worker.

Files here are texts that say what a made-up reader finds in them, so that every
case is in plain sight: ``set a.tif b.tif`` is a set of these files, ``crash``
ends the worker, ``hang`` never ends, ``depth -1`` is what no table takes.
"""

import sys
import time

import pytest

READER = """
import os, time
from pathlib import Path

from graticule.pixels.annotations import NO_METADATA
from graticule.pixels.model import Channel, ImageInfo, Level, PixelType
from graticule.render.defaults import default_rendering
from graticule.services.scanning.inspect import (
    Inspected, InspectedFile, InspectedImage, NotAnImage
)

opened = []

def inspect(path, tell):
    opened.append(path)
    said = Path(path).read_text().split()
    names = []
    size_z = 1
    match said:
        case ["crash"]:
            os.abort()
        case ["hang"]:
            time.sleep(60)
        case ["depth", number]:
            size_z = int(number)
        case ["set", *names]:
            pass
        case ["none"]:
            return NotAnImage()
    members = [Path(path), *(Path(path).parent / name for name in names)]
    files = []
    for member in dict.fromkeys(members):
        if member.exists():
            state = member.stat()
            files.append(
                InspectedFile(str(member), state.st_size, state.st_mtime_ns)
            )
    info = ImageInfo(
        key="0", name=Path(path).name, pixel_type=PixelType.UINT8, size_z=1,
        size_c=1, size_t=1, levels=(Level(8, 8, 8, 8),), channels=(Channel(),),
    )
    rendering, z, t = default_rendering(info, (None,))
    object.__setattr__(info, "size_z", size_z)
    image = InspectedImage(0, info, (None,), rendering, z, t)
    return Inspected("made up", tuple(files), (image,), NO_METADATA, ())
"""


@pytest.fixture
def reader(tmp_path, monkeypatch):
    folder = tmp_path / "reader"
    folder.mkdir()
    (folder / "made_up_reader.py").write_text(READER)
    monkeypatch.syspath_prepend(folder)
    import made_up_reader

    yield made_up_reader
    del sys.modules["made_up_reader"]


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "images"
    root.mkdir()
    return root


@pytest.fixture
def look(run_scan, reader, monkeypatch, catalog):
    """Scan with the made-up reader; give what is shown, and what was opened."""
    from graticule.catalog.models import Image
    from graticule.services.scanning import folder

    monkeypatch.setattr(folder.FolderScan, "_is_taken", lambda _self, _path: True)

    def run(root, **settings):
        reader.opened.clear()
        report = run_scan(root, inspector=reader.inspect, **settings)
        shown = Image.objects.filter(vanished=None, fileset__folder__path=str(root))
        opened = [path.removeprefix(f"{root}/") for path in reader.opened]
        return report, sorted(shown.values_list("name", flat=True)), opened

    return run


def put(root, **files):
    for name, text in files.items():
        (root / f"{name}.tif").write_text(text)


def test_members_of_a_set_are_not_opened(root, look):
    put(root, a="set b.tif c.tif", b="set a.tif c.tif", c="set a.tif b.tif", d="single")
    report, shown, opened = look(root)
    assert shown == ["a.tif", "d.tif"]
    assert opened == ["a.tif", "d.tif"]
    assert report.added == 2
    assert look(root)[2] == []


def test_a_description_comes_before_what_it_describes(root, look):
    put(root, a="single", b="single")
    (root / "z.companion.ome").write_text("set a.tif b.tif")
    assert look(root)[1:] == (["z.companion.ome"], ["z.companion.ome"])


def test_a_set_that_grows_stays_the_same_set(root, look):
    from graticule.catalog.models import Image

    put(root, a="set b.tif c.tif", b="set a.tif c.tif")
    look(root)
    pk = Image.objects.get(name="a.tif").pk
    put(root, c="set a.tif b.tif")
    report, shown, _ = look(root)
    assert shown == ["a.tif"]
    assert Image.objects.get(name="a.tif").pk == pk
    assert (report.updated, report.added, report.unchanged) == (1, 0, 0)
    report, _, opened = look(root)
    assert (report.unchanged, opened) == (1, [])


def test_a_larger_set_takes_the_place_of_single_files(root, look):
    put(root, a="single", b="single")
    assert look(root)[1] == ["a.tif", "b.tif"]
    (root / "z.companion.ome").write_text("set a.tif b.tif")
    report, shown, _ = look(root)
    assert shown == ["z.companion.ome"]
    assert (report.added, report.vanished) == (1, 2)
    report, shown, opened = look(root)
    assert (report.unchanged, shown, opened) == (1, ["z.companion.ome"], [])
    # And without it they are what they were.
    (root / "z.companion.ome").unlink()
    report, shown, opened = look(root)
    assert shown == ["a.tif", "b.tif"]
    assert (report.returned, report.vanished, opened) == (2, 1, [])


def test_a_larger_set_found_later_in_the_same_scan(root, look):
    put(root, a="single", b="set a.tif")
    assert look(root)[1] == ["b.tif"]


def test_sets_may_share_a_file(root, look):
    put(root, a="set shared.tif", b="set shared.tif", shared="none")
    assert look(root)[1] == ["a.tif", "b.tif"]
    assert look(root)[2] == []


def test_a_set_without_its_first_file(root, look):
    put(root, a="set b.tif", b="set a.tif")
    look(root)
    (root / "a.tif").rename(root / ".aside")
    assert look(root)[1] == ["b.tif"]
    (root / ".aside").rename(root / "a.tif")
    assert look(root)[1:] == (["a.tif"], [])
    (root / "a.tif").unlink()
    assert look(root)[1] == ["b.tif"]
    put(root, a="set b.tif c.tif")
    assert look(root)[1:] == (["a.tif"], ["a.tif"])
    assert look(root)[1:] == (["a.tif"], [])


def test_a_file_that_is_no_image_any_more_vanishes(root, look):
    put(root, a="single")
    look(root)
    put(root, a="none")
    report, shown, _ = look(root)
    assert shown == []
    assert (report.vanished, report.not_images) == (1, 1)


def test_what_the_database_refuses_harms_nothing_else(root, look):
    put(root, a="single", b="depth -1", c="single")
    report, shown, _ = look(root)
    assert shown == ["a.tif", "c.tif"]
    (problem,) = report.problems
    assert problem.path == str(root / "b.tif")
    assert problem.cause.startswith("It cannot be catalogued")


def test_a_file_that_ends_its_worker_is_told(root, look):
    put(root, a="single", b="crash", c="single", d="hang", e="single")
    started = time.monotonic()
    report, shown, _ = look(root, processes=True, seconds_per_file=2)
    assert time.monotonic() - started < 30
    assert shown == ["a.tif", "c.tif", "e.tif"]
    crashed, hung = sorted(report.problems, key=lambda problem: problem.path)
    assert crashed.path == str(root / "b.tif")
    assert "crashed (Aborted)" in crashed.cause
    assert hung.path == str(root / "d.tif")
    assert "longer than 2 seconds" in hung.cause

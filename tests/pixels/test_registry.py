"""Readers by entry point: order, missing libraries, choice, errors."""

import os
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from graticule.errors import FileError, MissingFileError, UnsupportedFileError
from graticule.pixels import registry
from graticule.pixels.cache import ChunkCache
from graticule.pixels.reader import ReadContext, Reader, ReadLimits

CONTEXT = ReadContext(ReadLimits(), ChunkCache(0))


class Recorder:
    name = "recorder"
    priority = 60
    opens_folders = False
    seen: list = []  # noqa: RUF012

    def probe(self, path, head):
        self.seen.append((path, head))
        return path.suffix == ".mine"

    def open(self, path, context):
        return ("opened", path, context)


class Low(Recorder):
    name = "low"
    priority = 5


class NoReader:
    pass


def point(name, value):
    return EntryPoint(name, value, registry.GROUP)


@pytest.fixture
def points(monkeypatch):
    """Put entry points of our own in place of the installed ones."""
    registry._found.cache_clear()

    def put(*found):
        monkeypatch.setattr(registry, "entry_points", lambda group: list(found))

    yield put
    registry._found.cache_clear()


@pytest.fixture
def recorder(points, monkeypatch):
    monkeypatch.setattr(Recorder, "seen", [])
    monkeypatch.setattr(EntryPoint, "load", lambda self: globals()[self.value])
    points(point("low", "Low"), point("recorder", "Recorder"))
    return Recorder


def test_our_readers_are_installed_and_in_order():
    found = registry.readers()
    assert {"ome-zarr", "fits", "tiff", "ome-xml", "raster"} <= {r.name for r in found}
    assert all(isinstance(reader, Reader) for reader in found)
    priorities = [reader.priority for reader in found]
    assert priorities == sorted(priorities, reverse=True)
    assert not registry.unavailable()


def test_loaded_once(recorder):
    assert registry.readers() is registry.readers()
    assert [r.name for r in registry.readers()] == ["recorder", "low"]


def test_what_cannot_be_loaded_is_named_with_the_reason(points):
    points(
        point("czi", "no_such_library.reader:Reader"),
        point("gone", "graticule.pixels.fits.reader:NoSuchReader"),
        point("odd", "graticule.pixels.model:Window"),
        point("fits", "graticule.pixels.fits.reader:FitsReader"),
    )
    assert [reader.name for reader in registry.readers()] == ["fits"]
    reasons = registry.unavailable()
    assert set(reasons) == {"czi", "gone", "odd"}
    assert "no_such_library" in reasons["czi"]
    assert "NoSuchReader" in reasons["gone"]


def test_the_protocol_is_asked_for(points, monkeypatch):
    monkeypatch.setattr(EntryPoint, "load", lambda self: NoReader)
    points(point("odd", "NoReader"))
    assert registry.readers() == ()
    assert "protocol Reader" in registry.unavailable()["odd"]


def test_the_head_is_read_once_and_no_longer(recorder, tmp_path):
    path = tmp_path / "a.other"
    path.write_bytes(bytes(range(256)) * 8)
    assert registry.find_reader(path) is None
    assert recorder.seen == [(path, bytes(range(256)) * 4)] * 2


def test_the_higher_priority_wins(recorder, tmp_path):
    path = tmp_path / "a.mine"
    path.write_bytes(b"short")
    assert registry.find_reader(path).name == "recorder"
    assert registry.open_source(path, CONTEXT) == ("opened", path, CONTEXT)
    assert recorder.seen[0] == (path, b"short")


def test_folders_only_for_those_that_open_folders(recorder, monkeypatch, tmp_path):
    folder = tmp_path / "b.mine"
    folder.mkdir()
    assert registry.find_reader(folder) is None
    assert recorder.seen == []
    monkeypatch.setattr(Low, "opens_folders", True)
    assert registry.find_reader(folder).name == "low"
    assert recorder.seen == [(folder, b"")]


def test_nobody_takes_it(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    with pytest.raises(UnsupportedFileError, match="No reader takes this file"):
        registry.open_source(path, CONTEXT)


def test_missing(tmp_path):
    for path in (tmp_path / "nothing.tif", Path(__file__) / "inside"):
        with pytest.raises(MissingFileError):
            registry.open_source(path, CONTEXT)


def test_a_pipe_is_not_opened(tmp_path):
    # Opening it would wait for somebody to write.
    os.mkfifo(tmp_path / "pipe.fits")
    with pytest.raises(UnsupportedFileError):
        registry.open_source(tmp_path / "pipe.fits", CONTEXT)


def test_not_permitted(monkeypatch, tmp_path):
    path = tmp_path / "a.fits"
    path.write_bytes(b"SIMPLE")

    def refuse(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied", str(self))

    # Root may read everything: the refusal is made here.
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileError, match=r"a\.fits.*Permission denied"):
        registry.open_source(path, CONTEXT)


def test_opens_a_picture(tmp_path):
    path = tmp_path / "a.png"
    pixels = np.arange(12, dtype="u1").reshape(3, 4)
    Image.fromarray(pixels).save(path)
    source = registry.open_source(path, CONTEXT)
    info = source.fileset.images[0]
    read = source.read(0, 0, 0, 0, [0], info.levels[0].whole)
    assert np.array_equal(read[0], pixels)
    source.close()

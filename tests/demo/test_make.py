"""Making the folder of demo images: once, whole, and without scikit-image."""

import logging

import pytest
from PIL import Image

from graticule.demo import make, make_demo, pictures


def write_small(path):
    path.write_bytes(b"image")
    return True


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Replace what takes long by something small."""
    monkeypatch.setattr(make, "MADE", {"made/small/one.tif": "any:write"})
    monkeypatch.setattr(make, "paint", lambda _, path: write_small(path))


def test_it_works(tmp_path):
    told = []
    paths = make_demo(tmp_path / "images", lambda *what: told.append(what))
    assert all(path.is_file() for path in paths)
    assert (tmp_path / "images" / "made/small/one.tif") in paths
    assert told[0][1:] == (0, 7)
    assert told[-1] == ("", 7, 7)
    assert [p for p in (tmp_path / "images").iterdir() if p.name[0] == "."] == []


def test_real_pictures_come_with_their_terms(tmp_path):
    make_demo(tmp_path)
    note = (tmp_path / "pictures" / "ATTRIBUTION.txt").read_text("utf-8")
    real = [p for p in tmp_path.glob("pictures/*/*") if p.is_file()]
    assert len(real) == 5
    for path in real:
        assert f"{path.parent.name}/{path.name}" in note
        with Image.open(path) as picture:
            picture.load()


def test_second_call_makes_nothing(tmp_path):
    first = make_demo(tmp_path)
    stamps = [path.stat().st_mtime_ns for path in first]
    told = []
    assert make_demo(tmp_path, lambda *what: told.append(what)) == first
    assert told == []
    assert [path.stat().st_mtime_ns for path in first] == stamps


def test_what_was_lost_is_made_again(tmp_path):
    first = make_demo(tmp_path)
    lost = tmp_path / "made/small/one.tif"
    lost.unlink()
    told = []
    assert make_demo(tmp_path, lambda *what: told.append(what[0])) == first
    assert told == ["made/small/one.tif", ""]


def test_without_scikit_image_the_rest_is_made(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(pictures, "find_spec", lambda _: None)
    with caplog.at_level(logging.WARNING):
        paths = make_demo(tmp_path)
    assert paths == [tmp_path / "made/small/one.tif"]
    assert "graticule[demo]" in caplog.text
    assert not (tmp_path / "pictures").exists()


def test_failure_leaves_nothing_half_written(tmp_path, monkeypatch):
    def fails(_, path):
        path.write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(make, "paint", fails)
    with pytest.raises(OSError, match="No space"):
        make_demo(tmp_path)
    assert not (tmp_path / "made").exists()
    assert list(tmp_path.glob(".making-*")) == []


def test_leftovers_of_a_killed_run_are_removed(tmp_path):
    (tmp_path / ".making-old").mkdir()
    (tmp_path / ".making-old" / "half.tif").write_bytes(b"half")
    make_demo(tmp_path)
    assert not (tmp_path / ".making-old").exists()

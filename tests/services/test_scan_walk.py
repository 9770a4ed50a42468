"""The walk: what is listed, what is passed over, what is reported."""

import os

import pytest

from graticule.services.scanning import walk as walking
from graticule.services.scanning.walk import walk


@pytest.fixture
def look(tmp_path):
    root = tmp_path / "root"
    root.mkdir()

    def run(folder=root, skip=tmp_path / "nowhere"):
        return walk(
            folder, lambda path: path.suffix == ".zarr", skip, lambda _n, _path: None
        )

    run.root = root
    return run


def put(path, data=b"x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return str(path)


def test_files_come_with_size_and_time_in_order(look):
    deep = put(look.root / "a" / "b.tif", b"12345")
    flat = put(look.root / "z.tif")
    found = look()
    assert found.candidates == [flat, deep]
    assert found.stamps[deep] == (5, (look.root / "a" / "b.tif").stat().st_mtime_ns)


def test_hidden_and_special_files_are_passed_over(look):
    put(look.root / ".hidden.tif")
    put(look.root / ".git" / "a.tif")
    os.mkfifo(look.root / "pipe.tif")
    found = look()
    assert found.candidates == []
    assert found.problems == []


def test_filesets_that_are_folders_are_not_entered(look):
    put(look.root / "a.zarr" / "0" / "c" / "0.tif")
    assert look().candidates == [str(look.root / "a.zarr")]


def test_chunks_of_bare_arrays_are_not_listed(look):
    put(look.root / "old" / ".zarray")
    put(look.root / "old" / "0.0")
    put(look.root / "new" / "zarr.json")
    put(look.root / "new" / "c" / "0" / "0")
    assert look().candidates == []


def test_loops_of_links_end(look):
    once = put(look.root / "a" / "x.tif")
    (look.root / "a" / "up").symlink_to(look.root)
    (look.root / "b").symlink_to(look.root / "a")
    assert look().candidates == [once]


def test_links_to_files_are_followed(look, tmp_path):
    put(tmp_path / "elsewhere.tif", b"123")
    (look.root / "link.tif").symlink_to(tmp_path / "elsewhere.tif")
    found = look()
    assert found.stamps[str(look.root / "link.tif")][0] == 3


def test_dead_links_are_problems(look):
    (look.root / "dead.tif").symlink_to(look.root / "gone.tif")
    (problem,) = look().problems
    assert problem.path.endswith("dead.tif")
    assert "leads nowhere" in problem.cause


def test_our_own_folder_is_skipped(look):
    put(look.root / "home" / "pyramids" / "a.tif")
    assert look(skip=look.root / "home").candidates == []


def test_a_single_file_can_be_walked(look):
    file = put(look.root / "a.tif")
    assert look(folder=look.root / "a.tif").candidates == [file]


def test_a_missing_root_is_a_problem(look):
    found = look(folder=look.root / "gone")
    assert [problem.cause for problem in found.problems] == ["It is not there."]
    assert found.closed == []


def test_folders_that_cannot_be_listed_are_closed(look, monkeypatch):
    # Root may list everything, so the refusal is played.
    put(look.root / "shut" / "a.tif")
    put(look.root / "open" / "b.tif")
    listing = os.scandir

    def refuse(path):
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied")
        return listing(path)

    monkeypatch.setattr(walking.os, "scandir", refuse)
    found = look()
    assert found.candidates == [str(look.root / "open" / "b.tif")]
    assert [problem.path for problem in found.problems] == [str(look.root / "shut")]
    assert "Permission denied" in found.problems[0].cause
    assert found.is_closed(str(look.root / "shut" / "a.tif"))
    assert not found.is_closed(str(look.root / "shutter"))


def test_names_that_are_no_text_are_problems(look):
    raw = os.fsencode(look.root) + b"/caf\xe9.tif"
    try:
        os.close(os.open(raw, os.O_CREAT))
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    found = look()
    assert found.candidates == []
    assert "UTF-8" in found.problems[0].cause
    found.problems[0].path.encode()

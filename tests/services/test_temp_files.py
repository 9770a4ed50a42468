"""Exported files that are kept for a while (contract webgateway 15, T1 to T6)."""

import threading
import time
from contextlib import suppress
from multiprocessing import get_context

import pytest

from graticule.errors import FileError, MissingFileError


@pytest.fixture
def files(database, tmp_path):
    from graticule.services.temp_files import TempFiles

    return TempFiles(tmp_path / "kept")


def text(content):
    return lambda path: path.write_text(content)


def refused(path):
    raise AssertionError(f"{path} is written again")


def test_it_works(files):
    made = files.get("1_2", "a.ome.tiff", "s", [7, 8], text("pixels"))
    assert made.path == files.folder / "1_2" / "a.ome.tiff"
    assert made.path.read_text() == "pixels"
    assert files.find("1_2", "a.ome.tiff") == made
    assert made.image_ids == (7, 8)
    # T3: what is there already is not made again.
    assert files.get("1_2", "a.ome.tiff", "s", [7, 8], refused) == made
    with made.open() as file:
        assert file.read() == b"pixels"


def test_what_is_made_of_something_else_is_made_anew(files):
    files.get("k", "a", "old", [1], text("old"))
    with files.find("k", "a").open() as reader:
        made = files.get("k", "a", "new", [2], text("new"))
        assert reader.read() == b"old"  # who reads goes on
    assert made.path.read_text() == "new"
    assert files.find("k", "a").image_ids == (2,)
    other = files.get("k", "b", "new", [2], text("renamed"))
    assert other.path.read_text() == "renamed"
    assert files.find("k", "a") is None
    assert [path.name for path in files.folder.iterdir()] == ["k"]


def test_new_folders_say_when_they_were_used(files):
    """T1: also who finds the file writes the time."""
    before = time.time()
    made = files.get("k", "a", "s", [], text("x"))
    stamp = made.path.parent / ".timestamp"
    assert before <= float(stamp.read_text()) <= time.time()
    stamp.write_text(str(before - 3600))
    files.get("k", "a", "s", [], refused)
    assert float(stamp.read_text()) >= before


def test_old_folders_go(files):
    """T1: 12 h by .timestamp, else by a name that is a number; others stay."""
    now = time.time()
    hours = 3600

    def folder(name, made=None):
        path = files.folder / name
        path.mkdir(parents=True)
        (path / "file").write_text("x")
        if made is not None:
            (path / ".timestamp").write_text(str(made))

    folder("old", now - 12.1 * hours)
    folder("young", now - 11.9 * hours)
    folder(str(now - 13 * hours))
    folder(str(now - 1 * hours))
    folder("unknown")
    folder("odd", "yesterday")
    folder(".building", now - 13 * hours)
    (files.folder / "a file").write_text("x")
    files.get("new", "a", "s", [], text("x"))
    left = {path.name for path in files.folder.iterdir()}
    assert left == {
        "young",
        str(now - 1 * hours),
        "unknown",
        "odd",
        "a file",
        "new",
    }


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a/b#c.tif", "a_b_c.tif"),
        (".about.json", "_about.json"),
        ("..", "_."),
        ("a\nb\0", "a_b_"),
        ("x" * 300, "x" * 255),
        ("x" * 300 + ".tif", "x" * 251 + ".tif"),
        ("x" * 300 + ".ome.tiff", "x" * 246 + ".ome.tiff"),
        ("x" * 300 + ".v2.12345678901234", "x" * 240 + ".12345678901234"),
        ("x" * 300 + "." + "y" * 16, ("x" * 300)[:255]),
        ("x" * 250 + ".ome.tiff", "x" * 246 + ".ome.tiff"),
        ("x" * 246 + ".ome.tiff", "x" * 246 + ".ome.tiff"),
        ("µ" * 200 + ".ome.tiff", "µ" * 123 + ".ome.tiff"),
        ("a\ud800", "a?"),
    ],
)
def test_names(database, name, safe):
    """T2; the file system counts bytes."""
    from graticule.services.temp_files import safe_name

    assert safe_name(name) == safe
    assert len(safe_name(name).encode()) <= 255


def test_keys_stay_in_the_folder(files):
    """T1: / becomes _."""
    made = files.get("../a/b", "../x", "s", [], text("x"))
    assert made.path == files.folder / "_._a_b" / "_._x"
    assert files.find("..", "kept") is None
    assert files.find("k" * 500, "a") is None


def test_a_failure_leaves_nothing_and_what_was_there(files):
    """T6."""
    files.get("k", "a", "old", [], text("old"))

    def fail(path):
        path.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        files.get("k", "a", "new", [], fail)
    assert files.find("k", "a").path.read_text() == "old"
    assert [path.name for path in files.folder.iterdir()] == ["k"]


def test_a_folder_that_cannot_be_written(files, tmp_path):
    (tmp_path / "kept").write_text("a file is in the way")
    with pytest.raises(FileError, match="cannot be written"):
        files.get("k", "a", "s", [], text("x"))


def test_a_file_whose_time_was_over_just_now(files):
    made = files.get("k", "a", "s", [], text("x"))
    made.path.unlink()
    assert files.find("k", "a") is None
    with pytest.raises(MissingFileError):
        made.open()


def test_the_second_of_two_threads_waits_for_the_first(files):
    """T4."""
    written = []

    def slowly(path):
        time.sleep(0.2)
        written.append(path)
        path.write_text("x")

    threads = [
        threading.Thread(target=files.get, args=("k", "a", "s", [1], slowly))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(written) == 1
    assert files.find("k", "a").path.read_text() == "x"


def test_while_it_is_made_nobody_sees_it(files):
    seen = []

    def look(path):
        path.write_text("half")
        seen.append(files.find("k", "a"))

    files.get("k", "a", "s", [], look)
    assert seen == [None]
    assert files.find("k", "a") is not None


def _write_many(folder, number, done):
    from graticule.services.temp_files import TempFiles

    files = TempFiles(folder)
    for round_ in range(20):
        stamp = f"{number} {round_}"
        files.get("k", "a", stamp, [number], text(stamp * 1000))
        found = files.find("k", "a")
        if found is None:  # just being replaced by another
            continue
        with suppress(MissingFileError), found.open() as file:
            content = file.read()
            assert content == content[: len(content) // 1000] * 1000
            done.value += 1


def test_processes_never_leave_a_mixture(files):
    """Each renders itself; the folder is always one whole of them."""
    context = get_context("fork")
    done = context.Value("i")
    workers = [
        context.Process(target=_write_many, args=(files.folder, number, done))
        for number in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert done.value > 10
    found = files.find("k", "a")
    content = found.path.read_text()
    assert content == f"{found.image_ids[0]} 19" * 1000
    assert [path.name for path in files.folder.iterdir()] == ["k"]

"""The pool of open sources: leases, bounds, change, threads."""

import os
import threading
import time

import pytest

from graticule.errors import (
    ChangedFileError,
    CorruptFileError,
    FileError,
    MissingFileError,
)
from graticule.pixels.cache import ChunkCache
from graticule.pixels.pool import SourcePool, file_stamp
from graticule.pixels.reader import FilesetFile, ReadContext, ReadLimits

CONTEXT = ReadContext(ReadLimits(), ChunkCache(0))


class FakeSource:
    def __init__(self, path):
        self.path = path
        self.content = path.read_text() if path.is_file() else ""
        self.closed = 0

    def close(self):
        self.closed += 1


class Opener:
    """Opens fakes and remembers them all."""

    def __init__(self, pause=0.0, error=None):
        self.opened = []
        self.pause = pause
        self.error = error
        self.calls = 0

    def __call__(self, path, context):
        self.calls += 1
        assert context is CONTEXT
        time.sleep(self.pause)
        if self.error:
            raise self.error(path, "It is broken.")
        self.opened.append(FakeSource(path))
        return self.opened[-1]


@pytest.fixture
def opener():
    return Opener()


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / f"{n}.x" for n in range(6)]
    for path in paths:
        path.write_text(path.name)
    return paths


def change(path, text="changed"):
    before = path.stat().st_mtime_ns
    path.write_text(text)
    os.utime(path, ns=(before + 10**9, before + 10**9))


def test_stays_open_between_leases(opener, files):
    pool = SourcePool(CONTEXT, 4, opener)
    with pool.lease(files[0]) as first:
        pass
    with pool.lease(files[0]) as again:
        assert again is first
    assert opener.calls == 1
    assert first.closed == 0


def test_closes_the_longest_unused(opener, files):
    pool = SourcePool(CONTEXT, 2, opener)
    for n in (0, 1, 0, 2):
        with pool.lease(files[n]):
            pass
    assert [s.closed for s in opener.opened] == [0, 1, 0]
    assert len(pool) == 2


def test_never_closes_what_is_lent_out(opener, files):
    pool = SourcePool(CONTEXT, 1, opener)
    with pool.lease(files[0]) as a, pool.lease(files[1]) as b, pool.lease(files[2]):
        assert (a.closed, b.closed) == (0, 0)
        assert len(pool) == 3
    assert len(pool) == 1
    assert sum(s.closed for s in opener.opened) == 2


def test_zero_keeps_nothing_open(opener, files):
    pool = SourcePool(CONTEXT, 0, opener)
    with pool.lease(files[0]) as source:
        assert source.closed == 0
    assert source.closed == 1
    assert len(pool) == 0


def test_a_changed_file_is_opened_anew(opener, files):
    pool = SourcePool(CONTEXT, 4, opener)
    with pool.lease(files[0]) as old:
        change(files[0])
        with pool.lease(files[0]) as new:
            assert new is not old
            assert new.content == "changed"
        assert old.closed == 0
    assert old.closed == 1
    assert new.closed == 0


def test_a_vanished_file_is_dropped(opener, files):
    pool = SourcePool(CONTEXT, 4, opener)
    with pool.lease(files[0]) as source:
        pass
    files[0].unlink()
    with pytest.raises(MissingFileError), pool.lease(files[0]):
        pass
    assert source.closed == 1
    assert len(pool) == 0


def test_expected(opener, files):
    pool = SourcePool(CONTEXT, 4, opener)
    status = files[0].stat()
    scanned = FilesetFile(files[0], status.st_size, status.st_mtime_ns)
    with pool.lease(files[0], scanned) as source:
        assert source.content == "0.x"
    change(files[0])
    with pytest.raises(ChangedFileError, match="scan"), pool.lease(files[0], scanned):
        pass


@pytest.mark.parametrize("name", ["zarr.json", ".zattrs", ".zgroup"])
def test_folders_go_by_their_metadata(opener, tmp_path, name):
    folder = tmp_path / "a.zarr"
    (folder / "0").mkdir(parents=True)
    entry = folder / name
    entry.write_text("{}")
    status = entry.stat()
    scanned = FilesetFile(entry, status.st_size, status.st_mtime_ns)
    pool = SourcePool(CONTEXT, 4, opener)
    with pool.lease(folder, scanned):
        pass
    (folder / "1").mkdir()
    with pool.lease(folder, scanned):
        pass
    assert opener.calls == 1
    change(entry)
    with pytest.raises(ChangedFileError), pool.lease(folder, scanned):
        pass
    with pool.lease(folder):
        pass
    assert opener.calls == 2


def test_a_folder_without_metadata_goes_by_itself(tmp_path):
    status = tmp_path.stat()
    assert file_stamp(tmp_path) == (status.st_mtime_ns, status.st_size)


def test_what_cannot_be_looked_at(opener, tmp_path):
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    pool = SourcePool(CONTEXT, 4, opener)
    with pytest.raises(FileError, match="loop"), pool.lease(loop):
        pass


def test_an_error_inside_the_block_gives_the_lease_back(opener, files):
    pool = SourcePool(CONTEXT, 0, opener)
    with pytest.raises(ZeroDivisionError), pool.lease(files[0]):
        _ = 1 // 0
    assert opener.opened[0].closed == 1


def test_forget_and_close_wait_for_leases(opener, files):
    pool = SourcePool(CONTEXT, 4, opener)
    with pool.lease(files[1]):
        pass
    with pool.lease(files[0]) as source:
        pool.forget(files[0])
        pool.forget(files[0])
        assert source.closed == 0
        pool.close()
        assert opener.opened[0].closed == 1
        assert source.closed == 0
    assert source.closed == 1


def run(count, work):
    errors = []

    def guarded(n):
        try:
            work(n)
        except BaseException as error:  # noqa: BLE001 looked at below
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    return errors


def test_many_threads_open_it_once(files):
    opener = Opener(pause=0.05)
    pool = SourcePool(CONTEXT, 4, opener)
    seen = []

    def work(n):
        with pool.lease(files[0]) as source:
            seen.append(source)

    assert run(12, work) == []
    assert opener.calls == 1
    assert len({id(source) for source in seen}) == 1
    assert len(seen) == 12


def test_all_who_wait_hear_that_it_is_broken(files):
    opener = Opener(pause=0.05, error=CorruptFileError)
    pool = SourcePool(CONTEXT, 4, opener)

    def work(n):
        with pool.lease(files[0]):
            pass

    errors = run(8, work)
    assert [type(error) for error in errors] == [CorruptFileError] * 8
    assert len({id(error) for error in errors}) == 8
    assert opener.calls < 8
    assert len(pool) == 0


def test_an_accident_in_another_thread_is_tried_again(files):
    calls = []

    def open_source(path, context):
        calls.append(path)
        time.sleep(0.05)
        if len(calls) == 1:
            raise MemoryError
        return FakeSource(path)

    pool = SourcePool(CONTEXT, 4, open_source)

    def work(n):
        with pool.lease(files[0]):
            pass

    errors = run(4, work)
    assert [type(error) for error in errors] == [MemoryError]
    assert len(calls) == 2


def test_threads_over_many_files_never_see_a_closed_source(opener, files):
    pool = SourcePool(CONTEXT, 2, opener)
    closed = []

    def work(n):
        for step in range(60):
            path = files[(n * 7 + step * (n + 1)) % len(files)]
            if step % 20 == n:
                change(path, f"{path.name} {n} {step}")
            with pool.lease(path) as source:
                time.sleep(0.0002)
                if source.closed:
                    closed.append(path)

    assert run(6, work) == []
    assert not closed
    assert len(pool) <= 2
    pool.close()
    assert all(source.closed == 1 for source in opener.opened)


def test_opens_real_files_by_default(tmp_path):
    pool = SourcePool(CONTEXT, 1)
    path = tmp_path / "a.fits"
    path.write_bytes(b"no fits")
    with pytest.raises(CorruptFileError), pool.lease(path):
        pass

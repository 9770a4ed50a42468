"""A store on disk: rules C1 to C14 of the gateway's contract, one by one."""

import logging
import sqlite3
from datetime import timedelta

import pytest

from graticule.services.caching.store import DiskStore, NoStore

HOUR = timedelta(hours=1)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "a" / "store"


@pytest.fixture
def make(folder):
    made = []

    def make(*args, **limits):
        made.append(DiskStore(folder, *args, **limits))
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture
def store(make):
    return make(HOUR)


@pytest.fixture
def clock(monkeypatch):
    """Both clocks, as far ahead as one likes."""
    import time
    from types import SimpleNamespace

    import diskcache.core

    from graticule.services.caching import store

    ahead = SimpleNamespace(seconds=0.0)
    fake = SimpleNamespace(
        time=lambda: time.time() + ahead.seconds,
        monotonic=lambda: time.monotonic() + ahead.seconds,
        sleep=time.sleep,
    )
    monkeypatch.setattr(diskcache.core, "time", fake)
    monkeypatch.setattr(store, "time", fake)
    return ahead


def test_c1_the_store_that_keeps_nothing():
    store = NoStore()
    assert store.get("a/b") is None
    assert store.get("a/b", b"else") == b"else"
    assert store.set("a/b", b"x") is False
    assert store.delete("a") is False
    assert store.wipe() is False


def test_c2_the_folder_is_made(store, folder):
    assert folder.is_dir()


def test_c2_failing_to_make_it_is_an_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"):
        DiskStore(tmp_path / "file" / "store")


def test_c3_set_overwrites(store):
    assert store.set("a/b", b"one")
    assert store.set("a/b", b"two")
    assert store.get("a/b") == b"two"
    assert store.num_entries() == 1


def lives(store, clock, seconds):
    """Whether an entry is there so long after it was written."""
    clock.seconds = seconds
    try:
        return store.has_key("a/b")
    finally:
        clock.seconds = 0.0


@pytest.mark.parametrize(
    ("life", "seconds"), [(None, 3600), (timedelta(minutes=1), 60)]
)
def test_c3_the_life_is_its_own_or_the_stores(store, clock, life, seconds):
    store.set("a/b", b"x", life)
    assert lives(store, clock, seconds - 5)
    assert not lives(store, clock, seconds * 1.2 + 5)


def test_c3_up_to_a_fifth_is_added_at_random(store, clock):
    ends = []
    for _ in range(40):
        store.set("a/b", b"x", timedelta(seconds=1000))
        end = next(s for s in range(990, 1220, 5) if not lives(store, clock, s))
        ends.append(end)
    assert min(ends) >= 1000
    assert max(ends) <= 1205
    assert max(ends) - min(ends) > 50  # together written, not together ended


def test_c3_zero_is_for_ever(store, clock):
    store.set("a/b", b"x", timedelta(0))
    assert lives(store, clock, 10**9)


def test_c4_a_store_without_life_looks_at_none(make, clock):
    store = make(timedelta(0))
    store.set("a/b", b"x", timedelta(seconds=1))
    assert lives(store, clock, 10**9)


def test_c5_get_gives_the_default(store):
    assert store.get("a/b") is None
    assert store.get("a/b", b"else") == b"else"


def test_c5_what_is_over_is_removed_on_the_way(store, clock):
    store.set("a/b", b"x")
    clock.seconds = 5000
    assert store.num_entries() == 1
    assert store.get("a/b", b"else") == b"else"
    assert store.num_entries() == 0


@pytest.mark.parametrize("size", [100, 100_000])  # within the index, and beside it
def test_c5_damaged_entries_are_absent(store, folder, size):
    value = b"v" * size
    store.set("a/b", value)
    store.close()
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in files:
        content = path.read_bytes()
        path.write_bytes(content.replace(b"v" * 50, b"w" * 50))
    assert store.get("a/b", b"else") == b"else"
    assert store.set("a/b", value)
    assert store.get("a/b") == value


@pytest.mark.parametrize("harm", ["cut", "gone"])
def test_c5_an_entry_whose_file_is_harmed(store, folder, harm):
    store.set("a/b", b"v" * 100_000)
    [path] = folder.rglob("*.val")
    path.write_bytes(b"vv") if harm == "cut" else path.unlink()
    assert store.get("a/b", b"else") == b"else"


def test_c5_an_index_that_is_none_begins_anew(make, folder, caplog):
    store = make(HOUR)
    store.set("a/b", b"x")
    store.close()
    for path in folder.glob("cache.db*"):
        path.unlink()
    (folder / "cache.db").write_bytes(b"this is no database" * 1000)
    with caplog.at_level(logging.WARNING, "graticule"):
        assert store.get("a/b", b"else") == b"else"
    assert "not usable" in caplog.text
    assert store.set("a/b", b"y")
    assert store.get("a/b") == b"y"


def test_c5_an_index_that_others_hold_is_no_hindrance(store, folder):
    store.set("a/b", b"x")
    with sqlite3.connect(folder / "cache.db") as other:
        other.execute("BEGIN EXCLUSIVE")
        assert store.set("a/b", b"y") is False
        assert store.get("a/b") == b"x"  # readers do not wait for writers
        other.rollback()
    other.close()
    assert store.set("a/b", b"y")


def test_c6_add_only_what_is_not_there(store, clock):
    assert store.add("a/b", b"one")
    assert not store.add("a/b", b"two")
    assert store.get("a/b") == b"one"
    clock.seconds = 5000
    assert store.add("a/b", b"two")


def test_c6_has_key(store, clock):
    assert not store.has_key("a/b")
    store.set("a/b", b"x")
    assert store.has_key("a/b")
    clock.seconds = 5000
    assert not store.has_key("a/b")


@pytest.mark.parametrize("prefix", ["img", "img/0", "img/0/7", "img/0/7/x"])
def test_c7_delete_takes_all_below(store, prefix):
    below = ["img/0/7/x/1", "img/0/7/x/2"]
    for key in (*below, "img/0/7", "img/0/77/x/1", "other/0/7/x"):
        store.set(key, b"x")
    assert store.delete(prefix)
    assert not any(store.has_key(key) for key in below)
    assert store.has_key("img/0/77/x/1") == (prefix not in {"img", "img/0"})
    assert store.has_key("other/0/7/x")
    assert store.delete(prefix) is False  # absent is no error


def test_c8_wipe(store):
    for number in range(20):
        store.set(f"a/b/c/{number}", b"x" * 50_000)
    assert store.wipe()
    assert store.num_entries() == 0
    assert store.set("a/b", b"x")
    assert store.get("a/b") == b"x"


def test_c9_bytes_only(store):
    for value in ("text", 7, None, ["x"], bytearray(b"x")):
        with pytest.raises(TypeError, match="keeps bytes"):
            store.set("a/b", value)
    store.set("a/b", b"")
    assert store.get("a/b") == b""


@pytest.mark.parametrize("key", ["/a", "a/../b", "../a", "..", "a/..", ""])
def test_c10_keys(store, key):
    for use in (store.get, store.delete, store.has_key):
        with pytest.raises(ValueError, match="is no key"):
            use(key)
    for use in (store.set, store.add):
        with pytest.raises(ValueError, match="is no key"):
            use(key, b"x")


def test_c11_full_by_number(make, caplog):
    store = make(HOUR, max_entries=3)
    with caplog.at_level(logging.WARNING, "graticule"):
        kept = [store.set(f"a/{number}", b"x") for number in range(6)]
    assert kept == [True, True, True, False, False, False]
    assert "is full" in caplog.text
    assert store.num_entries() == 3
    assert store.set("a/0", b"y")  # its own old value makes room
    assert store.get("a/0") == b"y"


def test_c11_full_by_size(make):
    store = make(HOUR, max_bytes=500_000)
    kept = [store.set(f"a/{number}", bytes(100_000)) for number in range(10)]
    assert kept == sorted(kept, reverse=True)
    assert 3 <= sum(kept) <= 5
    # Looked at before writing: one entry over at most.
    assert store.size_bytes() < 500_000 + 150_000


def test_c11_what_is_over_makes_room(make, clock):
    store = make(HOUR, max_entries=2)
    store.set("a/1", b"x")
    store.set("a/2", b"x")
    clock.seconds = 5000
    assert store.set("a/3", b"x")
    assert store.num_entries() == 1


def test_c11_no_limits(store):
    assert all(store.set(f"a/{number}", b"x") for number in range(200))


def test_c12_purge_and_its_holdoff(store, clock):
    store.purge()
    store.set("a/b", b"x", timedelta(seconds=1))
    clock.seconds = 3.0
    store.purge()  # too soon
    assert store.num_entries() == 1
    clock.seconds = 4.5
    store.purge()
    assert store.num_entries() == 0


def test_c13_num_entries(store):
    assert store.num_entries() == 0
    for number in range(7):
        store.set(f"a/b/{number}", b"x")
    assert store.num_entries() == 7


def test_c14_invalidate_group_means_nothing(store):
    assert store.set("a/b", b"x", invalidate_group="anything")
    assert store.get("a/b") == b"x"


def test_a_full_disk_breaks_nothing(store, monkeypatch, caplog):
    import diskcache

    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(diskcache.Disk, "store", full)
    with caplog.at_level(logging.WARNING, "graticule"):
        assert store.set("a/b", b"x") is False
        assert store.set("a/c", b"x") is False
    assert len(caplog.records) == 1  # one line, not one for every request


def test_two_processes_share_it(store, folder):
    """As two workers do; a value of the other is found at once."""
    other = DiskStore(folder, HOUR)
    store.set("a/b", b"x")
    assert other.get("a/b") == b"x"
    other.delete("a")
    assert store.get("a/b") is None
    other.close()

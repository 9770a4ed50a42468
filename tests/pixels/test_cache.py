"""The cache of decoded chunks: bound, order, sharing."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graticule.pixels.cache import ChunkCache


def chunk(nbytes, value=0):
    return np.full(nbytes, value, "u1")


def test_decodes_once():
    cache = ChunkCache(1000)
    calls = []

    def decode():
        calls.append(1)
        return chunk(10, 7)

    first = cache.get("a", decode)
    assert cache.get("a", decode) is first
    assert calls == [1]
    assert (cache.hits, cache.misses, cache.held_bytes) == (1, 1, 10)


def test_chunks_are_read_only():
    array = ChunkCache(1000).get("a", lambda: chunk(10))
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1


def test_forgets_the_longest_unused():
    cache = ChunkCache(40)
    for key in "abcd":
        cache.get(key, lambda: chunk(10))
    cache.get("a", lambda: pytest.fail("a was kept"))
    cache.get("e", lambda: chunk(10))
    cache.get("a", lambda: pytest.fail("a was used last"))
    with pytest.raises(LookupError):
        cache.get("b", lambda: {}["b is gone"])


def test_a_chunk_larger_than_a_quarter_is_not_kept():
    cache = ChunkCache(40)
    cache.get("small", lambda: chunk(10))
    assert cache.get("large", lambda: chunk(11)).size == 11
    assert cache.held_bytes == 10


def test_zero_keeps_nothing():
    cache = ChunkCache(0)
    cache.get("a", lambda: chunk(1))
    assert cache.held_bytes == 0


def test_a_failure_is_not_kept():
    cache = ChunkCache(100)
    with pytest.raises(ZeroDivisionError):
        cache.get("a", lambda: 1 // 0)
    assert cache.get("a", lambda: chunk(3, 5))[0] == 5


def test_clear():
    cache = ChunkCache(100)
    cache.get("a", lambda: chunk(10, 1))
    cache.clear()
    assert cache.held_bytes == 0
    assert cache.get("a", lambda: chunk(10, 2))[0] == 2


@settings(deadline=None)
@given(
    bound=st.integers(0, 200),
    asked=st.lists(st.tuples(st.integers(0, 9), st.integers(1, 60)), max_size=40),
)
def test_never_holds_more_than_the_bound(bound, asked):
    cache = ChunkCache(bound)
    for key, nbytes in asked:
        cache.get(key, lambda n=nbytes: chunk(n))
        assert cache.held_bytes <= bound
        assert cache.held_bytes == sum(c.nbytes for c in cache._chunks.values())
    assert cache.hits + cache.misses == len(asked)


def test_many_threads():
    cache = ChunkCache(500)
    wrong = []

    def work(seed):
        rng = np.random.default_rng(seed)
        wrong.extend(
            key
            for key in rng.integers(0, 20, 200)
            if cache.get(int(key), lambda k=key: chunk(50, k))[0] != key
        )

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert cache.held_bytes == sum(c.nbytes for c in cache._chunks.values()) <= 500

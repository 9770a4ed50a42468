"""Work in the thread of whoever asks (contract uws 17)."""

from datetime import timedelta

import pytest

from graticule.errors import GraticuleError, RequestError
from graticule.jobs.executors.base import Given, Order
from graticule.jobs.executors.inline import (
    FailedForNowError,
    TookTooLongError,
    do_now,
)


def order(folder, **fields):
    return Order("job", 1, "some", folder, (Given("A", "1"),), **fields)


def test_results_come_in_the_order_in_which_they_were_written(tmp_path):
    def work_done(work):
        assert work.asker_waits
        assert work.given == (Given("A", "1"),)
        assert work.seconds_left is None
        work.check_time()
        for key in ("b", "a"):
            with work.result(key, f"{key}.txt", "text/plain") as path:
                path.write_text(key * 3)
            work.report(1, 2)

    found = do_now(order(tmp_path), work_done)
    assert [(each.key, each.name, each.media_type) for each in found] == [
        ("b", "b.txt", "text/plain"),
        ("a", "a.txt", "text/plain"),
    ]
    assert [each.path.read_text() for each in found] == ["bbb", "aaa"]


def test_pieces_are_done_here(tmp_path):
    def work_done(work):
        assert list(work.map(lambda piece, n: (piece.folder, n * n), [1, 2, 3])) == [
            (tmp_path, 1),
            (tmp_path, 4),
            (tmp_path, 9),
        ]

    assert do_now(order(tmp_path), work_done) == ()


def test_time_is_looked_at(tmp_path):
    def work_done(work):
        assert 59 < work.seconds_left <= 60
        work.check_time()

    do_now(order(tmp_path, time_left=timedelta(minutes=1)), work_done)
    with pytest.raises(TookTooLongError):
        do_now(order(tmp_path, time_left=timedelta(0)), lambda work: work.check_time())


@pytest.mark.parametrize(
    ("raised", "seen", "words"),
    [
        (RequestError("bad"), RequestError, "bad"),
        (OSError(28, "x"), FailedForNowError, "No space left"),
        (MemoryError(), GraticuleError, "memory"),
        (ZeroDivisionError("by 0"), ZeroDivisionError, "by 0"),
    ],
)
def test_failures_are_told(tmp_path, raised, seen, words):
    def work_done(work):
        raise raised

    with pytest.raises(seen, match=words) as caught:
        do_now(order(tmp_path), work_done)
    assert type(caught.value) is seen

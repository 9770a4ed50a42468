"""One contract for all executors (contract uws 11, 13; issue: executors)."""

import os
import select
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from tests.jobs.conftest import is_alive, wait_for

from graticule.jobs.executors.base import Ended, Given, Order, Progress, Written
from graticule.jobs.executors.process import ProcessExecutor

TARGET = "tests.jobs.work_done:do"
MEMORY_BYTES = 300 << 20


RULES = {
    "slots": 2,
    "kill_grace": timedelta(seconds=0.3),
    "memory_bytes": MEMORY_BYTES,
}


@pytest.fixture(scope="module")
def cluster():
    """A Dask cluster of two processes."""
    distributed = pytest.importorskip("distributed")
    patch = pytest.MonkeyPatch()
    root = str(Path(__file__).parents[2])
    # What its workers start finds the work below by this.
    patch.setenv("PYTHONPATH", root)
    patch.syspath_prepend(root)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as found:
        yield found
    patch.undo()


@pytest.fixture(scope="module", params=["process", "dask"])
def make_executor(request):
    """Make executors of each kind."""
    address = ""
    if request.param == "dask":
        address = request.getfixturevalue("cluster").scheduler_address
    # Their processes find the work below by the path of ours.
    patch = pytest.MonkeyPatch()
    patch.syspath_prepend(str(Path(__file__).parents[2]))

    def make(**rules):
        rules = RULES | rules
        if not address:
            return ProcessExecutor(TARGET, **rules)
        from graticule.jobs.executors.dask import DaskExecutor

        return DaskExecutor(TARGET, address, **rules)

    yield make
    patch.undo()


@pytest.fixture(scope="module")
def executor(make_executor):
    """An executor of each kind, shared by the tests of this file."""
    made = make_executor()
    yield made
    made.close()


class Watch:
    """Everything an executor has said."""

    def __init__(self, executor, tmp_path):
        self.executor = executor
        self.folder = tmp_path
        self.said = []
        self.count = 0

    def start(self, service, *given, **fields):
        self.count += 1
        folder = self.folder / str(self.count)
        folder.mkdir()
        order = Order(f"job{self.count}", 1, service, folder, given, **fields)
        self.executor.start(order)
        return order

    def look(self):
        select.select(self.executor.filenos(), [], [], 0.02)
        self.said += self.executor.events()

    def until(self, kind, order, seconds=60):
        def found():
            self.look()
            for event in self.said:
                if isinstance(event, kind) and event.job_id == order.job_id:
                    return event
            return None

        return wait_for(found, seconds)


@pytest.fixture
def watch(executor, tmp_path):
    found = Watch(executor, tmp_path)
    yield found
    assert wait_for(lambda: (found.look(), executor.free == 2)[1], 20)


def text(value):
    return Given("text", value)


def test_work_is_done_and_said(watch):
    order = watch.start("write", text("hello"))
    assert watch.until(Ended, order) == Ended(order.job_id, 1)
    progress = watch.until(Progress, order)
    assert (progress.done, progress.total, progress.message) == (1, 2, "writing")
    written = watch.until(Written, order)
    assert (written.key, written.name) == ("result", "r.txt")
    assert written.path.read_text().startswith("hello by ")
    assert written.path.is_relative_to(order.folder)


def test_processes_are_used_again(watch):
    pids = set()
    for _ in range(6):
        order = watch.start("write", text("x"))
        watch.until(Ended, order)
        pids.add(watch.until(Written, order).path.read_text())
    assert len(pids) <= 2


def test_uploads_come_as_files(watch, tmp_path):
    file = tmp_path / "upload"
    file.write_bytes(b"ab")
    order = watch.start("upload", Given("FILE", "own name.bin", str(file)))
    watch.until(Ended, order)
    assert watch.until(Written, order).path.read_bytes() == b"abab"


@pytest.mark.parametrize(
    ("service", "said", "transient"),
    [
        ("fail", "bad CIRCLE", False),
        ("unreadable", "a.tif: bad CIRCLE", False),
        ("mistake", "error in the program", False),
        ("full", "No space left", True),
        ("nothing_written", "r.txt was not written", False),
        ("same_key_twice", "Two results are called result", False),
    ],
)
def test_what_goes_wrong_is_a_sentence(watch, service, said, transient):
    ended = watch.until(Ended, watch.start(service, text("bad CIRCLE")))
    assert said in ended.message
    assert ended.transient is transient
    assert not ended.lost
    assert "secret" not in ended.message  # U71
    assert ("secret" in ended.detail) == (service == "mistake")


def test_several_at_once(watch):
    orders = [watch.start("sleep", text("600")) for _ in range(2)]
    assert watch.executor.free == 0
    for order in orders:  # neither ends by itself
        watch.until(Progress, order)
    for order in orders:
        watch.executor.kill(*order.key)
        watch.until(Ended, order)


def test_a_polite_stop_does_not_wait_for_force(make_executor, tmp_path):
    watched = Watch(make_executor(kill_grace=timedelta(seconds=40)), tmp_path)
    try:
        order = watched.start("sleep", text("600"))
        pid = int(watched.until(Progress, order).message)
        watched.executor.kill(*order.key)
        watched.until(Ended, order, seconds=20)
        assert wait_for(lambda: not is_alive(pid), 10)
    finally:
        watched.executor.close()


def test_a_stubborn_job_is_killed_with_all_its_processes(watch):
    order = watch.start("stubborn")
    pids = [int(word) for word in watch.until(Progress, order).message.split()]
    assert all(is_alive(pid) for pid in pids)
    watch.executor.kill(*order.key)
    watch.until(Ended, order, seconds=15)  # kill_grace is 0.3 s (contract 25.4)
    assert wait_for(lambda: not any(is_alive(pid) for pid in pids), 5)


def test_a_process_that_dies_is_noticed(watch):
    ended = watch.until(Ended, watch.start("vanish"))
    assert ended.lost
    assert "signal 9" in ended.message  # U89
    order = watch.start("write", text("next"))
    assert watch.until(Ended, order).message == ""


def test_a_job_that_eats_memory_is_stopped_with_the_limit_named(watch):
    ended = watch.until(Ended, watch.start("eat"))
    assert "memory" in ended.message
    assert not ended.lost
    order = watch.start("write", text("next"))
    assert watch.until(Ended, order).message == ""


def test_what_a_job_leaves_running_ends_with_it(watch):
    order = watch.start("leave_child")
    watch.until(Ended, order)
    pid = int(watch.until(Written, order).path.read_text())
    assert wait_for(lambda: not is_alive(pid), 10)


def test_killing_a_job_that_has_ended_does_nothing(watch):
    order = watch.start("write", text("x"))
    watch.until(Ended, order)
    watch.executor.kill(*order.key)
    other = watch.start("write", text("y"))
    assert watch.until(Ended, other).message == ""


@pytest.mark.parametrize("kind", ["plain", "large", "file"])
def test_pieces_give_the_same_everywhere_and_in_order(watch, kind):
    order = watch.start("pieces", text(kind))
    assert watch.until(Ended, order) == Ended(order.job_id, 1)
    lines = watch.until(Written, order).path.read_text().splitlines()
    if kind == "file":
        names = [line.split("'")[1] for line in lines]
        assert all(line.endswith("True)") for line in lines)
        assert [(order.folder / name).read_text() for name in names] == [
            str(number) for number in range(12)
        ]
    else:
        wanted = {
            "plain": [str(number * number) for number in range(12)],
            "large": [300_000 * letter for letter in "abcdefghijkl"],
        }
        assert lines == wanted[kind]
        # Nothing but the result is left where it went by files.
        assert len([each for each in order.folder.iterdir() if each.is_file()]) <= 2
    told = [e for e in watch.said if isinstance(e, Progress) and e.total == 12]
    assert (told[-1].done, told[-1].job_id) == (12, order.job_id)
    assert [e.done for e in told] == sorted(e.done for e in told)


@pytest.mark.parametrize(
    ("kind", "said"),
    [("refused", "cells.tif: is not there."), ("mistaken", "error in the program")],
)
def test_a_piece_that_fails_fails_its_job_as_if_the_job_had_done_it(watch, kind, said):
    ended = watch.until(Ended, watch.start("pieces", text(kind)))
    assert said in ended.message
    assert not ended.lost
    assert ("secret" in ended.detail) == (kind == "mistaken")
    assert ("in piece_mistaken" in ended.detail) == (kind == "mistaken")


def test_a_job_may_leave_pieces_undone(watch):
    order = watch.start("half")
    assert watch.until(Ended, order) == Ended(order.job_id, 1)
    assert watch.until(Written, order).path.read_text() == "[0, 1, 4]"


def test_a_single_piece_is_done_by_the_job_itself(watch, request):
    order = watch.start("nested")
    assert watch.until(Ended, order).message == ""
    own, single, helpers = map(
        int, watch.until(Written, order).path.read_text().split()
    )
    assert single == own
    on_cluster = "dask" in request.node.name
    assert (helpers > 1) == on_cluster


def test_stubborn_pieces_end_with_their_job(watch, request):
    order = watch.start("pieces", text("slow"))
    count = 2 if "dask" in request.node.name else 1
    pids = wait_for(lambda: pids_in(order.folder, count), 60)
    wait_for(lambda: (watch.look(), shares_of(watch, order))[1], 60)
    watch.executor.kill(*order.key)
    watch.until(Ended, order)
    assert not any(is_alive(pid) for pid in pids)


def pids_in(folder, count):
    pids = [int(each.name.split("-")[1]) for each in folder.glob("pid-*")]
    return len(pids) >= count and pids


def shares_of(watch, order):
    """What was said of pieces that are not done yet."""
    return [
        event.done
        for event in watch.said
        if isinstance(event, Progress)
        and event.job_id == order.job_id
        and 0 < event.done < 1
    ]


def test_a_piece_that_eats_memory_ends_its_job_with_the_limit_named(watch):
    ended = watch.until(Ended, watch.start("pieces", text("eating")))
    assert "memory" in ended.message
    assert not ended.lost


@pytest.fixture
def on_dask(cluster, tmp_path):
    """An executor of one's own on the cluster, watched."""
    from graticule.jobs.executors.dask import DaskExecutor

    found = Watch(DaskExecutor(TARGET, cluster.scheduler_address, **RULES), tmp_path)
    yield found
    found.executor.close()


def test_a_piece_whose_process_dies_is_done_once_more(on_dask):
    order = on_dask.start("pieces", text("dying_once"))
    assert on_dask.until(Ended, order).message == ""
    lines = on_dask.until(Written, order).path.read_text().split()
    assert lines == [str(number) for number in range(12)]
    assert len(list(order.folder.glob("tried-*"))) == 3


def test_a_piece_that_dies_again_and_again_ends_its_job(on_dask):
    order = on_dask.start("pieces", text("dying"))
    ended = on_dask.until(Ended, order)
    assert ended.lost
    assert "signal 9, 3 times" in ended.message
    assert (order.folder / "tried").read_text().split().count("2") == 3


def test_a_lost_dask_worker_is_said(cluster, tmp_path):
    from graticule.jobs.executors.dask import DaskExecutor

    watched = Watch(DaskExecutor(TARGET, cluster.scheduler_address, **RULES), tmp_path)
    try:
        order = watched.start("sleep", text("600"))
        pid = int(watched.until(Progress, order).message)
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        os.kill(int(stat[1]), signal.SIGKILL)
        ended = watched.until(Ended, order)
        assert ended.lost
        assert "Dask worker" in ended.message
        assert wait_for(lambda: not is_alive(pid), 5)
        wait_for(lambda: (watched.look(), watched.executor.free == 2)[1], 60)
        order = watched.start("write", text("next"))
        assert watched.until(Ended, order).message == ""
    finally:
        watched.executor.close()

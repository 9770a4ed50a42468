"""Workers: order, and what becomes of tasks that crash, hang or fail."""

import sys
from collections import deque

import pytest

from graticule.errors import GraticuleError
from graticule.services.scanning.workers import Lost, Workers

WORK = """
import os, signal, sys, time

def work(task, tell):
    if task == "exit":
        os._exit(3)
    if task == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if task == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if task == "raise":
        raise KeyError("no such tag")
    if task == "hang":
        time.sleep(60)
    if task == "loud":
        print("noise on standard output", flush=True)
        os.write(1, b"more noise")
    if isinstance(task, (int, float)):
        time.sleep(task)
    tell(f"about {task}")
    return f"done {task}"

def has_django(task, tell):
    import graticule.services.scanning.inspect
    import graticule.services.scanning.shrink
    from graticule.pixels.registry import readers

    return bool(readers()), "django" in sys.modules
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    (tmp_path / "some_work.py").write_text(WORK)
    monkeypatch.syspath_prepend(tmp_path)
    import some_work

    yield some_work
    del sys.modules["some_work"]


def do(work, tasks, count=1, seconds=30.0, depth=8, told=lambda _t, _n: None):
    waiting = deque(tasks)
    with Workers(work, count, seconds, told) as workers:
        workers.depth = depth
        return list(
            workers.run(
                lambda: waiting.popleft() if waiting else None, lambda _t, _r: None
            )
        )


def test_results_come_in_the_order_of_the_tasks(module):
    tasks = [0.3, 0, 0.1, 0, 0.05]
    assert do(module.work, tasks, count=2, depth=1) == [
        (task, f"done {task}") for task in tasks
    ]


def test_nothing_to_do_starts_nothing():
    assert do("this is no work at all", []) == []


def test_a_task_may_bring_more_tasks(module):
    waiting = deque(["a"])
    seen = []
    with Workers(module.work, 1, 30) as workers:
        for task, _ in workers.run(
            lambda: waiting.popleft() if waiting else None, lambda _t, _r: None
        ):
            seen.append(task)
            if task == "a":
                waiting.append("b")
    assert seen == ["a", "b"]


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("exit", "exit code 3"),
        ("crash", "crashed (Segmentation fault)"),
        ("killed", "memory ran out"),
        ("raise", "KeyError: 'no such tag'"),
    ],
)
def test_only_the_culprit_is_lost(module, task, words):
    results = dict(do(module.work, ["a", "b", task, "c", "d"]))
    lost = results.pop(task)
    assert isinstance(lost, Lost)
    assert words in lost.cause
    assert results == {other: f"done {other}" for other in "abcd"}


def test_many_crashes_in_a_row_on_two_workers(module):
    tasks = ["a", *["exit"] * 3, "b", *["crash"] * 2, "c"]
    results = do(module.work, tasks, count=2, depth=4)
    assert [task for task, _ in results] == tasks
    for task, result in results:
        assert isinstance(result, Lost) == (task in {"exit", "crash"})


def test_a_task_that_hangs_is_given_up(module):
    results = dict(do(module.work, ["a", "hang", "b"], seconds=1.5))
    assert results["a"] == "done a"
    assert results["b"] == "done b"
    assert "longer than 1.5 seconds" in results["hang"].cause


def test_output_of_libraries_does_no_harm(module):
    assert do(module.work, ["loud"]) == [("loud", "done loud")]


def test_news_reach_the_parent(module):
    heard = []
    do(module.work, ["a", "b"], told=lambda task, news: heard.append((task, news)))
    assert heard == [("a", "about a"), ("b", "about b")]


def test_workers_load_no_django(module):
    assert do(module.has_django, ["?"]) == [("?", (True, False))]


def test_a_worker_that_cannot_start_is_nobodys_fault(module, monkeypatch):
    from graticule.services.scanning import workers

    monkeypatch.setattr(workers, "MODULE", "graticule.services.scanning.nothing")
    with pytest.raises(GraticuleError, match=r"does not start.*nothing"):
        do(module.work, ["a"])

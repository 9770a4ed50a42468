"""A job that is over its time and does not listen (contract uws 11, U74; 25.5)."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from tests.jobs.conftest import forget_jobs, is_alive

KILL_GRACE_SECONDS = 0.5


@pytest.fixture
def turn(database, monkeypatch):
    """Turns of a runner whose jobs are the work of tests."""
    from graticule.jobs.executors.process import ProcessExecutor
    from graticule.jobs.runner import Runner

    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    executor = ProcessExecutor(
        "tests.jobs.work_done:do",
        slots=1,
        kill_grace=timedelta(seconds=KILL_GRACE_SECONDS),
    )
    runner = Runner(executor, timedelta(seconds=15))
    yield lambda: runner._turn(0.05)
    runner._leave()
    forget_jobs()


def test_it_is_aborted_and_killed_with_its_children(turn):
    from graticule.jobs import requests

    job = requests.create(
        requests.NewJob("stubborn", None, duration=timedelta(seconds=2))
    )
    requests.run(job)

    def until(condition):
        end = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < end
            turn()
            job.refresh_from_db()

    until(lambda: job.progress_message)
    pids = [int(word) for word in job.progress_message.split()]
    assert all(is_alive(pid) for pid in pids)
    until(lambda: job.phase != "EXECUTING")
    assert (job.phase, job.fault) == ("ABORTED", "transient")
    assert job.message == "execution duration of 2 s exceeded"
    taken = (job.ended - job.started).total_seconds()
    assert 2 <= taken < 30
    # Nobody's patience but kill_grace keeps them: they would sleep for ten minutes.
    until(lambda: not any(is_alive(pid) for pid in pids))

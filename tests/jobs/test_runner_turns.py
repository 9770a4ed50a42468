"""One runner turn by turn, with an executor that says what it is told to say."""

import threading
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from tests.jobs.conftest import forget_jobs


class Scripted:
    """An executor that says what a test tells it to say."""

    free = 1

    def __init__(self):
        self.said, self.killed, self.started = [], [], []

    def start(self, order):
        self.started.append(order)
        self.free = 0

    def kill(self, job_id, attempt):
        self.killed.append(job_id)

    def events(self):
        found, self.said = self.said, []
        return found

    def filenos(self):
        return []

    def close(self):
        pass


@pytest.fixture
def scripted(database):
    from graticule.jobs.runner import Runner

    executor = Scripted()
    runner = Runner(executor, timedelta(seconds=15))
    yield SimpleNamespace(
        executor=executor, turn=lambda seconds=0: runner._turn(seconds)
    )
    runner._leave()
    forget_jobs()


def test_what_was_said_while_the_tables_were_away_is_not_forgotten(
    scripted, submit, monkeypatch
):
    from django.db import OperationalError

    from graticule.jobs import runner
    from graticule.jobs.executors.base import Ended

    job = submit()
    scripted.turn()
    scripted.executor.said.append(Ended(job.pk, 1))
    with monkeypatch.context() as away:

        def locked(*_):
            raise OperationalError("database is locked")

        away.setattr(runner.attempts, "complete", locked)
        for _ in range(2):
            scripted.turn()
        job.refresh_from_db()
        assert job.phase == "EXECUTING"
    scripted.turn()
    job.refresh_from_db()
    assert job.phase == "COMPLETED"


def test_a_result_that_vanished_is_an_error_not_the_end_of_the_runner(
    scripted, submit, tmp_path
):
    from graticule.jobs.executors.base import Ended, Written

    job = submit()
    scripted.turn()
    gone = Written(job.pk, 1, "result", tmp_path / "gone", "r.txt", "text/plain")
    scripted.executor.said += [gone, Ended(job.pk, 1)]
    scripted.turn()
    job.refresh_from_db()
    assert (job.phase, job.fault) == ("ERROR", "transient")
    assert not job.results.exists()


def test_a_bell_begins_a_job_without_waiting_for_the_next_look(scripted, submit):
    from django.db import connection

    timer = threading.Timer(0.2, lambda: (submit(), connection.close()))
    timer.start()
    begun = time.monotonic()
    while not scripted.executor.started:
        scripted.turn(seconds=60)
    assert time.monotonic() - begun < 30
    timer.join()


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(days=-400)])
def test_the_clock_may_jump(scripted, submit, monkeypatch, jump):
    from graticule.jobs import runner
    from graticule.jobs.times import now

    job = submit()
    scripted.turn()
    monkeypatch.setattr(runner, "now", lambda: now() + jump)
    monkeypatch.setattr(runner.attempts, "destroy_due", lambda moment: 0)
    for _ in range(3):
        time.sleep(0.3)
        scripted.turn()
    job.refresh_from_db()
    assert job.phase == "EXECUTING"
    assert scripted.executor.killed == []

"""Runners as processes: jobs end, whatever happens to whom (contract uws 13, 25)."""

import os
import signal
import threading
from datetime import timedelta

import pytest
from tests.jobs.conftest import (
    Workers,
    ended,
    executing,
    forget_jobs,
    processes_of,
    result_of,
    wait_for,
)


@pytest.fixture(scope="module")
def shared_worker(database):
    from django.conf import settings

    found = Workers(settings.GRATICULE["home"])
    yield found.start("--slots", "2")
    found.stop()


@pytest.fixture
def worker(shared_worker):
    """One for the tests that leave it as it was; the others start their own."""
    yield shared_worker
    forget_jobs()


def test_a_job_is_done(worker, submit):
    job = ended(submit(text="hello", seconds=0.5))
    assert (job.phase, job.message) == ("COMPLETED", "")
    assert result_of(job) == "hello\n"
    assert job.created <= job.queued <= job.started <= job.ended
    assert (job.ended - job.started).total_seconds() >= 0.5
    assert job.progress_total == 1


def test_what_it_was_asked_to_fail_with_is_said(worker, submit):
    job = ended(submit(fail="CIRCLE is too large"))
    assert (job.phase, job.fault) == ("ERROR", "fatal")
    assert job.message == "CIRCLE is too large"


def test_bad_parameters_end_in_error_with_every_complaint(worker, submit):
    job = ended(submit(seconds="soon", memory_bytes=-1))
    assert job.phase == "ERROR"
    assert job.message.startswith("UsageError: ")
    assert "SECONDS" in job.message
    assert "MEMORY_BYTES" in job.message


def test_abort_says_aborted_at_once_and_nothing_is_left_running(worker, submit):
    from graticule.jobs import requests

    before = set(processes_of(worker.pid))
    job = submit(seconds=600)
    executing(job)
    requests.abort(job, "aborted by its owner")
    job.refresh_from_db()
    assert (job.phase, job.message) == ("ABORTED", "aborted by its owner")
    assert job.ended is not None
    # The process it ran in is replaced.
    wait_for(lambda: set(processes_of(worker.pid)) - before)
    assert ended(submit(text="next")).phase == "COMPLETED"


def test_delete_while_running_leaves_nothing(worker, submit):
    from graticule.jobs import folders, requests

    job = submit(seconds=600)
    executing(job)
    folder = folders.working_folder(job.pk, job.attempt)
    assert folder.is_dir()
    requests.delete(job.pk, "deleted")
    after = [ended(submit(text="x")) for _ in range(3)]
    assert [(job.phase, job.message) for job in after] == [("COMPLETED", "")] * 3
    wait_for(lambda: not folder.exists(), 10)


def test_a_job_that_takes_too_long_is_aborted(worker, submit):
    from graticule.jobs import requests

    job = submit(run=False, seconds=600, cpu=True)
    requests.set_duration(job, timedelta(seconds=1))
    requests.run(job)
    executing(job)
    job = ended(job)
    assert (job.phase, job.fault) == ("ABORTED", "transient")
    assert "1 s exceeded" in job.message
    # U74: within 1 s, where nothing else keeps the machine busy.
    assert 1.0 <= (job.ended - job.started).total_seconds() < 8.0


def test_ten_concurrent_runs_execute_once(worker, submit):
    from django.db import connection

    from graticule.jobs import requests
    from graticule.jobs.models import JobEvent

    job = submit(run=False, text="once")

    def run():
        requests.run(job)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended(job).phase == "COMPLETED"  # 25.3
    moves = JobEvent.objects.filter(job_id=job.pk).values_list("new", flat=True)
    assert list(moves) == ["PENDING", "QUEUED", "EXECUTING", "COMPLETED"]
    assert job.attempt == 1


def test_a_killed_process_is_an_error_at_once(worker, submit):
    job = submit(seconds=600)
    executing(job)
    # The one that leads a session of its own: not the server that forks them.
    for pid in processes_of(worker.pid):
        if os.getsid(pid) == pid:
            os.kill(pid, signal.SIGKILL)
    job = ended(job)
    assert (job.phase, job.fault) == ("ERROR", "transient")
    assert "signal 9" in job.message
    assert ended(submit(text="next")).phase == "COMPLETED"

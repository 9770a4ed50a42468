"""Runners that are killed, stopped, or several (contract uws 13, 25.7, 25.8)."""

import signal

import pytest
from tests.jobs.conftest import (
    ended,
    executing,
    is_alive,
    processes_of,
    result_of,
    wait_for,
)

SLOW = 120
"""Seconds that starting Dask may take on a machine with much else to do."""


def test_a_killed_runner_takes_its_jobs_with_it_and_the_next_one_says_so(
    workers, submit
):
    first = workers.start("--slots", "2")
    job = submit(seconds=600)
    executing(job)
    children = processes_of(first.pid)
    first.kill()
    first.wait()
    assert wait_for(lambda: not any(map(is_alive, children)), 5)
    workers.start()
    job = ended(job, 10)  # sooner than the lease: it is of this machine (U89)
    assert (job.phase, job.fault) == ("ERROR", "transient")
    assert "lost" in job.message


def test_a_lost_job_is_done_by_the_next_runner_where_that_is_allowed(workers, submit):
    first = workers.start("--slots", "1", max_attempts="2")
    job = submit(seconds=1, text="again")
    executing(job)
    first.kill()
    first.wait()
    workers.start(max_attempts="2")
    job = ended(job)
    assert (job.phase, job.attempt) == ("COMPLETED", 2)
    assert result_of(job) == "again\n"


def test_two_runners_never_do_one_job_twice(workers, submit):
    from graticule.jobs.models import JobEvent

    for _ in range(2):
        workers.start("--slots", "2")
    jobs = [submit(text=number) for number in range(60)]
    for job in jobs:
        assert ended(job, 60).phase == "COMPLETED"
    claims = JobEvent.objects.filter(new="EXECUTING")
    assert claims.count() == len(jobs)
    by_whom = set(claims.values_list("cause", flat=True))
    assert len(by_whom) == 2


def test_a_stopped_runner_finishes_what_it_may(workers, submit):
    worker = workers.start("--drain", "20")
    job = submit(seconds=1, text="last words")
    executing(job)
    later = submit(text="not any more", run=False)
    worker.send_signal(signal.SIGTERM)
    assert ended(job).phase == "COMPLETED"
    assert worker.wait(5) == 0
    later.refresh_from_db()
    assert later.phase == "PENDING"


def test_without_time_to_drain_jobs_are_given_up(workers, submit):
    worker = workers.start()
    job = submit(seconds=600)
    executing(job)
    children = processes_of(worker.pid)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(5) == 0
    job = ended(job, 1)
    assert (job.phase, job.fault) == ("ERROR", "transient")
    assert "stopped" in job.message
    assert wait_for(lambda: not any(map(is_alive, children)), 5)


def test_jobs_are_done_by_a_dask_cluster(workers, submit, monkeypatch):
    distributed = pytest.importorskip("distributed")
    from django.conf import settings

    # Its workers find the same home, by their own environment.
    monkeypatch.setenv("GRATICULE_HOME", str(settings.GRATICULE["home"]))
    monkeypatch.setenv("GRATICULE_ECHO_SERVICE", "true")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=True, dashboard_address=":0"
    ) as cluster:
        from graticule.jobs import requests

        address = cluster.scheduler_address
        worker = workers.start(dask_scheduler=address, max_attempts="1")
        jobs = [submit(text=number) for number in range(5)]
        assert {ended(job, SLOW).phase for job in jobs} == {"COMPLETED"}
        assert [result_of(job) for job in jobs] == [f"{n}\n" for n in range(5)]
        late = submit(seconds=600)
        executing(late, SLOW)
        requests.abort(late, "enough")
        assert ended(submit(text="next"), SLOW).phase == "COMPLETED"
        lost = submit(seconds=600)
        executing(lost, SLOW)
        # The scheduler goes, and all with it: an error, not silence.
        cluster.close()
        job = ended(lost, SLOW)
        assert (job.phase, job.fault) == ("ERROR", "transient")
        assert worker.poll() is None

"""Several who want to move one job: one does (contract uws U23, 25)."""

import threading
from datetime import timedelta

import pytest
from tests.jobs.conftest import forget_jobs


@pytest.fixture
def unlimited(configured):
    """Any number of jobs at once, committed."""
    configured(max_running_per_owner=10_000, max_attempts=2)
    yield
    forget_jobs()


def queued(count):
    from graticule.jobs.models import Job
    from graticule.jobs.times import now

    rows = [
        Job(
            id=f"race{number:012}",
            service="echo",
            phase="QUEUED",
            created=now(),
            queued=now(),
            duration=timedelta(hours=1),
        )
        for number in range(count)
    ]
    return Job.objects.bulk_create(rows)


def together(*calls):
    """Do things at the same time in threads; give what each gave."""
    from django.db import connection

    gate = threading.Barrier(len(calls))
    given = [None] * len(calls)

    def do(place, call):
        gate.wait()
        try:
            given[place] = call()
        finally:
            connection.close()

    threads = [
        threading.Thread(target=do, args=(place, call))
        for place, call in enumerate(calls)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def test_two_runners_race_a_thousand_times(unlimited):
    from graticule.jobs import attempts
    from graticule.jobs.models import Job, JobEvent
    from graticule.jobs.times import now

    jobs = queued(1000)

    def take_all(runner):
        taken, empty = [], 0
        while empty < 3:  # one that another takes just now is passed by
            job = attempts.claim(runner, now(), {})
            if job is None:
                empty += 1
            else:
                taken.append(job.pk)
        return taken

    one, two = together(lambda: take_all("a:1:1"), lambda: take_all("b:1:1"))
    assert len(one) + len(two) == len({*one, *two}) == len(jobs)
    assert JobEvent.objects.filter(new="EXECUTING").count() == len(jobs)
    assert set(Job.objects.values_list("attempt", flat=True)) == {1}
    assert Job.objects.filter(runner="a:1:1").count() == len(one)


def test_of_completing_aborting_and_losing_one_wins(unlimited):
    from graticule.jobs import attempts, requests
    from graticule.jobs.models import Job, JobEvent

    for job in queued(60):
        Job.objects.filter(pk=job.pk).update(phase="EXECUTING", attempt=2, runner="a")
        together(
            lambda job=job: attempts.complete(job.pk, 2),
            lambda job=job: requests.abort(job, "enough"),
            lambda job=job: attempts.lose(job.pk, 2, "lost"),
        )
        assert JobEvent.objects.filter(job_id=job.pk).count() == 1

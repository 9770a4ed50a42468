"""Dask's workers and scheduler are killed under load: every job ends (uws 25.7).

A service manager is imitated: what was killed is started again.
"""

import os
import random
import socket
import subprocess
import sys
import time
from threading import Thread

import pytest
from tests.jobs.conftest import ended, is_alive, processes_of, wait_for
from tests.jobs.test_faults import all_ended, check

pytestmark = pytest.mark.slow
pytest.importorskip("distributed")
JOBS = 100
PARTS = 6
SLOW = 300  # seconds, on a machine with much else to do
ATTEMPTS = "3"


class Cluster:
    """A scheduler and two workers as programs of their own."""

    def __init__(self, home):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self._env = {
            **os.environ,
            "GRATICULE_HOME": str(home),
            "GRATICULE_ECHO_SERVICE": "true",
            "GRATICULE_LOG_LEVEL": "ERROR",
            # A lost worker is noticed by its connection, and quickly.
            "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s",
        }
        self.seen = set()
        self.scheduler = self._scheduler()
        self.workers = [self._worker(), self._worker()]

    def _start(self, *words):
        return subprocess.Popen(
            [sys.executable, "-m", *words],
            env=self._env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _scheduler(self):
        return self._start(
            "distributed.cli.dask_scheduler",
            *("--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard"),
        )

    def _worker(self):
        return self._start(
            "distributed.cli.dask_worker",
            *(self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard"),
        )

    def kill(self, victim):
        """Kill one, and start it again; a scheduler takes its workers with it."""
        self._note()
        victim.kill()
        victim.wait()
        if victim is self.scheduler:
            self.scheduler = self._scheduler()
            for worker in self.workers:
                worker.kill()
                worker.wait()
            self.workers = [self._worker() for _ in self.workers]
        else:
            self.workers.remove(victim)
            self.workers.append(self._worker())

    def _note(self):
        """Remember who has ever worked on jobs."""
        for worker in self.workers:
            self.seen |= {worker.pid, *processes_of(worker.pid)}

    def close(self):
        self._note()
        for process in (*self.workers, self.scheduler):
            process.kill()
        for process in (*self.workers, self.scheduler):
            process.wait()
        wait_for(lambda: not any(map(is_alive, self.seen)))


@pytest.fixture
def cluster(database):
    from django.conf import settings

    found = Cluster(settings.GRATICULE["home"])
    yield found
    found.close()


def submit_many(submit, chance):
    """Queue short jobs, each eighth in parts; give what each is to write."""
    texts = {}
    for number in range(JOBS):
        parts = PARTS if number % 8 == 0 else 0
        seconds = chance.choice((0, 0, 0.02))
        job = submit(text=number, seconds=seconds, parts=parts)
        lines = [str(number), *(f"part {part}" for part in range(parts))]
        texts[job.pk] = "\n".join(lines)
    return texts


@pytest.mark.parametrize("seed", [4])
def test_workers_and_scheduler_killed_at_random_under_load(
    cluster, workers, submit, seed
):
    from graticule.jobs.models import Job

    chance = random.Random(seed)
    runner = workers.start(
        dask_scheduler=cluster.address, max_attempts=ATTEMPTS, log_level="ERROR"
    )
    # It has much to complain of, and must not wait for a reader.
    Thread(target=runner.stdout.read, daemon=True).start()
    assert ended(submit(text="first"), SLOW).phase == "COMPLETED"
    texts = submit_many(submit, chance)
    jobs = list(Job.objects.filter(pk__in=texts))
    kinds = ["worker", "scheduler", "worker"]
    chance.shuffle(kinds)
    for kind in kinds:
        # Moments of progress, not of the clock: a slow machine kills as many.
        more = min(done(texts) + chance.randint(8, 20), JOBS)
        wait_for(lambda more=more: done(texts) >= more, SLOW)
        time.sleep(chance.uniform(0, 0.2))
        victim = chance.choice(cluster.workers)
        cluster.kill(cluster.scheduler if kind == "scheduler" else victim)
    wait_for(lambda: all_ended(jobs), SLOW)
    assert runner.poll() is None
    last = ended(submit(text="last", seconds=1), SLOW)
    assert last.phase == "COMPLETED"
    assert last.progress_total is not None  # the new scheduler tells it, too
    completed = Job.objects.filter(pk__in=texts, phase="COMPLETED").count()
    assert completed > JOBS * 0.8  # few are lost three times over
    check(texts)


def done(texts):
    from graticule.jobs.models import Job
    from graticule.jobs.phases import FINAL

    return Job.objects.filter(pk__in=texts, phase__in=FINAL).count()

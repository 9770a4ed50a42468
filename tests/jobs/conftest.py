"""Jobs without HTTP: real tables, real processes."""

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest


@pytest.fixture
def jobs(catalog, configured, tmp_path):
    """The tables of jobs, rolled back; files in a folder of the test."""
    configured(home=tmp_path, echo_service=True)
    return catalog


@pytest.fixture
def new_job(jobs):
    from graticule.jobs import requests

    def make(owner=None, *, run=False, **fields):
        new = requests.NewJob("echo", owner and owner.pk, **fields)
        job = requests.create(new)
        if run:
            requests.run(job)
            job.refresh_from_db()
        return job

    return make


@pytest.fixture
def claim(jobs):
    """Take the next job, as a runner does."""
    from graticule.jobs import attempts
    from graticule.jobs.times import now

    def take(runner="here:1:1", served=None, lease=timedelta(seconds=15)):
        return attempts.claim(runner, now() + lease, served or {})

    return take


def wait_for(condition, seconds=20.0):
    """Wait until something holds, and give what it gave."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError(f"not within {seconds} s")


class Workers:
    """Real `graticule worker` processes over the tables of this test process."""

    def __init__(self, home):
        self.home = home
        self.running = []

    def start(self, *flags, **settings):
        env = {
            **os.environ,
            "GRATICULE_HOME": str(self.home),
            "GRATICULE_ECHO_SERVICE": "true",
            "GRATICULE_MAX_RUNNING_PER_OWNER": "100",
            "GRATICULE_KILL_GRACE": "300 ms",
            **{f"GRATICULE_{name.upper()}": value for name, value in settings.items()},
        }
        command = [sys.executable, "-m", "graticule.cli.main", "worker", *flags]
        process = subprocess.Popen(
            command,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.running.append(process)
        line = process.stdout.readline()
        assert "Executing jobs" in line, line + process.stdout.read()
        return process

    def stop(self):
        for process in self.running:
            process.terminate()
        for process in self.running:
            process.wait(60)  # also where much runs beside it
            process.stdout.close()
        self.running.clear()


@pytest.fixture
def workers(database):
    """Start workers; jobs are committed, and gone afterwards."""
    from django.conf import settings

    found = Workers(settings.GRATICULE["home"])
    yield found
    found.stop()
    forget_jobs()


@pytest.fixture
def submit(database):
    """Queue an echo, committed."""
    from graticule.jobs import requests

    def make(owner=None, *, run=True, **parameters):
        values = tuple(
            requests.Value(name.upper(), str(value))
            for name, value in parameters.items()
        )
        job = requests.create(
            requests.NewJob("echo", owner and owner.pk, values=values)
        )
        if run:
            requests.run(job)
        return job

    return make


def ended(job, seconds=20.0):
    """Wait until a job has ended, and give it as it is then."""
    from graticule.jobs.phases import FINAL

    def look():
        job.refresh_from_db()
        return job.phase in FINAL

    wait_for(look, seconds)
    return job


def execute(job_id):
    """Do the next job's work here, as a runner would; it must be this one."""
    from graticule.jobs import attempts, folders
    from graticule.jobs.executors.base import Given
    from graticule.jobs.executors.work import Work
    from graticule.jobs.times import now
    from graticule.services.tasks import registry

    job = attempts.claim("here:1:1", now(), {})
    assert job.pk == job_id
    given = tuple(
        Given(
            row.name,
            row.value,
            str(folders.upload_path(job.pk, row.file)) if row.file else "",
        )
        for row in job.parameters.all()
    )
    said = []
    work = Work(
        job_id=job.pk,
        service=job.service,
        folder=folders.make_working_folder(job.pk, 1),
        given=given,
        say=said.append,
        owner_id=job.owner_id,
    )
    registry.do(work)
    for each in said:
        if "written" in each:
            made = each["written"] | {"path": Path(each["written"]["path"])}
            attempts.add_result(job.pk, 1, attempts.NewResult(**made))
    attempts.complete(job.pk, 1)


def processes_of(pid):
    """List the descendants of a process that run."""
    from graticule.jobs.executors.child import descendants_of

    return descendants_of(pid)


def is_alive(pid):
    """Whether a process runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def forget_jobs():
    """Remove all jobs."""
    from graticule.jobs.models import Job, JobEvent

    Job.objects.all().delete()
    JobEvent.objects.all().delete()


def executing(job, seconds=20.0):
    """Wait until a job says how far it is."""

    def look():
        job.refresh_from_db()
        return job.phase == "EXECUTING" and job.progress_total is not None

    return wait_for(look, seconds)


def result_of(job):
    """Read the text of a job's only result."""
    from graticule.jobs import folders

    row = job.results.get()
    return folders.result_path(job.pk, row.file).read_text()

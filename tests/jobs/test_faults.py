"""Whatever is killed, full, locked or wrong: every job ends (contract uws U91, 25)."""

import os
import random
import resource
import signal
import subprocess
import sys
import time

import pytest
from tests.jobs.conftest import (
    ended,
    executing,
    forget_jobs,
    is_alive,
    processes_of,
    result_of,
    wait_for,
)

pytestmark = pytest.mark.slow
MOST_ATTEMPTS = 3


def all_ended(jobs):
    from graticule.jobs.models import Job
    from graticule.jobs.phases import FINAL

    ids = [job.pk for job in jobs]
    return Job.objects.filter(pk__in=ids, phase__in=FINAL).count() == len(ids)


def check(texts):
    """Every job is in a final phase, whole, done once, and left nothing behind.

    Parameters
    ----------
    texts
        What each job was to write.
    """
    from graticule.jobs import folders
    from graticule.jobs.models import Job, JobEvent

    moves = {}
    for event in JobEvent.objects.all():
        moves.setdefault(event.job_id, []).append(event.new)
    for job in Job.objects.filter(pk__in=texts):
        assert job.phase in {"COMPLETED", "ERROR"}, (job.phase, moves[job.pk])
        if job.phase == "COMPLETED":
            assert result_of(job) == f"{texts[job.pk]}\n"
        else:
            assert job.fault == "transient"
            assert not job.results.exists()
        assert sum(move in {"COMPLETED", "ERROR"} for move in moves[job.pk]) == 1
        assert moves[job.pk].count("EXECUTING") <= MOST_ATTEMPTS
    shown = {
        folders.result_path(job.pk, row.file)
        for job in Job.objects.filter(pk__in=texts)
        for row in job.results.all()
    }
    kept = {path for pk in texts for path in folders.folder_of(pk).glob("*/*")}
    assert kept == shown
    for name in ("work", "trash"):
        wait_for(lambda name=name: not list((folders.root() / name).iterdir()), 5)


def leaders_of(pid):
    """List the processes that execute jobs, not the one that forks them."""
    return [each for each in processes_of(pid) if os.getsid(each) == each]


@pytest.mark.parametrize("seed", [1])
def test_processes_and_runners_killed_at_random_under_load(workers, submit, seed):
    chance = random.Random(seed)
    several = {"max_attempts": str(MOST_ATTEMPTS), "log_level": "ERROR"}
    running = [workers.start("--slots", "2", **several) for _ in range(2)]
    jobs = [
        submit(text=number, seconds=chance.choice((0, 0, 0, 0.05)))
        for number in range(120)
    ]
    left = 2
    begun = time.monotonic()
    while not all_ended(jobs):
        assert time.monotonic() - begun < 300
        time.sleep(chance.uniform(0.05, 0.4))
        victim = chance.choice(running)
        if left and chance.random() < 0.3:
            left -= 1
            victim.kill()
            victim.wait()
            running.remove(victim)
            running.append(workers.start("--slots", "2", **several))
        elif leaders := leaders_of(victim.pid):
            try:
                os.kill(chance.choice(leaders), signal.SIGKILL)
            except ProcessLookupError:
                continue
    workers.stop()
    workers.start("--slots", "1", **several)  # sweeps what the killed ones left
    ended(submit(text="last"))
    check({job.pk: number for number, job in enumerate(jobs)})


def test_a_killed_server_under_load(workers, submit):
    from django.conf import settings

    env = {
        **os.environ,
        "GRATICULE_HOME": str(settings.GRATICULE["home"]),
        "GRATICULE_ECHO_SERVICE": "true",
        "GRATICULE_WORKERS": "1",
        "GRATICULE_MAX_ATTEMPTS": str(MOST_ATTEMPTS),
        "GRATICULE_MAX_RUNNING_PER_OWNER": "100",
        "GRATICULE_LOG_LEVEL": "ERROR",
    }
    jobs = [submit(text=number, seconds=0.05) for number in range(60)]
    command = [sys.executable, "-m", "graticule.cli.main", "serve", "--no-scan", "-p0"]
    server = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: jobs[5].refresh_from_db() or jobs[5].phase == "COMPLETED", 40)
    finally:
        family = processes_of(server.pid)
        server.kill()
        server.wait()
        for pid in family:  # its web processes, which are not ours to test
            if b"--embedded" not in command_of(pid):
                kill(pid)
    wait_for(lambda: not any(map(is_alive, family)), 10)
    workers.start("--slots", "2", max_attempts=str(MOST_ATTEMPTS))
    wait_for(lambda: all_ended(jobs), 40)
    check({job.pk: number for number, job in enumerate(jobs)})


def command_of(pid):
    from pathlib import Path

    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def test_no_room_for_a_result_is_said_and_leaves_nothing(workers, submit, tmp_path):
    from graticule.jobs import folders, requests

    worker = workers.start("--slots", "1")
    limit = 8 << 20
    (pid,) = wait_for(lambda: leaders_of(worker.pid))
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, limit))
    upload = tmp_path / "big"
    upload.write_bytes(bytes(2 * limit))
    values = (requests.Value("FILE", "big", upload),)
    job = requests.create(requests.NewJob("echo", None, values=values))
    requests.run(job)
    job = ended(job)
    assert (job.phase, job.fault) == ("ERROR", "transient")
    assert "File too large" in job.message
    assert not job.results.exists()
    wait_for(lambda: not list((folders.root() / "work").iterdir()), 5)
    assert not list(folders.folder_of(job.pk).glob("results/*"))
    assert ended(submit(text="small")).phase == "COMPLETED"


def test_locked_tables_delay_jobs_and_lose_none(workers, submit):
    from django.db import connection, transaction

    workers.start("--slots", "2")
    jobs = [submit(text=number, seconds=0.1) for number in range(20)]
    wait_for(lambda: jobs[2].refresh_from_db() or jobs[2].phase == "COMPLETED")
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE jobs_job IN ACCESS EXCLUSIVE MODE")
        time.sleep(3)
    assert {ended(job).phase for job in jobs} == {"COMPLETED"}
    check({job.pk: number for number, job in enumerate(jobs)})


HARD = {
    "control": "".join(map(chr, range(1, 32))) + "\x7f\x85\u2028",
    "xml": "<a b='c'>&amp;]]>\"<!--",
    "long": "ä" * 2_000_000,
    "shell": "$(reboot); `reboot` | %s {0} \\",
    "other": "\U0001f52c\ufffe\u202e",
}


@pytest.mark.parametrize("kind", HARD)
def test_parameters_arrive_as_they_were(hard_worker, submit, kind):
    job = ended(submit(text=HARD[kind]))
    assert (job.phase, job.message) == ("COMPLETED", "")
    from graticule.jobs import folders

    row = job.results.get()
    written = folders.result_path(job.pk, row.file).read_bytes()
    assert written == f"{HARD[kind]}\n".encode()
    failed = ended(submit(fail=HARD[kind]))
    assert (failed.phase, failed.message) == ("ERROR", HARD[kind])


@pytest.fixture(scope="module")
def hard_worker(database):
    from django.conf import settings
    from tests.jobs.conftest import Workers

    found = Workers(settings.GRATICULE["home"])
    yield found.start("--slots", "2", log_level="ERROR")
    found.stop()
    forget_jobs()


def test_many_aborted_and_deleted_at_any_moment(hard_worker, submit):
    from graticule.jobs import folders, requests
    from graticule.jobs.models import Job

    chance = random.Random(3)
    aborted, deleted = [], []
    for number in range(60):
        job = submit(text=number, seconds=chance.choice((0, 0.2)), run=number % 6 != 0)
        time.sleep(chance.uniform(0, 0.04))
        if number % 2:
            requests.abort(job, "aborted")
            aborted.append(job)
        else:
            requests.delete(job.pk, "deleted")
            deleted.append(job)
    for job in aborted:
        assert ended(job).phase in {"ABORTED", "COMPLETED"}
    assert ended(submit(text="next")).phase == "COMPLETED"
    assert not Job.objects.filter(pk__in=[job.pk for job in deleted]).exists()
    wait_for(lambda: not list((folders.root() / "work").iterdir()), 10)
    for job in deleted:
        wait_for(lambda job=job: not folders.folder_of(job.pk).exists(), 5)


PHASES = (
    *("PENDING", "QUEUED", "HELD", "EXECUTING", "SUSPENDED"),
    *("COMPLETED", "ERROR", "ABORTED", "ARCHIVED"),
)


@pytest.mark.parametrize("phase", PHASES)
def test_abort_and_delete_in_every_phase(new_job, phase):
    from graticule.jobs import requests
    from graticule.jobs.models import Job

    job = new_job()
    Job.objects.filter(pk=job.pk).update(phase=phase)
    final = {"COMPLETED", "ERROR", "ABORTED", "ARCHIVED"}
    if phase == "ARCHIVED":
        with pytest.raises(requests.PhaseError):
            requests.abort(job, "no")
    else:
        requests.abort(job, "enough")
        job.refresh_from_db()
        assert job.phase == (phase if phase in final else "ABORTED")
        assert (job.ended is not None) == (phase not in final)
    requests.delete(job.pk, "gone")
    assert not Job.objects.filter(pk=job.pk).exists()


def test_a_job_of_a_runner_that_hangs_is_given_up(workers, submit):
    first = workers.start("--slots", "1", max_attempts="1", job_lease="3 s")
    job = submit(seconds=600)
    executing(job)
    first.send_signal(signal.SIGSTOP)
    try:
        workers.start("--slots", "1", job_lease="3 s")
        assert ended(job, 20).fault == "transient"
    finally:
        first.send_signal(signal.SIGCONT)
    # Woken up, it stops what it is not to do any more.
    from graticule.jobs import folders

    wait_for(lambda: not list((folders.root() / "work").iterdir()), 10)
    assert ended(submit(text="next")).phase == "COMPLETED"

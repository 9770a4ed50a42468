"""Jobs done in pieces by a Dask cluster: the same bytes as done by one process.

What a cluster may not change is compared with what one process of this machine
writes; what that has to be, the tests of each kind of job say.
"""

import os
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tifffile
from tests.jobs.conftest import (
    Workers,
    ended,
    executing,
    forget_jobs,
    processes_of,
    wait_for,
)
from tests.services.tasks.conftest import in_catalogue

pytestmark = pytest.mark.slow
COUNT = 9  # more than one process makes thumbnails of at a time
SLOW = 240  # seconds, on a machine with much else to do
BOXES = 1001  # more than one process cuts out at a time


@pytest.fixture(scope="module")
def images(database, tmp_path_factory):
    """Few images of several planes, one of wide values; in the order of their ids."""
    from graticule.catalog.models import Image

    root = tmp_path_factory.mktemp("for-a-cluster")
    rng = np.random.default_rng(8)
    for number in range(COUNT):
        kind = np.float32 if number == COUNT - 1 else np.uint16
        pixels = rng.integers(0, 50_000, (20, 2, 60, 80)).astype(kind)
        tifffile.imwrite(
            root / f"n{number}.ome.tif",
            pixels,
            photometric="minisblack",
            metadata={"axes": "TCYX", "Name": f"n{number}"},
        )
    with in_catalogue(database, root):
        yield list(Image.objects.order_by("pk").values_list("pk", flat=True))


def boxes_of(images):
    rng = np.random.default_rng(9)
    corners = rng.integers(0, (60, 45), (BOXES, 2)).tolist()
    return "\n".join(f"{images[0]},{x},{y},20,15,,,0" for x, y in corners)


def kinds(images):
    """Say what is asked for; planes enough that each is done in several pieces."""
    several = {"image": ",".join(map(str, images))}
    return {
        "rendered-images": {**several, "format": "png", "t": "all", "folders": "no"},
        "thumbnails": {**several, "size": "32", "zip": "true"},
        "statistics": {**several, "bins": "16"},
        "ome-tiff": several,
        "ome-zarr": several,
        "movie": {"image": str(images[1]), "stamp": "index"},
        "cutouts": {"boxes": boxes_of(images)},
        "echo": {"parts": "40", "text": "some words"},
    }


@pytest.fixture(scope="module")
def run(database, images):
    """Do all kinds of jobs with the worker that is there; give contents by kind."""
    from django.conf import settings

    from graticule.jobs import requests
    from graticule.jobs.phases import FINAL

    def start(service, parameters):
        values = tuple(
            requests.Value(name.upper(), value) for name, value in parameters.items()
        )
        owner = database.administrator.pk
        job = requests.create(requests.NewJob(service, owner, values=values))
        requests.run(job)
        return job

    def all_done(**worker_settings):
        workers = Workers(settings.GRATICULE["home"])
        workers.start(**worker_settings)
        try:
            jobs = {
                service: start(service, parameters)
                for service, parameters in kinds(images).items()
            }
            for job in jobs.values():
                assert ended(job, SLOW).phase in FINAL
                assert (job.phase, job.message) == ("COMPLETED", "")
            all_done.ids = {service: job.pk for service, job in jobs.items()}
            return {service: contents_of(job) for service, job in jobs.items()}
        finally:
            workers.stop()

    all_done.start = start
    yield all_done
    forget_jobs()


def contents_of(job):
    """Give the bytes of all results by key; an archive's by the names of its files."""
    from graticule.jobs import folders

    found = {}
    for row in job.results.all():
        path = folders.result_path(job.pk, row.file)
        if row.media_type != "application/zip":
            found[row.key] = path.read_bytes()
            continue
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            found[row.key] = [
                (info.filename, archive.read(info)) for info in archive.infolist()
            ]
    return found


@pytest.fixture(scope="module")
def cluster(database):
    distributed = pytest.importorskip("distributed")
    from django.conf import settings

    patch = pytest.MonkeyPatch()
    # Its workers find the same home, by their own environment.
    patch.setenv("GRATICULE_HOME", str(settings.GRATICULE["home"]))
    patch.setenv("GRATICULE_ECHO_SERVICE", "true")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as found:
        yield found
    patch.undo()


def test_a_cluster_writes_the_same_bytes(run, cluster):
    here = run(log_level="ERROR")
    there = run(log_level="ERROR", dask_scheduler=cluster.scheduler_address)
    assert here.keys() == there.keys()
    for service, contents in here.items():
        assert contents == there[service], service
    for service, job_id in run.ids.items():
        assert len(pieces_of(cluster, job_id)) > 1, service
    assert len(here["cutouts"]["archive"]) == BOXES + 1
    assert len(here["rendered-images"]["archive"]) == COUNT * 20 + 1


def pieces_of(cluster, job_id):
    """List the Dask tasks that were pieces of a job."""
    keys = {str(row[0]) for row in cluster.scheduler.transition_log}
    return [
        key for key in keys if key.startswith(f"{job_id}-1-") and key.count("-") == 3
    ]


@pytest.fixture
def on_cluster(cluster, run):
    """A worker that gives jobs to the cluster."""
    from django.conf import settings

    found = Workers(settings.GRATICULE["home"])
    found.start(log_level="ERROR", dask_scheduler=cluster.scheduler_address)
    yield found
    found.stop()


def test_an_aborted_job_leaves_nobody_at_work_on_the_cluster(run, on_cluster):
    from graticule.jobs import folders, requests

    job = run.start("echo", {"parts": "50", "seconds": "600", "cpu": "true"})
    executing(job, SLOW)
    assert job.progress_total == 50
    work = folders.working_folder(job.pk, job.attempt)
    wait_for(lambda: len(list((work / ".pieces").glob("*"))) == 2, SLOW)
    busy = processes_for_jobs()
    assert len(busy) >= 3  # the job's own, and one for each piece
    requests.abort(job, "enough")
    wait_for(lambda: not work.exists())
    wait_for(lambda: not computing(busy))
    assert ended(run.start("echo", {"parts": "4"}), SLOW).phase == "COMPLETED"


def processes_for_jobs():
    """List the processes that Dask workers of these tests have for jobs."""
    found = set()
    for pid in processes_of(os.getpid()):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if b"graticule.jobs.executors.remote" in command:
            found.add(pid)
    return found


def computing(pids):
    """List those that use the processor; others wait for the next job."""
    before = {pid: ticks_of(pid) for pid in pids}
    time.sleep(0.5)
    return {pid for pid in pids if ticks_of(pid) > before[pid] + 5}


def ticks_of(pid):
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(stat[11]) + int(stat[12])

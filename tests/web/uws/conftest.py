"""Jobs over HTTP: the door in this process, over tables that are rolled back."""

from datetime import timedelta

import pytest
from tests.web.conftest import new_client
from tests.web.uws.serving import serving_jobs

LIST = "/services/echo/async"
HERE = "http://localhost"


@pytest.fixture(scope="session")
def services(tmp_path_factory):
    """The address of the services of a real server that makes nobody wait long."""
    home = tmp_path_factory.mktemp("jobs-home")
    with serving_jobs(home, sync_duration="3 s", max_wait="5 s") as address:
        yield address


@pytest.fixture
def door(catalog, configured, tmp_path):
    """The service echo, with the files of jobs in a folder of the test."""
    configured(home=tmp_path, echo_service=True, rights_age=timedelta(0))
    return tmp_path


@pytest.fixture
def client(door):
    return new_client()


@pytest.fixture
def alice(door, logged_in, cast):
    return logged_in(cast.alice)


@pytest.fixture
def new_job(door):
    """A job in some phase, as it would be found in the tables."""
    from graticule.jobs import requests
    from graticule.jobs.models import Job
    from graticule.jobs.phases import ENDED, Phase
    from graticule.jobs.times import now

    def make(phase="PENDING", owner=None, service="echo", **fields):
        given = {"multiple": frozenset({"TEXT"}), **fields}
        job = requests.create(requests.NewJob(service, owner and owner.pk, **given))
        moment = now()
        phase = Phase(phase)
        changes = {"phase": phase.value}
        if phase is Phase.QUEUED:
            changes["queued"] = moment
        if phase in {Phase.EXECUTING, Phase.SUSPENDED, Phase.COMPLETED}:
            changes["started"] = moment
        if phase in ENDED or phase is Phase.ARCHIVED:
            changes["ended"] = moment
        if phase in {Phase.ERROR, Phase.ABORTED}:
            changes |= {"fault": "fatal", "message": "It went wrong & < badly."}
        Job.objects.filter(pk=job.pk).update(**changes)
        job.refresh_from_db()
        return job

    return make


@pytest.fixture
def add_result(door):
    """Give a job a result, as a runner does."""
    from graticule.jobs import folders
    from graticule.jobs.models import JobResult
    from graticule.jobs.times import now

    def add(job, key="result", body=b"0123456789", media_type="text/plain", **fields):
        path = folders.root() / "new"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        return JobResult.objects.create(
            job=job,
            key=key,
            name=f"{key}.txt",
            media_type=media_type,
            size_bytes=len(body),
            created=now(),
            file=folders.keep_result(job.pk, path),
            **fields,
        )

    return add


def url(job, *segments, mount="async"):
    return "/".join((f"/services/echo/{mount}", job.pk, *segments))


def location(answer):
    """Where a 303 leads, as a path; U4: the address is absolute."""
    assert answer.status_code == 303, answer.content[:500]
    address = answer["Location"]
    assert address.startswith(f"{HERE}/"), address
    return address.removeprefix(HERE)


def created(client, data=None, **headers):
    """Create a job over HTTP and give its path."""
    return location(client.post(LIST, data or {}, headers=headers))


def files_below(folder):
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    )

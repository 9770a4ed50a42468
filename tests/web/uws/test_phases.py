"""What clients ask in which phase (contract uws 4: U22 to U24; 25.2)."""

import pytest
from tests.web.uws.conftest import location, url
from tests.web.uws.documents import read, said, text

PHASES = [
    "PENDING",
    "HELD",
    "QUEUED",
    "EXECUTING",
    "SUSPENDED",
    "COMPLETED",
    "ERROR",
    "ABORTED",
    "ARCHIVED",
]
COLUMN = dict(zip(PHASES, (0, 0, 1, 1, 1, 2, 2, 3, 4), strict=True))
LATE = "2100-01-01"
# Service, canonical address of the list, a parameter of each mount.
MOUNTS = {
    "/services/echo/async": ("echo", "/services/echo/async", "TEXT"),
    "/services/echo/uws.xml": ("echo", "/services/echo/async", "TEXT"),
    "/datalink/dlasync": ("datalink", "/datalink/dlasync", "POL"),
}
# U24, typed from the contract: what happens in pending or held, at work, ended,
# aborted, archived. A status alone: nothing changes.
TABLE = {
    ("POST", "phase", "PHASE=RUN"): ("QUEUED", 303, 403, 403, 403),
    ("POST", "phase", "PHASE=ABORT"): ("ABORTED", "ABORTED", 303, 303, 403),
    ("POST", "phase", "PHASE=run"): (400, 400, 400, 400, 400),
    ("POST", "phase", "PHASE=STOP"): (400, 400, 400, 400, 400),
    ("POST", "phase", ""): (400, 400, 400, 400, 400),
    ("POST", "parameters", "TEXT=x"): ("given", 403, 403, 403, 403),
    ("PUT", "parameters/TEXT", "x"): ("given", 403, 403, 403, 403),
    ("POST", "executionduration", "EXECUTIONDURATION=7"): (
        "lasts",
        "lasts",
        403,
        403,
        403,
    ),
    ("POST", "destruction", f"DESTRUCTION={LATE}"): (
        "stays",
        "stays",
        "stays",
        "stays",
        403,
    ),
    ("DELETE", "", ""): ("gone", "gone", "gone", "gone", "gone"),
    ("POST", "", "ACTION=DELETE"): ("gone", "gone", "gone", "gone", "gone"),
    ("POST", "", "ACTION=STOP"): (400, 400, 400, 400, 400),
    ("POST", "", "PHASE=RUN"): (400, 400, 400, 400, 400),  # U31
}


def ask(client, verb, path, body):
    kind = "text/plain" if verb == "PUT" else "application/x-www-form-urlencoded"
    return client.generic(verb, path, body, content_type=kind)


@pytest.mark.parametrize("mount", MOUNTS)
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("request_", TABLE, ids=" ".join)
def test_every_request_in_every_phase(client, new_job, mount, phase, request_):
    from graticule.jobs.models import Job, JobEvent
    from graticule.jobs.requests import Value

    service, canonical, name = MOUNTS[mount]
    given = (Value("ID", "image/1"),) if service == "datalink" else ()
    job = new_job(phase, service=service, values=given)
    before = Job.objects.values().get(pk=job.pk)
    events = JobEvent.objects.count()
    expected = TABLE[request_][COLUMN[phase]]
    if "parameters" in request_[1] and phase == "HELD":
        expected = 403  # PENDING only
    verb, child, body = (text.replace("TEXT", name) for text in request_)
    path = "/".join(part for part in (mount, job.pk, child) if part)
    answer = ask(client, verb, path, body)
    if expected == "gone":
        assert location(answer) == canonical
        assert not Job.objects.filter(pk=job.pk).exists()
        return
    after = Job.objects.values().get(pk=job.pk)
    if isinstance(expected, int):
        assert answer.status_code == expected, answer.content
        assert after == before
        assert JobEvent.objects.count() == events
        if expected == 303:
            assert location(answer) == f"{canonical}/{job.pk}"
        return
    assert location(answer) == f"{canonical}/{job.pk}"
    changed = {name for name in after if after[name] != before[name]} - {"revision"}
    if expected == "QUEUED":
        assert after["phase"] == "QUEUED"
        assert changed == {"phase", "queued"}
    elif expected == "ABORTED":
        assert after["phase"] == "ABORTED"  # U32
        assert after["ended"] is not None  # U22
        assert changed >= {"phase", "ended", "message"}
        assert after["started"] == before["started"]
    elif expected == "given":
        rows = [row.value for row in job.parameters.filter(name=name)]
        assert rows == ["x"]
    elif expected == "lasts":
        assert after["duration"].total_seconds() == 7
        assert changed == {"duration"}
    else:
        assert after["destruction"] > before["destruction"]
        assert changed == {"destruction"}


def test_an_aborted_job_that_never_ran_has_no_start(client, new_job):
    # U22
    job = new_job()
    client.post(url(job, "phase"), {"PHASE": "ABORT"})
    root = read(client.get(url(job)))
    assert text(root, "startTime") is None
    assert text(root, "endTime") is not None
    assert client.get(url(job, "phase")).content == b"ABORTED"


def test_a_second_run_changes_nothing(client, new_job):
    # U23, 24.2: a double click destroys no job
    from graticule.jobs.models import JobEvent

    job = new_job()
    for _ in range(10):
        location(client.post(url(job, "phase"), {"PHASE": "RUN"}))
    moves = JobEvent.objects.filter(job_id=job.pk, new="QUEUED")
    assert moves.count() == 1


def test_run_with_bad_parameters_ends_in_error(client):
    # U52: judged when it runs; 303 all the same
    from tests.web.uws.conftest import created

    path = created(client, {"SECONDS": "soon"})
    assert client.get(f"{path}/phase").content == b"PENDING"
    assert location(client.post(f"{path}/phase", {"PHASE": "RUN"})) == path
    root = read(client.get(path))
    assert text(root, "phase") == "ERROR"
    message = said(client.get(f"{path}/error"), 200)
    assert "SECONDS" in message


def test_two_values_of_a_single_parameter_are_an_error(client):
    # U53
    from tests.web.uws.conftest import created

    path = created(client, {"SECONDS": ["1", "2"]})
    location(client.post(f"{path}/phase", {"PHASE": "RUN"}))
    message = said(client.get(f"{path}/error"), 200)
    assert message.startswith("MultiValuedParamNotSupported: SECONDS")

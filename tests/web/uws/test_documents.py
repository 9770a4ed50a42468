"""Documents (contract uws 3, U14 to U21), by readers of other people."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from tests.web.uws.conftest import HERE, LIST, created, url
from tests.web.uws.documents import NIL, UWS, XLINK, body_of, read, schema, text, values

PHASES = [
    "PENDING",
    "QUEUED",
    "EXECUTING",
    "COMPLETED",
    "ERROR",
    "ABORTED",
    "UNKNOWN",
    "HELD",
    "SUSPENDED",
    "ARCHIVED",
]
ORDER = [
    "jobId",
    "runId",
    "ownerId",
    "phase",
    "quote",
    "creationTime",
    "startTime",
    "endTime",
    "executionDuration",
    "destruction",
    "parameters",
    "results",
    "errorSummary",
    "jobInfo",
]
SPECIALS = [
    "plain",
    "<&>\"'",
    "]]> <!-- -->",
    " blanks around ",
    "tab\tand\nline",
    "line\r\nends",
    "\x01\x02\x1f\x7f",
    "\ufffe\uffff",
    "ünïcödé 𝄞 \u2028",
    "0",
    "2.0",
]


@pytest.mark.parametrize("phase", PHASES)
def test_every_document_is_valid_in_every_phase(client, new_job, add_result, phase):
    # U16, U19, U20, U21
    from graticule.jobs.requests import Value

    given = tuple(Value("TEXT", each) for each in SPECIALS)
    job = new_job(phase, run_id="night <42>", values=given)
    if phase == "COMPLETED":
        add_result(job, "a/b & <c>")
    root = read(client.get(url(job)))
    assert [child.tag.removeprefix(UWS) for child in root] == [
        name for name in ORDER if root.find(UWS + name) is not None
    ]
    assert text(root, "phase") == phase
    assert text(root, "runId") == "night <42>"
    assert (root.find(UWS + "errorSummary") is not None) is (
        phase in {"ERROR", "ABORTED"}
    )
    for child in ("parameters", "results"):
        alone = read(client.get(url(job, child)))
        assert alone.attrib == {}  # U15
        assert len(alone) == len(root.find(UWS + child))
    listed = read(client.get(f"{LIST}?PHASE={phase}"))
    (ref,) = listed
    assert ref.get("id") == job.pk
    assert ref.get(XLINK + "href") == HERE + url(job)
    assert [child.tag.removeprefix(UWS) for child in ref] == [
        "phase",
        "runId",
        "ownerId",
        "creationTime",
    ]


def test_the_schema_refuses_what_is_wrong(client, new_job):
    # or the tests above would prove nothing
    import xmlschema

    good = body_of(client.get(url(new_job("ERROR")))).decode()
    for old, new in (
        ('<uws:startTime xsi:nil="true"/>', ""),
        ('<uws:startTime xsi:nil="true"/>', "<uws:startTime></uws:startTime>"),
        ('hasDetail="true"', ""),
        ('version="1.1"', 'version="1.2"'),
        ("<uws:phase>ERROR", "<uws:phase>FAILED"),
    ):
        assert good.count(old) == 1, old
        with pytest.raises(xmlschema.XMLSchemaValidationError):
            schema().validate(good.replace(old, new))


def test_values_survive_unchanged_or_by_reference(client):
    # U17, U18, U59: one element each, in order; what XML cannot hold by reference
    path = created(client, {"TEXT": SPECIALS, "SECONDS": "2"})
    root = read(client.get(path))
    found = root.find(UWS + "parameters")
    inline = [row.text for row in found if row.get("byReference") is None]
    hidden = [row for row in found if row.get("byReference") is not None]
    assert inline[-1] == "2"
    whole = [
        each for each in SPECIALS if not re.search("[\x00-\x08\r\x0b-\x1f￾￿]", each)
    ]
    assert inline[:-1] == whole
    assert len(hidden) == len(SPECIALS) - len(whole)
    for row in hidden:
        assert row.get("byReference") == "true"  # lower case
        assert row.text == f"{HERE}{path}/parameters/TEXT"
    answer = client.get(f"{path}/parameters/TEXT")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode() == "\n".join(SPECIALS)


def test_values_of_two_megabytes(client):
    long = "0123456789abcdef" * 131_072
    path = created(client, {"TEXT": long})
    root = read(client.get(path))
    assert values(root) == [("TEXT", long)]


def test_nothing_known_is_nil_not_empty(client, new_job):
    # U16
    from graticule.jobs.models import Job

    job = new_job()
    Job.objects.filter(pk=job.pk).update(destruction=None)
    root = read(client.get(url(job)))
    for name in ("ownerId", "quote", "startTime", "endTime", "destruction"):
        element = root.find(UWS + name)
        assert element.get(NIL) == "true"
        assert element.text is None
    assert root.find(UWS + "runId") is None
    assert len(root.find(UWS + "parameters")) == 0  # written always
    assert client.get(url(job, "destruction")).content == b""
    assert client.get(url(job, "owner")).content == b""
    assert client.get(url(job, "quote")).content == b""


def test_times_are_utc_in_milliseconds(client, new_job):
    # U14: what is listed compares exactly
    job = new_job()
    root = read(client.get(url(job)))
    shown = text(root, "creationTime")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", shown)
    assert datetime.fromisoformat(shown) == job.created
    assert job.created.tzinfo is UTC
    assert len(read(client.get(f"{LIST}?AFTER={shown}"))) == 0


def test_results_have_all_that_is_known(client, new_job, add_result):
    # U19
    job = new_job("COMPLETED")
    add_result(job, "cut out/1", b"12345", "image/fits")
    root = read(client.get(url(job)))
    (row,) = root.find(UWS + "results")
    assert dict(row.attrib) == {
        "id": "cut out/1",
        XLINK + "type": "simple",
        XLINK + "href": f"{HERE}{url(job)}/results/cut%20out%2F1",
        "size": "5",
        "mime-type": "image/fits",
    }


def test_progress_stands_in_job_info(client, new_job):
    from graticule.jobs.models import Job

    job = new_job("EXECUTING")
    Job.objects.filter(pk=job.pk).update(
        progress_done=3, progress_total=12, progress_message='<\x01"tiles">'
    )
    root = read(client.get(url(job)))
    (row,) = root.find(UWS + "jobInfo")
    assert (row.get("done"), row.get("total")) == ("3", "12")
    assert row.get("message") == '<\ufffd"tiles">'


@pytest.mark.parametrize("phase", PHASES)
def test_the_parsers_of_vo_models_read_them(client, new_job, add_result, phase):
    from vo_models.uws import Jobs, JobSummary, Parameters

    from graticule.jobs.requests import Value

    job = new_job(phase, run_id="r", values=(Value("TEXT", "a"), Value("TEXT", "b")))
    if phase == "COMPLETED":
        add_result(job)
    found = JobSummary[Parameters].from_xml(body_of(client.get(url(job))))
    assert found.job_id == job.pk
    assert found.run_id == "r"
    assert found.phase == phase
    assert found.version == "1.1"
    assert found.creation_time == job.created
    assert found.start_time == job.started
    assert found.end_time == job.ended
    assert found.execution_duration == job.duration.total_seconds()
    assert found.destruction == job.destruction
    assert [row.id for row in found.results.results or []] == (
        ["result"] if phase == "COMPLETED" else []
    )
    assert (found.error_summary is None) is (phase not in {"ERROR", "ABORTED"})
    jobs = Jobs.from_xml(body_of(client.get(f"{LIST}?PHASE={phase}")))
    (ref,) = jobs.jobref
    assert (ref.job_id, ref.phase, ref.run_id) == (job.pk, phase, "r")


def test_json_says_the_same(client, new_job, add_result):
    # U10
    from graticule.jobs.requests import Value

    job = new_job("COMPLETED", run_id="r", values=(Value("TEXT", "\x01"),))
    add_result(job)
    accept = {"Accept": "application/json"}
    answer = client.get(url(job), headers=accept)
    assert answer["Content-Type"] == "application/json"
    root = read(client.get(url(job)))
    found = answer.json()
    assert found["jobId"] == text(root, "jobId")
    for name in ("phase", "runId", "ownerId", "creationTime", "startTime", "endTime"):
        assert found[name] == text(root, name)
    assert found["destruction"] == text(root, "destruction")
    assert found["executionDuration"] == int(text(root, "executionDuration"))
    assert found["parameters"] == [{"id": "TEXT", "value": "\x01"}]
    (result,) = found["results"]
    (row,) = root.find(UWS + "results")
    assert (result["id"], result["href"]) == (row.get("id"), row.get(XLINK + "href"))
    listed = client.get(LIST, headers=accept).json()["jobs"]
    assert [each["jobId"] for each in listed] == [job.pk]


def test_documents_of_ended_jobs_follow_every_change(client, new_job, add_result):
    # what is written once is written anew when anything of it changes
    from graticule.jobs import attempts, requests

    job = new_job("EXECUTING")
    add_result(job)
    attempts.complete(job.pk, job.attempt)
    before = client.get(url(job)).content
    assert client.get(url(job)).content == before
    later = f"{job.created + timedelta(hours=5):%Y-%m-%dT%H:%M:%S}"
    client.post(url(job, "destruction"), {"DESTRUCTION": later})
    assert f">{later}.000Z<".encode() in client.get(url(job)).content
    elsewhere = client.get(url(job), headers={"Host": "127.0.0.1"}).content
    assert b'"http://127.0.0.1/' in elsewhere
    assert b"localhost" not in elsewhere
    requests.delete(job.pk, "deleted")
    assert client.get(url(job)).status_code == 404

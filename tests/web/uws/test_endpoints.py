"""Endpoints in detail (contract uws 5: U25 to U37)."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.web.uws.conftest import LIST, created, files_below, location, url
from tests.web.uws.documents import read, said, text, values


def count():
    from graticule.jobs.models import Job

    return Job.objects.count()


def test_an_empty_post_makes_an_empty_job(client):
    # U25, U27, U2
    path = created(client)
    root = read(client.get(path))
    assert text(root, "phase") == "PENDING"
    assert values(root) == []
    assert path == f"{LIST}/{text(root, 'jobId')}"
    assert len(text(root, "jobId")) >= 16  # 80 bits in 32 letters


def test_words_of_control_at_creation(client):
    # U26
    later = datetime.now(UTC) + timedelta(days=3)
    path = created(
        client,
        {
            "PHASE": "RUN",
            "RUNID": "Night 42",
            "EXECUTIONDURATION": "17.2",
            "DESTRUCTION": f"{later:%Y-%m-%dT%H:%M:%S}.123456",  # as pyvo sends it
            "TEXT": "x",
        },
    )
    root = read(client.get(path))
    assert text(root, "phase") == "QUEUED"
    assert text(root, "runId") == "Night 42"
    assert text(root, "executionDuration") == "18"  # U33: rounded up
    assert text(root, "destruction") == f"{later:%Y-%m-%dT%H:%M:%S}.123Z"
    assert values(root) == [("TEXT", "x")]


@pytest.mark.parametrize(
    "bad",
    [
        {"PHASE": "ABORT"},
        {"PHASE": "run"},
        {"PHASE": ["RUN", "STOP"]},
        {"RUNID": "r" * 65},
        {"RUNID": "a\x01b"},
        {"EXECUTIONDURATION": "-1"},
        {"EXECUTIONDURATION": "NaN"},
        {"EXECUTIONDURATION": "inf"},
        {"EXECUTIONDURATION": "soon"},
        {"DESTRUCTION": "2001-01-01"},
        {"DESTRUCTION": "tomorrow"},
        {"DESTRUCTION": "2100-13-01"},
        {"DESTRUCTION": "2100-01-01T00:00:00+01:00"},
        {"ACTION": "DELETE"},
        {"TEXT": "a\x00b"},
    ],
    ids=str,
)
def test_bad_words_of_control_make_no_job(client, door, bad):
    # U26: and leave no files behind
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("a.bin", b"12345")
    said(client.post(LIST, {**bad, "FILE": file}), 400)
    assert count() == 0
    assert files_below(door) == []


def test_the_quota_of_an_owner(client, alice, configured):
    # U28
    configured(max_jobs_per_owner=2)
    for each in (client, alice):
        created(each)
        created(each)
        assert "max_jobs_per_owner" in said(each.post(LIST), 403)


def test_the_same_key_makes_one_job(alice, logged_in, cast):
    # U29
    key = {"Idempotency-Key": "k 1"}
    first = created(alice, {"TEXT": "a", "PHASE": "RUN"}, **key)
    alice.post(f"{first}/phase", {"PHASE": "ABORT"})
    assert created(alice, {"TEXT": "b", "PHASE": "RUN"}, **key) == first
    assert values(read(alice.get(first))) == [("TEXT", "a")]
    assert created(alice, **{"Idempotency-Key": "k 2"}) != first
    assert created(logged_in(cast.bob), **key) != first
    said(alice.post(LIST, headers={"Idempotency-Key": "k" * 181}), 400)


def test_a_key_holds_for_a_day(alice):
    from graticule.jobs.models import Job

    key = {"Idempotency-Key": "k"}
    first = created(alice, **key)
    yesterday = datetime.now(UTC) - timedelta(hours=25)
    Job.objects.update(created=yesterday)
    assert created(alice, **key) != first


def test_a_deleted_job_is_gone_with_all_it_had(client, new_job, add_result, door):
    # U30
    from django.core.files.uploadedfile import SimpleUploadedFile

    path = created(client, {"FILE": SimpleUploadedFile("a.bin", b"12345")})
    from graticule.jobs.models import Job

    add_result(Job.objects.get())
    assert len(files_below(door)) == 2
    assert location(client.delete(path)) == LIST
    assert files_below(door) == []
    for rest in ("", "/phase", "/parameters/FILE", "/results/result", "/error"):
        said(client.get(path + rest), 404)


def test_a_long_list_is_linked_short(client, new_job):
    # U30
    jobs = [new_job() for _ in range(102)]
    assert location(client.delete(url(jobs[0]))) == f"{LIST}?LAST=100"
    assert location(client.delete(url(jobs[1]))) == LIST


def test_a_post_to_a_job_deletes_only_when_it_says_so(client, new_job):
    # U31
    job = new_job()
    for body in ({}, {"TEXT": "x"}, {"PHASE": "RUN"}, {"ACTION": "delete"}):
        hint = said(client.post(url(job), body), 400)
        assert "phase" in hint
    assert count() == 1
    location(client.post(url(job), {"action": "DELETE"}))
    assert count() == 0


@pytest.mark.parametrize(
    ("sent", "set_"),
    [("100", 100), ("0.2", 1), ("1e2", 100), ("86401", 86400), ("0", 86400)],
)
def test_the_execution_duration(client, new_job, sent, set_):
    # U33: the maximum caps, and 0 asks for as much as there is
    job = new_job()
    path = url(job, "executionduration")
    assert location(client.post(path, {"EXECUTIONDURATION": sent})) == url(job)
    assert client.get(path).content == str(set_).encode()
    assert text(read(client.get(url(job))), "executionDuration") == str(set_)


@pytest.mark.parametrize("sent", ["-1", "nan", "inf", "one", "1,5", ""])
def test_bad_execution_durations(client, new_job, sent):
    job = new_job()
    said(client.post(url(job, "executionduration"), {"EXECUTIONDURATION": sent}), 400)


FUTURE = datetime.now(UTC).replace(microsecond=0) + timedelta(days=4)


@pytest.mark.parametrize(
    "form",
    [
        "%Y-%m-%dT%H:%M:%SZ",
        "%Y-%m-%dT%H:%M:%S.9999999",
        "%Y-%m-%d %H:%M:%S",
        "%Y%m%dT%H%M%S",
    ],
)
def test_destruction_takes_times_as_people_write_them(client, new_job, form):
    # U14, U34
    job = new_job()
    path = url(job, "destruction")
    assert location(client.post(path, {"DESTRUCTION": f"{FUTURE:{form}}"})) == url(job)
    shown = client.get(path).content.decode()
    assert shown.startswith(f"{FUTURE:%Y-%m-%dT%H:%M:%S}")
    assert shown.endswith("Z")
    assert text(read(client.get(url(job))), "destruction") == shown


def test_destruction_is_not_later_than_allowed(client, new_job):
    # U34
    job = new_job()
    for sent in ("2999", "2999-01", "2999-01-01", "29990101", "2999-01-01T10:30"):
        if sent == "2999-01":
            continue  # a year and a month alone are no form of U14
        client.post(url(job, "destruction"), {"DESTRUCTION": sent})
        job.refresh_from_db()
        assert job.destruction == job.created + timedelta(days=30)


@pytest.mark.parametrize("sent", ["2001-01-01", "never", "", "2100-02-30", "12:00"])
def test_bad_destruction_times(client, new_job, sent):
    job = new_job()
    before = job.destruction
    said(client.post(url(job, "destruction"), {"DESTRUCTION": sent}), 400)
    job.refresh_from_db()
    assert job.destruction == before


def test_quote_and_owner(alice, client, new_job, cast):
    # U35, U36
    for phase in ("PENDING", "EXECUTING", "COMPLETED"):
        job = new_job(phase, cast.alice)
        assert alice.get(url(job, "quote")).content == b""
        assert alice.get(url(job, "owner")).content == cast.alice.username.encode()
    assert client.get(url(new_job(), "owner")).content == b""


def test_the_run_id(client):
    # U37: verbatim, replaced while PENDING, no parameter
    path = created(client, {"RUNID": " a <b> & ü "})
    root = read(client.get(path))
    assert text(root, "runId") == " a <b> & ü "
    assert values(root) == []
    location(client.post(f"{path}/parameters", {"runid": "second"}))
    assert text(read(client.get(path)), "runId") == "second"
    said(client.post(f"{path}/parameters", {"RUNID": "x" * 65}), 400)
    client.post(f"{path}/phase", {"PHASE": "RUN"})
    said(client.post(f"{path}/parameters", {"RUNID": "third"}), 403)


def test_start_time_in_both_spellings(client, new_job):
    job = new_job("EXECUTING")
    for name in ("starttime", "startTime"):
        shown = client.get(url(job, name)).content.decode()
        assert datetime.fromisoformat(shown) == job.started
    assert client.get(url(new_job(), "starttime")).content == b""

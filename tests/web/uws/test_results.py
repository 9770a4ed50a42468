"""Results (contract uws 9: U61 to U65), errors of jobs (10: U66 to U71)."""

import pytest
from tests.web.uws.conftest import files_below, url
from tests.web.uws.documents import UWS, body_of, read, said


@pytest.fixture
def done(new_job, add_result):
    job = new_job("COMPLETED")
    add_result(job)
    return job


def test_a_result_with_all_its_headers(client, done):
    # U61, U63
    answer = client.get(url(done, "results", "result"))
    assert answer.status_code == 200
    assert body_of(answer) == b"0123456789"
    assert answer["Content-Type"] == "text/plain"
    assert answer["Content-Length"] == "10"
    assert answer["Last-Modified"].endswith(" GMT")
    assert answer["ETag"].startswith('"')  # strong
    assert answer["Accept-Ranges"] == "bytes"
    assert 'filename="result.txt"' in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_parts_of_a_result(client, done):
    # U63
    path = url(done, "results", "result")
    answer = client.get(path, headers={"Range": "bytes=2-4"})
    assert (answer.status_code, body_of(answer)) == (206, b"234")
    assert answer["Content-Range"] == "bytes 2-4/10"
    tag = answer["ETag"]
    again = client.get(path, headers={"Range": "bytes=-3", "If-Range": tag})
    assert (again.status_code, body_of(again)) == (206, b"789")
    other = client.get(path, headers={"Range": "bytes=-3", "If-Range": '"other"'})
    assert (other.status_code, body_of(other)) == (200, b"0123456789")
    assert client.get(path, headers={"Range": "bytes=99-"}).status_code == 416
    known = client.get(path, headers={"If-None-Match": f'"x", {tag}'})
    assert (known.status_code, known.content) == (304, b"")
    assert known["ETag"] == tag


def test_results_are_harmless_in_browsers(client, new_job, add_result):
    # U65
    job = new_job("COMPLETED")
    add_result(job, "page", b"<script>alert(1)</script>", "text/html")
    answer = client.get(url(job, "results", "page"))
    assert answer["Content-Security-Policy"].startswith("sandbox")


@pytest.mark.parametrize("phase", ["PENDING", "EXECUTING", "ERROR", "ABORTED"])
def test_no_results_is_an_empty_element(client, new_job, phase):
    # U64
    job = new_job(phase)
    assert len(read(client.get(url(job, "results")))) == 0
    said(client.get(url(job, "results", "result")), 404)


def test_results_show_while_executing(client, new_job, add_result):
    # U62
    job = new_job("EXECUTING")
    add_result(job)
    (row,) = read(client.get(url(job))).find(UWS + "results")
    assert body_of(client.get(row.get("{http://www.w3.org/1999/xlink}href")))


def test_results_of_an_archived_job_are_gone(client, new_job):
    # contract 10: 410
    said(client.get(url(new_job("ARCHIVED"), "results", "result")), 410)


def test_only_what_is_registered_can_be_reached(client, done, door):
    # U65: no file of the job's folder by its name
    (door / "jobs" / done.pk[:2] / done.pk / "secret").write_text("s")
    for path in files_below(door):
        name = path.rsplit("/", 1)[1]
        said(client.get(url(done, "results", name)), 404)
        said(client.get(url(done, "parameters", name)), 404)
        said(client.get(url(done, name)), 404)


@pytest.mark.parametrize("phase", ["ERROR", "ABORTED"])
def test_why_a_job_failed(client, new_job, phase):
    # U69, U70
    job = new_job(phase)
    words = "It went wrong & < badly."
    assert said(client.get(url(job, "error")), 200) == words
    root = read(client.get(url(job)))
    summary = root.find(UWS + "errorSummary")
    assert dict(summary.attrib) == {"type": "fatal", "hasDetail": "true"}
    assert summary.findtext(UWS + "message") == words
    plain = client.get(url(job, "error"), headers={"Accept": "text/plain"})
    assert plain.content.decode() == words
    browser = client.get(url(job, "error"), headers={"Accept": "text/html"})
    assert browser["Content-Type"] == "text/xml"  # U67


@pytest.mark.parametrize(
    "phase", ["PENDING", "QUEUED", "EXECUTING", "COMPLETED", "ARCHIVED"]
)
def test_a_job_that_is_well_has_no_error(client, new_job, phase):
    # U66, U69
    job = new_job(phase)
    said(client.get(url(job, "error")), 404)
    assert read(client.get(url(job))).find(UWS + "errorSummary") is None


def test_request_errors_in_four_forms(client, new_job):
    # U67
    path = url(new_job(), "phase")

    def refused(accept):
        return client.post(path, {"PHASE": "<x>"}, headers={"Accept": accept})

    assert "&lt;" not in said(refused("*/*"), 400)
    assert "<x>" in said(refused("*/*"), 400)
    plain = refused("text/plain")
    assert plain["Content-Type"] == "text/plain; charset=utf-8"
    assert plain.content.startswith(b"UsageError: ")
    page = refused("text/html")
    assert page["Content-Type"].startswith("text/html")
    assert b"<x>" not in page.content
    assert "message" in refused("application/json").json()
    for each in (plain, page):
        assert each.status_code == 400


def test_a_broken_machinery_tells_nothing(client, new_job, monkeypatch, caplog):
    # U66, U71: 500 without internals, the log has them; a database in trouble is 503
    from django.db import OperationalError

    from graticule.web.uws import access

    job = new_job()
    broken = [ZeroDivisionError("/secret/path"), OperationalError("SELECT secret")]

    def look_up(*_):
        raise broken[0]

    monkeypatch.setattr(access, "look_up", look_up)
    caplog.set_level("CRITICAL", logger="graticule")
    words = said(client.get(url(job)), 500)
    assert "secret" not in words
    broken.pop(0)
    answer = client.get(url(job))
    assert "secret" not in said(answer, 503)
    assert int(answer["Retry-After"]) > 0

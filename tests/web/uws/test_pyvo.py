"""pyvo, a real client, against a real server and worker (contract uws 23; 25.11)."""

import gc
import warnings
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import pyvo

# pyvo leaves connections open.
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)


@pytest.fixture(scope="module")
def service(services):
    yield pyvo.dal.TAPService(f"{services}/echo")
    # What it left open is closed here and not amid the tests of others.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def test_create_run_wait_fetch_delete(service):
    job = service.submit_job("nothing", text="hello", runid="check-1")
    assert job.phase == "PENDING"
    assert job.uws_version == "1.1"
    assert job.owner is None
    job.execution_duration = 100
    assert job.execution_duration.sec == 100
    when = datetime.now(UTC) + timedelta(days=2, microseconds=123_456)
    job.destruction = when
    set_ = job.destruction.to_datetime(timezone=UTC)
    assert abs(set_ - when) < timedelta(milliseconds=1)
    job.run()
    job.wait(timeout=60)
    assert job.phase == "COMPLETED"
    job.raise_if_error()
    assert job.result_uri == job.result_uris[0]
    assert httpx.get(job.result_uri).text == "hello\n"
    url = job.url
    job.delete()
    assert httpx.get(url).status_code == 404


def test_a_job_that_fails_says_why(service):
    job = service.submit_job("nothing", fail="the moon is up")
    job.run().wait(timeout=60, phases={"ERROR"})
    assert job.phase == "ERROR"
    with pytest.raises(pyvo.dal.DALQueryError, match="the moon is up"):
        job.raise_if_error()


def test_an_aborted_job_says_so(service):
    job = service.submit_job("nothing", seconds=60)
    job.run()
    job.abort()
    assert job.phase == "ABORTED"
    with pytest.raises(pyvo.dal.DALQueryError, match="aborted by anonymous"):
        job.raise_if_error()


def test_lists_with_filters(service):
    jobs = [service.submit_job("nothing", runid=f"list-{n}") for n in range(3)]
    jobs[0].run()
    jobs[0].wait(timeout=60)
    newest = service.get_job_list(last=2)
    assert [row.jobid for row in newest] == [job.job_id for job in jobs[:0:-1]]
    assert [row.runid for row in newest] == ["list-2", "list-1"]
    done = service.get_job_list(phases=["COMPLETED"])
    assert jobs[0].job_id in {row.jobid for row in done}
    assert {row.phase for row in done} == {"COMPLETED"}
    after = datetime.now(UTC) + timedelta(seconds=60)
    assert service.get_job_list(after=after) == []


def test_what_is_wrong_is_an_error(service):
    job = service.submit_job("nothing")
    job.run().wait(timeout=60)
    with pytest.raises(pyvo.dal.DALServiceError, match="403"):
        job.run()
    with pytest.raises(pyvo.dal.DALServiceError, match="403"):
        job.execution_duration = 5

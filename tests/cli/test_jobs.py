"""``graticule jobs``: list, show, wait, abort, rm, hold, run (contract uws U93)."""

import json
from pathlib import Path

import pytest
from tests.jobs.conftest import execute


@pytest.fixture(autouse=True)
def echo_on(catalog, configured, tmp_path):
    configured(home=tmp_path, echo_service=True)


def started(run, *words):
    return run("jobs", "run", "echo", *words).output.strip()


def test_a_job_from_run_to_rm(run, tmp_path):
    job_id = started(run, "TEXT=a", "text=b=c", "--run-id", "mine")
    (listed,) = json.loads(run("jobs", "list", "--json").output)
    assert (listed["jobId"], listed["phase"], listed["runId"]) == (
        job_id,
        "QUEUED",
        "mine",
    )
    assert listed["parameters"] == [
        {"name": "TEXT", "value": "a"},
        {"name": "TEXT", "value": "b=c"},
    ]
    execute(job_id)
    assert run("jobs", "wait", job_id).exit_code == 0
    shown = json.loads(run("jobs", "show", job_id[:8], "--json").output)
    assert shown["phase"] == "COMPLETED"
    (result,) = shown["results"]
    assert Path(result["path"]).read_text() == "a\nb=c\n"
    assert "result.txt" not in run("jobs", "list").output
    assert "1 COMPLETED" in run("jobs", "list").output
    assert run("jobs", "list", "--phase", "ERROR", "--json").output.strip() == "[]"
    assert run("jobs", "rm", "--yes", job_id).exit_code == 0
    assert run("jobs", "show", job_id).exit_code == 1


def test_hold_and_resume(run):
    from graticule.jobs import attempts
    from graticule.jobs.times import now

    job_id = started(run)
    assert "HELD" in run("jobs", "hold", job_id).output
    assert attempts.claim("here:1:1", now(), {}) is None
    assert run("jobs", "hold", job_id).exit_code == 1
    assert "QUEUED" in run("jobs", "resume", job_id).output
    assert attempts.claim("here:1:1", now(), {}).pk == job_id


def test_abort_makes_wait_fail(run):
    job_id = started(run)
    assert "still QUEUED" in run("jobs", "wait", job_id, "--timeout", "0.2").output
    assert "ABORTED" in run("jobs", "abort", job_id).output
    done = run("jobs", "wait", job_id)
    assert done.exit_code == 1
    assert "aborted by the operator" in done.output


def test_a_file_is_sent(run, tmp_path):
    from graticule.jobs import folders
    from graticule.jobs.models import Job

    source = tmp_path / "own name.bin"
    source.write_bytes(b"ab")
    job = Job.objects.get(pk=started(run, f"FILE=@{source}"))
    row = job.parameters.get()
    assert (row.name, row.value, row.size_bytes) == ("FILE", "own name.bin", 2)
    assert folders.upload_path(job.pk, row.file).read_bytes() == b"ab"
    assert source.is_file()
    assert not list(folders.root().glob("upload-*"))


def test_the_help_of_a_service_teaches(run):
    assert "  echo " in run("jobs", "run").output
    said = run("jobs", "run", "echo", "--help").output
    for words in ("TEXT", "[repeatable]", "SECONDS", "How long it takes", "--wait"):
        assert words in said
    assert all(len(line) <= 80 for line in said.splitlines())
    assert "[NAME=VALUE]" in run("jobs", "run", "--help").output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "nonsense"), "There is no service nonsense"),
        (("run", "echo", "TEXT"), "write NAME=VALUE with one of TEXT"),
        (("run", "echo", "SIZE=3"), "write NAME=VALUE"),
        (("run", "echo", "SECONDS=soon", "MEMORY_BYTES=-1"), "MEMORY_BYTES"),
        (("run", "echo", "--as", "nobody"), "There is no nobody"),
        (("run", "echo", "FILE=@/no/such"), "there is no file"),
        (("show", "nonsense"), "There is no job nonsense"),
        (("list", "--phase", "odd"), "There is no phase ODD"),
    ],
)
def test_mistakes_are_one_line(run, words, said):
    from graticule.jobs.models import Job

    result = run("jobs", *words)
    assert result.exit_code == 1
    assert said in result.output
    assert not Job.objects.exists()

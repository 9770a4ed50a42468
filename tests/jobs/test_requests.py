"""What clients ask of jobs (contract uws 5, 8, 11, 14)."""

from datetime import timedelta
from pathlib import Path

import pytest


def phase_of(job):
    job.refresh_from_db()
    return job.phase


def events(job):
    from graticule.jobs.models import JobEvent

    rows = JobEvent.objects.filter(job_id=job.pk)
    return [(row.old, row.new) for row in rows]


def test_a_new_job_is_pending_and_nothing_runs(new_job, claim):
    job = new_job()
    assert phase_of(job) == "PENDING"
    assert claim() is None
    assert events(job) == [("", "PENDING")]
    assert job.started is None
    assert job.ended is None


def test_ids_are_random_and_safe_in_addresses(new_job):
    ids = {new_job().pk for _ in range(50)}
    assert len(ids) == 50
    for each in ids:
        assert len(each) * 5 >= 80  # base 32: five bits a letter (U2)
        assert each.isalnum()


def test_run_queues_once(new_job):
    from graticule.jobs import requests

    job = new_job()
    for _ in range(3):
        requests.run(job)
    assert phase_of(job) == "QUEUED"
    assert events(job) == [("", "PENDING"), ("PENDING", "QUEUED")]


def test_run_after_the_end_is_refused(new_job, claim):
    from graticule.jobs import attempts, requests

    job = new_job(run=True)
    taken = claim()
    assert attempts.complete(job.pk, taken.attempt)
    with pytest.raises(requests.PhaseError, match="COMPLETED"):
        requests.run(job)
    assert phase_of(job) == "COMPLETED"


def test_abort_before_it_ran_sets_the_end_only(new_job):
    from graticule.jobs import requests

    job = new_job(run=True)
    requests.abort(job, "aborted by alice")
    assert phase_of(job) == "ABORTED"
    assert job.started is None
    assert job.ended >= job.created  # U22
    assert job.message == "aborted by alice"  # U70
    requests.abort(job, "again")
    job.refresh_from_db()
    assert job.message == "aborted by alice"


def test_values_replace_or_add_up(new_job):
    from graticule.jobs import requests
    from graticule.jobs.requests import Value

    many = frozenset({"TEXT"})
    job = new_job(
        values=(Value("TEXT", "a"), Value("TEXT", "b"), Value("SECONDS", "1")),
        multiple=many,
    )
    requests.set_parameters(job, (Value("text", "c"), Value("seconds", "2")), many)
    rows = [(row.name.upper(), row.value) for row in job.parameters.all()]
    assert rows == [("TEXT", "a"), ("TEXT", "b"), ("TEXT", "c"), ("SECONDS", "2")]


def test_values_are_only_taken_while_pending(new_job):
    from graticule.jobs import requests

    job = new_job(run=True)
    with pytest.raises(requests.PhaseError, match="QUEUED"):
        requests.set_parameters(job, (requests.Value("TEXT", "a"),), frozenset())
    assert not job.parameters.exists()


def test_uploads_lie_under_names_of_ours(new_job, tmp_path):
    from graticule.jobs import folders
    from graticule.jobs.requests import Value

    file = tmp_path / "boxes.csv"
    file.write_bytes(b"1,2")
    job = new_job(values=(Value("BOXES", "../../etc/passwd", file, "text/csv"),))
    row = job.parameters.get()
    kept = folders.upload_path(job.pk, row.file)
    assert kept.read_bytes() == b"1,2"
    assert kept.is_relative_to(folders.folder_of(job.pk))
    assert (row.value, row.size_bytes) == ("../../etc/passwd", 3)
    assert not file.exists()


def test_durations_are_cut_to_what_is_allowed(new_job):
    from graticule.jobs import requests

    job = new_job()
    assert job.duration == timedelta(hours=1)
    for asked, got in ((0, 86_400), (1.2, 2), (10**9, 86_400), (60, 60)):
        requests.set_duration(job, timedelta(seconds=asked))
        job.refresh_from_db()
        assert job.duration.total_seconds() == got  # U33


def test_destruction_is_cut_and_never_past(new_job):
    from graticule.errors import RequestError
    from graticule.jobs import requests
    from graticule.jobs.times import now

    job = new_job()
    assert job.destruction - job.created == timedelta(days=2)
    requests.set_destruction(job, now() + timedelta(days=365))
    job.refresh_from_db()
    assert job.destruction - job.created == timedelta(days=30)  # U34
    with pytest.raises(RequestError, match="past"):
        requests.set_destruction(job, now() - timedelta(seconds=1))


def test_the_same_key_gives_the_same_job(new_job, cast):
    first = new_job(cast.alice, idempotency_key="k1")
    assert new_job(cast.alice, idempotency_key="k1").pk == first.pk  # U29
    assert new_job(cast.bob, idempotency_key="k1").pk != first.pk
    assert new_job(cast.alice, idempotency_key="k2").pk != first.pk


def test_one_more_than_allowed_is_refused_with_the_limit(new_job, cast, configured):
    from graticule.errors import LimitError

    configured(max_jobs_per_owner=2)
    for _ in range(2):
        new_job(cast.alice)
    with pytest.raises(LimitError, match="max_jobs_per_owner"):
        new_job(cast.alice)
    new_job(cast.bob)


def test_run_ids_have_a_length(new_job):
    from graticule.errors import RequestError

    assert new_job(run_id="n" * 64).run_id == "n" * 64
    with pytest.raises(RequestError, match="64"):
        new_job(run_id="n" * 65)


def test_deleting_leaves_nothing_but_an_event(new_job, tmp_path):
    from graticule.jobs import folders, requests
    from graticule.jobs.models import Job, JobEvent

    file = tmp_path / "f"
    file.write_bytes(b"x")
    job = new_job(values=(requests.Value("F", "f", file),))
    folder = folders.folder_of(job.pk)
    assert folder.is_dir()
    requests.delete(job.pk, "deleted by its owner")
    assert not Job.objects.filter(pk=job.pk).exists()
    assert not folder.exists()
    assert JobEvent.objects.filter(job_id=job.pk).last().new == ""
    assert not [path for path in Path(folders.root()).rglob("*") if path.is_file()]


def test_a_forbidden_move_is_a_mistake_of_the_program(new_job):
    from graticule.jobs import store
    from graticule.jobs.phases import Phase

    with pytest.raises(ValueError, match="may not go"):
        store.move(new_job().pk, [Phase.COMPLETED], Phase.QUEUED)

"""What runners do to jobs (contract uws 9, 11, 13)."""

from datetime import timedelta

import pytest


def result(tmp_path, key="result", content=b"whole", **fields):
    from graticule.jobs.attempts import NewResult

    path = tmp_path / f"{key}.part"
    path.write_bytes(content)
    return NewResult(key, path, f"{key}.txt", "text/plain", **fields)


def test_a_claimed_job_executes_under_its_runner(new_job, claim):
    job = new_job(run=True)
    taken = claim("host:12:34")
    assert taken.pk == job.pk
    assert (taken.phase, taken.attempt, taken.runner) == ("EXECUTING", 1, "host:12:34")
    assert taken.started is not None
    assert claim() is None


def test_owners_take_turns(new_job, claim, cast):
    flood = [new_job(cast.alice, run=True) for _ in range(5)]
    one = new_job(cast.bob, run=True)
    served = {cast.alice.pk: 1.0}
    assert claim(served=served).pk == one.pk  # U88
    assert claim(served={**served, cast.bob.pk: 2.0}).pk == flood[0].pk


def test_no_more_of_an_owner_than_allowed_at_once(new_job, claim, cast):
    for _ in range(4):
        new_job(cast.alice, run=True)
    other = new_job(cast.bob, run=True)
    taken = [claim() for _ in range(4)]
    assert [job and job.owner_id for job in taken].count(cast.alice.pk) == 2
    assert other.pk in {job.pk for job in taken if job}
    assert taken[3] is None


def test_the_destruction_time_does_not_change_the_order(new_job, claim, cast):
    from graticule.jobs import requests
    from graticule.jobs.times import now

    first, second = (new_job(cast.alice, run=True) for _ in range(2))
    requests.set_destruction(second, now() + timedelta(hours=1))
    assert claim().pk == first.pk
    assert claim().pk == second.pk


def test_results_are_there_whole_or_not_at_all(new_job, claim, tmp_path):
    from graticule.jobs import attempts, folders

    job = new_job(run=True)
    taken = claim()
    assert attempts.add_result(job.pk, taken.attempt, result(tmp_path))
    row = job.results.get()
    assert folders.result_path(job.pk, row.file).read_bytes() == b"whole"
    assert (row.size_bytes, row.media_type) == (5, "text/plain")
    assert attempts.complete(job.pk, taken.attempt)
    job.refresh_from_db()
    assert (job.phase, job.runner, job.lease) == ("COMPLETED", "", None)


def test_no_job_is_green_without_its_results(new_job, claim, tmp_path):
    from graticule.jobs import attempts, folders

    job = new_job(run=True)
    taken = claim()
    attempts.add_result(job.pk, taken.attempt, result(tmp_path))
    row = job.results.get()
    folders.result_path(job.pk, row.file).unlink()
    attempts.complete(job.pk, taken.attempt)
    job.refresh_from_db()
    assert job.phase == "ERROR"
    assert "result" in job.message


def test_an_earlier_attempt_is_not_heard(new_job, claim, tmp_path):
    from graticule.jobs import attempts, requests

    job = new_job(run=True)
    taken = claim()
    requests.abort(job, "aborted")
    assert not attempts.add_result(job.pk, taken.attempt, result(tmp_path))  # U73
    assert not attempts.complete(job.pk, taken.attempt)
    assert not attempts.fail(job.pk, taken.attempt, "fatal", "no")
    attempts.report(job.pk, taken.attempt, done=1, total=2, message="m", log="")
    job.refresh_from_db()
    assert (job.phase, job.progress_done) == ("ABORTED", 0)
    assert not job.results.exists()


def test_after_an_error_only_final_results_stay(new_job, claim, tmp_path):
    from graticule.jobs import attempts

    job = new_job(run=True)
    taken = claim()
    attempts.add_result(job.pk, taken.attempt, result(tmp_path, "half"))
    attempts.add_result(job.pk, taken.attempt, result(tmp_path, "kept", final=True))
    attempts.fail(job.pk, taken.attempt, "fatal", "it broke", "detail")
    job.refresh_from_db()
    assert (job.phase, job.fault, job.message) == ("ERROR", "fatal", "it broke")
    assert [row.key for row in job.results.all()] == ["kept"]  # U62


@pytest.mark.parametrize(("attempts_allowed", "phase"), [(1, "ERROR"), (2, "QUEUED")])
def test_a_lost_job_is_tried_again_or_fails(
    new_job, claim, configured, attempts_allowed, phase
):
    from graticule.jobs import attempts

    configured(max_attempts=attempts_allowed)
    job = new_job(run=True)
    claim()
    (found,) = attempts.executing_anywhere()
    attempts.lose(found.pk, found.attempt, attempts.LOST)
    job.refresh_from_db()
    assert job.phase == phase
    if phase == "ERROR":
        assert job.fault == "transient"  # U70
        assert "lost" in job.message
    else:
        assert claim().attempt == 2


def test_a_runner_that_gives_signs_is_not_lost(new_job, claim, monkeypatch):
    from graticule.jobs import attempts, silence
    from graticule.jobs.times import now

    moment = 1000.0
    monkeypatch.setattr(silence.time, "monotonic", lambda: moment)
    watched = silence.Silence(15, 2)
    job = new_job(run=True)
    claim("host:1:1", lease=timedelta(days=-365))  # the time of day has jumped
    for seconds in range(0, 60, 2):
        moment += 2
        if seconds % 10 == 0:
            attempts.renew("host:1:1", now() - timedelta(days=365 + seconds))
        assert watched.lost(attempts.executing_anywhere()) == []
    moment += 3600  # nobody looked: nobody knows
    assert watched.lost(attempts.executing_anywhere()) == []
    looks = 0
    while not watched.lost(attempts.executing_anywhere()):
        moment += 2
        looks += 1
    assert looks * 2 <= 15  # U89
    attempts.complete(job.pk, 1)
    assert watched.lost(attempts.executing_anywhere()) == []


def test_losing_what_has_ended_leaves_its_results(new_job, claim, configured, tmp_path):
    from graticule.jobs import attempts, folders

    configured(max_attempts=3)
    job = new_job(run=True)
    claim()
    attempts.add_result(job.pk, 1, result(tmp_path))
    attempts.complete(job.pk, 1)
    assert not attempts.lose(job.pk, 1, attempts.LOST)
    row = job.results.get()
    assert folders.result_path(job.pk, row.file).read_bytes() == b"whole"


def test_results_that_are_shown_no_more_leave_no_file(new_job, claim, tmp_path):
    from graticule.jobs import attempts, folders

    job = new_job(run=True)
    claim()
    attempts.add_result(job.pk, 1, result(tmp_path, "half"))
    attempts.add_result(job.pk, 1, result(tmp_path, "kept", final=True))
    attempts.fail(job.pk, 1, "fatal", "it broke")
    kept = job.results.get()
    files = [path for path in folders.folder_of(job.pk).rglob("*") if path.is_file()]
    assert files == [folders.result_path(job.pk, kept.file)]


def test_a_result_that_is_told_twice_is_one(new_job, claim, tmp_path):
    from graticule.jobs import attempts

    job = new_job(run=True)
    claim()
    told = result(tmp_path)
    assert attempts.add_result(job.pk, 1, told)
    assert attempts.add_result(job.pk, 1, told)  # the tables were away meanwhile
    assert attempts.complete(job.pk, 1)
    assert job.results.count() == 1


def test_too_long_ends_as_aborted(new_job, claim):
    from graticule.jobs import attempts, requests

    job = new_job(run=True)
    requests.set_duration(job, timedelta(seconds=7))
    assert attempts.time_out(claim())
    job.refresh_from_db()
    assert (job.phase, job.fault) == ("ABORTED", "transient")
    assert job.message == "execution duration of 7 s exceeded"  # U74


@pytest.mark.parametrize("archive", [False, True])
def test_what_is_due_is_destroyed_or_archived(
    new_job, claim, configured, tmp_path, archive
):
    from graticule.jobs import attempts, folders
    from graticule.jobs.models import Job

    configured(archive_jobs=archive)
    job, later = new_job(run=True), new_job()
    taken = claim()
    attempts.add_result(job.pk, taken.attempt, result(tmp_path))
    attempts.complete(job.pk, taken.attempt)
    Job.objects.filter(pk=job.pk).update(destruction=job.created)
    assert attempts.destroy_due(job.created) == 1
    assert not folders.folder_of(job.pk).exists()
    left = Job.objects.filter(pk=job.pk).first()
    assert (left and left.phase) == ("ARCHIVED" if archive else None)  # U75
    assert Job.objects.get(pk=later.pk).phase == "PENDING"
    if archive:
        assert not left.results.exists()
        assert left.destruction - job.created == timedelta(days=90)


def test_folders_without_a_job_are_swept_up(new_job, claim):
    import os

    from graticule.jobs import attempts, folders

    job, other = new_job(run=True), new_job(run=True)
    claim()
    at_work, over = (folders.make_working_folder(each.pk, 1) for each in (job, other))
    mine = folders.folder_of(job.pk)
    orphan = folders.folder_of("zz" + "a" * 14)
    young = folders.folder_of("yy" + "a" * 14)
    trash = folders.root() / "trash" / "x"
    for folder in (mine, orphan, young, trash):
        folder.mkdir(parents=True)
    for folder in (mine, orphan):
        os.utime(folder, (0, 0))
    assert folders.sweep(attempts.known, attempts.going_on) == 2
    assert all(folder.is_dir() for folder in (mine, young, at_work))
    assert not any(folder.exists() for folder in (orphan, trash, over))

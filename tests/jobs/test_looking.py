"""A job by the query that is written once is the job that Django finds."""

from datetime import timedelta

from graticule.jobs.times import now


def test_it_is_the_same_job(new_job, cast):
    from graticule.jobs.looking import look_up
    from graticule.jobs.models import Job

    moment = now()
    changes = {
        "phase": "ERROR",
        "queued": moment,
        "started": moment + timedelta(milliseconds=5),
        "ended": moment + timedelta(days=1),
        "duration": timedelta(seconds=17),
        "progress_done": 0.25,
        "progress_total": 2,
        "message": "It went \u00b5 <wrong>.",
        "run_id": "night 42",
        "log": "one\ntwo",
        "detail": "secret",
        "lease": None,
    }
    for owner in (None, cast.alice):
        job = new_job(owner)
        Job.objects.filter(pk=job.pk).update(**changes)
        expected = Job.objects.get(pk=job.pk)
        found = look_up(job.pk, "echo")
        assert found == expected
        assert found.get_deferred_fields() == {"log", "detail"}
        for field in Job._meta.concrete_fields:
            value = getattr(expected, field.attname)
            assert getattr(found, field.attname) == value, field
            assert type(getattr(found, field.attname)) is type(value), field


def test_what_is_not_there_is_not_found(new_job):
    from graticule.jobs.looking import look_up

    job = new_job()
    assert look_up(job.pk, "movie") is None
    assert look_up("nothing", "echo") is None
    assert look_up("no\0thing", "echo") is None

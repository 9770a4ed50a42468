"""Job lists (contract uws 6: U38 to U43)."""

from datetime import timedelta

import pytest
from tests.web.uws.conftest import LIST, created, url
from tests.web.uws.documents import read, said, text


def ids(client, query=""):
    return [row.get("id") for row in read(client.get(f"{LIST}{query}"))]


@pytest.fixture
def five(client, new_job):
    """Five jobs a second apart, oldest first."""
    from graticule.jobs.models import Job

    jobs = [
        new_job(phase)
        for phase in ("PENDING", "COMPLETED", "ERROR", "COMPLETED", "ARCHIVED")
    ]
    for number, job in enumerate(jobs):
        moment = job.created - timedelta(seconds=100 - number)
        Job.objects.filter(pk=job.pk).update(created=moment)
        job.refresh_from_db()
    return jobs


def test_newest_first_without_archived_ones(client, five):
    # U39, U40
    assert ids(client) == [job.pk for job in reversed(five[:4])]
    assert ids(client, "?PHASE=ARCHIVED") == [five[4].pk]


def test_filters_are_anded(client, five):
    # U38
    keys = [job.pk for job in five]
    assert ids(client, "?PHASE=COMPLETED") == [keys[3], keys[1]]
    assert ids(client, "?PHASE=COMPLETED&phase=ERROR") == [keys[3], keys[2], keys[1]]
    assert ids(client, "?LAST=2") == [keys[3], keys[2]]
    assert ids(client, "?PHASE=COMPLETED&LAST=1") == [keys[3]]
    after = text(read(client.get(url(five[1]))), "creationTime")
    assert ids(client, f"?AFTER={after}") == [keys[3], keys[2]]  # strictly later
    assert ids(client, f"?AFTER={after}&PHASE=ERROR&LAST=5") == [keys[2]]
    assert ids(client, "?PHASE=ARCHIVED&PHASE=ERROR") == [keys[4], keys[2]]
    assert ids(client, "?nonsense=1&LAST=&AFTER=&PHASE=") == keys[3::-1]  # U41


def test_last_applies_after_the_others(client, five):
    # U38: and counts no archived ones
    assert ids(client, "?LAST=4") == [job.pk for job in reversed(five[:4])]
    assert ids(client, "?LAST=99999") == [job.pk for job in reversed(five[:4])]


@pytest.mark.parametrize(
    "query",
    [
        "PHASE=DONE",
        "PHASE=pending",
        "PHASE=PENDING&PHASE=x",
        "LAST=0",
        "LAST=-1",
        "LAST=1.5",
        "LAST=x",
        "LAST=1&LAST=2",
        "LAST=1&last=1",
        "LAST=99999999999999999999",
        "AFTER=yesterday",
        "AFTER=2026-01-01&AFTER=2026-01-02",
        "AFTER=2026-01-01T00:00:00%2B01:00",
    ],
)
def test_bad_filters(client, five, query):
    # U41
    said(client.get(f"{LIST}?{query}"), 400)


@pytest.mark.parametrize(
    "after",
    [
        "2001-02-03",
        "2001-02-03T04:05",
        "2001-02-03T04:05:06",
        "2001-02-03T04:05:06.123456",
        "2001-02-03T04:05:06Z",
        "2001-02-03 04:05:06",
        "2001",
        "20010203",
    ],
)
def test_forms_of_after(client, five, after):
    # U14
    assert len(ids(client, f"?AFTER={after}")) == 4


def test_a_list_has_all_jobs_however_many(client, new_job):
    # Streamed in blocks (U42).
    from graticule.jobs.models import Job

    job = new_job()
    Job.objects.bulk_create(
        Job(
            id=f"many{number}",
            service="echo",
            created=job.created,
            duration=job.duration,
        )
        for number in range(1200)
    )
    assert len(set(ids(client))) == 1201


def test_a_list_may_ask_for_a_login(client, alice):
    # U43
    created(client)
    for name in ("dachs_authenticate", "AUTHENTICATE"):
        answer = client.get(f"{LIST}?{name}=")
        said(answer, 401)
        assert "Basic" in answer["WWW-Authenticate"]
        assert ids(alice, f"?{name}=anything") == []
    assert len(ids(client)) == 1


@pytest.mark.parametrize("who", ["alice", "administrator", "anonymous", "browser"])
def test_short_lists_of_every_caller_follow_an_index(door, cast, configured, who):
    # U42: LAST=20 sorts nothing, however many there are
    from django.db import connection

    from graticule.jobs.models import Job
    from graticule.services.tasks.registry import task_named
    from graticule.web.uws.access import Caller, listed

    if connection.vendor != "sqlite":
        pytest.skip("reads the plans of SQLite")
    configured(anonymous_jobs="own" if who == "browser" else "all")
    person = getattr(cast, who, None)
    caller = Caller(person, "f" * 64 if who == "browser" else "")
    query = Job.objects.filter(listed(caller, task_named("echo")))
    plan = query.order_by("-created", "-id")[:20].explain()
    assert "USING INDEX" in plan
    assert "TEMP B-TREE" not in plan


def test_filters_are_described_as_they_are_read(client):
    # 16, getJoblistInputTD: those that are described, and no others, are judged
    document = client.get("/openapi.json").json()
    ours = document["paths"]["/services/{service}/async"]["get"]["parameters"]
    rules = {each["name"]: each["schema"] for each in ours if each["in"] == "query"}
    good = {"PHASE": "QUEUED", "AFTER": "2026-01-01", "LAST": "3"}
    assert set(rules) == set(good)
    for name, rule in rules.items():
        several = rule["type"] == "array"
        kind = rule["items"] if several else rule
        assert good[name] in kind.get("enum", [good[name]])
        assert len(kind.get("enum", range(10))) == 10
        path = f"{LIST}?{name}="
        assert client.get(f"{path}{good[name]}").status_code == 200
        assert client.get(f"{path}nonsense").status_code == 400
        twice = client.get(f"{path}{good[name]}&{name}={good[name]}")
        assert twice.status_code == (200 if several else 400)
    assert client.get(f"{LIST}?OTHER=nonsense").status_code == 200

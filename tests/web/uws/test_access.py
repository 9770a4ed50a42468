"""Who may do what (contract uws 12: U78 to U85; 25.10)."""

import base64
from datetime import timedelta

import pytest
from tests.web.conftest import new_client
from tests.web.uws.conftest import LIST, created, location, url
from tests.web.uws.documents import read, said, text

READ = (
    "",
    "/phase",
    "/executionduration",
    "/destruction",
    "/quote",
    "/owner",
    "/parameters",
    "/parameters/TEXT",
    "/results",
    "/results/result",
    "/error",
    "/starttime",
    "/nothing",
)
CHANGES = (
    ("POST", "", "ACTION=DELETE"),
    ("DELETE", "", ""),
    ("POST", "/phase", "PHASE=ABORT"),
    ("POST", "/phase", "PHASE=x"),
    ("POST", "/parameters", "TEXT=x"),
    ("PUT", "/parameters/TEXT", "x"),
    ("POST", "/executionduration", "EXECUTIONDURATION=1"),
    ("POST", "/destruction", "DESTRUCTION=2100"),
    ("PATCH", "", ""),
    ("POST", "/quote", ""),
    ("DELETE", "/results/result", ""),
)
EVERY = tuple(("GET", path, "") for path in READ) + CHANGES
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def callers(door, logged_in, cast):
    wrong = new_client()
    credentials = base64.b64encode(f"{cast.alice.username}:wrong".encode()).decode()
    wrong.defaults["HTTP_AUTHORIZATION"] = f"Basic {credentials}"
    return {
        "anonymous": new_client(),
        "owner": logged_in(cast.alice),
        "other": logged_in(cast.bob),
        "wrong": wrong,
        "administrator": logged_in(cast.administrator),
    }


@pytest.fixture
def job(new_job, add_result, cast):
    from graticule.jobs.requests import Value

    found = new_job("ABORTED", cast.alice, values=(Value("TEXT", "secret"),))
    add_result(found)
    return found


def ask(client, verb, path, body):
    return client.generic(verb, path, body, content_type=FORM if body else "")


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize(
    ("who", "shown", "hides"),
    [("anonymous", 401, 404), ("other", 403, 404), ("wrong", 401, 401)],
)
def test_strangers_learn_nothing(callers, job, configured, who, shown, hides, hidden):
    # U79, U80: the same answer whatever they ask, before anything of the job is told
    from graticule.jobs.models import Job

    # Remembered for a while: so a program with a wrong password is not slowed down.
    configured(hide_foreign_jobs=hidden, rights_age=timedelta(minutes=1))
    before = Job.objects.values().get(pk=job.pk)
    for verb, path, body in EVERY:
        if path == "/nothing":
            continue  # no child of any job
        answer = ask(callers[who], verb, url(job) + path, body)
        assert answer.status_code == (hides if hidden else shown), (verb, path)
        assert b"secret" not in answer.content
        assert b"ABORTED" not in answer.content
        if answer.status_code == 401:
            assert "Basic" in answer["WWW-Authenticate"]  # U78
            assert "Bearer" in answer["WWW-Authenticate"]
    assert Job.objects.values().get(pk=job.pk) == before


@pytest.mark.parametrize("who", ["owner", "administrator"])
def test_owner_and_administrator_may_everything(callers, job, who):
    # U80
    client = callers[who]
    for verb, path, body in EVERY:
        if verb == "DELETE" or body == "ACTION=DELETE":
            continue
        answer = ask(client, verb, url(job) + path, body)
        # What remains is a matter of phase (403 where it has ended) or sense.
        expected = {
            "PHASE=ABORT": 303,
            "DESTRUCTION=2100": 303,
            "PHASE=x": 400,
            "TEXT=x": 403,
            "x": 403,
            "EXECUTIONDURATION=1": 403,
        }.get(body, 405 if verb != "GET" else 404 if path == "/nothing" else 200)
        assert answer.status_code == expected, (verb, path, body)
    assert location(client.delete(url(job))) == LIST


def test_lists_hold_what_the_caller_may_see(callers, job, new_job, cast):
    # U82
    public, bobs = new_job(), new_job(owner=cast.bob)

    def ids(who):
        return {row.get("id") for row in read(callers[who].get(LIST))}

    assert ids("anonymous") == {public.pk}
    assert ids("owner") == {job.pk}
    assert ids("other") == {bobs.pk}
    assert ids("administrator") == {job.pk, public.pk, bobs.pk}
    owners = {
        row.get("id"): text(row, "ownerId")
        for row in read(callers["administrator"].get(LIST))
    }
    assert owners == {
        job.pk: cast.alice.username,
        bobs.pk: cast.bob.username,
        public.pk: None,
    }
    answer = callers["wrong"].get(LIST)
    assert answer.status_code == 401  # U79: never silently anonymous
    assert callers["wrong"].post(LIST).status_code == 401


def test_a_job_belongs_to_whoever_made_it(callers, cast):
    # U78
    path = created(callers["owner"])
    assert text(read(callers["owner"].get(path)), "ownerId") == cast.alice.username
    path = created(callers["anonymous"])
    assert text(read(callers["anonymous"].get(path)), "ownerId") is None
    for who in ("owner", "other", "administrator"):
        read(callers[who].get(path))  # U81: whoever knows its address


@pytest.mark.parametrize("way", ["password", "token", "token as password"])
def test_programs_log_in(door, cast, way):
    # By Basic and by Bearer (U78).
    from graticule.catalog.tokens import make_token

    token = make_token(cast.alice, "t", scopes=("read", "write"))
    secret = "alice's secret words" if way == "password" else token
    pair = f"{cast.alice.username}:{secret}".encode()
    header = f"Basic {base64.b64encode(pair).decode()}"
    if way == "token":
        header = f"Bearer {token}"
    client = new_client()
    client.defaults["HTTP_AUTHORIZATION"] = header
    path = created(client)
    assert text(read(client.get(path)), "ownerId") == cast.alice.username


def test_tokens_for_reading_change_nothing(door, cast, new_job):
    from graticule.catalog.tokens import make_token

    job = new_job("ABORTED", cast.alice)
    token = make_token(cast.alice, "t", scopes=("read",))
    client = new_client()
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    read(client.get(url(job)))
    for verb, path, body in CHANGES:
        if verb == "PATCH" or path in {"/quote", "/results/result"}:
            continue
        assert ask(client, verb, url(job) + path, body).status_code == 403
    said(client.post(LIST), 403)
    said(client.get("/services/echo/sync"), 403)


def test_jobs_of_a_browser(door, configured):
    # U81, U82: with "own" only the browser that made it
    configured(anonymous_jobs="own")
    mine, other = new_client(), new_client()
    path = created(mine)
    assert len(read(mine.get(LIST))) == 1
    read(mine.get(path))
    assert len(read(other.get(LIST))) == 0
    said(other.get(path), 404)
    said(other.delete(path), 404)
    created(other)
    assert len(read(mine.get(LIST))) == 1
    cookie = mine.cookies["graticule_jobs"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize(
    "closed", [{"anonymous_jobs": "none"}, {"anonymous_access": False}]
)
def test_where_the_public_makes_no_jobs(door, configured, alice, closed):
    # U28, U83
    configured(**closed)
    client = new_client()
    for answer in (
        client.get(LIST),
        client.post(LIST),
        client.get("/services/echo/sync"),
    ):
        said(answer, 401)
        assert "Basic" in answer["WWW-Authenticate"]
    created(alice)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Origin": "http://localhost"}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example.org"}, 403),
        ({"Origin": "http://localhost:8018"}, 403),
        ({"Origin": "https://localhost"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
    ],
)
def test_pages_of_other_sites_change_nothing(alice, new_job, cast, headers, status):
    # U84
    assert alice.post(LIST, headers=headers).status_code == status
    job = new_job(owner=cast.alice)
    path = url(job, "phase")
    answer = alice.post(path, {"PHASE": "ABORT"}, headers=headers)
    assert answer.status_code == status
    assert alice.delete(url(job), headers=headers).status_code == status
    if status == 403:
        assert alice.get("/services/echo/sync", headers=headers).status_code == 403


def test_a_page_with_a_token_may(door, cast):
    # no browser sends a token by itself
    from graticule.catalog.tokens import make_token

    client = new_client()
    token = make_token(cast.alice, "t", scopes=("write",))
    headers = {"Authorization": f"Bearer {token}", "Origin": "https://a.example.org"}
    location(client.post(LIST, headers=headers))


def test_nothing_is_changed_by_looking(client, new_job):
    # U98
    from graticule.jobs.models import Job

    job = new_job()
    before = list(Job.objects.values())
    for path in (LIST, *(url(job) + child for child in READ)):
        for query in ("?PHASE=RUN", "?ACTION=DELETE", "?TEXT=x&RUNID=y"):
            client.get(path + query)
            client.head(path + query)
    assert list(Job.objects.values()) == before

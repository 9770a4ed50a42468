"""Rules of HTTP that hold everywhere (contract uws 2: U4 to U13)."""

import pytest
from tests.web.conftest import new_client
from tests.web.uws.conftest import HERE, LIST, created, location, url
from tests.web.uws.documents import body_of, read, said, values

READ = {"GET", "HEAD", "OPTIONS"}
CHILDREN = {
    "": READ | {"POST", "DELETE"},
    "phase": READ | {"POST"},
    "executionduration": READ | {"POST"},
    "destruction": READ | {"POST"},
    "quote": READ,
    "owner": READ,
    "parameters": READ | {"POST"},
    "parameters/TEXT": READ | {"PUT"},
    "results": READ,
    "results/result": READ,
    "error": READ,
    "starttime": READ,
    "startTime": READ,
}
VERBS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE")


@pytest.fixture
def job(new_job, add_result):
    from graticule.jobs.requests import Value

    found = new_job("ABORTED", values=(Value("TEXT", "a"),))
    add_result(found)
    return found


@pytest.mark.parametrize("mount", ["async", "uws.xml"])
@pytest.mark.parametrize("child", CHILDREN)
def test_verbs_of_every_child(client, job, mount, child):
    # U8: HEAD where GET, 204 with Allow to OPTIONS, else 405 with Allow
    path = "/".join(part for part in (url(job, mount=mount), child) if part)
    for verb in VERBS:
        if verb in CHILDREN[child] - READ:
            continue  # tested where it does something
        answer = client.generic(verb, path)
        if verb == "OPTIONS":
            assert (answer.status_code, answer.content) == (204, b"")
        elif verb in READ:
            assert answer.status_code == 200, (verb, path)
            if verb == "HEAD":
                whole = client.get(path)
                assert body_of(answer) == b""
                assert answer["Content-Type"] == whole["Content-Type"]
                assert answer["Content-Length"] == whole["Content-Length"]
        else:
            assert answer.status_code == 405, (verb, path)
        if verb not in READ or verb == "OPTIONS":
            allowed = {name.strip() for name in answer["Allow"].split(",")}
            assert allowed == CHILDREN[child]


@pytest.mark.parametrize("path", [LIST, "/services/echo/uws.xml"])
def test_verbs_of_the_list(client, path):
    for verb in VERBS:
        answer = client.generic(verb, path)
        if verb in {"GET", "HEAD"}:
            assert answer.status_code == 200
        elif verb == "OPTIONS":
            assert answer.status_code == 204
            assert set(answer["Allow"].split(", ")) == READ | {"POST"}
        elif verb == "POST":
            assert answer.status_code == 303
        else:
            said(answer, 405)
            assert set(answer["Allow"].split(", ")) == READ | {"POST"}


def test_names_are_folded_and_values_are_not(client):
    # U6, U7: query, url-encoded and multipart alike
    path = created(client, {"tExT": "Ab", "runId": "R1"})
    root = read(client.get(path))
    assert values(root) == [("TEXT", "Ab")]
    assert root.findtext("{*}runId") == "R1"
    assert len(read(client.get(f"{LIST}?phase=PENDING"))) == 1
    assert "phase" in said(client.get(f"{LIST}?PHASE=pending"), 400).lower()


@pytest.mark.parametrize("way", ["query", "form", "multipart"])
def test_parameters_come_in_three_ways(client, way):
    # U7
    if way == "query":
        answer = client.post(f"{LIST}?text=1&Text=2&PHASE=RUN")
    elif way == "form":
        kind = "application/x-www-form-urlencoded"
        answer = client.post(LIST, "text=1&Text=2&PHASE=RUN", content_type=kind)
    else:
        answer = client.post(LIST, {"text": ["1", "2"], "PHASE": "RUN"})
    path = location(answer)
    assert "?" not in answer["Location"]  # U5
    assert len(answer.content) < 80
    root = read(client.get(path))
    assert values(root) == [("TEXT", "1"), ("TEXT", "2")]
    assert root.findtext("{*}phase") == "QUEUED"


@pytest.mark.parametrize("kind", ["application/json", "text/xml", "image/png"])
def test_other_bodies_are_refused(client, kind):
    # U7
    from graticule.jobs.models import Job

    said(client.post(LIST, "{}", content_type=kind), 415)
    assert not Job.objects.exists()


def test_final_slashes(client, job):
    # U9
    answer = client.get(f"{LIST}/?LAST=3&PHASE=")
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"{HERE}{LIST}?LAST=3&PHASE=",
    )
    answer = client.get("/services/echo/uws.xml/?LAST=3")
    assert answer["Location"] == f"{HERE}/services/echo/uws.xml?LAST=3"
    for path in (f"{LIST}/", "/services/echo/uws.xml/"):
        made = location(client.post(path, {"TEXT": "x"}))
        assert values(read(client.get(made))) == [("TEXT", "x")]
    read(client.get(url(job) + "/"))
    location(client.post(url(job) + "/", {"ACTION": "DELETE"}))


@pytest.mark.parametrize(
    "rest",
    [
        "phase/",
        "/phase",
        "//",
        "parameters/",
        "results/",
        "results/.",
        "results/..",
        "results/%2e%2e",
        "results/../../x",
        "results/%2e%2e%2f%2e%2e%2fx",
        "results/result/x",
        "results/%00",
        "parameters/TEXT/x",
        "parameters/%00",
        "parameters/NONE",
        "PHASE",
        "Phase",
        "status",
        "attempt-1",
        "uploads",
        "error/detail",
    ],
)
def test_what_is_not_there_is_404(client, job, rest):
    # U1, U9, U65: no traversal in any spelling, and every answer comes
    said(client.get(f"{url(job)}/{rest}"), 404)


@pytest.mark.parametrize("name", ["x", "..", "%2e%2e", "%00", "a" * 300, "ÄÖ", "a b"])
def test_jobs_that_are_not_there_are_404(client, name):
    for verb in ("get", "delete"):
        said(getattr(client, verb)(f"{LIST}/{name}"), 404)


def test_services_that_are_not_there_are_404(client):
    said(client.get("/services/nothing/async"), 404)
    said(client.post("/services/nothing/async"), 404)
    said(client.get("/services/nothing/sync"), 404)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "application/xml"),
        ("*/*", "application/xml"),
        ("application/xml", "application/xml"),
        ("text/xml", "application/xml"),
        ("text/plain", "application/xml"),
        ("application/json", "application/json"),
        (
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "text/html",
        ),
        ("application/xml,text/html;q=0.5", "application/xml"),
        ("image/png", "application/xml"),
        ("text/html;q=nan", "application/xml"),
    ],
)
def test_the_form_is_chosen_by_accept(client, job, accept, kind):
    # U10
    headers = {} if accept is None else {"Accept": accept}
    for path in (LIST, url(job)):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200
        assert answer["Content-Type"].partition(";")[0] == kind
        assert "Accept" in answer["Vary"].split(", ")


def test_what_caches_may_keep(client, job):
    # U12
    for path in (LIST, url(job), url(job, "phase"), url(job, "error"), f"{LIST}/none"):
        assert client.get(path)["Cache-Control"] == "no-cache"
    assert client.get(url(job, "results", "result"))["Cache-Control"] == "private"
    assert client.get(url(job, "phase"))["Content-Type"] == "text/plain; charset=utf-8"


ORIGIN = "https://lab.example.org"
ASKS = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}


def test_pages_of_named_origins_may_use_jobs(client, configured, job):
    # U13
    configured(cors_origins=(ORIGIN,))
    before = client.options(LIST, headers=ASKS)
    assert before.status_code == 204
    assert before["Access-Control-Allow-Origin"] == ORIGIN
    assert before["Access-Control-Allow-Credentials"] == "true"
    assert "POST" in before["Access-Control-Allow-Methods"]
    assert "Authorization" in before["Access-Control-Allow-Headers"]
    for answer in (
        client.get(url(job), headers={"Origin": ORIGIN}),
        client.post(LIST, headers={"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"}),
        client.get(LIST, headers={"Origin": ORIGIN, "Authorization": "Bearer no"}),
    ):
        assert answer["Access-Control-Allow-Origin"] == ORIGIN
        assert "Origin" in answer["Vary"].split(", ")
        shown = answer["Access-Control-Expose-Headers"].split(", ")
        assert {"Location", "WWW-Authenticate", "Content-Disposition"} <= set(shown)
    other = client.get(LIST, headers={"Origin": "https://evil.example.org"})
    assert "Access-Control-Allow-Origin" not in other
    elsewhere = client.get("/", headers={"Origin": ORIGIN})
    assert "Access-Control-Allow-Origin" not in elsewhere


def test_all_origins_go_without_secrets(client, configured):
    # U13: credentials are never combined with a wildcard
    configured(cors_origins=("*",))
    headers = {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"}
    answer = client.post(LIST, headers=headers)
    assert answer.status_code == 303
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer
    other = new_client()
    other.cookies["sessionid"] = "x"
    assert other.post(LIST, headers=headers).status_code == 403


def test_no_origins_are_the_default(client):
    answer = client.options(LIST, headers=ASKS)
    assert "Access-Control-Allow-Origin" not in answer

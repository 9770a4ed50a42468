"""Blocking GETs and sync, over real processes (contract uws 7: U44 to U49; 17)."""

import io
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest
from lxml import etree
from tests.web.uws.documents import UWS, schema
from tests.web.uws.serving import ended, new_job, phase_of

# Much less than the server makes anybody wait, much more than answering takes.
SOON = 3.0


@pytest.fixture
def base(services):
    return services


@pytest.fixture
def client():
    with httpx.Client(timeout=30) as found:
        yield found


@pytest.fixture
def other():
    """Another connection: it may be another process that answers."""
    with httpx.Client(timeout=30) as found:
        yield found


def timed(ask):
    begun = time.monotonic()
    answer = ask()
    return answer, time.monotonic() - begun


def shown(answer):
    assert answer.status_code == 200, answer.text
    root = etree.fromstring(answer.content)
    schema().validate(root)
    return root.findtext(f"{UWS}phase")


def test_a_wait_ends_when_the_phase_changes(base, client, other):
    # U44, U48: whichever process made the change
    for _ in range(3):
        job = new_job(client, base)
        with ThreadPoolExecutor(1) as pool:
            waits = pool.submit(client.get, f"{job}?WAIT=-1")
            time.sleep(0.15)
            assert not waits.done()
            other.post(f"{job}/phase", data={"PHASE": "ABORT"})
            answer, seconds = timed(lambda waits=waits: waits.result(10))
        assert shown(answer) == "ABORTED"
        assert seconds < SOON


def test_a_wait_ends_after_its_time(base, client):
    # U44, U46, U47
    job = new_job(client, base)
    asked = (
        ("WAIT=1", 1.0, 4.5),
        ("wait=1&phase=PENDING", 1.0, 4.5),
        ("WAIT=0", 0, SOON),
        ("WAIT=", 0, SOON),
        ("PHASE=PENDING", 0, SOON),
        ("WAIT=60&PHASE=QUEUED", 0, SOON),  # U45: it is not in that phase
        ("WAIT=-7", 5.0, 20),  # as -1, capped by max_wait
        ("WAIT=999999999", 5.0, 20),
    )

    def ask(query):
        return timed(lambda: client.get(f"{job}?{query}"))

    with ThreadPoolExecutor(len(asked)) as pool:
        answers = list(pool.map(ask, [query for query, _, _ in asked]))
    for (query, least, most), (answer, seconds) in zip(asked, answers, strict=True):
        assert shown(answer) == "PENDING"
        assert least - 0.05 <= seconds < most, (query, seconds)


def test_what_has_ended_is_not_waited_for(base, client):
    # U45
    job = new_job(client, base, phase="RUN")
    assert ended(client, job) == "COMPLETED"
    for query in ("WAIT=-1", "WAIT=60&PHASE=COMPLETED"):
        answer, seconds = timed(lambda query=query: client.get(f"{job}?{query}"))
        assert shown(answer) == "COMPLETED"
        assert seconds < SOON


@pytest.mark.parametrize(
    "query",
    [
        "WAIT=x",
        "WAIT=1.5",
        "WAIT=1&WAIT=2",
        "WAIT=1&PHASE=x",
        "WAIT=1&PHASE=pending",
        "WAIT=1&PHASE=QUEUED&PHASE=PENDING",
        "PHASE=DONE",
    ],
)
def test_bad_waits(base, client, query):
    # U47
    job = new_job(client, base)
    answer = client.get(f"{job}?{query}")
    assert answer.status_code == 400
    assert b"QUERY_STATUS" in answer.content


def test_deleting_wakes_with_404(base, client, other):
    # U49
    job = new_job(client, base)
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(client.get, f"{job}?WAIT=-1")
        time.sleep(0.2)
        (answer, seconds) = timed(lambda: (other.delete(job), waits.result(10))[1])
    assert answer.status_code == 404
    assert seconds < SOON


def test_waits_are_on_jobs_alone(base, client):
    # U44
    job = new_job(client, base)
    for path in ("/phase", "/parameters", "/results"):
        _, seconds = timed(lambda path=path: client.get(f"{job}{path}?WAIT=5"))
        assert seconds < SOON


def test_clients_that_hang_up_keep_nobody_out(base, client):
    # U48
    job = new_job(client, base)
    where = urlsplit(job)
    for _ in range(50):
        with socket.create_connection((where.hostname, where.port)) as gone:
            head = f"GET {where.path}?WAIT=5 HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n"
            gone.sendall(head.encode())
    for _ in range(20):
        answer, seconds = timed(lambda: client.get(f"{job}/phase"))
        assert answer.text == "PENDING"
        assert seconds < SOON


def test_sync_answers_with_the_result(base, client):
    # Y1: GET and POST in both encodings, the same runner
    url = f"{base}/echo/sync"
    for ask in (
        lambda: client.get(url, params={"TEXT": ["a", "b"]}),
        lambda: client.post(url, data={"text": ["a", "b"]}),
        lambda: client.post(url, files=[("TEXT", (None, "a")), ("TEXT", (None, "b"))]),
    ):
        answer = ask()
        assert (answer.status_code, answer.text) == (200, "a\nb\n")
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["Content-Length"] == "4"


def test_sync_formats(base, client):
    # Y2
    url = f"{base}/echo/sync"
    for asked in ("text", "text/plain", "TEXT/PLAIN;charset=utf-8"):
        answer = client.get(url, params={"TEXT": "a", "RESPONSEFORMAT": asked})
        assert (answer.status_code, answer.text) == (200, "a\n")
        assert answer.headers["Content-Type"].startswith("text/plain")
    answer = client.get(url, params={"RESPONSEFORMAT": "fits"})
    assert answer.status_code == 400


def test_sync_with_a_file_has_two_results(base, client):
    # Y1: then it says where they are; U58 end to end
    body = bytes(range(256)) * 3
    answer = client.post(
        f"{base}/echo/sync", data={"TEXT": "t"}, files={"FILE": ("x", io.BytesIO(body))}
    )
    assert answer.status_code == 303
    root = etree.fromstring(client.get(answer.headers["Location"]).content)
    schema().validate(root)
    href = "{http://www.w3.org/1999/xlink}href"
    found = {row.get("id"): client.get(row.get(href)).content for row in root}
    assert found == {"result": b"t\n", "file": body}


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ({"SECONDS": "x"}, 400, "SECONDS"),
        ({"SECONDS": ["1", "2"]}, 400, "MultiValuedParamNotSupported"),
        ({"FAIL": "not today"}, 400, "not today"),
        ({"SECONDS": "30"}, 408, "async"),
    ],
)
def test_sync_errors(base, client, asked, status, words):
    # Y3
    answer, seconds = timed(lambda: client.get(f"{base}/echo/sync", params=asked))
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/x-votable+xml"
    assert words in answer.text
    assert seconds < 15  # and not 30


def test_sync_jobs_are_in_no_list(base, client):
    before = client.get(f"{base}/echo/async").text.count("<uws:jobref")
    client.get(f"{base}/echo/sync", params={"TEXT": "a"})
    assert client.get(f"{base}/echo/async").text.count("<uws:jobref") == before


def test_a_running_job_that_is_aborted_says_so_at_once(base, client):
    # U32, U72
    job = new_job(client, base, phase="RUN", seconds=30)
    while phase_of(client, job) != "EXECUTING":
        client.get(f"{job}?WAIT=2")
    client.post(f"{job}/phase", data={"PHASE": "ABORT"})
    assert phase_of(client, job) == "ABORTED"
    assert client.get(f"{job}/error").status_code == 200

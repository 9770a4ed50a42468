"""Work that a request does itself (contract uws 17; labels of section 20, S3)."""

import io
import threading
from datetime import timedelta

import pytest
from tests.web.conftest import new_client

URL = "/services/echo-inline/sync"


@pytest.fixture(autouse=True)
def places(configured):
    """As many places as the setting of the test says."""
    from graticule.web.uws import at_once

    at_once._places.cache_clear()
    yield
    at_once._places.cache_clear()


def left(home):
    """What lies in the folder of files that pass by."""
    folder = home / "exports"
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("verb", ["get", "post"])
def test_the_result_is_the_answer(client, door, verb):
    from graticule.jobs.models import Job

    answer = getattr(client, verb)(URL, {"text": ["a", "b"]})
    assert answer.status_code == 200
    assert answer.content == b"a\nb\n"
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert "echo.txt" in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "no-cache"
    assert Job.objects.count() == 0
    assert left(door) == []


def test_long_results_are_sent_in_pieces_and_forgotten(client, door):
    text = "x" * 3_000_000
    answer = client.post(URL, {"TEXT": [text] * 3})
    assert answer.status_code == 200
    assert answer.streaming
    assert answer["Content-Length"] == "9000003"
    assert left(door) == []
    assert b"".join(answer) == (text + "\n").encode() * 3
    head = client.head(URL, {"TEXT": "abc"})
    assert (head.status_code, head["Content-Length"], head.content) == (200, "4", b"")


def test_who_asked_is_said(alice, cast):
    assert alice.get(URL)["X-VO-Authenticated"] == cast.alice.username


def test_several_results_are_too_many(client, door):
    file = io.BytesIO(b"1")
    file.name = "x"
    answer = client.post(URL, {"TEXT": "a", "FILE": file})
    assert answer.status_code == 400
    text = answer.content.decode()
    assert text.startswith("MultiValuedParamNotSupported: ")
    assert "/services/echo-inline/async" in text
    assert left(door) == []
    assert not list((door / "attachments" / "aside").iterdir())
    file.seek(0)
    kind = {"RESPONSEFORMAT": "application/octet-stream"}
    chosen = client.post(URL, {"TEXT": "a", "FILE": file, **kind})
    assert (chosen.status_code, chosen.content) == (200, b"1")


@pytest.mark.parametrize(
    ("asked", "status", "begins"),
    [
        ({"SECONDS": "x"}, 400, "UsageError: SECONDS"),
        ({"FAIL": "because"}, 400, "UsageError: because"),
        ({"SECONDS": ["1", "2"]}, 400, "MultiValuedParamNotSupported: SECONDS"),
        ({"RESPONSEFORMAT": "fits"}, 400, "UsageError: RESPONSEFORMAT fits"),
        ({"SECONDS": "20"}, 408, "ServiceUnavailable: The job takes longer"),
    ],
)
def test_errors_are_plain_texts_with_a_label(
    client, door, configured, asked, status, begins
):
    configured(sync_duration=timedelta(seconds=0.3))
    answer = client.get(URL, asked)
    assert (answer.status_code, answer["Content-Type"]) == (
        status,
        "text/plain; charset=utf-8",
    )
    assert answer.content.decode().startswith(begins)
    assert left(door) == []


def test_the_labels_of_refusals(client, alice, configured):
    wrong = client.delete(URL)
    assert (wrong.status_code, wrong.content[:11]) == (405, b"UsageError:")
    other = alice.get(URL, headers={"Origin": "https://elsewhere.example"})
    assert (other.status_code, other.content[:19]) == (403, b"AuthorizationError:")
    page = client.get(URL, {"SECONDS": "x"}, headers={"Accept": "text/html"})
    assert page["Content-Type"].startswith("text/html")
    configured(service_groups=(("echo-inline", "Imaging"),))
    nobody = client.get(URL)
    assert (nobody.status_code, nobody.content[:20]) == (401, b"AuthenticationError:")
    assert nobody["WWW-Authenticate"]
    # The other echo speaks as UWS does.
    assert b"<VOTABLE" in client.get("/services/echo/async?LAST=x").content


def test_no_more_than_so_many_at_once(client, configured, monkeypatch):
    from graticule.web.uws import at_once

    configured(sync_works=1)
    monkeypatch.setattr(at_once, "_PATIENCE_SECONDS", 0.05)
    place = at_once._places()
    with place:
        busy = client.get(URL)
        assert (busy.status_code, busy["Retry-After"]) == (503, "5")
        assert busy.content.startswith(b"ServiceUnavailable: All 1 places")
        assert b"sync_works" in busy.content
    assert client.get(URL, {"TEXT": "again"}).content == b"again\n"


def test_who_comes_a_little_later_waits(client, configured):
    from graticule.web.uws import at_once

    configured(sync_works=1)
    place = at_once._places()
    place.acquire()
    threading.Timer(0.2, place.release).start()
    assert new_client().get(URL, {"TEXT": "in time"}).content == b"in time\n"

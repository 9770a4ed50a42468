"""Messages of jobs that have ended: real mail, real webhooks, once, and not lost."""

import base64
import hashlib
import hmac
import json
import socket
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone


@pytest.fixture
def configure(catalog, configured, tmp_path):
    """Set some settings; home is a folder of the test."""
    from graticule.config.kinds import mail_server

    def change(**values):
        if "mail_server" in values:
            values["mail_server"] = mail_server(values["mail_server"])
        configured(home=tmp_path, **values)

    values = {"public_url": "https://images.example.org/", "webhooks_inside": True}
    change(echo_service=True, **values)
    return change


@pytest.fixture
def choose(configure):
    from graticule.catalog.models import NotificationChoice
    from graticule.services.notifying.webhooks import make_secret

    def make(person, **fields):
        fields = {"secret": make_secret(), "longer_than_seconds": 0} | fields
        return NotificationChoice.objects.create(person=person, **fields)

    return make


@pytest.fixture
def end(configure):
    """Let a job of somebody come to an end."""
    from graticule.jobs import requests, store
    from graticule.jobs.models import Job
    from graticule.jobs.phases import Phase

    def make(owner, phase="COMPLETED", message="", run_id="nuclei", took_seconds=1):
        new = requests.NewJob("echo", owner and owner.pk, run_id=run_id)
        job = requests.create(new)
        requests.run(job)
        began = timezone.now() - timedelta(seconds=took_seconds)
        Job.objects.filter(pk=job.pk).update(created=began, message=message)
        if phase != "ABORTED":
            store.move(job.pk, [Phase.QUEUED], Phase.EXECUTING)
            store.move(job.pk, [Phase.EXECUTING], Phase(phase))
        else:
            store.move(job.pk, [Phase.QUEUED], Phase.ABORTED)
        return Job.objects.get(pk=job.pk)

    return make


class Receiver:
    """A webhook's other end, which answers what it is told to."""

    def __init__(self):
        self.got, self.answers = [], []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((self.path, dict(self.headers), body))
                status = receiver.answers.pop(0) if receiver.answers else 204
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?a=b"


@pytest.fixture
def receiver():
    found = Receiver()
    thread = Thread(target=found.server.serve_forever, args=(0.01,))
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()
    thread.join()


@contextmanager
def post_office():
    """A mail server that keeps what it is handed."""
    kept = []

    class Handler:
        async def handle_DATA(self, server, session, envelope):  # noqa: N802
            kept.append((envelope.rcpt_tos, envelope.content))
            return "250 OK"

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(Handler(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}", kept
    finally:
        controller.stop()


def turn(postman=None, later=timedelta()):
    from graticule.services.notifying.outbox import Postman

    (postman or Postman()).turn(timezone.now() + later)


def test_a_webhook_is_signed_as_the_standard_says(cast, choose, end, receiver):
    choice = choose(cast.alice, webhook_url=receiver.url)
    job = end(cast.alice)
    turn()
    ((path, headers, body),) = receiver.got
    assert path == "/hook?a=b"
    said = json.loads(body)
    assert said["type"] == "job.completed"
    assert said["data"]["jobId"] == job.pk
    assert said["data"]["runId"] == "nuclei"
    address = f"https://images.example.org/services/echo/async/{job.pk}"
    assert said["data"]["url"] == address
    # Standard Webhooks 1.0, "Verifying webhook authenticity", written anew.
    content = b".".join(
        [headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body]
    )
    key = base64.b64decode(choice.secret.split("_")[1])
    digest = hmac.new(key, content, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60


def test_once_however_many_look(cast, choose, end, receiver):
    choose(cast.alice, webhook_url=receiver.url)
    end(cast.alice)
    for _ in range(3):
        turn()
    assert len(receiver.got) == 1


def test_mail_is_read_by_people(cast, choose, configure, end):
    cast.alice.email = "alice@example.org"
    cast.alice.save()
    with post_office() as (server, kept):
        configure(mail_server=server, mail_from="jobs@example.org")
        choose(cast.alice, by_mail=True)
        end(cast.alice, "ERROR", "No space left.", run_id="day 1\nBcc: x@y.org")
        turn()
    ((to, content),) = kept
    assert to == ["alice@example.org"]
    mail = message_from_bytes(content, policy=policy.default)
    assert mail["From"] == "jobs@example.org"
    assert mail["Subject"] == "Echo has failed: day 1 Bcc: x@y.org"
    assert mail["Bcc"] is None
    text = mail.get_content()
    assert "No space left." in text
    assert "account page" in text


@pytest.mark.parametrize(
    ("choice", "phase", "took", "told"),
    [
        ({}, "COMPLETED", 1, True),
        ({}, "ERROR", 1, True),
        ({}, "ABORTED", 1, True),
        ({"about": "failed"}, "COMPLETED", 1, False),
        ({"about": "failed"}, "ERROR", 1, True),
        ({"longer_than_seconds": 60}, "COMPLETED", 59, False),
        ({"longer_than_seconds": 60}, "COMPLETED", 61, True),
    ],
)
def test_only_what_was_chosen(cast, choose, end, receiver, choice, phase, took, told):
    choose(cast.alice, webhook_url=receiver.url, **choice)
    end(cast.alice, phase, took_seconds=took)
    turn()
    assert len(receiver.got) == told


def test_nobody_hears_of_jobs_of_others(cast, choose, end, receiver):
    choose(cast.alice, webhook_url=receiver.url)
    choose(cast.bob)  # neither way
    for person in (cast.bob, cast.administrator, None):
        end(person)
    turn()
    assert receiver.got == []


def test_what_fails_is_tried_again_and_given_up_in_the_end(cast, choose, end, receiver):
    from graticule.catalog.models import Notification

    choose(cast.alice, webhook_url=receiver.url)
    end(cast.alice)
    receiver.answers = [500] * 6
    row = Notification.objects.filter(person=cast.alice)
    turn()
    assert "answered 500" in row.get().trouble
    turn()  # not yet due
    assert len(receiver.got) == 1
    for number, pause in enumerate((11, 61, 601, 3601, 21601), 2):
        past = timezone.now() - timedelta(seconds=1)
        left = row.get().due - timezone.now()
        assert timedelta(0) < left <= timedelta(seconds=pause)
        row.update(due=past)
        turn()
        assert len(receiver.got) == number
    found = row.get()
    assert (found.due, found.sent) == (None, None)
    turn()
    assert len(receiver.got) == 6


def test_it_arrives_after_all(cast, choose, end, receiver):
    from graticule.catalog.models import Notification

    choose(cast.alice, webhook_url=receiver.url)
    end(cast.alice)
    receiver.answers = [302, 204]  # redirects are not followed
    turn()
    assert [path for path, _, _ in receiver.got] == ["/hook?a=b"]
    Notification.objects.update(due=timezone.now())
    turn()
    found = Notification.objects.get()
    assert found.sent is not None
    assert (found.due, found.trouble, found.tries) == (None, "", 2)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "10.1.2.3", "169.254.169.254", "0.0.0.0"],
)
def test_nothing_goes_into_the_network_of_the_server(
    cast, choose, configure, end, receiver, host
):
    from graticule.catalog.models import Notification

    configure(webhooks_inside=False)
    port = receiver.server.server_port
    choose(cast.alice, webhook_url=f"http://{host}:{port}/")
    end(cast.alice)
    turn()
    assert receiver.got == []
    assert "webhooks_inside" in Notification.objects.get().trouble


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "https:///path",
        "https://user:password@example.org/",
        "http://example.org:99999/",
        "http://[::1/",
        "javascript:alert(1)",
        "https://exämple.org/",
    ],
)
def test_addresses_that_are_none(url):
    from graticule.errors import RequestError
    from graticule.services.notifying.webhooks import check_address

    with pytest.raises(RequestError, match="no address that can be posted to"):
        check_address(url)


def test_old_ones_go(cast, choose, end, receiver):
    from graticule.catalog.models import Notification

    choose(cast.alice, webhook_url=receiver.url)
    end(cast.alice)
    turn()
    Notification.objects.update(created=timezone.now() - timedelta(days=8))
    # Its job ended long ago, too: a worker that looks back does not see it.
    from graticule.jobs.models import JobEvent

    JobEvent.objects.update(time=timezone.now() - timedelta(days=8))
    turn()
    assert Notification.objects.count() == 0
    assert len(receiver.got) == 1

"""Finds jobs that have ended, writes what is to be said of them, and sends it.

Several workers may do this at once: a message is written once by a constraint, and
tried by one at a time. What cannot be sent is tried again, ever more seldom, and
given up in the end; none is lost when a worker dies. Knows no request.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from smtplib import SMTPException
from threading import Event

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from graticule.catalog.models import Notification, NotificationChoice, Person
from graticule.jobs.models import Job, JobEvent
from graticule.jobs.phases import ENDED, Phase
from graticule.services.notifying import webhooks
from graticule.services.notifying.letters import letter_of, subject_of, text_of

logger = logging.getLogger(__name__)
_LOOK_SECONDS = 2.0
# A transaction may show itself so long after the time it writes down.
_SLACK = timedelta(minutes=1)
_LOOK_BACK = timedelta(hours=1)
_KEPT = timedelta(days=7)
_MOST_AT_ONCE = 100
# Nobody else tries meanwhile; after a crash somebody does.
_TURN = timedelta(minutes=2)
_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 600, 3600, 6 * 3600))


class Postman:
    """Looks for messages now and then, until it is told to stop."""

    def __init__(self) -> None:
        self._over = Event()
        self._since: datetime | None = None

    def stop(self) -> None:
        """Let :meth:`run` return, after what is being sent."""
        self._over.set()

    def run(self) -> None:
        """Write and send messages until stopped."""
        while not self._over.wait(_LOOK_SECONDS):
            try:
                close_old_connections()
                self.turn(timezone.now())
            except DatabaseError as error:
                logger.warning("Notifications wait for the database: %s", error)

    def turn(self, moment: datetime) -> None:
        """Write what is new, and send what is due at ``moment``."""
        since = (self._since or moment - _LOOK_BACK) - _SLACK
        write(since, moment)
        self._since = moment
        for message in _due(moment):
            if self._over.is_set():
                return
            deliver(message, moment)
        Notification.objects.filter(created__lt=moment - _KEPT, due=None).delete()


def write(since: datetime, moment: datetime) -> None:
    """Write down what is to be said of jobs that ended after ``since``."""
    choices = {choice.person_id: choice for choice in _choices()}
    if not choices:
        return
    ended = JobEvent.objects.filter(
        time__gt=since, new__in=[phase.value for phase in ENDED]
    )
    jobs = Job.objects.filter(
        pk__in=ended.values("job_id"), owner__in=choices, mount=Job.ASYNC
    ).exclude(pk__in=Notification.objects.values("job_id"))
    rows: list[Notification] = []
    for job in jobs.defer("log", "detail"):
        choice = choices[job.owner_id or 0]
        if _is_worth(job, choice):
            rows.extend(_messages(choice, job.pk, letter_of(job), moment))
    Notification.objects.bulk_create(rows, ignore_conflicts=True)


def write_trial(choice: NotificationChoice, letter: dict[str, object]) -> None:
    """Write a message that only tries the ways out."""
    key = f"try-{timezone.now().timestamp():.6f}"
    rows = _messages(choice, key, letter, timezone.now())
    Notification.objects.bulk_create(rows)


def _choices() -> Iterator[NotificationChoice]:
    found = NotificationChoice.objects.filter(person__is_active=True)
    for choice in found.select_related("person"):
        if choice.by_mail or choice.webhook_url:
            yield choice


def _is_worth(job: Job, choice: NotificationChoice) -> bool:
    if job.phase not in {Phase.COMPLETED, Phase.ERROR, Phase.ABORTED}:
        return False
    if choice.about == choice.About.FAILED and job.phase != Phase.ERROR:
        return False
    took = (job.ended or job.created) - job.created
    return took.total_seconds() >= choice.longer_than_seconds


def _messages(
    choice: NotificationChoice, key: str, letter: dict[str, object], moment: datetime
) -> list[Notification]:
    ways = []
    if choice.by_mail and choice.person.email and settings.GRATICULE["mail_server"]:
        ways.append(Notification.Way.MAIL)
    if choice.webhook_url:
        ways.append(Notification.Way.WEBHOOK)
    return [
        Notification(
            person_id=choice.person_id,
            job_id=key,
            way=way,
            body=letter,
            created=moment,
            due=moment,
        )
        for way in ways
    ]


def _due(moment: datetime) -> list[Notification]:
    found = Notification.objects.filter(due__lte=moment).select_related("person")
    return list(found.order_by("due")[:_MOST_AT_ONCE])


def deliver(message: Notification, moment: datetime) -> bool:
    """Try to send a message, if nobody else does just now.

    Returns
    -------
    bool
        Whether it was sent by this call.
    """
    mine = Notification.objects.filter(pk=message.pk, due=message.due)
    if not mine.update(due=moment + _TURN, tries=message.tries + 1):
        return False
    row = Notification.objects.filter(pk=message.pk)
    try:
        _send(message, moment)
    except (webhooks.WebhookError, SMTPException, OSError) as error:
        later = _PAUSES[message.tries] if message.tries < len(_PAUSES) else None
        row.update(due=later and moment + later, trouble=str(error))
        logger.info("Notification of %s waits: %s", message.person, error)
        return False
    row.update(due=None, sent=timezone.now(), trouble="")
    return True


def _send(message: Notification, moment: datetime) -> None:
    choice = NotificationChoice.objects.filter(person=message.person).first()
    if choice is None:
        return
    if message.way == Notification.Way.MAIL:
        _mail(message.person, message.body)
    elif choice.webhook_url:
        _post(choice, message, moment)


def _mail(person: Person, letter: dict[str, str]) -> None:
    server = settings.GRATICULE["mail_server"]
    if server is None or not person.email:
        return
    connection = get_connection(
        "django.core.mail.backends.smtp.EmailBackend",
        host=server.host,
        port=server.port,
        username=server.username,
        password=server.password,
        use_tls=server.starttls,
        use_ssl=server.tls,
        timeout=20,
    )
    EmailMessage(
        subject_of(letter),
        text_of(letter),
        settings.GRATICULE["mail_from"],
        [person.email],
        connection=connection,
        headers={"Auto-Submitted": "auto-generated"},
    ).send()


def _post(choice: NotificationChoice, message: Notification, moment: datetime) -> None:
    timestamp = int(moment.timestamp())
    body = json.dumps(
        {
            "type": f"job.{message.body['phase'].lower()}",
            "timestamp": message.created.isoformat(),
            "data": message.body,
        }
    ).encode()
    message_id = f"msg_{message.job_id}"
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Graticule",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": webhooks.signature(
            choice.secret, message_id, timestamp, body
        ),
    }
    inside = settings.GRATICULE["webhooks_inside"]
    webhooks.post(choice.webhook_url, body, headers, inside=inside)

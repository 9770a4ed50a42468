"""Who wants to hear of jobs that have ended, and what is still to be sent."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from graticule.catalog.models.people import Person


class NotificationChoice(models.Model):
    """How one person wants to hear of their jobs.

    ``secret`` signs what goes to ``webhook_url``; whoever receives it needs to know
    it, so it is kept as it is.
    """

    class About(models.TextChoices):
        """Which jobs are worth a message."""

        ENDED = "ended", "all that have ended"
        FAILED = "failed", "only those that failed"

    person = models.OneToOneField(
        Person, models.CASCADE, related_name="notification_choice"
    )
    by_mail = models.BooleanField(default=False)
    webhook_url = models.CharField(max_length=2000, blank=True, default="")
    secret = models.CharField(max_length=64, blank=True, default="")
    about = models.CharField(max_length=8, choices=About.choices, default=About.ENDED)
    longer_than_seconds = models.PositiveIntegerField(default=60)

    def __str__(self) -> str:
        return f"of {self.person}"


class Notification(models.Model):
    """One message on its way; kept for a while after, so that it is sent once.

    ``due`` is when it is tried next; none means that it is over. ``trouble`` says
    what came between.
    """

    class Way(models.TextChoices):
        """How it travels."""

        MAIL = "mail", "mail"
        WEBHOOK = "webhook", "webhook"

    person = models.ForeignKey(Person, models.CASCADE, related_name="notifications")
    job_id = models.CharField(max_length=32)
    way = models.CharField(max_length=8, choices=Way.choices)
    body = models.JSONField()
    created = models.DateTimeField()
    due = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)
    sent = models.DateTimeField(null=True, blank=True)
    trouble = models.TextField(blank=True, default="")

    class Meta:
        ordering: ClassVar = ["-created", "-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["due"],
                condition=models.Q(due__isnull=False),
                name="notifications_due",
            ),
            models.Index(fields=["created"], name="notifications_by_age"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["job_id", "way"], name="notified_once_per_way"
            )
        ]

    def __str__(self) -> str:
        return f"{self.job_id} by {self.way}"

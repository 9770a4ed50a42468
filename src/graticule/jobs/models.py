"""The tables of jobs: the job, its parameters, its results, and what happened.

Phases are written by :mod:`graticule.jobs.store` alone. Knows no HTTP, no task
and no image.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from graticule.jobs.phases import Phase


class Job(models.Model):
    """One piece of work, from its creation to its destruction.

    ``attempt`` counts executions: what an earlier one still says is not heard
    (U73). ``runner`` names the process that executes it, ``lease`` is how long it
    is believed to live without a sign. ``browser`` is the hash of the cookie of
    the browser that created a job anonymously. ``revision`` grows with each
    change that shows in the document.
    """

    ASYNC = "async"
    SYNC = "sync"

    class Fault(models.TextChoices):
        """Whether trying again may help."""

        TRANSIENT = "transient"
        FATAL = "fatal"

    id = models.CharField(primary_key=True, max_length=32)
    service = models.CharField(max_length=64)
    mount = models.CharField(max_length=16, default=ASYNC)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
    )
    browser = models.CharField(max_length=64, blank=True, default="")
    run_id = models.CharField(max_length=64, blank=True, default="")
    phase = models.CharField(
        max_length=9,
        choices=[(phase.value, phase.value) for phase in Phase],
        default=Phase.PENDING.value,
    )
    revision = models.PositiveBigIntegerField(default=1)
    created = models.DateTimeField()
    queued = models.DateTimeField(null=True, blank=True)
    started = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)
    duration = models.DurationField()
    destruction = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(
        max_length=9, choices=Fault.choices, blank=True, default=""
    )
    message = models.TextField(blank=True, default="")
    detail = models.TextField(blank=True, default="")
    progress_done = models.FloatField(default=0)
    progress_total = models.FloatField(null=True, blank=True)
    progress_message = models.TextField(blank=True, default="")
    log = models.TextField(blank=True, default="")
    attempt = models.PositiveIntegerField(default=0)
    runner = models.CharField(max_length=255, blank=True, default="")
    lease = models.DateTimeField(null=True, blank=True)
    idempotency_key = models.CharField(max_length=255, null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["service", "owner", "-created", "-id"]),
            models.Index(fields=["owner", "-created", "-id"]),
            # The lists of administrators, and of browsers that see their own only.
            models.Index(fields=["service", "-created", "-id"], name="jobs_of_service"),
            models.Index(
                fields=["service", "browser", "-created", "-id"],
                name="jobs_of_browser",
            ),
            models.Index(
                fields=["queued"],
                condition=models.Q(phase=Phase.QUEUED.value),
                name="jobs_that_wait",
            ),
            models.Index(
                fields=["runner"],
                condition=models.Q(phase=Phase.EXECUTING.value),
                name="jobs_that_run",
            ),
            models.Index(fields=["destruction"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "idempotency_key"], name="one_job_per_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.pk}"


class JobParameter(models.Model):
    """One value of one parameter; several of a name keep their order.

    An uploaded one lies in a file of the job's folder, by ``file``; ``value`` is
    then the name that the client gave the file.
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="parameters")
    name = models.CharField(max_length=128)
    value = models.TextField(blank=True, default="")
    file = models.CharField(max_length=64, blank=True, default="")
    media_type = models.CharField(max_length=128, blank=True, default="")
    size_bytes = models.BigIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.name


class JobResult(models.Model):
    """A result that is whole: a file of the job's folder.

    One that is ``final`` stays even if the job ends in ERROR (U62).
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="results")
    key = models.CharField(max_length=128)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=128)
    size_bytes = models.BigIntegerField()
    created = models.DateTimeField()
    file = models.CharField(max_length=64)
    final = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "key"], name="result_once_per_key")
        ]

    def __str__(self) -> str:
        return self.key


class JobEvent(models.Model):
    """A move from phase to phase, written in the transaction that made it.

    Outlives its job: that a job was destroyed is an event, too.
    """

    job_id = models.CharField(max_length=32, db_index=True)
    time = models.DateTimeField(db_index=True)
    old = models.CharField(max_length=9, blank=True, default="")
    new = models.CharField(max_length=9, blank=True, default="")
    cause = models.TextField(blank=True, default="")

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.job_id}: {self.old} → {self.new}"

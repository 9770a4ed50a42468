"""Annotations, and their links to anything.

An annotation is one value with a kind; a link ties it to an object of any
table that has ``annotation_links``.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from graticule.catalog.models.files import OriginalFile
from graticule.catalog.models.owned import Owned
from graticule.catalog.models.people import Person


class Annotation(Owned):
    """A tag, a comment, key-value pairs, a file and so on.

    Only the field of its kind is set: ``text`` (tag, comment, term, XML),
    ``pairs`` (map: ``[[key, value], …]``), ``number`` (double), ``whole``
    (long, rating 1 to 5), ``truth`` (boolean), ``time`` (time stamp), ``file``.
    ``source`` is the file's own id of one that a scan brought in.
    """

    class Kind(models.TextChoices):
        """What is held."""

        TAG = "tag"
        MAP = "map"
        COMMENT = "comment"
        RATING = "rating"
        BOOLEAN = "boolean"
        LONG = "long"
        DOUBLE = "double"
        TIMESTAMP = "timestamp"
        TERM = "term"
        XML = "xml"
        FILE = "file"

    kind = models.CharField(max_length=9, choices=Kind.choices)
    namespace = models.CharField(max_length=1024, blank=True, default="")
    description = models.TextField(blank=True, default="")
    source = models.CharField(max_length=255, null=True, blank=True)
    text = models.TextField(null=True, blank=True)
    pairs = models.JSONField(null=True, blank=True)
    number = models.FloatField(null=True, blank=True)
    whole = models.BigIntegerField(null=True, blank=True)
    truth = models.BooleanField(null=True, blank=True)
    time = models.DateTimeField(null=True, blank=True)
    file = models.ForeignKey(
        OriginalFile,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="annotations",
    )

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["kind", "namespace"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.text or self.pk}"


class AnnotationLink(models.Model):
    """One annotation on one object, and who put it there.

    ``scanned`` marks links that a scan made; those alone a rescan may remove.
    """

    annotation = models.ForeignKey(Annotation, models.CASCADE, related_name="links")
    target_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    target_id = models.PositiveBigIntegerField()
    target = GenericForeignKey("target_type", "target_id")
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    scanned = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["target_type", "target_id"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["annotation", "target_type", "target_id", "owner"],
                name="link_once_per_owner",
            )
        ]

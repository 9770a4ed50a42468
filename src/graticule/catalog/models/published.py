"""How often what is published as tables has changed; triggers alone write it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class PublishedChange(models.Model):
    """Changes of one kind of rows (:mod:`graticule.catalog.published_triggers`).

    On SQLite one row for each name and piece, counted up; on PostgreSQL there may be
    several, as many as have been written at the same time.
    """

    name = models.CharField(max_length=32)
    piece = models.PositiveSmallIntegerField()
    number = models.PositiveBigIntegerField(default=1)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["name", "piece"])]

    def __str__(self) -> str:
        return f"{self.name} {self.piece}: {self.number}"

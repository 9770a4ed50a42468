"""How often what is published as tables has changed; triggers alone write it."""

from __future__ import annotations

from django.db import models


class PublishedChange(models.Model):
    """Changes of one kind of row (:mod:`graticule.catalog.published_triggers`).

    On SQLite one row for each name, counted up; on PostgreSQL a row for each change,
    so that nobody who writes waits for anybody else.
    """

    name = models.CharField(max_length=32)
    number = models.PositiveBigIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.name}: {self.number}"

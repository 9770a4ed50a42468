"""What the full-text index leans on: changes it has yet to take in, and its words.

The index itself is one table per kind of thing, made by its migration in the
way of each database: FTS5 on SQLite, ``tsvector`` with GIN on PostgreSQL.
"""

from __future__ import annotations

from django.db import models


class SearchChange(models.Model):
    """Something was changed that the index has not taken in yet.

    Written by triggers (:mod:`graticule.catalog.search_triggers`), so that no
    change can be forgotten. ``kind`` is the name of a model: one that is searched
    for, or one that such things hang on (fileset, annotation, group).
    """

    kind = models.CharField(max_length=32)
    target_id = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return f"{self.kind} {self.target_id}"


class SearchWord(models.Model):
    """A word that is somewhere in the index, or was: wildcards are looked up here."""

    word = models.CharField(max_length=64, primary_key=True)

    def __str__(self) -> str:
        return self.word

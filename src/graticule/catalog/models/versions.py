"""A counter that tells processes to forget what they remember of the catalogue."""

from __future__ import annotations

from django.db import models


class CatalogVersion(models.Model):
    """One row, made with the table; ``number`` grows with each told change."""

    number = models.PositiveBigIntegerField(default=1)

"""Attempts to log in with a password that have not succeeded."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class LoginAttempt(models.Model):
    """One attempt; ``digest`` is a hash of the user name and the address."""

    digest = models.CharField(max_length=64)
    tried = models.DateTimeField(db_index=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["digest", "tried"])]

    def __str__(self) -> str:
        return f"{self.digest} {self.tried}"

"""What people changed in how things are arranged, so that it can be undone."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.db import models

from graticule.catalog.models.people import Person


def new_token() -> str:
    """Make a token that nobody guesses: 256 random bits."""
    return secrets.token_urlsafe(32)


class OrganisedChange(models.Model):
    """One change, and what it takes to undo it, until it expires.

    ``token`` is good for whoever made the change only. ``said`` is the change in
    words, ``facts`` what was before and after
    (:mod:`graticule.services.organising.facts`).
    """

    token = models.CharField(max_length=64, primary_key=True, default=new_token)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    said = models.CharField(max_length=1200)
    facts = models.JSONField()
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField(db_index=True)

    class Meta:
        ordering: ClassVar = ["-created"]

    def __str__(self) -> str:
        return self.said

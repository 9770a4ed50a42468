"""Personal tokens and one-time login links; only hashes are kept."""

from __future__ import annotations

from django.db import models

from graticule.catalog.models.people import Person


class Token(models.Model):
    """A key that a person's programs use instead of a password.

    ``digest`` is the SHA-256 of the secret; ``scopes`` is a list out of
    :data:`graticule.catalog.tokens.SCOPES`.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField(null=True, blank=True)
    used = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class LoginLink(models.Model):
    """A link that logs a person in, once."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)

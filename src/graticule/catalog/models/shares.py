"""Links by which somebody without a login sees one thing; only hashes are kept."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from graticule.catalog.models.people import Person


class Share(models.Model):
    """A link to one thing, read-only, until it expires or is revoked.

    ``owner`` made it: whoever holds it sees of the thing what its owner sees.
    ``kind`` is out of :data:`graticule.catalog.access.SHARED`, ``digest`` the
    SHA-256 of the secret in the link.
    """

    owner = models.ForeignKey(Person, models.CASCADE, related_name="shares")
    kind = models.CharField(max_length=16)
    thing_id = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created", "-id"]
        indexes: ClassVar = [models.Index(fields=["kind", "thing_id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.thing_id}"

"""What people deleted although a scan had made it, so that no scan makes it again."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class DeletedSource(models.Model):
    """The key by which scans would find a deleted thing again.

    ``kind`` is the name of its model, ``source`` the key. Those of ROIs and runs
    hold only within their image or plate, whose id is ``parent``.
    """

    kind = models.CharField(max_length=32)
    parent = models.PositiveBigIntegerField(default=0)
    source = models.CharField(max_length=4096)
    deleted = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "parent", "source"], name="deleted_source_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source}"

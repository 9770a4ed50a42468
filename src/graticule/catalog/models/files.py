"""Folders that are served, the filesets in them, and what could not be read.

Files stay where they are: these rows say where, and how they looked when they
were scanned.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from graticule.catalog.models.owned import Owned


class Folder(Owned):
    """A folder that is scanned; what is found gets its owner and group.

    ``dataset`` is where all images go that are found in it, instead of where the
    folder rule says: what was uploaded into a dataset belongs there.
    """

    path = models.CharField(max_length=4096, unique=True)
    dataset = models.ForeignKey(
        "catalog.Dataset", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    scanned = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.path


class Fileset(models.Model):
    """The files that together hold some images.

    ``entry`` opens it, relative to nothing: an absolute path. ``vanished`` is
    set while it cannot be found; its images keep all that people added.
    ``signature`` changes when any of its files does.
    """

    folder = models.ForeignKey(Folder, models.CASCADE, related_name="filesets")
    entry = models.CharField(max_length=4096, unique=True)
    format = models.CharField(max_length=64)
    signature = models.CharField(max_length=64)
    warnings = models.JSONField(default=list, blank=True)
    scanned = models.DateTimeField()
    vanished = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.entry


class OriginalFile(models.Model):
    """One file of a fileset, or one that somebody attached."""

    fileset = models.ForeignKey(
        Fileset, models.CASCADE, null=True, blank=True, related_name="files"
    )
    path = models.CharField(max_length=4096)
    name = models.CharField(max_length=1024)
    size_bytes = models.BigIntegerField()
    modified = models.DateTimeField()
    media_type = models.CharField(max_length=128, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.name


class ScanProblem(models.Model):
    """A file that the last scan of its folder could not read, and why."""

    folder = models.ForeignKey(Folder, models.CASCADE, related_name="problems")
    path = models.CharField(max_length=4096)
    cause = models.TextField()
    seen = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["path"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["folder", "path"], name="problem_once_per_path"
            )
        ]

    def __str__(self) -> str:
        return f"{self.path}: {self.cause}"

"""What is being uploaded: sets of files that belong together, and those on their way.

The bytes lie in files; how many have arrived is said by their sizes alone. When a
set is whole its files have no rows here any more, and the set stays, for whoever
asks how much a person has uploaded.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from graticule.catalog.models.containers import Dataset
from graticule.catalog.models.people import Person


class UploadSet(models.Model):
    """Files that somebody uploads together into a dataset.

    Attributes
    ----------
    key
        By which whoever uploads finds the set again; empty for a single file that
        began without a set and is a set of its own.
    files, size_bytes
        How many files were announced, and how large all together.
    begun_files, begun_bytes
        The same of those that have been begun.
    touched
        When something of it arrived last, about.
    arrived
        When the set was whole.
    folder
        Where its files lie since then.
    job
        Id of the job that makes images of it.
    """

    id = models.CharField(max_length=32, primary_key=True)
    owner = models.ForeignKey(Person, models.CASCADE, related_name="+")
    dataset = models.ForeignKey(Dataset, models.SET_NULL, null=True, related_name="+")
    key = models.CharField(max_length=128, blank=True, default="")
    files = models.PositiveIntegerField()
    size_bytes = models.PositiveBigIntegerField()
    begun_files = models.PositiveIntegerField(default=0)
    begun_bytes = models.PositiveBigIntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)
    touched = models.DateTimeField(db_index=True)
    arrived = models.DateTimeField(null=True, blank=True)
    folder = models.CharField(max_length=4096, blank=True, default="")
    job = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["owner", "dataset", "key"])]

    def __str__(self) -> str:
        return f"{self.files} files, {self.size_bytes:,} bytes"


class UploadFile(models.Model):
    """One file of a set that is not whole yet; ``path`` is within the set.

    ``metadata`` is what its sender said of it.
    """

    id = models.CharField(max_length=32, primary_key=True)
    set = models.ForeignKey(UploadSet, models.CASCADE, related_name="rows")
    path = models.CharField(max_length=1024)
    size_bytes = models.PositiveBigIntegerField()
    metadata = models.TextField(blank=True, default="")
    is_whole = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["path"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["set", "path"], name="upload_once_per_path")
        ]

    def __str__(self) -> str:
        return self.path

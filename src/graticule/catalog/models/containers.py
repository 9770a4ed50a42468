"""Projects hold datasets, datasets hold images; each may be in several.

``source`` is set on those that a scan made from folders: the stable key by
which a rescan finds them again, whatever people renamed them to.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from graticule.catalog.models.images import Image
from graticule.catalog.models.owned import Named


class Dataset(Named):
    """Images that belong together."""

    source = models.CharField(max_length=4096, null=True, blank=True, unique=True)
    images = models.ManyToManyField(Image, related_name="datasets", blank=True)

    class Meta:
        ordering: ClassVar = ["name", "id"]


class Project(Named):
    """Datasets that belong together."""

    source = models.CharField(max_length=4096, null=True, blank=True, unique=True)
    datasets = models.ManyToManyField(Dataset, related_name="projects", blank=True)

    class Meta:
        ordering: ClassVar = ["name", "id"]
